/* SPDX-License-Identifier: MIT */
/* Rules whose patterns took too long on the messages of several people rest, alone: for minutes, each time for twice as
 * many. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/clock.h"
#include "base/str.h"

enum { BREAKER_PEOPLE = 3 };

struct strikes {
	struct {
		char author[24]; /* the beginning of his id, which is nearly always all of it */
		struct mono at;
	} by[BREAKER_PEOPLE]; /* the latest of each, oldest first */
	unsigned n;
	unsigned n_rests;
	struct mono rests_until;
};

struct breaker {
	struct strikes *rules; /* by the rule's order */
	size_t n;
};

void breaker_init(struct breaker *b);
void breaker_deinit(struct breaker *b);
/* Notes that a message of this author was too much for the rule. The minutes that it rests from now on, when he was
 * the last of three within an hour; else 0. */
int64_t breaker_strike(struct breaker *b, size_t rule_order, struct str author, struct mono now);
static inline bool breaker_rests(const struct breaker *b, size_t rule_order,
				 const struct clock *clock)
{
	return rule_order < b->n && b->rules[rule_order].n_rests > 0 &&
	       clock_mono(clock).ns < b->rules[rule_order].rests_until.ns;
}
