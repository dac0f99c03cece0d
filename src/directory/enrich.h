/* SPDX-License-Identifier: MIT */
/*
 * Completes events: fills in what the roster knows and lets them wait, in a line a channel, for what must
 * be looked up first. Owns the events that wait.
 */
#pragma once

#include "model/event.h"
#include "model/workspace.h"
#include "directory/lookups.h"
#include "directory/cache.h"
#include "slack/text.h"

struct enrich;

/* What a rule set needs to know of an event before it can be asked. */
enum enrich_want {
	WANT_NAMES = 1,	  /* of author and channel; names of mentioned people are always wanted */
	WANT_REACTED = 2, /* the text of the message reacted to */
};

/* All that is given outlives the completer. */
struct enrich *enrich_new(struct loop *loop, struct lookups *lookups, const struct cache *roster,
			  const struct identity *me, const struct text_names *names);
void enrich_free(struct enrich *c); /* with the events that wait */

/* Fills names, kinds and texts in, asking Slack for what is missing, for at most 1.5 s; then on_complete
 * comes with the event, with whatever could be learned. Within the call when nothing is missing. Keeps
 * the order of events within a channel. Takes the event and gives it to on_complete. */
void enrich_take(struct enrich *c, struct event *take, unsigned wants,
		 void (*on_complete)(void *owner, struct event *take, void *tag), void *owner,
		 void *tag);
