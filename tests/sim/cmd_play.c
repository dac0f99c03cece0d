/* SPDX-License-Identifier: MIT */
/* Commands about the play itself. */
#include <stdio.h>
#include "sim/commands.h"

static bool patience(struct stage *st, const struct match *m)
{
	st->patience_ms = match_ms(m, "TIME", st->patience_ms);
	return true;
}

static bool quiet(struct stage *st, const struct match *m)
{
	st->quiet_ms = match_ms(m, "TIME", st->quiet_ms);
	return true;
}

static bool let_pass(struct stage *st, const struct match *m)
{
	stage_wait(st, match_ms(m, "TIME", 0));
	return true;
}

/* What leaves whole comes back as acknowledgement and pong; what is cut, does not. */
static bool cut_or_whole(struct stage *st, void *pinged)
{
	return st->sim->n_cuts > st->sim->then.n_cuts || stage_live_and_settled(st, pinged);
}

static bool leave_uncut(struct stage *st, const struct match *m)
{
	bool pinged = false;

	(void)m;
	if (!stage_until(st, cut_or_whole, &pinged))
		return stage_fail(st, "nothing was cut, and nothing came through whole either");
	st->leaving = st->sim->n_cuts == st->sim->then.n_cuts;
	return true;
}

static bool quit(struct stage *st, const struct match *m)
{
	(void)m;
	st->quit = true;
	return true;
}

static bool help(struct stage *st, const struct match *m)
{
	(void)st;
	(void)m;
	commands_help(stdout);
	return true;
}

static bool show_ledger(struct stage *st, const struct match *m)
{
	(void)m;
	ledger_print(&st->sim->ledger, SIZE_MAX, stdout);
	return true;
}

const struct command play_commands[] = {
	{ "patience TIME", "how long each expectation waits from now on", patience },
	{ "quiet TIME", "how long nothing must come for `expect nothing`; 250ms in the beginning",
	  quiet },
	{ "let TIME pass", "for what must have run out before the next line", let_pass },
	{ "leave when nothing was cut",
	  "the loop ends when what was to be cut since the last thing that was done came through "
	  "whole: it was shorter",
	  leave_uncut },
	{ "show ledger", "prints all calls so far", show_ledger },
	{ "help", "prints this", help },
	{ "quit", "ends", quit },
	{ 0 },
};
