/* SPDX-License-Identifier: MIT */
/* Commands that say what the endpoints of others do. */
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/hook.h"

static void set(struct stage *st, const struct match *m, struct hook *h)
{
	h->delay_ms = match_ms(m, "TIME", 0);
	h->times = match_number(m, "NUMBER2", 0);
	if (h->body == NULL)
		h->body = mem_strdup("");
	hook_set(st->sim, match_text(m, "WORD"), h);
}

static bool answers(struct stage *st, const struct match *m)
{
	struct hook h = { .kind = HOOK_ANSWERS, .status = match_number(m, "NUMBER", 200) };

	if (h.status < 200 || h.status > 599)
		return stage_fail(st, "a status is a number from 200 to 599");
	h.body = str_dup(match_has(m, "JSON") ? match_text(m, "JSON") : match_text(m, "TEXT"));
	set(st, m, &h);
	return true;
}

static bool answers_big(struct stage *st, const struct match *m)
{
	struct hook h = { .kind = HOOK_ANSWERS, .status = 200 };
	CLEANUP(buf_deinit) struct buf body = { 0 };
	int64_t n = match_number(m, "NUMBER", 0);

	buf_addz(&body, "{\"big\":\"");
	while ((int64_t)body.len < n - 2 && !body.bad)
		buf_addc(&body, 'x');
	buf_addz(&body, "\"}");
	h.body = buf_take(&body);
	set(st, m, &h);
	return true;
}

static bool redirects(struct stage *st, const struct match *m)
{
	struct hook h = { .kind = HOOK_ANSWERS, .status = match_number(m, "NUMBER", 302) };

	h.location = str_dup(stage_fill(st, match_text(m, "TEXT")));
	set(st, m, &h);
	return true;
}

static bool cuts(struct stage *st, const struct match *m)
{
	struct hook h = { .kind = HOOK_CUT, .status = 200, .cut = match_number(m, "NUMBER", 0) };

	h.body = mem_strdup("{\"some\":\"answer\"}");
	set(st, m, &h);
	return true;
}

static bool breaks_off(struct stage *st, const struct match *m)
{
	set(st, m, &(struct hook){ .kind = HOOK_BREAKS_OFF });
	return true;
}

static bool stays_silent(struct stage *st, const struct match *m)
{
	set(st, m, &(struct hook){ .kind = HOOK_SILENT });
	return true;
}

const struct command hook_commands[] = {
	{ "webhook WORD answers NUMBER [JSON] [TEXT] [after TIME] [NUMBER2 times]",
	  "an endpoint at {webhook WORD}, a name that the block of `configuration` knows as well; "
	  "NUMBER is the HTTP status; after so many times it does again what it did before. An address "
	  "on this machine needs `allow private = yes`",
	  answers },
	{ "webhook WORD answers with NUMBER bytes [after TIME] [NUMBER2 times]",
	  "a big JSON object with status 200", answers_big },
	{ "webhook WORD cuts its answer after NUMBER bytes [NUMBER2 times]",
	  "the answer breaks off, head or body", cuts },
	{ "webhook WORD breaks off [NUMBER2 times]",
	  "it takes the request, then resets the connection", breaks_off },
	{ "webhook WORD stays silent [NUMBER2 times]",
	  "it takes the request, and no answer ever comes", stays_silent },
	{ "webhook WORD redirects to TEXT [by NUMBER] [NUMBER2 times]",
	  "to another address, which may be {webhook OTHER}; by 302 or another status", redirects },
	{ 0 },
};
