/* SPDX-License-Identifier: MIT */
/*
 * How fast something may be done: a bucket that holds `burst` tokens and gets a new one every `every_ms`,
 * and a freeze for when the server asks for silence. Pure: takes the time, keeps no timer.
 *
 * The bucket is kept as one time, the moment at which it is full: a token taken moves it `every_ms` further
 * away, and there is a token as long as it is no more than `burst - 1` steps away.
 */
#pragma once

#include <assert.h>
#include <stdint.h>
#include "base/clock.h"

struct token_bucket {
	int64_t every_ms; /* 0 = no limit but freezes */
	int64_t burst;
	struct mono full_at; /* when the bucket will be, or was, full */
	struct mono frozen_until;
};

static inline void token_bucket_init(struct token_bucket *p, int64_t every_ms, int64_t burst)
{
	assert(every_ms >= 0 && burst >= 1);
	*p = (struct token_bucket){ every_ms, burst, { INT64_MIN }, { INT64_MIN } };
}

/* Milliseconds until both of these, rounded up; 0 = they have passed. */
static inline int64_t token_bucket_ms_until(int64_t a_ns, int64_t b_ns, struct mono now)
{
	const int64_t ns = a_ns > b_ns ? a_ns : b_ns;

	return ns > now.ns ? (ns - now.ns + 999999) / 1000000 : 0;
}

/* Milliseconds until a token may be taken, rounded up; 0 = now. */
static inline int64_t token_bucket_wait_ms(const struct token_bucket *p, struct mono now)
{
	const int64_t slack_ns = (p->burst - 1) * p->every_ms * 1000000;
	const int64_t token_ns = p->full_at.ns > INT64_MIN + slack_ns ? p->full_at.ns - slack_ns :
									INT64_MIN;

	return token_bucket_ms_until(token_ns, p->frozen_until.ns, now);
}

/* Takes a token, also one that is not there yet: then the next wait is longer. */
static inline void token_bucket_take(struct token_bucket *p, struct mono now)
{
	p->full_at = mono_after(p->full_at.ns > now.ns ? p->full_at : now, p->every_ms);
}

/* Nothing for `ms` from now; a longer freeze that is on stays. */
static inline void token_bucket_freeze(struct token_bucket *p, struct mono now, int64_t ms)
{
	const struct mono until = mono_after(now, ms);

	if (until.ns > p->frozen_until.ns)
		p->frozen_until = until;
}

/* Milliseconds until it is as good as new; 0 = it is. */
static inline int64_t token_bucket_fresh_in_ms(const struct token_bucket *p, struct mono now)
{
	return token_bucket_ms_until(p->full_at.ns, p->frozen_until.ns, now);
}
