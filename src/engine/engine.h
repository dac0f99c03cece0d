/* SPDX-License-Identifier: MIT */
/*
 * Event in, jobs out: seen before? which rules fire? may they? what shall be done, and what then? One engine is one
 * workspace's. It has no I/O but through the store, so that running, testing and explaining are this very code.
 *
 * An event is decided at once, within engine_take (engine/decide.h); a rule that fires becomes a run (model/run.h), which
 * lives on until its actions are done. All that changes until the next engine_commit stands or falls together: only then
 * is its owner told, and only then may its jobs be leased.
 */
#pragma once

#include "model/job.h"
#include "model/outcome.h"
#include "engine/outbox.h"
#include "model/workspace.h"
#include "rule/match.h"
#include "rule/ruleset.h"
#include "store/store.h"

struct engine;

/* The decision stands. */
typedef void engine_decided_fn(void *owner, void *tag);
/* A rule fires, also in shadow mode. */
typedef void engine_fired_fn(void *owner, const struct rule *rule);
/* Something was done without a job: a value stored, a wait begun. */
typedef void engine_step_fn(void *owner, const struct rule *rule, size_t action, struct str what);

struct engine_setup {
	struct store *store; /* borrowed, as the rest */
	const struct clock *clock;
	const struct workspace *workspace; /* whose events it takes */
	const struct trace *trace;	   /* NULL = nobody listens */
	const struct rule *heard; /* the rule whose questions it hears; NULL = those of all */
	void *owner;
	engine_fired_fn *on_fired; /* may be NULL */
	engine_step_fn *on_step;   /* may be NULL */
	store_row_fn *on_kept;	   /* told of each row of engine_keep at engine_load; may be NULL */
	struct outbox_limits limits;
	int64_t answer_within_ms; /* an answer that could not be given for so long is not; 0 = it always is */
	/* A trial: no limits and no chance, and rules in shadow mode act like live ones. */
	bool trial;
	/* Asks rules even where the set knows that they cannot match; to compare. A trace hears of
	 * all rules anyhow. */
	bool ask_all;
};

struct engine *engine_new(const struct engine_setup *setup);
void engine_free(struct engine *engine); /* the store answers nothing any more */
/* Takes back what the store kept, and goes on with it: once, when the first rules are there and the workspace knows its
 * id. < 0 when the store cannot give it. */
int engine_load(struct engine *engine);
/* Notes a row of the owner's own, which stands together with what is decided in this turn, and before all that comes
 * later; value.p == NULL drops it. Its table is one that the engine does not use itself. */
void engine_keep(struct engine *engine, enum store_table table, struct str key, struct str value);
/* Swaps the rules; takes a reference of its own. Runs go on with the new rule of their name if it says the same, else with
 * the rule that they began with. */
void engine_set_rules(struct engine *engine, struct ruleset *set);
struct ruleset *engine_rules(const struct engine *engine); /* borrowed; NULL before the first */

/* So many rows of changes, of so many bytes, may wait for the store; beyond, no event is decided. */
enum { ENGINE_ROWS_MAX = 100000, ENGINE_BYTES_MAX = 64 << 20 };
/* It is so far behind, or the store has no room for what is new. */
bool engine_is_behind(const struct engine *engine);
/* Nothing can be kept for now: it is behind, or the store did not take the last batch, which is tried again. */
bool engine_is_stuck(const struct engine *engine);
/* Takes and decides the event. `on_decided` (may be NULL) comes when the decision stands, and never when it does not. False:
 * it is behind; nothing is done but to note the event's channel (engine_take_missed), and whoever sent the event shall
 * send it again. */
bool engine_take(struct engine *engine, struct event *take, engine_decided_fn *on_decided,
		 void *owner, void *tag);
/* How far the channel has been heard, or "" = all: the timestamp of the newest event; empty = it never was. Valid until
 * the next event. */
struct str engine_heard(const struct engine *engine, struct str channel);
/* Each channel that was heard, and "" = all; those that were heard last come first. */
typedef void engine_heard_fn(void *owner, struct str channel);
void engine_each_heard(const struct engine *engine, engine_heard_fn *on_channel, void *owner);
/* Are more than half as many answers waiting as may, in all or in a channel? */
bool engine_is_filling(const struct engine *engine);
/* While a channel is being read back, what is heard of it now must not hide at the next start what was not read yet.
 * Balanced; a channel that was never heard counts as heard as far as all are, and those stay behind while any is held. */
void engine_hold_mark(struct engine *engine, struct str channel);
void engine_release_mark(struct engine *engine, struct str channel);
/* The next channel of which events were refused, now that the store takes them again; what is missing must be read back.
 * Its mark is held until the caller releases it. False = there is none. */
bool engine_take_missed(struct engine *engine, struct str *channel);
/* Nothing before this timestamp is ours to hear; moves no mark back. */
void engine_begin_hearing(struct engine *engine, struct str ts);
/* Does what is due: waits that are over, moments that rules wait for. */
void engine_tick(struct engine *engine);
/* Ends a turn: hands to the store what has changed. */
void engine_commit(struct engine *engine);
/* Hands over all that has changed and waits until it stands, or the store cannot take it: before the end. */
void engine_finish(struct engine *engine);
/* Milliseconds until something is due, at least 0; -1 = nothing will be. What is not committed yet is due at once. */
int64_t engine_due_ms(const struct engine *engine);

/* Where its jobs wait. Whoever sends them takes them from there: outbox_lease, outbox_ready, outbox_probe; all else is
 * the engine's to do. */
struct outbox *engine_outbox(struct engine *engine);
enum engine_turn {
	ENGINE_TURN_GO,	  /* it leaves now */
	ENGINE_TURN_WAIT, /* it leaves when outbox_ready gives it */
	ENGINE_TURN_OVER, /* it does not leave, and is the engine's again */
};
/* A leased job's turn has come, also when it comes again. */
enum engine_turn engine_turn(struct engine *engine, struct job *job);
/* A leased job has ended; its run goes on, and the job is freed. A message that may have got through is not ended: it
 * waits to be looked for. */
void engine_settled(struct engine *engine, struct job *job, const struct outcome *outcome);
/* A message that was looked for: DONE with its ts: it was; REFUSED: it was not; else it cannot be told. */
void engine_probed(struct engine *engine, struct job *job, const struct outcome *outcome);
/* It never left, and waits again. */
void engine_give_back(struct engine *engine, struct job *job);
size_t engine_unsettled(const struct engine *engine); /* jobs that have not ended */
/* Of these, those for the channel; empty = all. */
size_t engine_unsettled_in(const struct engine *engine, struct str channel);
size_t engine_in_flight(
	const struct engine *engine); /* of these, those that may be leaving right now */

/* Lets the wait that is due first be over now; for trials. False: nothing waits. */
bool engine_end_waits(struct engine *engine);
size_t engine_waiting(const struct engine *engine); /* runs in a `wait` */
