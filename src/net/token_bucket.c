/* SPDX-License-Identifier: MIT */
/*
 * The bucket is kept as one time, the moment at which it is full: a token taken moves it `every_ms` further
 * away, and there is a token as long as it is no more than `burst - 1` steps away.
 */
#include "net/token_bucket.h"

#include <assert.h>

static int64_t max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t ms_until(int64_t ns, struct mono now)
{
	return ns > now.ns ? (ns - now.ns + 999999) / 1000000 : 0;
}

void token_bucket_init(struct token_bucket *p, int64_t every_ms, int64_t burst)
{
	assert(every_ms >= 0 && burst >= 1);
	*p = (struct token_bucket){
		.every_ms = every_ms,
		.burst = burst,
		.full_at = { INT64_MIN },
		.frozen_until = { INT64_MIN },
	};
}

int64_t token_bucket_wait_ms(const struct token_bucket *p, struct mono now)
{
	int64_t slack_ns = (p->burst - 1) * p->every_ms * 1000000;
	int64_t token_at = p->full_at.ns > INT64_MIN + slack_ns ? p->full_at.ns - slack_ns :
								  INT64_MIN;

	return ms_until(max(token_at, p->frozen_until.ns), now);
}

void token_bucket_take(struct token_bucket *p, struct mono now)
{
	p->full_at = mono_after((struct mono){ max(p->full_at.ns, now.ns) }, p->every_ms);
}

void token_bucket_freeze(struct token_bucket *p, struct mono now, int64_t ms)
{
	p->frozen_until.ns = max(p->frozen_until.ns, mono_after(now, ms).ns);
}

int64_t token_bucket_fresh_in_ms(const struct token_bucket *p, struct mono now)
{
	return ms_until(max(p->full_at.ns, p->frozen_until.ns), now);
}
