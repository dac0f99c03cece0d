/* SPDX-License-Identifier: MIT */
/* Rules whose patterns ran over their budget three times within an hour are kept silent, alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/clock.h"

enum { BREAKER_STRIKES = 3 };

struct strikes {
	struct mono at[BREAKER_STRIKES]; /* the latest ones, oldest first */
	unsigned n;
	bool out;
};

struct breaker {
	struct strikes *rules; /* by the rule's order */
	size_t n;
};

void breaker_init(struct breaker *b);
void breaker_deinit(struct breaker *b);
/* Notes a strike; true when this one silences the rule. */
bool breaker_strike(struct breaker *b, size_t rule_order, struct mono now);
static inline bool breaker_has(const struct breaker *b, size_t rule_order)
{
	return rule_order < b->n && b->rules[rule_order].out;
}
