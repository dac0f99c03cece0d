/* SPDX-License-Identifier: MIT */
/* Rules on their way into service: loaded, proved by their own tests, then swapped in, or not at all. */
#pragma once

#include "dryrun/rule_tests.h"
#include "rule/ruleset.h"

struct rule_paths {
	const char *const *paths;
	size_t n;
};

enum { RELOAD_REFUSED = 1 }; /* errors or failed tests; all of them are in the diag */

/* Loads the rules and runs their tests. */
int reload_prove(struct ruleset **out, struct rule_paths paths,
		 const struct ruleset_options *options, struct rule_tests_result *tests,
		 struct diag *diag);
/* The same, then puts them in the place of `*rules` (NULL = the first); on RELOAD_REFUSED that stays as it is. Says in
 * the log what came of it. */
int reload_rules(struct ruleset **rules, struct rule_paths paths,
		 const struct ruleset_options *options);
