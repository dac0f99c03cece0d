/* SPDX-License-Identifier: MIT */
#include "sim/commands.h"

const struct command_family command_families[] = {
	{ "The workspace", world_commands, false },
	{ "Several workspaces", several_commands, true },
	{ "What people do", people_commands, false },
	{ "The endpoints of others", hook_commands, false },
	{ "The client under test", client_commands, false },
	{ "What must happen (each waits, at most as long as `patience` says)",
	  answer_expect_commands, true },
	{ "What must be called, and what must reach a webhook", call_expect_commands, true },
	{ "What must become of the connection and of the client", expect_commands, true },
	{ "Faults of the connection", wire_commands, false },
	{ "A proxy in between", proxy_commands, false },
	{ "What the proxy must see", proxy_expect_commands, true },
	{ "What the machine denies the client", machine_commands, false },
	{ "Faults of the Web API", fault_commands, false },
	{ "Many messages", load_commands, false },
	{ "What must come of them", load_expect_commands, true },
	{ "Slack without a client", self_commands, false },
	{ "What Slack must answer then", self_expect_commands, true },
	{ "The play itself", play_commands, true },
	{ 0 },
};

bool command_has_block(const struct command *c)
{
	return str_ends(str_from(c->pattern), ":");
}

bool command_only_looks(const struct command *c)
{
	for (const struct command_family *f = command_families; f->title != NULL; f++)
		for (const struct command *member = f->commands; member->pattern != NULL; member++)
			if (member == c)
				return f->only_looks;
	return false;
}

const struct command *command_find(const struct words *words, struct arena *arena,
				   struct match *match, const char **why)
{
	const char *nearest = NULL;
	size_t best = 0;

	for (const struct command_family *f = command_families; f->title != NULL; f++)
		for (const struct command *c = f->commands; c->pattern != NULL; c++) {
			size_t reach;

			if (pattern_fits(c->pattern, words, arena, match))
				return c;
			reach = pattern_reach(c->pattern, words);
			if (reach > best) {
				best = reach;
				nearest = c->pattern;
			}
		}
	*why = nearest == NULL ? "no such command; `slacksim --help language` lists them" :
				 str_keepf(arena, "no such command; near it is `%s`", nearest).p;
	return NULL;
}

void commands_help(FILE *to)
{
	fputs("A scenario is a list of lines; one that begins with # is a comment. Small words stand for\n"
	      "themselves, words in capitals for a thing of that kind, and what is in [brackets] may be\n"
	      "left out. A colon at the end: indented lines follow. Two more take such lines and play them:\n"
	      "`repeat NUMBER times` and `for every NAME from NUMBER to NUMBER2`, which replaces {NAME};\n"
	      "`for every NAME from NUMBER on` goes on until a line in it says `leave …`.\n\n"
	      "  PERSON @ana   CHANNEL #general, or dm   TEXT \"in quotes\", with <@ana> and <#general>\n"
	      "  MESSAGE \"its text\", a NAME given by `as`, or it   TIME 300ms, 2s, 1m   RANGE 2 or 1..2\n"
	      "  EMOJI :eyes:   METHOD chat.postMessage, or call for any\n"
	      "  JSON '{\"text\": \"in single quotes\"}', in which <@ana>, <#general> are as in texts, and\n"
	      "  {@ana} {#general} {dm @ana} {ts NAME} {link NAME} {webhook NAME} stand for an id, a ts, an\n"
	      "  address\n"
	      "  ARGUMENTS channel=#general thread_ts=MESSAGE text=\"Hi <@ana>\" blocks='[…]' unfurl_links=false,\n"
	      "  with channel=@ana for the DM with her, and user=@ana for her id\n",
	      to);
	for (const struct command_family *f = command_families; f->title != NULL; f++) {
		fprintf(to, "\n%s\n", f->title);
		for (const struct command *c = f->commands; c->pattern != NULL; c++)
			fprintf(to, "  %s\n        %s\n", c->pattern, c->help);
		if (f->commands == fault_commands)
			faults_help(to);
	}
}
