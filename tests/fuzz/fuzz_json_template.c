/* SPDX-License-Identifier: MIT */
/*
 * JSON with placeholders: the input is the body of a webhook and the arguments of a call. Whatever people write, the JSON
 * that is sent has the shape that it has with harmless words.
 */
#include <stdint.h>
#include <stdlib.h>
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "lib/engine_pipe.h"
#include "lib/posted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_USED = 4096, JOBS_MAX = 4 };

/* What the rules sent. */
struct sent {
	struct json *bodies[JOBS_MAX];
	size_t n;
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void note_body(void *owner, const struct job *job)
{
	struct sent *sent = owner;

	must(sent->n < JOBS_MAX);
	must(json_parse(&sent->bodies[sent->n++], str_from(job_body(job)), NULL) == 0);
}

static void check_same(const struct json *a, const struct json *b);

static void check_members(const struct json *a, const struct json *b)
{
	struct json *x, *y;
	struct str key, other;
	size_t at = 0, at_other = 0;

	while (json_member(a, &at, &key, &x)) {
		must(json_member(b, &at_other, &other, &y));
		must(str_eq(key, other));
		check_same(x, y);
	}
}

static void check_same(const struct json *a, const struct json *b)
{
	must(json_kind(a) == json_kind(b));
	if (json_kind(a) == JSON_STRING)
		must(posted_plain_fault(json_str(a, "")) != NULL ||
		     posted_plain_fault(json_str(b, "")) == NULL);
	if (json_kind(a) != JSON_ARRAY && json_kind(a) != JSON_OBJECT)
		return;
	must(json_len(a) == json_len(b));
	if (json_kind(a) == JSON_OBJECT)
		check_members(a, b);
	for (size_t i = 0; json_kind(a) == JSON_ARRAY && i < json_len(a); i++)
		check_same(json_item(a, i), json_item(b, i));
}

static void sent_deinit(struct sent *sent)
{
	for (size_t i = 0; i < sent->n; i++)
		json_free(sent->bodies[i]);
}

static void compare(struct engine_pipe *h, const struct sent *harmless, const char *words)
{
	struct sent sent = { .n = 0 };

	h->name = h->place = h->field = h->answer = str_from(words);
	h->turn = 0;
	pipe_hear(h, str_from(words), note_body, &sent);
	must(sent.n == harmless->n);
	for (size_t i = 0; i < sent.n; i++)
		check_same(harmless->bodies[i], sent.bodies[i]);
	sent_deinit(&sent);
}

static void hear(struct ruleset *set)
{
	static const char *const worst[] = {
		"x\",\"y\":\"",	      "x\\",	"\\u0022", "x}]",	 "<!here>\n",
		"x\xE2\x80\xAE\x01y", "{user}", "null",	   "<@U2RAJ|x>", "&amp;\t`",
	};
	struct sent harmless = { .n = 0 };
	struct engine_pipe pipe;

	pipe_init(&pipe, set);
	pipe_hear(&pipe, STR("x"), note_body, &harmless);
	for (size_t i = 0; i < ARRAY_LEN(worst); i++)
		compare(&pipe, &harmless, worst[i]);
	sent_deinit(&harmless);
	pipe_deinit(&pipe);
}

static void put_rules(struct buf *rules, const char *action, struct str text)
{
	struct str line;

	buf_addz(rules, "[rule other]\non = join\nset kept = {user}\n"
			"[rule r]\nmatch = ^(?<who>.+)z?$\n");
	buf_addf(rules, "%s =\n", action);
	while (str_cut(&text, '\n', &line))
		buf_addf(rules, " %.*s\n", STR_ARG(line));
}

static void try_action(const char *action, struct str text)
{
	const struct ruleset_options options = { .allow_broadcast = true };
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct ruleset *set = NULL;
	struct diag diag = { 0 };

	put_rules(&rules, action, text);
	must((ruleset_load_text(&set, buf_str(&rules), "fuzz.ini", &options, &diag) == 0) ==
	     (diag.n_errors == 0));
	if (set != NULL)
		hear(set);
	ruleset_unref(set);
	diag_deinit(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);

	/* What depends on the words may well have another shape. */
	if (!utf8_valid(text) || size > SIZE_USED || text.len == 0 || text.p[0] == '@')
		return 0;
	log_set_level(LOG_ERROR);
	try_action("webhook hook", text);
	try_action("call chat.postMessage", text);
	return 0;
}
