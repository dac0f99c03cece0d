/* SPDX-License-Identifier: MIT */
/*
 * A rule that fired, and how far its actions have come. They are done one after the other, each when the one before
 * it has ended and knowing what that brought; the first that fails ends them but for those of `on error` below
 * it. A firing waits: for the store, for its jobs, for its `wait`. It keeps the rules that it began with.
 */
#pragma once

#include "engine/action.h"
#include "base/heap.h"
#include "base/list.h"
#include "model/outcome.h"
#include "rule/ruleset.h"
#include "store/store.h"

struct firing;

/* What all firings of an engine have in common. */
struct firing_house {
	struct store *store;
	const struct clock *clock;
	bool trial; /* nothing is logged, and any wording may come, whatever its rule says of turns */
	void *owner;
	/* Puts a job into the outbox; false = it is full, and the job gone. */
	bool (*put)(void *owner, struct firing *f, struct job *take);
	/* It waits until firing_due; false = it cannot be kept so long, and goes on at once. */
	bool (*on_wait)(void *owner, struct firing *f);
	/* An action failed; *why is a sentence. For whom it concerns; may be NULL. */
	void (*on_failed)(void *owner, const struct firing *f, size_t action, const char *why);
	/* What was done without a job: stored, or waited for. For tests and `explain`; may be NULL. */
	void (*on_step)(void *owner, const struct firing *f, size_t action, struct str what);
	/* It is over; the owner frees it. */
	void (*on_end)(void *owner, struct firing *f);
};

/* How it came out of its preparation. */
struct firing_readiness {
	enum tristate answer; /* of the rule's `if` */
	bool has_work;	      /* there is something to do */
	int64_t asked_ns;     /* how long it took to answer */
};

/* Takes references of the rules and the event; copies what was caught. Its jobs bear the id. */
struct firing *firing_new(const struct firing_house *house, uint64_t id, struct ruleset *set,
			  const struct rule *rule, struct event *ev,
			  const struct captures *captures);
void firing_free(struct firing *f); /* its jobs go on without it */

/* Asks `if`, and looks what there is to do first; nothing is done yet. on_ready comes within the call or later. */
void firing_prepare(struct firing *f,
		    void (*on_ready)(void *owner, struct firing *f,
				     const struct firing_readiness *readiness),
		    void *owner);
/* The limits allow it: does what there is to do. on_begun comes once, within the call or later: when its first jobs
 * are put, when it waits, or when it is over. May be NULL. */
void firing_begin(struct firing *f, void (*on_begun)(void *owner), void *owner);
/* Instead of acting: renders anew what the rule answered, and edits it. To be called before firing_prepare, whose
 * end is that of the questions alone; firing_begin then renews. Takes the answers. */
void firing_renew(struct firing *f, struct answers *take);
const struct answers *firing_answers(const struct firing *f);
/* One of its jobs has ended. */
void firing_settled(struct firing *f, const struct job *job, const struct outcome *outcome);
/* What it waited for has come, or will not be waited for any longer. */
void firing_wake(struct firing *f);
/* Nothing more is done. It must wait for its `wait`, or for nothing. */
void firing_cancel(struct firing *f);
/* Another event in place of its own, with what was caught of that: what is still to be done is done about it. */
void firing_retell(struct firing *f, struct event *ev, const struct captures *captures);

uint64_t firing_id(const struct firing *f);
const struct rule *firing_rule(const struct firing *f);
const struct event *firing_event(const struct firing *f);
/* While it waits: until when, and what ends it (enum unless, joined). */
struct mono firing_due(const struct firing *f);
unsigned firing_unless(const struct firing *f);
struct heap_node *firing_node(struct firing *f); /* the owner's, for a heap of those that wait */
struct firing *firing_of_node(struct heap_node *node);
struct list *firing_link(struct firing *f); /* the owner's */
struct firing *firing_of_link(struct list *link);
/* All that is known of it, for rendering; the arena is the caller's. */
struct values firing_values(const struct firing *f, struct arena *arena);
/* For explaining: what its condition compared. */
void firing_tell_condition(const struct firing *f, struct buf *seen, struct buf *wanted);
