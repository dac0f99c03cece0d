/* SPDX-License-Identifier: MIT */
/*
 * The engine as its own files see it: what it remembers, what is under way, and what is on its way to the store. A
 * turn's way through the files:
 *
 *	engine_take - decide - run_begin, run_go (engine/run.h) - outbox_put
 *	engine_settled, engine_tick - run_settled, run_wake - run_go - outbox_put
 *	engine_commit - the store - outbox_stands, acknowledgements
 *
 * All changes between two engine_commit are one batch. While one batch is at the store the next one gathers, so that a
 * slow store gets fewer and larger ones, and what was decided later never stands earlier.
 */
#pragma once

#include "base/metric.h"
#include "engine/breaker.h"
#include "engine/engine.h"
#include "engine/outbox.h"
#include "engine/schedule.h"
#include "engine/state.h"
#include "engine/wait.h"
#include "net/token_bucket.h"

/* Who is told when a decision stands. */
struct decided {
	engine_decided_fn *on_decided;
	void *owner;
	void *tag;
};

struct decided_list {
	struct decided *at;
	size_t n, cap;
	size_t n_sealed; /* of these, the first: what they wait for is at the store */
};

struct engine {
	struct engine_setup setup;
	struct ruleset *set;
	uint64_t *candidates; /* room for a bit a rule */
	struct breaker breaker;
	struct token_bucket doubts;
	uint64_t untold_doubts;
	struct schedule schedule;
	struct wall ticked_until;
	struct state state;
	struct outbox outbox;
	struct map runs; /* struct run, by the bytes of their id */
	uint64_t last_run;
	struct waits waits;
	size_t n_followups; /* that wait at runs */
	/* What the store has not been told. */
	struct batch batch;
	struct list changed; /* struct run: their rows are written at the end of the turn */
	struct decided_list decided;
	/* What the store has not answered. */
	bool is_committing;
	struct batch sealed_batch;
	bool has_fallen; /* what it could not do is tried again */
	struct mono retry_at;
	bool is_behind; /* events are not taken, which was said */
};

/* A trial is no matter for the operator. */
static inline void engine_count(const struct engine *e, enum metric metric)
{
	if (!e->setup.trial)
		metric_count(metric);
}

void engine_tell_lost(struct engine *e);
/* Puts a job into the outbox; false = it is full, and the job gone. */
static inline bool engine_put(struct engine *e, struct job *take)
{
	if (outbox_put(&e->outbox, take))
		return true;
	engine_tell_lost(e);
	return false;
}
