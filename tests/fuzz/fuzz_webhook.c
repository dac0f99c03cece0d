/* SPDX-License-Identifier: MIT */
/*
 * What a webhook answers, or the address that came with a command. The first line is what came: a status and, behind a
 * blank, Retry-After; `!` in front says that it was cut off, `-` that nothing came. The rest is the body. What is told of
 * it has none of our own secrets, and no more than a person reads.
 */
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "deliver/webhook.h"
#include "deliver/webhook_secret.h"
#include "lib/fakeclock.h"
#include "lib/fakehttp.h"
#include "webapi/response_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATH_SECRET "T0AAAAAAAAAA1/B0BBBBBBBBBB2"
#define QUERY_SECRET "q1-s3cret-word"
#define HEADER_SECRET "h2-s3cret-word"
#define RESPONSE_PATH "/commands/" PATH_SECRET

enum { SENTENCE_MAX = 2000, TRIES_MAX = 8 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static struct option_pair pairs[] = {
	{ .name = (char *)"Authorization", .value = { (char *)"Bearer " HEADER_SECRET } },
	{ .name = (char *)"X-Kind", .value = { (char *)"a; b" } },
};

static const struct webhook hook = {
	.name = (char *)"tickets",
	.url = (char *)"https://x.example/services/" PATH_SECRET "?key=" QUERY_SECRET,
	.headers = { pairs, ARRAY_LEN(pairs) },
	.timeout_ms = 5000,
};

/* ---- what is told ---- */

struct told {
	unsigned n;
	bool is_hook;
	const struct http_reply *reply; /* the last one */
};

static void check_secrets(struct str text)
{
	static const char *const secrets[] = { "T0AAAAAAAAAA1", "B0BBBBBBBBBB2", QUERY_SECRET,
					       HEADER_SECRET };

	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		must(str_find(text, secrets[i]) == SIZE_MAX);
}

static void check_texts(const struct json *j)
{
	struct json *value;
	struct str key;
	size_t at = 0;

	if (json_kind(j) == JSON_STRING)
		check_secrets(json_str(j, ""));
	for (size_t i = 0; json_kind(j) == JSON_ARRAY && i < json_len(j); i++)
		check_texts(json_item(j, i));
	while (json_kind(j) == JSON_OBJECT && json_member(j, &at, &key, &value)) {
		check_secrets(key);
		check_texts(value);
	}
}

static void on_answer(void *owner, const struct outcome *outcome)
{
	struct told *told = owner;
	struct str sentence = str_from(outcome->sentence);
	int status = told->reply->status;
	bool is_whole = told->reply->end == OUTCOME_DONE;

	told->n++;
	must(utf8_valid(sentence) && sentence.len <= SENTENCE_MAX);
	for (size_t i = 0; i < sentence.len; i++)
		must((unsigned char)sentence.p[i] >= ' ' && sentence.p[i] != 0x7F);
	must(str_find(sentence, RESPONSE_PATH) == SIZE_MAX);
	must(outcome->kind != OUTCOME_FATAL);
	must(outcome->kind != OUTCOME_DONE || (status >= 200 && status < 300));
	must(outcome->body == NULL || is_whole);
	if (!told->is_hook)
		return;
	must(!is_whole || (outcome->kind == OUTCOME_DONE) == (status >= 200 && status < 300));
	check_secrets(sentence);
	must(!webhook_repeats_secret(&hook, sentence));
	check_texts(outcome->body);
}

/* ---- what comes ---- */

static void read_reply(struct str text, struct http_reply *out)
{
	struct str line = STR_EMPTY, word = STR_EMPTY;
	int64_t status;

	*out = (struct http_reply){ .end = OUTCOME_DONE, .status = 200, .scopes = STR_EMPTY };
	out->retry_after = STR_EMPTY;
	str_cut(&text, '\n', &line);
	out->body = text.p != NULL ? text : STR_EMPTY;
	out->too_large = str_skip(&line, "!");
	if (str_skip(&line, "-")) {
		out->end = str_skip(&line, "-") ? OUTCOME_REFUSED : OUTCOME_LATER;
		out->status = 0;
		out->body = STR_EMPTY;
	} else if (out->too_large) {
		out->end = OUTCOME_UNKNOWN;
	}
	out->why = out->end != OUTCOME_DONE ? "nobody answers" : NULL;
	if (str_cut(&line, ' ', &word) && str_int(word, &status) && status >= 100 && status < 600 &&
	    out->status > 0)
		out->status = (int)status;
	out->retry_after = line.p != NULL ? line : STR_EMPTY;
}

static void play(struct http *http, struct fakeclock *clock, const struct http_reply *reply,
		 struct told *told)
{
	for (int i = 0; i < TRIES_MAX && told->n == 0; i++) {
		if (fakehttp_n_open(http) > 0)
			fakehttp_reply(fakehttp_open(http, 0), reply);
		fakeclock_pass(clock, 40000);
		loop_turn(http_loop(http), 0);
	}
	must(told->n == 1 && fakehttp_n_open(http) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told told = { 0 };
	struct fakeclock clock;
	struct http_reply reply;
	const char *why = NULL;
	struct loop *loop;
	struct http *http;

	log_set_level(LOG_ERROR);
	read_reply(str_make((const char *)data, size), &reply);
	fakeclock_init(&clock);
	must(loop_new(&loop, &clock.clock) == 0);
	http_new(&http, loop, NULL);
	told = (struct told){ .is_hook = true, .reply = &reply };
	must(webhook_send(http, &hook, STR("{}"), on_answer, &told) != NULL);
	play(http, &clock, &reply, &told);
	told = (struct told){ .reply = &reply };
	must(response_url_send(http, "https://x.example/api/", "https://x.example" RESPONSE_PATH,
			       STR("{}"), on_answer, &told, &why) != NULL);
	play(http, &clock, &reply, &told);
	http_free(http);
	loop_free(loop);
	return 0;
}
