/* SPDX-License-Identifier: MIT */
/*
 * What a decision must remember: which events were seen, how often a limit was spent, values by name, and the
 * outbox of jobs. Everything between two commits stands or falls together; only what is committed may be
 * acknowledged or posted. Every question is answered by callback, within the call or later, so that a remote
 * store fits. A store is a table of functions; the first member of its struct is a struct store.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/clock.h"
#include "base/str.h"
#include "model/job.h"

struct store {
	const struct store_ops *ops;
};

/* One spending that a rule asks for: at most `count` in any `window_ms` (0 = for ever) under `key`. */
struct store_limit {
	struct str key;
	unsigned count;
	int64_t window_ms;
};

enum { STORE_MAX_VALUE = 40000 }; /* bytes of a value */

struct store_ops {
	const char *name;
	void (*free)(struct store *s);
	/* Notes the key as seen. `is_new`: it was not known (or so long ago that it was forgotten). */
	void (*claim)(struct store *s, struct str key, struct wall now,
		      void (*on_claimed)(void *owner, bool is_new), void *owner);
	/* Spends all the limits together, or none when one of them is used up. */
	void (*spend)(struct store *s, const struct store_limit *limits, size_t n, struct wall now,
		      void (*on_spent)(void *owner, bool granted), void *owner);
	/* The value under the key; p == NULL when there is none. Valid during the callback. */
	void (*get)(struct store *s, struct str key, struct wall now,
		    void (*on_value)(void *owner, struct str value), void *owner);
	/* Keeps the value for so long after its last setting (0 = for good); an empty one is forgotten. False: it
	 * is too long, or there are too many. */
	void (*set)(struct store *s, struct str key, struct str value, int64_t keep_ms,
		    struct wall now, void (*on_set)(void *owner, bool stored), void *owner);
	/* Adds to the number under the key, where none counts as 0, and gives the sum. False: what is there is no
	 * number, or the sum would be none. */
	void (*add)(struct store *s, struct str key, double number, struct wall now,
		    void (*on_sum)(void *owner, bool added, double sum), void *owner);
	/* Adds a job to the outbox and takes it. False (and the job is gone) when the outbox is full. */
	bool (*put)(struct store *s, struct job *take);
	/* Makes everything since the last commit stand. r < 0: it does not stand, nothing may leave. */
	void (*commit)(struct store *s, void (*on_committed)(void *owner, int r), void *owner);
	/* The oldest committed job that is pending, now in flight; borrowed until settled. NULL = none. */
	struct job *(*lease)(struct store *s);
	/* Says how a leased job ended; the store disposes of it. */
	void (*settle)(struct store *s, struct job *job, enum job_state end);
	/* Committed jobs that have not been settled. */
	size_t (*unsettled)(const struct store *s);
};
