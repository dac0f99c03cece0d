/* SPDX-License-Identifier: MIT */
/* Rules on their way into service: loaded, proved by their own tests, then swapped in, or not at all. */
#pragma once

#include "engine/engine.h"
#include "rule/ruleset.h"
#include "dryrun/rule_tests.h"

struct rule_paths {
	const char *const *paths;
	size_t n;
};

enum { RELOAD_REFUSED = 1 }; /* errors or failed tests; all of them are in the diag */

/* Loads the rules and runs their tests. */
int reload_prove(struct ruleset **out, struct rule_paths paths,
		 const struct ruleset_options *options, struct rule_tests_result *tests,
		 struct diag *diag);
/* The same, then gives them to the engine; on RELOAD_REFUSED the engine keeps what it has. Says in the log
 * what came of it. */
int reload_rules(struct engine *engine, struct rule_paths paths,
		 const struct ruleset_options *options);
