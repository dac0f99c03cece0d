/* SPDX-License-Identifier: MIT */
/* A command of the program: one file a command, all of them in main.c's array. */
#pragma once

#include <stdio.h>

/* Exit codes of every command. */
enum { EXIT_FINE = 0, EXIT_FINDINGS = 1, EXIT_USAGE = 2 };

struct command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;   /* one sentence */
	const char *options;   /* for --help: one option a line, or "" */
	/* argv[0] is the command's name. */
	int (*run)(const struct command *self, int argc, char **argv);
};

extern const struct command cmd_run;
extern const struct command cmd_check;
extern const struct command cmd_test;
extern const struct command cmd_explain;
extern const struct command cmd_help;

/* What `retort COMMAND --help` prints. */
void command_help(const struct command *command, FILE *to);
/* A usage line on standard error, and EXIT_USAGE. */
int command_misused(const struct command *command);
