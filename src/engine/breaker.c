/* SPDX-License-Identifier: MIT */
#include "engine/breaker.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static const int64_t WINDOW_MS = 3600 * 1000;

struct strikes {
	struct mono at[BREAKER_STRIKES]; /* the latest ones, oldest first */
	unsigned n;
	bool out;
};

void breaker_init(struct breaker *q)
{
	*q = (struct breaker){ 0 };
}

void breaker_deinit(struct breaker *q)
{
	free(q->rules);
	breaker_init(q);
}

static struct strikes *strikes_of(struct breaker *q, size_t order)
{
	if (order >= q->n) {
		q->rules = mem_grow(q->rules, order + 1, sizeof(q->rules[0]));
		memset(q->rules + q->n, 0, (order + 1 - q->n) * sizeof(q->rules[0]));
		q->n = order + 1;
	}
	return &q->rules[order];
}

bool breaker_strike(struct breaker *q, size_t rule_order, struct mono now)
{
	struct strikes *s = strikes_of(q, rule_order);

	if (s->out)
		return false;
	if (s->n == BREAKER_STRIKES) {
		memmove(s->at, s->at + 1, sizeof(s->at) - sizeof(s->at[0]));
		s->n--;
	}
	s->at[s->n++] = now;
	s->out = s->n == BREAKER_STRIKES && mono_ms_between(s->at[0], now) <= WINDOW_MS;
	return s->out;
}

bool breaker_has(const struct breaker *q, size_t rule_order)
{
	return rule_order < q->n && q->rules[rule_order].out;
}
