/* SPDX-License-Identifier: MIT */
/* Events by which a workspace says that the bot is not wanted any more, pure. */
#pragma once

#include "model/event.h"
#include "model/workspace.h"

/* Why the bot cannot go on and what to do, or NULL = the event says no such thing. `known_since` is when Slack last
 * vouched for the token: an older event, sent again after a new start, speaks of the token before. */
const char *slack_thrown_out(const struct event *ev, const struct identity *me,
			     struct wall known_since);
