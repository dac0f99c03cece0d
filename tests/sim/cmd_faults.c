/* SPDX-License-Identifier: MIT */
/* Commands that let calls of the Web API go wrong. */
#include "sim/commands.h"
#include "sim/fault.h"

/* What stands behind `with`. */
static const struct fault_word {
	const char *pattern;
	const char *help;
	enum fault_kind kind;
	int64_t number; /* when the pattern has none */
} fault_words[] = {
	{ "429 [retry NUMBER]", "rate limited, Retry-After in seconds (1)", FAULT_LIMITED, 1 },
	{ "429 without retry", "rate limited, without that header", FAULT_LIMITED, -1 },
	{ "html [NUMBER]", "a page for people, with this HTTP status (502)", FAULT_HTML, 502 },
	{ "timeout after commit", "it happens, but no answer ever comes", FAULT_SILENT_AFTER, 0 },
	{ "timeout", "it does not happen, and no answer ever comes", FAULT_SILENT, 0 },
	{ "reset after commit", "it happens, and the connection is reset", FAULT_RESET_AFTER, 0 },
	{ "reset", "it does not happen, the connection is reset", FAULT_RESET, 0 },
	{ "delay TIME", "the answer comes so much later", FAULT_DELAY, 0 },
	{ "dribble", "the answer comes byte by byte", FAULT_DRIBBLE, 0 },
	{ "cut after NUMBER bytes", "it happens, the answer breaks off", FAULT_CUT, 0 },
	{ "NUMBER after commit", "it happens, but the HTTP status says otherwise",
	  FAULT_STATUS_AFTER, 500 },
	{ "NUMBER", "this HTTP status", FAULT_STATUS, 500 },
	{ "WORD after commit", "it happens, but the answer is this error of Slack's",
	  FAULT_ERROR_AFTER, 0 },
	{ "WORD", "an error of Slack's: invalid_auth, internal_error …", FAULT_ERROR, 0 },
	{ 0 },
};

static bool add_fault(struct stage *st, const struct match *m, int64_t times)
{
	struct words words;
	struct match what;
	const char *why = words_cut(match_text(m, "REST"), &st->arena, &words);

	if (why != NULL)
		return stage_fail(st, "%s", why);
	for (const struct fault_word *f = fault_words; f->pattern != NULL; f++) {
		int64_t number;

		if (!pattern_fits(f->pattern, &words, &st->arena, &what))
			continue;
		number = match_ms(&what, "TIME", match_number(&what, "NUMBER", f->number));
		fault_add(&st->sim->faults, match_text(m, "METHOD"), times, f->kind, number,
			  match_text(&what, "WORD"));
		return true;
	}
	return stage_fail(st, "no such fault: %.*s", STR_ARG(match_text(m, "REST")));
}

static bool fail_next(struct stage *st, const struct match *m)
{
	return add_fault(st, m, match_number(m, "NUMBER", 1));
}

static bool fail_every(struct stage *st, const struct match *m)
{
	return add_fault(st, m, 0);
}

static bool fail_nothing(struct stage *st, const struct match *m)
{
	(void)m;
	faults_clear(&st->sim->faults);
	return true;
}

const struct command fault_commands[] = {
	{ "fail next [NUMBER] METHOD with REST", "the next call, or so many of them, go wrong",
	  fail_next },
	{ "fail every METHOD with REST", "all of them, until `fail nothing`", fail_every },
	{ "fail nothing", "no further faults of calls", fail_nothing },
	{ 0 },
};

void faults_help(FILE *to)
{
	for (const struct fault_word *f = fault_words; f->pattern != NULL; f++)
		fprintf(to, "      … with %-24s %s\n", f->pattern, f->help);
}
