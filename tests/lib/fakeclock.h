/* SPDX-License-Identifier: MIT */
/* A clock that a test sets. */
#pragma once

#include "base/clock.h"

struct fakeclock {
	struct clock clock;
	int64_t ms; /* monotonic */
	int64_t wall_ms;
};

void fakeclock_init(struct fakeclock *c);
/* Moves both times on. */
void fakeclock_pass(struct fakeclock *c, int64_t ms);
