/* SPDX-License-Identifier: MIT */
/* How long to wait before the next attempt to connect; pure but for chance. */
#pragma once

#include <stdint.h>

/* Why the last attempt or socket ended, as far as it matters for the next one. */
enum backoff_kind {
	BACKOFF_REFRESH,      /* announced: at most 0.25 s, so that a server that refreshes each new
				 * socket at once does not make us spin */
	BACKOFF_SOON,	      /* whatever may pass: below 1 s, doubling to 60 s */
	BACKOFF_SLOW,	      /* the workspace moves house: 5 s doubling to 10 min */
	BACKOFF_CROWDED,      /* too many sockets: 30 s doubling to 10 min */
	BACKOFF_SWITCHED_OFF, /* someone has to press a button first: every 5 min */
	N_BACKOFFS,
};

struct backoff {
	int64_t first_ms, max_ms; /* of BACKOFF_SOON */
	unsigned failures[N_BACKOFFS];
};

static inline void backoff_init(struct backoff *b, int64_t first_ms, int64_t max_ms)
{
	*b = (struct backoff){ .first_ms = first_ms, .max_ms = max_ms };
}
/* Counts a failure and gives the wait that it earns. */
int64_t backoff_next(struct backoff *b, enum backoff_kind kind);
/* The wait when the server asked for one: a little more than that, so that not all come back at once. */
int64_t backoff_at_least(int64_t ms, int64_t asked_ms);
/* It works again. */
static inline void backoff_forget(struct backoff *b)
{
	backoff_init(b, b->first_ms, b->max_ms);
}
