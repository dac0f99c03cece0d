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
		.padding = match_number(m, "NUMBER5", 0),
	};

	if (plan.channels < 1 || plan.people < 1 || plan.messages < 1 || plan.matching < 0 ||
	    plan.matching > 100)
		return stage_fail(st,
				  "numbers must be at least 1, the share between 0%% and 100%%");
	plan.text = str_dup(match_has(m, "TEXT") ? match_text(m, "TEXT") : STR("Hello"));
	load_free(st->load);
	if (st->client != NULL)
		st->memory_kb = process_memory_kb(st->client, "VmRSS");
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

static bool is_taken(struct stage *st, void *what)
{
	(void)what;
	return load_taken(st->load);
}

static bool is_measured(void)
{
#ifdef __SANITIZE_ADDRESS__
	return false;
#else
	return true;
#endif
}

static bool taken(struct stage *st, const struct match *m)
{
	long grown;

	if (st->load == NULL || st->client == NULL)
		return stage_fail(st, "say `flood` first");
	if (!stage_until(st, is_taken, NULL))
		return stage_fail(st, "not taken in time: %lld sent",
				  (long long)load_sent(st->load));
	grown = process_memory_kb(st->client, "VmHWM") - st->memory_kb;
	printf("%lld messages taken, with %ld kB more memory than the %ld before\n",
	       (long long)load_sent(st->load), grown, st->memory_kb);
	return !is_measured() || grown <= 1024 * match_number(m, "NUMBER", 0) ||
	       stage_fail(st, "the client's memory grew by %ld kB", grown);
}

static bool some_answers(struct stage *st, const struct match *m)
{
	int64_t low, high, n;

	if (st->load == NULL)
		return stage_fail(st, "say `flood` first");
	match_range(m, "RANGE", &low, &high);
	n = load_answers(st->load);
	return (n >= low && n <= high) || stage_fail(st, "there are %lld", (long long)n);
}

const struct command load_commands[] = {
	{ "flood NUMBER messages [matching PERCENT] [over NUMBER2 channels] [by NUMBER3 people] [at NUMBER4 per second] "
	  "[saying TEXT] [and NUMBER5 bytes]",
	  "begins to send; TEXT (\"Hello\") is what the matching ones (10%) say, and so much behind it",
	  flood },
	{ "refresh WORD every TIME NUMBER times",
	  "meanwhile, disconnect frames; any = each announced kind in turn", refresh_every },
	{ 0 },
};

const struct command load_expect_commands[] = {
	{ "expect flood answered with TEXT",
	  "all have been sent, each matching one has exactly one answer, TEXT with "
	  "{user} replaced, and the others none; prints one line with the times",
	  answered },
	{ "expect flood taken within NUMBER MiB",
	  "all have been sent and taken, and since the flood began the client's memory never was by so much more; "
	  "a program with sanitizers needs more and is not asked",
	  taken },
	{ "expect RANGE answers to the flood",
	  "so many of its messages have been answered so far, with whatever text", some_answers },
	{ 0 },
};
