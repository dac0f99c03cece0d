/* SPDX-License-Identifier: MIT */
/* What happened in Slack, in retort's own words: the first of the two words that all rooms share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/share.h"
#include "base/str.h"

enum event_kind {
	EVENT_MESSAGE, /* someone wrote: also /me, a file with text, a reply shown in the channel */
	EVENT_EDIT,
	EVENT_DELETE,
	EVENT_REACTION,
	EVENT_UNREACTION,
	EVENT_JOIN,
	EVENT_LEAVE,
	EVENT_PIN,
	EVENT_COMMAND, /* someone typed a slash command */
	EVENT_TIME,    /* a moment that one rule waits for: `every`, `cron` */
	EVENT_OTHER,   /* any other type, by its Slack name */
};

enum channel_kind { CHANNEL_UNKNOWN, CHANNEL_PUBLIC, CHANNEL_PRIVATE, CHANNEL_DM, CHANNEL_GROUP };

/* A person or bot. Names are filled in where the directory knows them, else empty. */
struct person {
	struct str id;
	struct str handle; /* the unstable user name */
	struct str name;   /* display name, or the real name */
	struct str email;
	bool is_bot;
	bool is_guest; /* may see only some channels */
};

struct workspace; /* model/workspace.h */

/* Parts of a message that rules may look at or leave out. */
enum text_part { PART_TEXT = 1, PART_CODE = 2, PART_QUOTE = 4, PART_LINK = 8 };

/* A run of the text that a person sees, all of one part. Together the pieces are the whole text. */
struct text_piece {
	struct str shown; /* slice of event::text */
	enum text_part part;
	char sigil;	/* '@' a person is mentioned, '#' a channel; 0 = neither */
	struct str id;	/* of that person or channel */
	struct str url; /* where the piece links to; empty = nowhere */
};

struct event {
	const struct workspace *workspace; /* where it happened; borrowed */
	enum event_kind kind;
	struct str type; /* Slack's name for it: "message", "channel_rename" … */
	struct str subtype;
	struct str team;
	struct str channel;	 /* id; empty when the event has none */
	struct str channel_name; /* without #; empty when unknown */
	enum channel_kind channel_kind;
	struct person user;   /* who did it */
	struct person author; /* who wrote the message that it is about; for a message: user */
	struct str bot_id;
	bool from_self; /* done by this very app: never answered */
	bool from_bot;	/* done by another bot */
	bool hidden;	/* Slack says: not for eyes (unfurls, thread counts) */
	bool mentions_bot;
	bool has_files;

	/* The message that it is about: the message itself, or the one reacted to, edited, pinned. */
	struct str ts;		   /* a message id within its channel, never a number */
	struct str thread_ts;	   /* empty = not in a thread; == ts = its root */
	struct str text_raw;	   /* as Slack sent it */
	struct str text;	   /* as a person sees it; without a pointer = not read yet */
	struct str text_to_bot;	   /* the end of it, without a leading mention of the bot */
	struct text_piece *pieces; /* of the text; none = all of it is PART_TEXT */
	size_t n_pieces;
	bool text_known; /* false: the message reacted to could not be read */

	struct str reaction;	 /* as event_reaction_name gives it */
	struct str command;	 /* "/lunch", as typed; for EVENT_COMMAND */
	struct str response_url; /* where a command may be answered; a secret, never logged */
	struct str for_rule;	 /* EVENT_TIME: the one rule that waits for it */
	struct str event_ts;
	struct wall time; /* when it happened, by Slack's clock */

	/* Any of these seen before means that this very thing was handled before. */
	struct str key;	     /* by content: m:TEAM:CHANNEL:TS … */
	struct str event_id; /* Slack's id; empty in RTM */

	struct mono received; /* when its last byte came in; for latency */
	struct arena arena; /* holds this event too; every slice above lies here or in `payload` */
	struct json *payload; /* the inner event as Slack sent it; owned; may be NULL */
	size_t n_refs;
	struct event *whole; /* this one is another view of that; NULL = it is itself */
};

/* What there is of an event besides what it is, who did it and where. */
enum event_part { EVENT_TEXT = 1, EVENT_TEXT_RAW = 2, EVENT_PAYLOAD = 4 };

/* With one reference, the caller's. */
static inline struct event *event_new(void)
{
	struct arena arena = { 0 };
	struct event *ev = arena_alloc(&arena, sizeof(*ev));

	ev->arena = arena;
	ev->n_refs = 1;
	return ev;
}
static inline struct event *event_ref(struct event *ev)
{
	ev->n_refs++;
	return ev;
}
/* The same thing seen as another kind: an edited message as a message. Keeps the whole alive. */
struct event *event_as(struct event *ev, enum event_kind kind);
/* Gives a reference back; NULL is fine. */
static inline void event_free(struct event *ev)
{
	while (ev != NULL && --ev->n_refs == 0) {
		struct event *whole = ev->whole;
		struct arena arena = ev->arena; /* which holds the event */

		if (whole == NULL || ev->payload != whole->payload)
			json_free(ev->payload);
		arena_deinit(&arena);
		ev = whole;
	}
}
static inline void event_freep(struct event **ev)
{
	event_free(*ev);
}
const char *event_kind_name(enum event_kind kind); /* the word that `on` uses */

/* Who did it, a person or a bot; empty = nobody. */
static inline struct str event_doer(const struct event *ev)
{
	return ev->user.id.len > 0 ? ev->user.id : ev->bot_id;
}
/* Who pays for what is kept because of it. */
static inline struct share_owner event_owner(const struct event *ev)
{
	return (struct share_owner){ event_doer(ev), ev->channel };
}
/* Root of the thread that an answer belongs to: thread_ts, or ts where the message starts one. */
static inline struct str event_thread_root(const struct event *ev)
{
	return ev->thread_ts.len > 0 ? ev->thread_ts : ev->ts;
}
/* It is about a message of someone else's whose text could not be read. */
static inline bool event_text_is_missing(const struct event *ev)
{
	return !ev->text_known && (ev->kind == EVENT_REACTION || ev->kind == EVENT_UNREACTION ||
				   ev->kind == EVENT_PIN);
}
/* A reply within a thread (not its root). */
static inline bool event_is_reply(const struct event *ev)
{
	return ev->thread_ts.len > 0 && !str_eq(ev->thread_ts, ev->ts);
}
/* Slack does not tell who did it: it may be this bot. */
static inline bool event_is_unsigned(const struct event *ev)
{
	return ev->kind == EVENT_OTHER && ev->user.id.len == 0 && ev->bot_id.len == 0;
}
/* The one name of an emoji however it is written: without colons and skin tone, and +1 for thumbsup. */
struct str event_reaction_name(struct str written);
