/* SPDX-License-Identifier: MIT */
#include "engine/breaker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum {
	WINDOW_MS = 3600 * 1000,
	REST_MINUTES = 5,
	DOUBLINGS_MAX = 6, /* five hours and 20 minutes */
};

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

/* What is too old, and the strike that this author had, make room. */
static void forget(struct strikes *s, const char *author, struct mono now)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->n; i++) {
		if (strcmp(s->by[i].author, author) != 0 &&
		    mono_ms_between(s->by[i].at, now) <= WINDOW_MS)
			s->by[kept++] = s->by[i];
	}
	s->n = kept;
}

int64_t breaker_strike(struct breaker *b, size_t rule_order, struct str author, struct mono now)
{
	struct strikes *s = strikes_of(b, rule_order);
	char id[sizeof(s->by[0].author)];
	int64_t minutes;

	snprintf(id, sizeof(id), "%.*s", STR_ARG(author));
	forget(s, id, now);
	memcpy(s->by[s->n].author, id, sizeof(id));
	s->by[s->n++].at = now;
	if (s->n < BREAKER_PEOPLE)
		return 0;
	minutes = (int64_t)REST_MINUTES
		  << (s->n_rests < DOUBLINGS_MAX ? s->n_rests : DOUBLINGS_MAX);
	s->n = 0;
	s->n_rests++;
	s->rests_until = mono_after(now, minutes * 60 * 1000);
	return minutes;
}
