/* SPDX-License-Identifier: MIT */
/* Runs the tests that stand beside the rules, through the engine itself: no limits, nothing posted. */
#pragma once

#include "rule/set.h"

struct trial_result {
	size_t passed;
	size_t failed; /* each with its complaint in the diag, at the line of the test */
};

struct trial_result trial_run(struct set *set, struct diag *diag);
