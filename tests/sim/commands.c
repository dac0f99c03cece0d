/* SPDX-License-Identifier: MIT */
#include "sim/commands.h"

const struct command_family command_families[] = {
	{ "The workspace", world_commands },
	{ "What people do", people_commands },
	{ "The client under test", client_commands },
	{ "What must happen (each waits, by default up to 5 s)", expect_commands },
	{ "Faults of the connection", wire_commands },
	{ "Faults of the Web API", fault_commands },
	{ "Many messages", load_commands },
	{ 0 },
};

const struct command *command_find(const struct words *words, struct arena *arena, struct match *match,
				   const char **why)
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
	      "left out. Lines that belong to the one above are indented.\n\n"
	      "  PERSON @ana   CHANNEL #general, or dm   TEXT \"in quotes\", with <@ana> and <#general>\n"
	      "  MESSAGE \"its text\", a NAME given by `as`, or it   TIME 300ms, 2s, 1m   RANGE 2 or 1..2\n"
	      "  EMOJI :eyes:   METHOD chat.postMessage, or call for any\n",
	      to);
	for (const struct command_family *f = command_families; f->title != NULL; f++) {
		fprintf(to, "\n%s\n", f->title);
		for (const struct command *c = f->commands; c->pattern != NULL; c++)
			fprintf(to, "  %s\n        %s\n", c->pattern, c->help);
		if (f->commands == fault_commands)
			faults_help(to);
	}
}
