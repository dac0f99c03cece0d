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

/* Rules from the paths, or from where the configuration says. `config` may be NULL. < 0 fatal; else the proof is
 * filled, whatever came of it. */
int prove(struct proof *proof, const char *config, int n_paths, char **paths);
/* The same without their tests. */
int prove_loading(struct proof *proof, const char *config, int n_paths, char **paths);
void proof_deinit(struct proof *proof);
/* A whole command that takes `-c FILE` and RULES, proves them and reports; gives its exit status. */
int prove_command(const struct command *self, int argc, char **argv,
		  int (*report)(const struct proof *proof));
