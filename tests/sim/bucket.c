/* SPDX-License-Identifier: MIT */
#include "sim/bucket.h"

void bucket_init(struct bucket *b, int64_t every_ms, int64_t burst)
{
	*b = (struct bucket){ .every_ms = every_ms, .burst = burst };
}

int64_t bucket_take(struct bucket *b, struct mono now)
{
	int64_t room;

	if (b->every_ms == 0)
		return 0;
	b->debt_ms -= mono_ms_between(b->seen, now);
	if (b->debt_ms < 0)
		b->debt_ms = 0;
	b->seen = now;
	room = b->every_ms * b->burst - b->debt_ms;
	if (room < b->every_ms)
		return b->every_ms - room;
	b->debt_ms += b->every_ms;
	return 0;
}
