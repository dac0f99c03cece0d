/* SPDX-License-Identifier: MIT */
/* What is no mistake in any one rule, but in how they stand together. Told as warnings. */
#pragma once

#include "dryrun/simulate.h"

/*
 * By the tests that stand beside the rules: a rule of which every positive test is taken by an earlier one can
 * never fire as it was meant; and a test that two rules would answer shows that their order decides.
 */
void diagnose(struct simulation *r, const struct ruleset *set, struct diag *diag);
