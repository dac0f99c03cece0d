/* SPDX-License-Identifier: MIT */
/* Runs the tests that stand beside the rules, through the engine itself: no limits, nothing posted. */
#pragma once

#include "rule/ruleset.h"

struct rule_tests_result {
	size_t passed;
	size_t failed; /* each with its complaint in the diag, at the line of the test */
};

struct rule_tests_result rule_tests_run(struct ruleset *set, struct diag *diag);
