/* SPDX-License-Identifier: MIT */
#include "lib/events.h"

static struct event *event_in_general(enum event_kind kind, const char *ts)
{
	struct event *ev = event_new();

	ev->kind = kind;
	ev->team = STR("T1");
	ev->channel = STR("C1GENERAL");
	ev->channel_name = STR("general");
	ev->channel_kind = CHANNEL_PUBLIC;
	ev->user.id = STR("U1ANA");
	ev->user.handle = STR("ana");
	ev->user.name = STR("Ana");
	ev->user.email = STR("ana@acme.example");
	ev->author = ev->user;
	ev->ts = str_keep(&ev->arena, str_from(ts));
	ev->event_ts = ev->ts;
	return ev;
}

struct event *said(const char *text, const char *ts)
{
	struct event *ev = event_in_general(EVENT_MESSAGE, ts);

	ev->type = STR("message");
	ev->text = str_keep(&ev->arena, str_from(text));
	ev->text_raw = ev->text;
	ev->text_to_bot = ev->text;
	ev->text_known = true;
	ev->key = str_keepf(&ev->arena, "m:T1:C1GENERAL:%s", ts);
	return ev;
}

struct event *replied(const char *text, const char *ts, const char *root)
{
	struct event *ev = said(text, ts);

	ev->thread_ts = str_keep(&ev->arena, str_from(root));
	return ev;
}

struct event *reacted(const char *emoji, const char *ts)
{
	struct event *ev = event_in_general(EVENT_REACTION, ts);

	ev->type = STR("reaction_added");
	ev->reaction = str_keep(&ev->arena, str_from(emoji));
	ev->key = str_keepf(&ev->arena, "r:C1GENERAL:%s:U1ANA:%s", ts, emoji);
	return ev;
}
