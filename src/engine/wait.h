/* SPDX-License-Identifier: MIT */
/*
 * The runs that rest: those in a `wait`, by the time at which it ends and for whom they would not do what follows; and
 * those that act, where what they answer may have to follow the question. Both are found by the message that they are
 * about, or by its thread, so that a busy workspace asks only the few that are concerned.
 */
#pragma once

#include "base/map.h"
#include "model/run.h"

enum { WAITS_MAX = 100000 };

struct waits {
	struct heap due;
	struct map spots; /* struct wait_spot, by thread and by message */
};

void waits_init(struct waits *w);
void waits_deinit(struct waits *w); /* all runs must have left */
bool waits_has_room(const struct waits *w);
/* It waits until then, for its run::unless not to happen. */
void waits_add(struct waits *w, struct run *run, struct mono due);
/* It acts; found by waits_acting alone. */
void waits_add_acting(struct waits *w, struct run *run);
void waits_leave(struct waits *w, struct run *run);
/* Fine when it is in none, as most runs are. */
static inline void waits_remove(struct waits *w, struct run *run)
{
	if (heap_has(&run->node) || run->at_message.spot != NULL || run->at_thread.spot != NULL)
		waits_leave(w, run);
}
/* The one that is due first, if it is due by now; it waits no longer. NULL = none. */
struct run *waits_take_due(struct waits *w, struct mono now);
/* Until then nothing is due; false = nothing waits. */
static inline bool waits_next(const struct waits *w, struct mono *out)
{
	const struct heap_node *node = heap_min(&w->due);

	if (node != NULL)
		out->ns = node->key;
	return node != NULL;
}
/* One that the event keeps from going on (`unless`); it waits no longer. NULL = none, or no further one. */
struct run *waits_take_answered(struct waits *w, const struct event *ev);
/* One of the rule of this name that waits for what it is to do about the event's message; it waits no longer, but its
 * time is still in run::node.key. NULL = none, or no further one. */
struct run *waits_take_about(struct waits *w, struct str rule, const struct event *ev);
/* The one of the rule of this name that acts on the event's message, rather one that has followups already. NULL = none
 * does. */
struct run *waits_acting(const struct waits *w, struct str rule, const struct event *ev);
