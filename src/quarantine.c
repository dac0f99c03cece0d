/* SPDX-License-Identifier: MIT */
#include "quarantine.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static const int64_t WINDOW_MS = 3600 * 1000;

struct strikes {
	struct mono at[QUARANTINE_STRIKES]; /* the latest ones, oldest first */
	unsigned n;
	bool out;
};

void quarantine_init(struct quarantine *q)
{
	*q = (struct quarantine){ 0 };
}

void quarantine_deinit(struct quarantine *q)
{
	free(q->rules);
	quarantine_init(q);
}

static struct strikes *strikes_of(struct quarantine *q, size_t order)
{
	if (order >= q->n) {
		q->rules = mem_grow(q->rules, order + 1, sizeof(q->rules[0]));
		memset(q->rules + q->n, 0, (order + 1 - q->n) * sizeof(q->rules[0]));
		q->n = order + 1;
	}
	return &q->rules[order];
}

bool quarantine_strike(struct quarantine *q, size_t rule_order, struct mono now)
{
	struct strikes *s = strikes_of(q, rule_order);

	if (s->out)
		return false;
	if (s->n == QUARANTINE_STRIKES) {
		memmove(s->at, s->at + 1, sizeof(s->at) - sizeof(s->at[0]));
		s->n--;
	}
	s->at[s->n++] = now;
	s->out = s->n == QUARANTINE_STRIKES && mono_ms_between(s->at[0], now) <= WINDOW_MS;
	return s->out;
}

bool quarantine_has(const struct quarantine *q, size_t rule_order)
{
	return rule_order < q->n && q->rules[rule_order].out;
}
