/* SPDX-License-Identifier: MIT */
/*
 * Slack tells of one joining (or leaving) twice, each with a time of its own. Their keys go by the hour
 * (slack/decode.h), which parts two tellings on both sides of a full hour; here they find together.
 */
#pragma once

#include "base/map.h"
#include "event.h"

struct moves {
	struct map latest; /* by key without its hour */
};

void moves_init(struct moves *m);
void moves_deinit(struct moves *m);
/* Gives the event the key of the same move that was told of before, if there was one. Leaves others alone. */
void moves_unify(struct moves *m, struct event *ev);
