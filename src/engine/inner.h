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
#include "engine/bot_turns.h"
#include "engine/breaker.h"
#include "engine/dead_letter.h"
#include "engine/engine.h"
#include "engine/outbox.h"
#include "engine/schedule.h"
#include "engine/state.h"
#include "engine/wait.h"
#include "engine/watermark.h"
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
	struct bot_turns bot_turns;
	struct schedule schedule;
	struct wall ticked_until;
	bool is_loaded; /* what the store kept is known */
	struct state state;
	struct outbox outbox;
	struct dead_letters dead_letters;
	struct watermarks watermarks;
	struct map runs; /* struct run, by the bytes of their id */
	uint64_t last_run;
	struct waits waits;
	struct shares resting; /* runs, in bytes */
	size_t n_followups;    /* that wait at runs */
	/* What the store has not been told. */
	struct batch batch;
	struct list changed; /* struct run: their rows are written at the end of the turn */
	struct decided_list decided;
	/* What the store has not answered. */
	bool is_committing;
	struct batch sealed_batch;
	bool has_fallen; /* what it could not do is tried again */
	struct mono retry_at;
	bool is_behind;	     /* events are not taken, which was said */
	struct mono tell_at; /* when it is looked whether channels are behind */
	struct map late;     /* int64_t: answers that came too late, by channel, until it is said */
	struct mono late_at;
};

/* A trial is no matter for the operator. */
static inline void engine_count(const struct engine *e, enum metric metric)
{
	if (!e->setup.trial)
		metric_count(metric);
}

/* A row of STORE_WATERMARK that is no channel's: until when moments have been done, in milliseconds. */
#define ENGINE_TIME_KEY "time"
/* All is loaded, and until then moments were done; 0 = that is not known: what lies behind us does not come again. */
void engine_go_on_from(struct engine *e, struct wall time);
/* NULL = there is none of that number. */
static inline struct run *engine_run(const struct engine *e, uint64_t id)
{
	return map_get(&e->runs, str_make((const char *)&id, sizeof(id)));
}
/* Binds the run to the rule of its name, if that says what it said when the run began. A rule that says something else
 * now, or is gone, ends what it has begun as it was. */
bool engine_find_rule(struct engine *e, struct run *run);
/* An answer comes too late; how many do is said a little later. */
void engine_note_late(struct engine *e, struct str channel);
void engine_tell_late(struct engine *e);
/* A job has ended in this way, of which no more is kept: its run goes on. */
void engine_end_job(struct engine *e, struct job *job, const struct outcome *outcome);
/* A message that answers none of Slack's is looked for from a little before on, by a clock that may not be Slack's. */
enum { CAUSED_BEFORE_S = 120 };
/* Puts a job into the outbox; false = it is full, which has been said, and the job gone. */
static inline bool engine_put(struct engine *e, struct job *take)
{
	if (take->cause_ts == NULL && job_can_be_found(take))
		take->cause_ts = str_keepf(&take->arena, "%lld.000000",
					   (long long)(clock_wall(e->setup.clock).ms / 1000 -
						       CAUSED_BEFORE_S))
					 .p;
	if (outbox_put(&e->outbox, take, clock_mono(e->setup.clock)))
		return true;
	engine_count(e, METRIC_JOBS_DROPPED);
	return false;
}
