/* SPDX-License-Identifier: MIT */
/*
 * An engine in a made-up world, and a Slack that does what it is told at once. What was done is kept as a line of
 * jobs, "reply C1GENERAL/1.1: text | dm U9RAJ: text". A story is played three times,
 * where nothing is kept, with a store that answers late, and with one from which the engine is loaded again whenever
 * nothing is left to be done; and must end the same.
 */
#pragma once

#include "base/buf.h"
#include "base/metric.h"
#include "engine/engine.h"
#include "lib/events.h"
#include "lib/journal.h"
#include "lib/world.h"

struct engine_fixture {
	struct world world;
	struct store *store;
	bool is_late;
	bool crashes; /* whenever nothing is left to be done */
	struct engine_setup setup;
	struct engine *engine;
	uint64_t counts[N_METRICS]; /* as they were */
	int standing;		    /* decisions told of */
	struct buf done;	    /* jobs, in the order in which they left */
	struct buf short_done;	    /* the same as "reply:text dm:text" */
	struct buf steps;	    /* what was done without a job */
	unsigned n_posted;	    /* messages get 2000.000001, 2000.000002 … */
	const char *refuses;	    /* a job whose text holds this fails: "no_such_thing" */
	const char *doubts;	    /* and with this it is unsure */
	enum outcome_kind probes;   /* what is found when a message that is unsure is looked for */
	const char *brings;	    /* JSON that webhooks and calls are answered with */
};

void fixture_init(struct engine_fixture *h, struct store *store, const char *rules);
void fixture_init_with(struct engine_fixture *h, struct store *store, const char *rules,
		       const struct trace *trace);
/* The same where all rules are asked, even those that cannot match. */
void fixture_init_asking(struct engine_fixture *h, struct store *store, const char *rules,
			 bool ask_all);
void fixture_deinit(struct engine_fixture *h);
/* How often that was counted since fixture_init. */
uint64_t fixture_counted(const struct engine_fixture *h, enum metric metric);
void fixture_use(struct engine_fixture *h, const char *rules); /* a reload */
/* Another engine in its place, as the setup says now. */
void fixture_renew(struct engine_fixture *h);
/* The program ends at once, as it is, and begins anew with what the store has. Its counters go on. */
void fixture_crash(struct engine_fixture *h);
/* Takes an event; nothing leaves yet. */
void fixture_take(struct engine_fixture *h, struct event *ev);
/* Commits, and does all that there is to do. Gives the whole line of what was done so far. */
struct str fixture_run(struct engine_fixture *h);
void fixture_say(struct engine_fixture *h, const char *text, const char *ts); /* takes, and runs */
void fixture_hear(struct engine_fixture *h, struct event *ev); /* the same for any event */
void fixture_wait(struct engine_fixture *h,
		  int64_t ms); /* time passes; does what is due when it is due */
/* The next job that leaves, all that it needs for that being committed; NULL = none. */
struct job *fixture_next(struct engine_fixture *h);
/* Lets the oldest job that is committed end in this way; false = there is none. */
bool fixture_end_one(struct engine_fixture *h);

void fixture_story(const char *rules, void (*play)(struct engine_fixture *h), const char *wanted,
		   const char *file, unsigned line);
#define ASSERT_STORY(rules, play, wanted) fixture_story(rules, play, wanted, __FILE__, __LINE__)
/* The story of one message. */
void fixture_answer(const char *rules, const char *text, const char *wanted, const char *file,
		    unsigned line);
#define ASSERT_DOES(rules, text, wanted) fixture_answer(rules, text, wanted, __FILE__, __LINE__)
