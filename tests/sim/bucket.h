/* SPDX-License-Identifier: MIT */
/* A token bucket: how often something may happen, with a burst. Pure; the caller brings the time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/clock.h"

struct bucket {
	int64_t every_ms; /* one token comes back in this time; 0 = no limit */
	int64_t burst;	  /* tokens it holds when full */
	int64_t debt_ms;  /* time until it is full again, as of `seen` */
	struct mono seen;
};

void bucket_init(struct bucket *b, int64_t every_ms, int64_t burst);
/* Takes a token. 0 = taken, else the milliseconds until there will be one. */
int64_t bucket_take(struct bucket *b, struct mono now);
