/* SPDX-License-Identifier: MIT */
#include "rule/test_event.h"
#include "base/arena.h"

/* "ana" gives UANA; what is no letter or digit is spelled out, so that no two names meet. */
struct str test_event_id(struct arena *arena, char kind, struct str name)
{
	char *id = arena_alloc(arena, 2 + 3 * name.len);
	size_t len = 0;

	id[len++] = kind;
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) {
			id[len++] = (char)c;
		} else if (c >= 'a' && c <= 'z') {
			id[len++] = (char)(c - ('a' - 'A'));
		} else {
			id[len++] = '0';
			id[len++] = "0123456789ABCDEF"[c >> 4];
			id[len++] = "0123456789ABCDEF"[c & 15];
		}
	}
	return str_make(id, len);
}

static void complete_person(struct event *ev)
{
	struct person *user = &ev->user;

	if (user->handle.len == 0)
		user->handle = user->id.len > 0 ? user->id :
			       user->is_bot	? STR("somebot") :
						  STR("someone");
	if (user->id.len == 0)
		user->id = test_event_id(&ev->arena, 'U', user->handle);
	user->name = user->handle;
	ev->author = *user;
	if (user->is_bot)
		ev->bot_id = test_event_id(&ev->arena, 'B', user->handle);
}

static void complete_channel(struct event *ev)
{
	static const char letters[] = {
		[CHANNEL_UNKNOWN] = 'C', [CHANNEL_PUBLIC] = 'C', [CHANNEL_PRIVATE] = 'C',
		[CHANNEL_DM] = 'D',	 [CHANNEL_GROUP] = 'G',
	};

	if (ev->channel_kind == CHANNEL_UNKNOWN)
		ev->channel_kind = ev->channel.len > 0 && ev->channel.p[0] == 'D' ? CHANNEL_DM :
										    CHANNEL_PUBLIC;
	if (ev->channel_name.len == 0)
		ev->channel_name = STR("test");
	if (ev->channel.len == 0)
		ev->channel = test_event_id(&ev->arena, letters[ev->channel_kind],
					    ev->channel_name);
	if (ev->channel_kind == CHANNEL_DM)
		ev->channel_name = STR_EMPTY;
}

static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

/* `@bot` in the text is a mention of the bot. */
static bool has_mention(struct str text)
{
	size_t at;

	while ((at = str_find(text, "@bot")) != SIZE_MAX) {
		struct str behind = str_sub(text, at + 4, text.len);

		if ((at == 0 || !is_name_byte(text.p[at - 1])) &&
		    (behind.len == 0 || !is_name_byte(behind.p[0])))
			return true;
		text = behind;
	}
	return false;
}

static void complete_text(struct event *ev)
{
	struct str text = ev->text;

	ev->text_known = true;
	ev->text_raw = ev->text_to_bot = text;
	if (!has_mention(text))
		return;
	ev->mentions_bot = true;
	text = str_trim(text);
	if (!str_skip(&text, "@bot") || (text.len > 0 && is_name_byte(text.p[0])))
		return;
	while (text.len > 0 &&
	       (text.p[0] == ' ' || text.p[0] == ':' || text.p[0] == ',' || text.p[0] == '\t'))
		text = str_sub(text, 1, text.len);
	ev->text_to_bot = text;
}

/* Slack's names for the events that a test can speak of. */
static struct str type_of(enum event_kind kind)
{
	switch (kind) {
	case EVENT_MESSAGE:
	case EVENT_EDIT:
	case EVENT_DELETE:
		break;
	case EVENT_REACTION:
		return STR("reaction_added");
	case EVENT_UNREACTION:
		return STR("reaction_removed");
	case EVENT_JOIN:
		return STR("member_joined_channel");
	case EVENT_LEAVE:
		return STR("member_left_channel");
	case EVENT_PIN:
		return STR("pin_added");
	case EVENT_COMMAND:
		return STR("slash_command");
	case EVENT_TIME:
		return STR("time");
	case EVENT_OTHER:
		return STR_EMPTY;
	}
	return STR("message");
}

void test_event_complete(struct event *ev, struct wall when, struct place at)
{
	if (ev->kind != EVENT_TIME) { /* a moment happens to nobody and nowhere */
		complete_person(ev);
		complete_channel(ev);
	}
	complete_text(ev);
	if (ev->type.len == 0)
		ev->type = type_of(ev->kind);
	ev->team = STR("TTEST");
	ev->time = when;
	ev->ts = str_keepf(&ev->arena, "%lld.%06u", (long long)(when.ms / 1000), at.line % 1000000);
	if (ev->thread_ts.len > 0)
		ev->thread_ts = str_keepf(&ev->arena, "%lld.000100",
					  (long long)(when.ms / 1000 - 3600));
	ev->event_ts = ev->ts;
	if (ev->kind == EVENT_JOIN || ev->kind == EVENT_LEAVE || ev->kind == EVENT_COMMAND ||
	    ev->kind == EVENT_TIME)
		ev->ts = ev->thread_ts = STR_EMPTY;
	ev->key = str_keepf(&ev->arena, "test:%s:%u", at.file, at.line);
}
