/* SPDX-License-Identifier: MIT */
#include "engine/bot_turns.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"

enum {
	TURNS_MAX = 3,
	SOON_MS = 10000, /* what comes later is no answer to ours */
	SILENT_MS = 60000,
	PLACES_MAX = 4096, /* beyond, all are forgotten: at worst three more answers */
};

struct bot_talk {
	bool is_answering; /* what we say next is an answer to a bot */
	struct mono spoke; /* we, last, in answer to a bot */
	bool is_answered;  /* that was a turn already */
	unsigned turns;
	struct mono silent_until; /* 0 = we are not */
};

void bot_turns_init(struct bot_turns *t)
{
	map_init(&t->places);
}

void bot_turns_deinit(struct bot_turns *t)
{
	map_deinit(&t->places, free);
}

/* The channel, or a thread in it. */
static struct str place_in(struct buf *room, struct str channel, struct str thread)
{
	buf_addf(room, "%.*s/%.*s", STR_ARG(channel), STR_ARG(thread));
	return buf_str(room);
}

static struct str place_of(struct buf *room, const struct event *ev)
{
	return place_in(room, ev->channel, event_is_reply(ev) ? ev->thread_ts : STR_EMPTY);
}

static bool is_soon(const struct bot_talk *talk, struct mono now)
{
	return mono_ms_between(talk->spoke, now) <= SOON_MS;
}

static struct bot_talk *talk_at(struct bot_turns *t, struct str place)
{
	struct bot_talk *talk = map_get(&t->places, place);

	if (talk != NULL)
		return talk;
	if (t->places.n >= PLACES_MAX) {
		bot_turns_deinit(t);
		bot_turns_init(t);
	}
	talk = mem_zero(1, sizeof(*talk));
	map_set(&t->places, place, talk);
	return talk;
}

static void note_answer(struct bot_turns *t, const struct event *ev, struct str thread,
			struct mono now)
{
	CLEANUP(buf_deinit) struct buf room = { 0 };
	struct bot_talk *talk = talk_at(t, place_in(&room, ev->channel, thread));

	if (talk->turns > 0 && !is_soon(talk, now))
		talk->turns = 0;
	talk->is_answering = true;
}

void bot_turns_answer(struct bot_turns *t, const struct event *ev, struct mono now)
{
	if (ev->channel.len == 0)
		return;
	note_answer(t, ev, event_is_reply(ev) ? ev->thread_ts : STR_EMPTY, now);
	note_answer(t, ev, event_thread_root(ev), now);
}

void bot_turns_spoke(struct bot_turns *t, const struct event *own, struct mono now)
{
	CLEANUP(buf_deinit) struct buf room = { 0 };
	struct bot_talk *talk;

	if (own->kind != EVENT_MESSAGE)
		return;
	talk = map_get(&t->places, place_of(&room, own));
	if (talk == NULL || !talk->is_answering)
		return;
	talk->is_answering = false;
	talk->spoke = now;
	talk->is_answered = false;
}

bool bot_turns_hear(struct bot_turns *t, const struct event *ev, struct mono now, bool *is_first)
{
	CLEANUP(buf_deinit) struct buf room = { 0 };
	struct bot_talk *talk;

	*is_first = false;
	if (ev->channel.len == 0)
		return true;
	talk = map_get(&t->places, place_of(&room, ev));
	if (talk == NULL)
		return true;
	if (!bot_turns_counts(ev) ||
	    (talk->silent_until.ns > 0 && now.ns >= talk->silent_until.ns)) {
		free(map_remove(&t->places, buf_str(&room)));
		return true;
	}
	if (talk->silent_until.ns > 0)
		return false;
	if (talk->spoke.ns == 0 || talk->is_answered || !is_soon(talk, now))
		return true;
	talk->is_answered = true;
	if (++talk->turns < TURNS_MAX)
		return true;
	*is_first = true;
	talk->silent_until = mono_after(now, SILENT_MS);
	return false;
}
