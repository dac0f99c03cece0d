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
	{ "show ledger", "prints all calls so far", show_ledger },
	{ "help", "prints this", help },
	{ "quit", "ends", quit },
	{ 0 },
};
