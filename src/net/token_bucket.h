/* SPDX-License-Identifier: MIT */
/*
 * How fast something may be done: a bucket that holds `burst` tokens and gets a new one every `every_ms`,
 * and a freeze for when the server asks for silence. Pure: takes the time, keeps no timer.
 */
#pragma once

#include <stdbool.h>
#include "base/clock.h"

struct token_bucket {
	int64_t every_ms; /* 0 = no limit but freezes */
	int64_t burst;
	struct mono full_at; /* when the bucket will be, or was, full */
	struct mono frozen_until;
};

void token_bucket_init(struct token_bucket *p, int64_t every_ms, int64_t burst);
/* Milliseconds until a token may be taken, rounded up; 0 = now. */
int64_t token_bucket_wait_ms(const struct token_bucket *p, struct mono now);
/* Takes a token, also one that is not there yet: then the next wait is longer. */
void token_bucket_take(struct token_bucket *p, struct mono now);
/* Nothing for `ms` from now; a longer freeze that is on stays. */
void token_bucket_freeze(struct token_bucket *p, struct mono now, int64_t ms);
/* Milliseconds until it is as good as new; 0 = it is. */
int64_t token_bucket_fresh_in_ms(const struct token_bucket *p, struct mono now);
