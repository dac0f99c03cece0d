/* SPDX-License-Identifier: MIT */
/* What `check` and `test` share: load the rules, run their tests, report. */
#pragma once

#include "cmd/command.h"
#include "daemon/reload.h"

struct proof {
	struct ruleset *set; /* NULL when the rules did not load */
	struct rule_tests_result tests;
	struct diag diag;
};

/* Reads the rules that stand on the command line, or where the configuration says, runs their tests, and reports
 * whatever came of it. Gives the exit status. */
int prove(const struct command_line *line, int (*report)(const struct proof *proof));
/* The rules of `-r`, without their tests. False: there are none; what is wrong is in the proof, which is the caller's
 * to release in any case. */
bool prove_loading(struct proof *proof, const struct command_line *line);
void proof_deinit(struct proof *proof);
