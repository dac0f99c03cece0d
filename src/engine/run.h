/* SPDX-License-Identifier: MIT */
/*
 * What a run does. Its actions are done one after the other, each when the one before it has ended and knowing what that
 * brought; the first that fails ends them but for those of `on error` below it.
 *
 *	run_open: `if` is asked, and the first action that has something to do is made into jobs - what does nothing costs no
 *	limit - then run_begin, or run_close when it may not act
 *	run_begin, and whenever its rest is over run_go: do the action, make the next one … until jobs of its own are under
 *	way or its time is not come (it rests), or nothing is left (run_end)
 *
 * Whoever calls run_begin, run_go, run_settled or run_end knows the run no longer.
 */
#pragma once

#include "engine/inner.h"
#include "engine/values.h"

struct run_readiness {
	enum tristate answer; /* of the rule's `if` */
	bool has_work;	      /* there is something to do */
	bool is_late;	      /* too late for all that it would do */
};

/* A run that `renews` edits what the rule answered, as if it answered now; its `if` is asked like any other's. */
struct run *run_open(struct engine *e, const struct rule *rule, struct event *ev,
		     const struct captures *captures, bool renews, struct run_readiness *ready);
void run_begin(struct engine *e, struct run *run, bool has_work);
/* `is_made`: its next action is made already, and waits to be done. */
void run_go(struct engine *e, struct run *run, bool is_made);
/* One of its jobs has ended. */
void run_settled(struct engine *e, struct run *run, const struct job *job,
		 const struct outcome *outcome);
/* Nothing more is done. */
void run_end(struct engine *e, struct run *run);

/* Another event in place of its own, with what was caught of that: what is still to be done is done about it. Where that
 * is more than its person may keep, it stays as it is. */
void run_retell(struct engine *e, struct run *run, struct event *ev,
		const struct captures *captures);
/* It is at this rule from now on; holds it. NULL = at none. */
static inline void run_bind(struct run *run, const struct rule *rule)
{
	const struct rule *old = run->rule;

	run->rule = rule != NULL ? rule_ref(rule) : NULL;
	rule_unref(old);
}
static inline void run_close(struct run *run)
{
	run_bind(run, NULL);
	run_free(run);
}
/* Keeps what was caught as the run's own. */
void run_catch(struct run *run, const struct captures *captures);
/* Its row is to be written at the end of the turn. */
void run_changed(struct engine *e, struct run *run);
/* All that is known of it, for rendering; the arena is the caller's. */
static inline struct values run_values(const struct engine *e, const struct run *run,
				       struct arena *arena)
{
	return (struct values){
		.rule = run->rule,
		.ev = run->ev,
		.run = run,
		.state = &e->state,
		.clock = e->setup.clock,
		.arena = arena,
	};
}
/* For explaining: what its condition compared. */
void run_tell_condition(const struct engine *e, const struct run *run, struct buf *seen,
			struct buf *wanted);
