/* SPDX-License-Identifier: MIT */
#include "cmd/command.h"

void command_help(const struct command *command, FILE *to)
{
	fprintf(to, "usage: retort %s %s\n\n%s\n", command->name, command->arguments,
		command->summary);
	if (command->options[0] != '\0')
		fprintf(to, "\n%s", command->options);
}

int command_misused(const struct command *command)
{
	fprintf(stderr, "usage: retort %s %s\nTry `retort %s --help`.\n", command->name,
		command->arguments, command->name);
	return EXIT_USAGE;
}
