/* SPDX-License-Identifier: MIT */
/*
 * Plays one event through a set of rules without Slack, by the engine itself: everybody is called what they are
 * called, nothing is posted, waits are over at once, nobody answers meanwhile, and what is asked of others brings
 * nothing. For tests of rules and for `explain`.
 */
#pragma once

#include "rule/match.h"
#include "rule/ruleset.h"

/* One thing that a rule would do. */
struct deed {
	const struct rule *rule; /* NULL = the built-in help */
	enum verb verb;
	struct str
		where; /* "#general", "@ana", "webhook tickets", a method, a variable; empty = nowhere */
	struct str text; /* as a person reads it, or the JSON that is sent */
	bool in_thread;	 /* of the message that it is about, or in that in which it stands */
};

/* Told of what happens; the texts are valid during the call. */
struct simulate_sink {
	void *owner;
	void (*on_fired)(void *owner, const struct rule *rule);
	void (*on_deed)(void *owner, const struct deed *deed);
};

struct simulation; /* who is called what, over several events */

struct simulation *simulate_new(struct ruleset *set); /* takes a reference */
void simulate_free(struct simulation *r);
/* An event as Slack would have sent it and the directory completed it: the text of the test is taken for what
 * somebody typed, so that `@ana` in it is a mention. The caller's. */
struct event *simulate_event(struct simulation *r, const struct event *test);
/* From now on witnesses hear of this rule's questions alone, which is quicker; NULL = of all rules'. */
void simulate_trace_rule(struct simulation *r, const struct rule *rule);
/* Plays it. `trace` may be NULL; `wording` says which of several wordings is chosen. */
void simulate_play(struct simulation *r, const struct event *test, const struct trace *trace,
		   const struct simulate_sink *sink, size_t wording);
/* The same for an event that is one already. Takes it. */
void simulate_play_event(struct simulation *r, struct event *take, const struct trace *trace,
			 const struct simulate_sink *sink, size_t wording);
