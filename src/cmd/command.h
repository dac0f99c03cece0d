/* SPDX-License-Identifier: MIT */
/*
 * A command of the program: one file a command, all of them in main.c's array. Its options are rows of one table, from
 * which the parser and `--help` are made.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit codes of every command. */
enum { EXIT_FINE = 0, EXIT_FINDINGS = 1, EXIT_USAGE = 2 };

enum { COMMAND_RULES_MAX = 16, COMMAND_OPTIONS_MAX = 8 };

/* What a command line says. The texts are those of argv. */
struct command_line {
	const char *config; /* NULL = none; the others likewise */
	const char *event_file;
	const char *transport, *rtm_method, *store, *log_level;
	const char *rules[COMMAND_RULES_MAX];
	size_t n_rules;
	bool json;
	char **words; /* what stands behind the options */
	size_t n_words;
};

/* The options that a command may have. */
enum with {
	WITH_CONFIG = 1,
	WITH_RULES,
	WITH_EVENT,
	WITH_JSON,
	WITH_TRANSPORT,
	WITH_RTM_METHOD,
	WITH_STORE,
	WITH_LOG_LEVEL,
	WITH_HELP, /* every command has it */
};

struct command {
	const char *name;
	const char *arguments;			/* for the usage line */
	const char *summary;			/* what it does, a few lines */
	enum with options[COMMAND_OPTIONS_MAX]; /* ended by 0 */
	const char *more; /* for --help, behind the options: environment, exit status */
	int (*run)(const struct command *self, const struct command_line *line);
};

extern const struct command cmd_run;
extern const struct command cmd_check;
extern const struct command cmd_test;
extern const struct command cmd_explain;
extern const struct command cmd_outbox;
extern const struct command cmd_help;

/* Reads the command line and runs the command; argv[0] is its name. Gives the exit status. */
int command_main(const struct command *command, int argc, char **argv);
/* A usage line on standard error, and EXIT_USAGE. */
int command_misused(const struct command *command);
