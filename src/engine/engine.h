/* SPDX-License-Identifier: MIT */
/*
 * Event in, jobs out: seen before? which rules fire? may they? what shall be done, and what then? No I/O but through
 * the store, so that running, testing and explaining are this very code.
 *
 * An event becomes a decision, and a decision firings, which live on until their actions are done. A decision may
 * take several turns when the store is far away; it stands with the next engine_commit after it is made, and only
 * then its owner hears of it.
 */
#pragma once

#include "engine/firing.h"
#include "rule/match.h"
#include "rule/ruleset.h"
#include "store/store.h"

struct engine;

/* A rule fired: told for logs, tests and transcripts, before the commit. `jobs` may be empty. */
struct engine_firing {
	const struct rule *rule;
	const struct event *ev;
	size_t n_jobs;
};

struct engine_stats {
	uint64_t events;   /* taken in */
	uint64_t repeated; /* seen before, left alone */
	uint64_t own;	   /* done by this app itself */
	uint64_t fired;	   /* rules that fired, live */
	uint64_t shadowed; /* rules in shadow mode that would have fired */
	uint64_t limited;  /* rules kept silent by a limit */
	uint64_t unlucky;  /* rules kept silent by their chance */
	uint64_t unsure;   /* rules that could not tell */
	uint64_t failed;   /* actions that failed */
	uint64_t helped;   /* times the built-in help answered */
	uint64_t dropped;  /* jobs lost because the outbox was full */
};

struct engine_setup {
	struct store *store; /* borrowed */
	const struct clock *clock;
	const struct workspace *workspace; /* whose events it takes; borrowed */
	const struct trace *trace;	   /* NULL = nobody listens; borrowed */
	const struct rule *heard; /* the rule whose questions it hears; NULL = those of all */
	void *owner;
	void (*on_fired)(void *owner, const struct engine_firing *firing); /* may be NULL */
	/* Something was done without a job: a value stored, a wait begun; may be NULL. */
	void (*on_step)(void *owner, const struct rule *rule, size_t action, struct str what);
	/* A trial: no limits and no chance, and rules in shadow mode act like live ones. */
	bool trial;
	/* Asks rules even where the set knows that they cannot match; to compare. A trace hears of
	 * all rules anyhow. */
	bool ask_all;
};

struct engine *engine_new(const struct engine_setup *setup);
void engine_free(struct engine *engine); /* the store answers nothing any more */
/* Swaps the rules; decisions under way end with those they began with. Takes a reference of its own. */
void engine_set_rules(struct engine *engine, struct ruleset *set);
struct ruleset *engine_rules(const struct engine *engine); /* borrowed; NULL before the first */
/* Takes the event. `on_decided` comes after the commit that makes the decision stand (standing), or
 * with false when that commit failed: then nothing of it happened. */
void engine_take(struct engine *engine, struct event *take,
		 void (*on_decided)(void *owner, void *tag, bool standing), void *owner, void *tag);
/* A job of a firing has ended, before the store disposes of it. */
void engine_settled(struct engine *engine, const struct job *job, const struct outcome *outcome);
/* Does what is due: waits that are over, moments that rules wait for. */
void engine_tick(struct engine *engine);
/* Milliseconds until something is due, at least 0; -1 = nothing will be. What is not committed yet is due at once. */
int64_t engine_due_ms(const struct engine *engine);
/* Lets every wait be over now; for trials. False: nothing waits. */
bool engine_end_waits(struct engine *engine);
size_t engine_waiting(const struct engine *engine); /* firings in a `wait` */
/* Ends a turn: commits what was decided and tells the owners. */
void engine_commit(struct engine *engine);
size_t engine_undecided(const struct engine *engine);
const struct engine_stats *engine_stats(const struct engine *engine);
