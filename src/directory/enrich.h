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

/* What a rule set needs to know of an event before it can be asked; a set of these. */
enum enrich_want {
	WANT_TEXT =
		1, /* and what is known of its people and its channel; names of mentioned people */
	WANT_NAMES = 2,	  /* of author and channel, asked for where they are not known */
	WANT_REACTED = 4, /* the text of the message reacted to */
	WANT_LISTED =
		8, /* names that only the lists of people and channels can tell; said by enrich_wants_fn alone */
};

/*
 * Which of the wants of an event make a difference, now that all that is known has been filled in: the names of mentioned
 * people (WANT_TEXT), of author and channel, and names to be said that are not known.
 */
typedef unsigned enrich_wants_fn(void *owner, struct event *ev, unsigned wants);

/* The kind of the event's channel: its own, or the one known here when that says more. */
static inline enum channel_kind enrich_kind(const struct cache *roster, const struct event *ev)
{
	const struct cache_channel *channel = cache_channel(roster, ev->channel);
	/* The one letter that membership events have is less than the truth. */
	const bool is_vague = ev->channel_kind == CHANNEL_UNKNOWN || ev->kind == EVENT_JOIN ||
			      ev->kind == EVENT_LEAVE;

	if (channel != NULL && is_vague && channel->kind != CHANNEL_UNKNOWN)
		return channel->kind;
	return ev->channel_kind;
}
/* Writes what is known of its people and its channel into the event, whose texts stay as they are. */
void enrich_fill(const struct cache *roster, struct event *ev);

/* All that is given outlives the completer. */
struct enrich *enrich_new(struct loop *loop, struct lookups *lookups, const struct cache *roster,
			  const struct identity *me, const struct text_names *names);
void enrich_free(struct enrich *c); /* with the events that wait */

/* Asked of each event that would have to wait. Without this call all of its wants make a difference. */
void enrich_ask(struct enrich *c, enrich_wants_fn *on_wants, void *owner);
/* Told when an event of this channel has waited for a list for three seconds. */
void enrich_on_late(struct enrich *c, void (*on_late)(void *owner, struct str channel),
		    void *owner);
/* Are more names to be expected of the lists? Who waits for one may go when not. */
void enrich_expect_lists(struct enrich *c, bool they_come);
/* More names are known: who waits for one of them may go. */
void enrich_news(struct enrich *c);

/* Fills names, kinds and texts in: true when nothing is missing, or too many wait. Else the event is taken, Slack is
 * asked, and on_complete comes with the event and whatever could be learned: after 1.5 s at most, or a minute where a
 * name has to come with a list. Keeps the order of events within a channel. */
bool enrich_take(struct enrich *c, struct event *take, unsigned wants,
		 void (*on_complete)(void *owner, struct event *take, void *tag), void *owner,
		 void *tag);
