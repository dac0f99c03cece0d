/* SPDX-License-Identifier: MIT */
/* The commands of the scenario language: tables of pattern, help and function, a file a family. */
#pragma once

#include "sim/stage.h"

struct command {
	const char *pattern; /* a colon at its end: indented lines follow, stage::block */
	const char *help;
	/* False = it failed; why stands in stage::complaint. */
	bool (*run)(struct stage *st, const struct match *m);
};

struct command_family {
	const char *title;
	const struct command *commands; /* ended by one without a pattern */
	/* It does nothing to the client, so `again`, `new` and `no gap` still speak of what was done before. */
	bool only_looks;
};

/* All families, ended by one without a title. */
extern const struct command_family command_families[];

extern const struct command people_commands[];
extern const struct command world_commands[];
extern const struct command machine_commands[];
extern const struct command several_commands[];
extern const struct command fault_commands[];
extern const struct command wire_commands[];
extern const struct command client_commands[];
extern const struct command self_commands[];
extern const struct command hook_commands[];
extern const struct command expect_commands[];
extern const struct command answer_expect_commands[];
extern const struct command call_expect_commands[];
extern const struct command self_expect_commands[];
extern const struct command proxy_commands[];
extern const struct command proxy_expect_commands[];
extern const struct command load_commands[];
extern const struct command load_expect_commands[];
extern const struct command play_commands[];

/* The command that a line means. NULL: *why says what is wrong, with the nearest pattern; in the arena. */
const struct command *command_find(const struct words *words, struct arena *arena,
				   struct match *match, const char **why);
bool command_has_block(const struct command *c);
bool command_only_looks(const struct command *c);
/* The whole language, as `slacksim --help language` shows it. */
void commands_help(FILE *to);
/* What can go wrong with a call (`fail … with WHAT`), for the help. */
void faults_help(FILE *to);
