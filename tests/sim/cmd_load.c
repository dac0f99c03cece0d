/* SPDX-License-Identifier: MIT */
/* Commands for many messages. */
#include <stdio.h>
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/load.h"

static bool flood(struct stage *st, const struct match *m)
{
	struct load_plan plan = {
		.messages = match_number(m, "NUMBER", 0),
		.matching = match_number(m, "PERCENT", 10),
		.channels = match_number(m, "NUMBER2", 10),
		.people = match_number(m, "NUMBER3", 10),
		.rate = match_number(m, "NUMBER4", 0),
	};

	if (plan.channels < 1 || plan.people < 1 || plan.messages < 1 || plan.matching < 0 ||
	    plan.matching > 100)
		return stage_fail(st,
				  "numbers must be at least 1, the share between 0%% and 100%%");
	plan.text = str_dup(match_has(m, "TEXT") ? match_text(m, "TEXT") : STR("Hello"));
	load_free(st->load);
	st->load = load_start(st->sim, &plan);
	return true;
}

static bool refresh_every(struct stage *st, const struct match *m)
{
	if (st->load == NULL)
		return stage_fail(st, "say `flood` first");
	load_refresh(st->load, match_ms(m, "TIME", 1000), match_number(m, "NUMBER", 1),
		     match_text(m, "WORD"));
	return true;
}

static bool is_done(struct stage *st, void *what)
{
	(void)what;
	return load_done(st->load) && load_refreshed(st->load);
}

static bool answered(struct stage *st, const struct match *m)
{
	CLEANUP(buf_deinit) struct buf report = { 0 };
	bool done, good;

	if (st->load == NULL)
		return stage_fail(st, "say `flood` first");
	done = stage_until(st, is_done, NULL);
	stage_wait(st, st->quiet_ms); /* doubled answers come late */
	good = load_check(st->load, match_text(m, "TEXT"), &report);
	printf("%.*s\n", STR_ARG(buf_str(&report)));
	if (!done)
		stage_fail(st, "not done in time; ");
	return (done && good) || stage_fail(st, "%.*s", STR_ARG(buf_str(&report)));
}

const struct command load_commands[] = {
	{ "flood NUMBER messages [matching PERCENT] [over NUMBER2 channels] [by NUMBER3 people] [at NUMBER4 per second] "
	  "[saying TEXT]",
	  "begins to send; TEXT (\"Hello\") is what the matching ones (10%) say", flood },
	{ "refresh WORD every TIME NUMBER times",
	  "meanwhile, disconnect frames; any = each announced kind in turn", refresh_every },
	{ 0 },
};

const struct command load_expect_commands[] = {
	{ "expect flood answered with TEXT",
	  "all have been sent, each matching one has exactly one answer, TEXT with "
	  "{user} replaced, and the others none; prints one line with the times",
	  answered },
	{ 0 },
};
