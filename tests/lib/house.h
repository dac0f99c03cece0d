/* SPDX-License-Identifier: MIT */
/*
 * An engine in a made-up world, and a Slack that does what it is told at once. What was done is kept as a line of
 * jobs, "reply C1GENERAL/1.1: text | dm U9RAJ: text". A story is played twice, with a store that answers within
 * the call and with one that answers later, and must end the same.
 */
#pragma once

#include "base/buf.h"
#include "engine/engine.h"
#include "lib/events.h"
#include "lib/world.h"

struct house {
	struct world world;
	struct store *store;
	bool is_slow;
	struct engine *engine;
	int standing, fallen;  /* decisions told of */
	struct buf done;       /* jobs, in the order in which they left */
	struct buf short_done; /* the same as "reply:text dm:text" */
	struct buf steps;      /* what was done without a job */
	unsigned n_posted;     /* messages get 2000.000001, 2000.000002 … */
	const char *refuses;   /* a job whose text holds this fails: "no_such_thing" */
	const char *doubts;    /* and with this it is unsure */
	const char *brings;    /* JSON that webhooks and calls are answered with */
};

void house_init(struct house *h, struct store *store, const char *rules);
void house_init_with(struct house *h, struct store *store, const char *rules,
		     const struct trace *trace);
/* The same where all rules are asked, even those that cannot match. */
void house_init_asking(struct house *h, struct store *store, const char *rules, bool ask_all);
void house_deinit(struct house *h);
void house_use(struct house *h, const char *rules); /* a reload */
/* Takes an event; nothing leaves yet. */
void house_take(struct house *h, struct event *ev);
/* Commits, and does all that there is to do. Gives the whole line of what was done so far. */
struct str house_run(struct house *h);
void house_say(struct house *h, const char *text, const char *ts); /* takes, and runs */
void house_hear(struct house *h, struct event *ev);		   /* the same for any event */
void house_wait(struct house *h, int64_t ms); /* time passes; does what is due when it is due */
/* Lets the oldest job that is committed end in this way; false = there is none. */
bool house_end_one(struct house *h);

void house_story(const char *rules, void (*play)(struct house *h), const char *wanted,
		 const char *file, unsigned line);
#define ASSERT_STORY(rules, play, wanted) house_story(rules, play, wanted, __FILE__, __LINE__)
/* The story of one message. */
void house_answer(const char *rules, const char *text, const char *wanted, const char *file,
		  unsigned line);
#define ASSERT_DOES(rules, text, wanted) house_answer(rules, text, wanted, __FILE__, __LINE__)
