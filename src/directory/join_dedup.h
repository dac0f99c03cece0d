/* SPDX-License-Identifier: MIT */
/*
 * Slack tells of one joining (or leaving) twice, each with a time of its own. Their keys go by the hour
 * (slack/decode.h), which parts two tellings on both sides of a full hour; here they find together.
 */
#pragma once

#include "base/map.h"
#include "model/event.h"

struct join_dedup {
	struct map latest; /* by key without its hour */
};

void join_dedup_init(struct join_dedup *m);
void join_dedup_deinit(struct join_dedup *m);
void join_dedup_move(struct join_dedup *m, struct event *ev);
/* Gives the event the key of the same move that was told of before, if there was one. Leaves others alone. */
static inline void join_dedup_unify(struct join_dedup *m, struct event *ev)
{
	if (ev->kind == EVENT_JOIN || ev->kind == EVENT_LEAVE)
		join_dedup_move(m, ev);
}
