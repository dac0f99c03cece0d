/* SPDX-License-Identifier: MIT */
/* retort help: what the rules are good for, as the bot itself would say it. */
#include "base/buf.h"
#include "base/mem.h"
#include "cmd/command.h"
#include "cmd/prove.h"
#include "engine/help.h"
#include "slack/text.h"

static bool no_name(void *owner, struct str id, struct str *name)
{
	(void)owner;
	(void)id;
	(void)name;
	return false;
}

static int report(const struct proof *proof)
{
	CLEANUP(buf_deinit) struct buf markup = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const struct text_names names = { NULL, no_name, no_name, no_name };

	diag_print(&proof->diag, stderr);
	if (proof->set == NULL)
		return EXIT_FINDINGS;
	if (help_write(proof->set, NULL, &markup) == 0)
		buf_addz(&markup, "No rule has a `help` line.");
	text_seen(&text, buf_str(&markup), &names);
	printf("%.*s\n", STR_ARG(buf_str(&text)));
	return EXIT_FINE;
}

static int run(const struct command *self, const struct command_line *line)
{
	(void)self;
	return prove(line, report);
}

const struct command cmd_help = {
	.name = "help",
	.arguments = "[-c FILE] [RULES...]",
	.summary =
		"Prints the `help` lines of the rules: what somebody sees who writes \"@bot help\".\n"
		"Without RULES it reads what the configuration names, or the folder `rules`.",
	.options = { WITH_CONFIG },
	.more = "Exit status: 0 fine, 1 the rules do not load, 2 wrong use.\n",
	.run = run,
};
