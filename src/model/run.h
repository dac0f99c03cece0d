/* SPDX-License-Identifier: MIT */
/*
 * A run: one rule at work on one event, from the moment it may act until its last action is done. A run is data. How far
 * it has come is all in this struct, and at every rest (while its jobs are under way, or in a `wait`) the struct can be
 * written to a line and read back, by this process or the next one; so a wait, a reload and a restart are one mechanism:
 * the run, its rule found by name and fingerprint, the next action.
 *
 * The first part below is what the line says; the second part is what only memory knows, and the engine's to fill.
 */
#pragma once

#include <assert.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/heap.h"
#include "base/list.h"
#include "model/event.h"
#include "model/job.h"

struct rule;
struct wait_spot; /* engine/wait.h */

/* What a group of the rule's pattern caught: its name ("" = it has none), the text (p == NULL: it took no part), and the
 * mention that it caught to the letter ('@' or '#' and the id; '\0' = none). */
struct capture {
	struct str name;
	struct str text;
	char sigil;
	struct str id;
};

/* A place of a list, which knows its list. */
struct stay {
	struct list link;	// wait_spot::stays
	struct wait_spot *spot; /* NULL = it is in none */
};

struct run {
	uint64_t id; /* its jobs bear it */
	struct str rule_name;
	uint64_t fingerprint; /* of the rule; another rule of that name is another one */
	struct event *ev;     /* a reference */
	struct capture *captures;
	size_t n_captures;   /* group 0 is the whole match; none when no pattern was needed */
	size_t next;	     /* the action to come */
	size_t action;	     /* the one being done */
	size_t wording;	     /* which of its texts */
	size_t n_posted;     /* messages of this action */
	bool failed;	     /* an action did; from now on those of `on error` are done */
	bool action_failed;  /* the one being done */
	const char *error;   /* why; NULL = none did */
	struct json *result; /* of the last webhook or call; owned; NULL = none */
	int64_t count; /* how often the rule has fired, this time included; 0 = not counted yet */
	bool renews;   /* edits what the rule answered instead of acting */
	size_t next_answer; /* while it does: the answer to come */
	struct wall
		since; /* when what it does was to be done: the event, or the end of its last wait */
	struct wall due; /* the end of its `wait`; 0 = it is in none */
	unsigned unless; /* what ends the wait without what follows (enum unless, joined) */
	/* Edits and a deletion of its message that came while it acts: done when it rests. References. */
	struct event **followups;
	size_t n_followups;

	const struct rule *rule; /* held; NULL = none yet */
	bool begun;		 /* its limits are spent: it acts */
	bool has_untold;	 /* an action failed before it was clear whether the rule may act */
	size_t untold;		 /* which */
	size_t n_open;		 /* jobs under way */
	struct list jobs;	 /* struct job, made and not put yet */
	bool is_kept;		 /* there is a row of it */
	bool is_trimmed;	 /* of the event it has these parts alone (enum event_part) */
	unsigned parts;
	struct list changed;   /* the engine's, of those whose row is to be written */
	struct heap_node node; /* by the end of its wait, monotonic */
	struct stay at_message, at_thread;
	struct share held;   /* while it rests */
	struct arena caught; /* of the captures, until others are */
	struct arena arena;  /* of the other texts above, and of what is made; until the end */
};

/* Takes a reference of the event. */
static inline struct run *run_new(uint64_t id, struct event *ev)
{
	struct run *run = mem_zero(1, sizeof(*run));

	run->id = id;
	run->ev = event_ref(ev);
	list_init(&run->jobs);
	list_init(&run->changed);
	list_init(&run->at_message.link);
	list_init(&run->at_thread.link);
	heap_node_init(&run->node);
	return run;
}
/* The rule must have been let go. Jobs that were put are not its own. */
static inline void run_free(struct run *run)
{
	if (run == NULL)
		return;
	assert(run->rule == NULL && run->at_message.spot == NULL && run->at_thread.spot == NULL);
	list_remove(&run->changed);
	list_each (link, &run->jobs)
		job_free(list_entry(link, struct job, link));
	for (size_t i = 0; i < run->n_followups; i++)
		event_free(run->followups[i]);
	free(run->followups);
	json_free(run->result);
	event_free(run->ev);
	arena_deinit(&run->caught);
	arena_deinit(&run->arena);
	free(run);
}
/* Another event in its place. */
void run_set_event(struct run *run, struct event *ev);
/* Copies the sentence. */
static inline void run_set_error(struct run *run, struct str why)
{
	run->error = str_keep(&run->arena, why).p;
}
void run_add_followup(struct run *run, struct event *ev);
/* The i-th group; by name the last one of the name that caught something. NULL = none. */
const struct capture *run_capture(const struct run *run, size_t i);
const struct capture *run_capture_named(const struct run *run, struct str name);

enum { RUN_MALFORMED = 1 };

void run_write(const struct run *run, struct buf *out);
/* 0, or RUN_MALFORMED. It has no rule yet. */
int run_read(struct run **out, struct str line);
