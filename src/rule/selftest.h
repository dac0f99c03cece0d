/* SPDX-License-Identifier: MIT */
/* The `test` lines of rules: `in #help from @ana "how do I …" -> says "…"`. */
#pragma once

#include "base/diag.h"
#include "rule/rule.h"

/* Reads one line into `test`, whose `at` is set; its texts lie in the arena, its event is the caller's.
 * False when it is no test (said). */
bool selftest_read(struct rule_test *test, struct str line, struct arena *arena, struct diag *diag);
