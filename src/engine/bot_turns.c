/* SPDX-License-Identifier: MIT */
#include "engine/bot_turns.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"

enum {
	TURNS_MAX = 3,
	SOON_MS = 10000,	   /* what comes later is no answer to ours */
	SOON_TO_US_MS = 120000,	   /* unless it is said to us */
	SOON_UNSIGNED_MS = 600000, /* or is of a kind that a call of ours may have made */
	SILENT_MS = 60000,
	PLACES_MAX = 4096, /* beyond, all are forgotten: at worst three more answers */
};

struct bot_talk {
	bool is_answering; /* what we say next is an answer to a bot */
	struct mono spoke; /* we, last, in answer to a bot */
	bool is_answered;  /* that was a turn already */
	unsigned turns;
	struct mono silent_until; /* 0 = we are not */
	uint64_t words;		  /* of what we said; 0 = unknown */
};

void bot_turns_init(struct bot_turns *t)
{
	map_init(&t->places);
}

void bot_turns_deinit(struct bot_turns *t)
{
	map_deinit(&t->places, free);
}

/* Fowler, Noll, Vo: who echoes us gives away nothing but that. */
static uint64_t words_in(struct str text)
{
	uint64_t h = text.len > 0 ? 0xCBF29CE484222325u : 0;

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.p[i]) * 0x100000001B3u;
	return h;
}

/* The channel, or a thread in it. */
static struct str place_in(struct buf *room, struct str channel, struct str thread)
{
	buf_addf(room, "%.*s/%.*s", STR_ARG(channel), STR_ARG(thread));
	return buf_str(room);
}

/* What makes a channel happens in a new one each time. */
static bool is_anywhere(const struct event *ev)
{
	return ev->kind == EVENT_OTHER && str_ends(ev->type, "_created");
}

static struct str place_of(struct buf *room, const struct event *ev)
{
	if (ev->kind == EVENT_MESSAGE)
		return place_in(room, ev->channel, event_is_reply(ev) ? ev->thread_ts : STR_EMPTY);
	/* Reactions, edits and pins are about one message. */
	buf_addf(room, "%.*s!%.*s", STR_ARG(is_anywhere(ev) ? STR_EMPTY : ev->channel),
		 STR_ARG(ev->ts.len > 0 ? ev->ts : ev->type));
	return buf_str(room);
}

/* An answer to what we did? Some bots think for long before they speak to us; an echo may come whenever it likes. */
static bool is_turn(const struct bot_talk *talk, const struct event *ev, struct mono now)
{
	int64_t ms = mono_ms_between(talk->spoke, now);

	if (talk->words != 0 && talk->words == words_in(ev->text_raw))
		return true;
	if (event_is_unsigned(ev))
		return ms <= SOON_UNSIGNED_MS;
	return ms <= (event_is_reply(ev) || ev->mentions_bot ? SOON_TO_US_MS : SOON_MS);
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

static void note_spoke(struct bot_talk *talk, struct str text, struct mono now)
{
	talk->is_answering = false;
	talk->spoke = now;
	talk->is_answered = false;
	talk->words = words_in(text);
}

void bot_turns_answer(struct bot_turns *t, const struct event *ev, struct mono now)
{
	CLEANUP(buf_deinit) struct buf here = { 0 }, below = { 0 };
	struct bot_talk *talk = talk_at(t, place_of(&here, ev));

	if (!talk->is_answered)
		talk->turns = 0; /* it had something of its own to say */
	talk->is_answering = true;
	if (ev->kind == EVENT_MESSAGE)
		talk_at(t, place_in(&below, ev->channel, event_thread_root(ev)))->is_answering =
			true;
	else
		note_spoke(talk, STR_EMPTY, now); /* not every act has an echo */
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
	note_spoke(talk, own->text_raw, now);
}

bool bot_turns_hear(struct bot_turns *t, const struct event *ev, struct mono now, bool *is_first)
{
	CLEANUP(buf_deinit) struct buf room = { 0 };
	struct bot_talk *talk;

	*is_first = false;
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
	if (talk->spoke.ns == 0 || talk->is_answered || !is_turn(talk, ev, now))
		return true;
	talk->is_answered = true;
	if (++talk->turns < TURNS_MAX)
		return true;
	*is_first = true;
	talk->silent_until = mono_after(now, SILENT_MS);
	return false;
}
