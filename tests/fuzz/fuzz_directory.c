/* SPDX-License-Identifier: MIT */
/*
 * Lists of people, channels and user groups, page by page, and what is looked up one by one. Each line is what Slack says
 * to the question that has waited longest, or behind `=` an event, or behind `+` a row of the store from an earlier start.
 * Questions end, every event comes back once, and whom a name leads to has that name.
 */
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "directory/directory.h"
#include "lib/fakeclock.h"
#include "lib/fakehttp.h"
#include "lib/journal.h"
#include "slack/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_USED = 8192, LINES_MAX = 60, OPEN_MAX = 300, LATE_MS = 120000 };

static const struct identity me = { .team_id = (char *)"T1", .user_id = (char *)"UBOT" };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- one directory ---- */

struct scene {
	struct fakeclock clock;
	struct loop *loop;
	struct http *http;
	struct api *api;
	struct secret token;
	struct store *store;
	struct directory *directory;
	unsigned n_taken, n_back, n_loaded;
};

static void on_loaded(void *owner)
{
	((struct scene *)owner)->n_loaded++;
}

static void on_committed(void *owner, bool stands)
{
	(void)owner;
	must(stands);
}

/* The rows of an earlier start. */
static void keep_rows(struct scene *s, struct str text)
{
	struct batch batch;
	struct str line;

	batch_init(&batch);
	while (str_cut(&text, '\n', &line)) {
		if (str_skip(&line, "+"))
			batch_put(&batch, batch.n % 2 == 0 ? STORE_PERSON : STORE_CHANNEL, line,
				  line);
	}
	s->store->ops->commit(s->store, STR("T1/names"), &batch, on_committed, s);
	s->store->ops->wait(s->store);
	batch_clear(&batch);
}

static void scene_init(struct scene *s, struct str text)
{
	*s = (struct scene){ .n_taken = 0 };
	fakeclock_init(&s->clock);
	must(loop_new(&s->loop, &s->clock.clock) == 0);
	http_new(&s->http, s->loop, NULL);
	secret_set(&s->token, STR("xoxb-test"));
	api_new(&s->api, &(struct api_setup){ .loop = s->loop,
					      .http = s->http,
					      .base_url = "https://slack.test/api/" });
	directory_new(&s->directory, s->loop, s->api, &s->token, &me);
	s->store = journal_new();
	keep_rows(s, text);
	directory_restore(s->directory, s->store, STR("T1"));
	directory_want_groups(s->directory);
	directory_load(s->directory, on_loaded, s);
}

static void scene_deinit(struct scene *s)
{
	directory_free(s->directory);
	s->store->ops->close(s->store);
	api_free(s->api);
	http_free(s->http);
	loop_free(s->loop);
	secret_deinit(&s->token);
}

static void pass(struct scene *s, int64_t ms)
{
	fakeclock_pass(&s->clock, ms);
	must(loop_turn(s->loop, 0) == 0);
	while (journal_answer(s->store))
		;
	must(fakehttp_n_open(s->http) <= OPEN_MAX);
}

/* ---- what is known ---- */

static void check_name(struct scene *s, struct str name)
{
	struct str ids, id;
	struct person who;
	int n;

	if (name.len == 0)
		return;
	n = directory_find_user(s->directory, name, &ids);
	must(n >= 0 && n <= 2 && (n == 0) == (ids.len == 0));
	if (n == 1) {
		id = ids;
		must(directory_person(s->directory, id, &who) && str_eq(who.id, id));
		must(str_eq_nocase(who.handle, name) || str_eq_nocase(who.name, name));
	}
	n = directory_find_channel(s->directory, name, &ids);
	must(n >= 0 && n <= 2 && (n == 0) == (ids.len == 0));
	n = directory_find_group(s->directory, name, &ids);
	must(n >= 0 && n <= 2);
	directory_in_group(s->directory, name, STR("U1"));
}

static void on_channel(void *owner, struct str id, enum channel_kind kind)
{
	must(id.len > 0 && kind >= CHANNEL_UNKNOWN && kind <= CHANNEL_GROUP);
	must(directory_is_member(((struct scene *)owner)->directory, id));
}

/* Every word of the input may be a name. */
static void check_names(struct scene *s, struct str text)
{
	struct str piece;

	while (str_cut(&text, '"', &piece)) {
		if (piece.len < 40)
			check_name(s, piece);
	}
	directory_each_channel(s->directory, on_channel, s);
}

/* ---- what happens ---- */

static void on_complete(void *owner, struct event *take, void *tag)
{
	must(utf8_valid(take->text) && tag == owner);
	((struct scene *)owner)->n_back++;
	event_free(take);
}

static void hear(struct scene *s, struct str line)
{
	CLEANUP(json_freep) struct json *json = NULL;
	struct event *ev = NULL;
	const char *why;

	if (json_parse(&json, line, NULL) != 0 ||
	    decode_event(&ev, json, STR("T1"), STR_EMPTY, 0, &me, &why) != 0)
		return;
	s->n_taken++;
	directory_learn(s->directory, ev);
	if (directory_complete(s->directory, ev, WANT_TEXT | WANT_NAMES | WANT_REACTED, on_complete,
			       s, s))
		on_complete(s, ev, s);
}

static void answer(struct scene *s, struct str line)
{
	CLEANUP(mem_freep) char *body = str_dup(line);
	struct fakehttp_request *request = fakehttp_open(s->http, 0);

	if (request != NULL)
		fakehttp_answer(request, 200, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size), rest = text, line;
	struct scene s;

	if (size > SIZE_USED)
		return 0;
	log_set_level(LOG_ERROR);
	scene_init(&s, text);
	for (int n = 0; n < LINES_MAX && str_cut(&rest, '\n', &line); n++) {
		if (str_skip(&line, "="))
			hear(&s, line);
		else if (!str_starts(line, "+"))
			answer(&s, line);
		pass(&s, n % 8 == 7 ? 2000 : 1);
	}
	check_names(&s, text);
	/* What nobody answers is not waited for. */
	for (int ms = 0; ms < LATE_MS && s.n_back < s.n_taken; ms += 1000)
		pass(&s, 1000);
	must(s.n_back == s.n_taken && s.n_loaded <= 1);
	scene_deinit(&s);
	return 0;
}
