/* SPDX-License-Identifier: MIT */
/* How often each limit was spent, and when: a table of the state (engine/state.h). */
#pragma once

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "store/batch.h"

enum {
	SPENDINGS_MAX = 1 << 17
}; /* limits; beyond, those spent longest ago are forgotten, and before
				   * them those whose window is over */

struct spendings {
	struct map limits; /* struct spending */
	struct list order; /* spent longest ago first */
	uint64_t n_spent;
};

/* One spending that a rule asks for: at most `count` in any `window_ms` (0 = for ever) under `key`. */
struct state_limit {
	struct str key;
	unsigned count;
	int64_t window_ms;
};

void spendings_init(struct spendings *s);
void spendings_deinit(struct spendings *s);
/* Spends all the limits together, or none when one of them is used up. Changes are noted in the batch; NULL = nowhere. */
bool spendings_spend(struct spendings *s, struct batch *batch, const struct state_limit *limits,
		     size_t n, struct wall now);
/* Takes a row back. False: it is none. When all are back, spendings_loaded orders them. */
bool spendings_load(struct spendings *s, struct str key, struct str value);
void spendings_loaded(struct spendings *s);
