/* SPDX-License-Identifier: MIT */
/*
 * Two bots that answer each other would do so for ever. Where another bot acts soon after we did, in the same channel,
 * thread or on the same message, or says what we said, that is a turn; after three in a row we are silent there for a
 * minute, or until a person has done something. A bot that is merely busy, many alarms at once, does not wait for our
 * answers; one that is answered in threads has a new one each time.
 *
 * Of a renamed channel Slack does not tell who did it. Where a rule calls a method at such an event, its like is taken
 * for a bot's answer.
 */
#pragma once

#include "base/clock.h"
#include "base/map.h"
#include "model/event.h"

struct bot_turns {
	struct map places; /* struct bot_talk, by channel and thread */
};

void bot_turns_init(struct bot_turns *t);
void bot_turns_deinit(struct bot_turns *t);
/* Did a bot do it, or nobody that is named? */
static inline bool bot_turns_counts(const struct event *ev)
{
	return ev->from_bot || ev->user.is_bot || event_is_unsigned(ev);
}
/* Has no bot been answered anywhere? Then there is nothing to hear. */
static inline bool bot_turns_are_none(const struct bot_turns *t)
{
	return t->places.n == 0;
}
/* A rule acts on what a bot or nobody did: what we say there next is an answer to it. */
void bot_turns_answer(struct bot_turns *t, const struct event *ev, struct mono now);
/* An own message stands there. */
void bot_turns_spoke(struct bot_turns *t, const struct event *own, struct mono now);
/* Somebody else did something. False: it is a bot's turn too many; `is_first` = since we are silent there. */
bool bot_turns_hear(struct bot_turns *t, const struct event *ev, struct mono now, bool *is_first);
