/* SPDX-License-Identifier: MIT */
/* The `test` lines of rules: `in #help from @ana "how do I …" -> says "…"`. */
#pragma once

#include "base/diag.h"
#include "rule/rule.h"

struct zone;

/* Reads one line into `test`, whose `at` is set; its texts lie in the arena, its event is the caller's. Times are
 * of the zone. False when it is no test (said). */
bool test_line_read(struct rule_test *test, struct str line, const struct zone *zone,
		    struct arena *arena, struct diag *diag);
/* What happens alone, without arrow and outcome. NULL when it is nothing that can happen (said). */
struct event *test_line_event(struct str line, const struct zone *zone, struct place at,
			      struct arena *arena, struct diag *diag);
/* The i-th word in front of the text, and the i-th outcome; NULL at the end. */
const char *test_line_word_at(size_t i);
const char *test_line_outcome_at(size_t i);
