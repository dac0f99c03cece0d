/* SPDX-License-Identifier: MIT */
/*
 * The firings that wait: until when, and for whom they would not do what follows. Found by the thread or the message
 * that they are about, so that a busy workspace asks only the few that are concerned.
 */
#pragma once

#include "base/map.h"
#include "engine/firing.h"

enum { WAITS_MAX = 100000 };

struct waits {
	struct heap due;
	struct map spots; /* struct spot, by thread and by message */
};

void waits_init(struct waits *w);
void waits_deinit(struct waits *w); /* the firings are the owner's */
bool waits_has_room(const struct waits *w);
void waits_add(struct waits *w, struct firing *f);
void waits_remove(struct waits *w, struct firing *f); /* fine when it does not wait */
/* The one that is due first, if it is due by now; it waits no longer. NULL = none. */
struct firing *waits_take_due(struct waits *w, struct mono now);
/* Until then nothing is due; false = nothing waits. */
bool waits_next(const struct waits *w, struct mono *out);
/* One that the event keeps from going on (`unless`); it waits no longer. NULL = none, or no further one. */
struct firing *waits_take_answered(struct waits *w, const struct event *ev);
/* One of this rule that waits for what it is to do about the event's message; it waits no longer. */
struct firing *waits_take_about(struct waits *w, const struct rule *rule, const struct event *ev);
