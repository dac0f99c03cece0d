/* SPDX-License-Identifier: MIT */
/* What must be called, argument by argument, and what must reach the endpoints of others. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/compare.h"
#include "sim/request.h"
#include "sim/socket_side.h"
#include "sim/wanted.h"

/* ---- calls ---- */

struct arguments {
	const struct json *json;
	bool exactly, within;
};

static bool arguments_are(const struct entry *e, const void *what)
{
	const struct arguments *a = what;

	if (a->within && json_is_within(a->json, e->args))
		return true;
	return arguments_fit(e, a->json, a->exactly);
}

static bool expect_call(struct stage *st, const struct match *m, struct json *take_args,
			const struct arguments *how, bool failed)
{
	CLEANUP(json_freep) struct json *args = take_args;
	CLEANUP(mem_freep) char *method = str_dup(match_text(m, "METHOD"));
	struct arguments a = *how;
	struct wanted w = { .method = method, .any = true, .failed = failed };

	if (args == NULL)
		return false;
	a.json = args;
	w.fits = arguments_are;
	w.what = &a;
	return wanted_expect(st, &w);
}

static const struct arguments some = { .exactly = false };
static const struct arguments exact = { .exactly = true };
static const struct arguments within = { .within = true };

static bool call(struct stage *st, const struct match *m)
{
	return expect_call(st, m, json_new_object(), &some, false);
}

static bool call_with(struct stage *st, const struct match *m)
{
	return expect_call(st, m, wanted_arguments(st, m), &some, false);
}

static bool call_with_json(struct stage *st, const struct match *m)
{
	return expect_call(st, m, stage_json(st, match_text(m, "JSON")), &within, false);
}

static bool exact_call(struct stage *st, const struct match *m)
{
	return expect_call(st, m, wanted_arguments(st, m), &exact, false);
}

static bool exact_call_json(struct stage *st, const struct match *m)
{
	return expect_call(st, m, stage_json(st, match_text(m, "JSON")), &exact, false);
}

static bool failed_call(struct stage *st, const struct match *m)
{
	return expect_call(st, m, json_new_object(), &some, true);
}

static bool failed_call_with(struct stage *st, const struct match *m)
{
	return expect_call(st, m, wanted_arguments(st, m), &some, true);
}

/* So many calls of a method, whether people saw them or not. */
struct count {
	struct str method;
	size_t seen;
	int64_t low, high;
};

static bool counted(struct stage *st, void *what)
{
	struct count *c = what;

	c->seen = 0;
	for (size_t i = 0; i < st->sim->ledger.n; i++)
		c->seen += str_is(c->method, st->sim->ledger.entries[i]->method);
	return (int64_t)c->seen >= c->low && (int64_t)c->seen <= c->high;
}

static bool expect_count(struct stage *st, const struct match *m, struct str method)
{
	struct count c = { .method = method };

	match_range(m, "RANGE", &c.low, &c.high);
	return stage_until(st, counted, &c) ||
	       stage_fail(st, "there are %zu of %.*s", c.seen, STR_ARG(c.method));
}

static bool calls(struct stage *st, const struct match *m)
{
	return expect_count(st, m, match_text(m, "METHOD"));
}

static struct str webhook(struct stage *st, const struct match *m)
{
	return str_keepf(&st->arena, "webhook %.*s", STR_ARG(match_text(m, "WORD")));
}

static bool requests(struct stage *st, const struct match *m)
{
	return expect_count(st, m, webhook(st, m));
}

/* None came so far, and none comes when all is acknowledged and some time has passed. */
static bool expect_none(struct stage *st, struct str method)
{
	struct count c = { .method = method, .low = 1, .high = INT64_MAX };
	int64_t patience = st->patience_ms;
	bool pinged = false, came;

	if (!stage_until(st, stage_settled, &pinged))
		return stage_fail(st, "%zu deliveries are not acknowledged",
				  socket_side_open(st->sim->socket));
	st->patience_ms = st->quiet_ms;
	came = stage_until(st, counted, &c);
	st->patience_ms = patience;
	return !came || stage_fail(st, "there are %zu of %.*s", c.seen, STR_ARG(method));
}

static bool no_call(struct stage *st, const struct match *m)
{
	return expect_none(st, match_text(m, "METHOD"));
}

static bool no_request(struct stage *st, const struct match *m)
{
	return expect_none(st, webhook(st, m));
}

/* ---- webhooks ---- */

struct content {
	const struct json *json; /* NULL = not asked about */
	const char *part;	 /* NULL = not asked about */
	struct str verb;	 /* empty = any */
	bool empty;
};

static bool content_is(const struct entry *e, const void *what)
{
	const struct content *c = what;
	CLEANUP(json_freep) struct json *seen = NULL;
	struct str body = str_from(e->body);

	if (c->verb.len > 0 && !str_is(c->verb, e->verb))
		return false;
	if (c->part != NULL && str_find(body, c->part) == SIZE_MAX)
		return false;
	return c->json == NULL ||
	       (json_parse(&seen, body, NULL) == 0 && json_is_same(seen, c->json));
}

static bool expect_request(struct stage *st, const struct match *m, struct content *c)
{
	struct wanted w = { .method = webhook(st, m).p, .fits = content_is };

	c->verb = match_text(m, "WORD2");
	w.what = c;
	return wanted_expect(st, &w);
}

static bool request(struct stage *st, const struct match *m)
{
	return expect_request(st, m, &(struct content){ .json = NULL });
}

static bool request_with_json(struct stage *st, const struct match *m, struct str text)
{
	CLEANUP(json_freep) struct json *j = stage_json(st, text);

	return j != NULL && expect_request(st, m, &(struct content){ .json = j });
}

static bool request_json(struct stage *st, const struct match *m)
{
	return request_with_json(st, m, match_text(m, "JSON"));
}

static bool request_below(struct stage *st, const struct match *m)
{
	return request_with_json(st, m, str_trim(st->block));
}

static bool request_part(struct stage *st, const struct match *m)
{
	struct str part = str_keep(&st->arena, stage_wire(st, match_text(m, "TEXT")));

	return expect_request(st, m, &(struct content){ .part = part.p });
}

/* A header of any request to a webhook. */
struct header {
	struct str method;
	const char *name;
	struct str value; /* .p NULL = any */
	struct str seen;
};

static bool header_came(struct stage *st, void *what)
{
	struct header *h = what;

	for (size_t i = 0; i < st->sim->ledger.n; i++) {
		const struct entry *e = st->sim->ledger.entries[i];
		const struct request r = { .head = str_from(e->head) };

		if (!str_is(h->method, e->method))
			continue;
		h->seen = request_header(&r, h->name);
		if (h->seen.len > 0 && (h->value.p == NULL || str_eq(h->seen, h->value)))
			return true;
	}
	return false;
}

static bool header(struct stage *st, const struct match *m)
{
	struct header h = { .method = webhook(st, m), .value = match_text(m, "TEXT") };
	CLEANUP(mem_freep) char *name = str_dup(match_text(m, "NAME"));

	h.name = name;
	if (stage_until(st, header_came, &h))
		return true;
	if (h.seen.len > 0)
		return stage_fail(st, "it is \"%.*s\"", STR_ARG(h.seen));
	return stage_fail(st, "no request with that header came");
}

static bool no_header(struct stage *st, const struct match *m)
{
	struct header h = { .method = webhook(st, m), .value = { NULL, 0 } };
	CLEANUP(mem_freep) char *name = str_dup(match_text(m, "NAME"));

	h.name = name;
	return !header_came(st, &h) || stage_fail(st, "it is \"%.*s\"", STR_ARG(h.seen));
}

const struct command call_expect_commands[] = {
	{ "expect call METHOD", "a call that Slack obeyed", call },
	{ "expect call METHOD with ARGUMENTS",
	  "one with these arguments and perhaps more; what is JSON is compared as JSON",
	  call_with },
	{ "expect call METHOD with JSON", "the same; objects in it may have more members, too",
	  call_with_json },
	{ "expect exactly call METHOD with ARGUMENTS", "one with these arguments and no others",
	  exact_call },
	{ "expect exactly call METHOD with JSON", "the same", exact_call_json },
	{ "expect failed call METHOD", "a call that Slack refused, or whose answer was a fault",
	  failed_call },
	{ "expect failed call METHOD with ARGUMENTS", "one with these arguments and perhaps more",
	  failed_call_with },
	{ "expect no call METHOD",
	  "so far there was no call of it, and all being acknowledged there comes none", no_call },
	{ "expect RANGE calls of METHOD", "so many calls of it, since the beginning", calls },
	{ "expect webhook WORD [by WORD2]", "a request to it; WORD2 is POST, PUT …", request },
	{ "expect webhook WORD with JSON [by WORD2]",
	  "one whose body is this JSON, no more no less", request_json },
	{ "expect webhook WORD with TEXT [by WORD2]", "one whose body has this in it",
	  request_part },
	{ "expect webhook WORD with :", "one whose body is the JSON indented below",
	  request_below },
	{ "expect header NAME TEXT at webhook WORD",
	  "some request to it had this header; capitals in NAME do not count", header },
	{ "expect no header NAME at webhook WORD", "no request to it had such a header so far",
	  no_header },
	{ "expect no webhook WORD", "no request came so far, and none comes", no_request },
	{ "expect RANGE requests at webhook WORD", "so many, since the beginning", requests },
	{ 0 },
};
