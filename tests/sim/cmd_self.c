/* SPDX-License-Identifier: MIT */
/* The local Slack tried out without a client: calls that the bot could make, and what is answered to them. */
#include <stdlib.h>
#include "base/mem.h"
#include "net/http.h"
#include "sim/commands.h"
#include "sim/compare.h"
#include "sim/self.h"
#include "sim/slash.h"
#include "sim/wanted.h"

static struct str api_path(struct stage *st, const struct match *m)
{
	return str_keepf(&st->arena, "/api/%.*s", STR_ARG(match_text(m, "METHOD")));
}

static void add_pair(struct buf *form, struct str key, const struct json *value)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (json_kind(value) == JSON_STRING)
		buf_add(&text, json_str(value, ""));
	else
		json_print(value, &text);
	if (form->len > 0)
		buf_addc(form, '&');
	buf_add_percent(form, key);
	buf_addc(form, '=');
	buf_add_percent(form, buf_str(&text));
}

/* As a form, the way of most clients. */
static bool calls_with(struct stage *st, const struct match *m)
{
	CLEANUP(json_freep) struct json *args = wanted_arguments(st, m);
	CLEANUP(buf_deinit) struct buf form = { 0 };
	struct json *value;
	struct str key;

	if (args == NULL)
		return false;
	for (size_t i = 0; json_member(args, &i, &key, &value);)
		add_pair(&form, key, value);
	return self_post(st, api_path(st, m), STR("application/x-www-form-urlencoded"),
			 buf_str(&form));
}

static bool send_json(struct stage *st, struct str path, struct str text, bool with_token)
{
	CLEANUP(json_freep) struct json *j = stage_json(st, text);
	CLEANUP(buf_deinit) struct buf body = { 0 };

	if (j == NULL)
		return false;
	json_print(j, &body);
	if (with_token)
		return self_post(st, path, STR("application/json; charset=utf-8"), buf_str(&body));
	return self_send(st, STR("POST"), path, STR("Content-Type: application/json\r\n"),
			 buf_str(&body));
}

static bool calls_with_json(struct stage *st, const struct match *m)
{
	return send_json(st, api_path(st, m), match_text(m, "JSON"), true);
}

static bool answers_command(struct stage *st, const struct match *m)
{
	size_t newest = slash_newest(st->sim);

	if (newest == 0)
		return stage_fail(st, "nobody has typed a command yet");
	return send_json(st, str_from(slash_path(st->sim, newest)), match_text(m, "JSON"), false);
}

static bool requests_webhook(struct stage *st, const struct match *m)
{
	struct str path = str_keepf(&st->arena, "/hooks/%.*s", STR_ARG(match_text(m, "WORD")));
	struct str head = str_keepf(&st->arena, "%.*s\r\n", STR_ARG(match_text(m, "TEXT")));

	if (!match_has(m, "TEXT"))
		head = STR("Content-Type: application/json\r\n");
	return self_send(st, match_has(m, "WORD2") ? match_text(m, "WORD2") : STR("POST"), path,
			 head, match_text(m, "JSON"));
}

/* ---- what came of it ---- */

static bool fail_seen(struct stage *st)
{
	return stage_fail(st, "the answer is %d %.*s", self_status(st), STR_ARG(self_body(st)));
}

static bool result_json(struct stage *st, const struct match *m)
{
	CLEANUP(json_freep) struct json *wanted = stage_json(st, match_text(m, "JSON"));
	CLEANUP(json_freep) struct json *seen = NULL;

	if (wanted == NULL)
		return false;
	return (json_parse(&seen, self_body(st), NULL) == 0 && json_is_within(wanted, seen)) ||
	       fail_seen(st);
}

/* `ok`, or Slack's word for what is wrong. */
static bool result_word(struct stage *st, const struct match *m)
{
	CLEANUP(json_freep) struct json *seen = NULL;
	struct str wanted = match_text(m, "WORD");
	bool ok = false;

	if (json_parse(&seen, self_body(st), NULL) != 0 || !json_get_bool(seen, "ok", &ok))
		return fail_seen(st);
	return (ok ? str_is(wanted, "ok") : str_eq(wanted, json_str(seen, "error"))) ||
	       fail_seen(st);
}

static bool status(struct stage *st, const struct match *m)
{
	return self_status(st) == (int)match_number(m, "NUMBER", 0) || fail_seen(st);
}

static bool answer_header(struct stage *st, const struct match *m)
{
	CLEANUP(mem_freep) char *name = str_dup(match_text(m, "NAME"));
	struct str wanted = stage_fill(st, match_text(m, "TEXT"));

	return str_eq(self_header(st, name), wanted) ||
	       stage_fail(st, "it is \"%.*s\"", STR_ARG(self_header(st, name)));
}

static bool event(struct stage *st, const struct match *m)
{
	CLEANUP(json_freep) struct json *wanted = stage_json(st, match_text(m, "JSON"));
	const struct json *events = st->sim->events;

	for (size_t i = json_len(events); wanted != NULL && i-- > 0;) {
		CLEANUP(json_freep) struct json *seen = NULL;

		if (json_parse(&seen, json_str(json_item(events, i), ""), NULL) == 0 &&
		    json_is_within(wanted, seen))
			return true;
	}
	if (wanted == NULL)
		return false;
	if (json_len(events) == 0)
		return stage_fail(st, "there has been no event");
	return stage_fail(st, "the newest event is %.*s",
			  STR_ARG(json_str(json_item(events, json_len(events) - 1), "")));
}

const struct command self_commands[] = {
	{ "the bot calls METHOD with ARGUMENTS", "a call by a form, as if the client had made it",
	  calls_with },
	{ "the bot calls METHOD with JSON", "a call by JSON", calls_with_json },
	{ "the bot calls METHOD", "one without arguments", calls_with },
	{ "the bot answers JSON to the command", "by the response_url of the newest command",
	  answers_command },
	{ "the bot sends JSON to webhook WORD [by WORD2] [and TEXT]",
	  "a request, by POST or WORD2, with the header line TEXT", requests_webhook },
	{ 0 },
};

const struct command self_expect_commands[] = {
	{ "expect result WORD", "that was answered: ok, or an error such as channel_not_found",
	  result_word },
	{ "expect result JSON", "the answer has this in it", result_json },
	{ "expect status NUMBER", "its HTTP status; 0 = no answer came", status },
	{ "expect answered header NAME TEXT", "it had this header", answer_header },
	{ "expect event JSON", "the app is told, among the newest events, of one with this in it",
	  event },
	{ 0 },
};
