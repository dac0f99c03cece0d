/* SPDX-License-Identifier: MIT */
#include "engine/breaker.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static const int64_t WINDOW_MS = 3600 * 1000;

void breaker_init(struct breaker *b)
{
	*b = (struct breaker){ 0 };
}

void breaker_deinit(struct breaker *b)
{
	free(b->rules);
	breaker_init(b);
}

static struct strikes *strikes_of(struct breaker *b, size_t order)
{
	if (order >= b->n) {
		b->rules = mem_grow(b->rules, order + 1, sizeof(b->rules[0]));
		memset(b->rules + b->n, 0, (order + 1 - b->n) * sizeof(b->rules[0]));
		b->n = order + 1;
	}
	return &b->rules[order];
}

bool breaker_strike(struct breaker *b, size_t rule_order, struct mono now)
{
	struct strikes *s = strikes_of(b, rule_order);

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
