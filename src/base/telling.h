/* SPDX-License-Identifier: MIT */
/*
 * When to say again what goes on being so: at once, then with growing gaps, so that a log shows that it lasts and has
 * room for something else. One that is all zero has said nothing yet.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/clock.h"

struct telling {
	struct mono next;
	int64_t gap_ms; /* 0 = nothing was said */
	uint64_t n_untold;
};

enum { TELLING_FIRST_MS = 10000, TELLING_MAX_MS = 3600000 };

/* True: say it now; n_untold says how often it was not said since. */
static inline bool telling_is_due(struct telling *t, struct mono now)
{
	if (t->gap_ms > 0 && now.ns < t->next.ns) {
		t->n_untold++;
		return false;
	}
	t->gap_ms = t->gap_ms == 0 ? TELLING_FIRST_MS : 4 * t->gap_ms;
	if (t->gap_ms > TELLING_MAX_MS)
		t->gap_ms = TELLING_MAX_MS;
	t->next = mono_after(now, t->gap_ms);
	return true;
}

/* It was told not long ago: what comes now is more of the same. */
static inline bool telling_is_on(const struct telling *t, struct mono now)
{
	return t->gap_ms > 0 && now.ns <= mono_after(t->next, t->gap_ms).ns;
}

/* It is over. True: it had been said, so that its end may be said as well. */
static inline bool telling_end(struct telling *t)
{
	bool was_told = t->gap_ms > 0;

	*t = (struct telling){ 0 };
	return was_told;
}
