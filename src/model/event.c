/* SPDX-License-Identifier: MIT */
#include "model/event.h"

#include "base/arena.h"
#include "base/mem.h"

/* As if it had been written so from the beginning; NULL = there is no telling. */
static struct json *edited_message(const struct json *payload)
{
	static const char *const outer[] = { "channel", "channel_type", "event_ts" };
	const struct json *message = json_at(payload, "message");
	struct json *whole;

	if (json_kind(message) != JSON_OBJECT)
		return NULL;
	whole = json_copy(message);
	for (size_t i = 0; i < ARRAY_LEN(outer); i++) {
		if (json_at(payload, outer[i]) != NULL)
			json_set(whole, outer[i], json_copy(json_at(payload, outer[i])));
	}
	return whole;
}

struct event *event_as(struct event *ev, enum event_kind kind)
{
	struct event *view = event_new();
	struct arena own = view->arena;

	*view = *ev;
	view->arena = own;
	view->n_refs = 1;
	view->kind = kind;
	view->whole = event_ref(ev);
	if (ev->kind == EVENT_EDIT && kind == EVENT_MESSAGE)
		view->payload = edited_message(ev->payload);
	return view;
}

const char *event_kind_name(enum event_kind kind)
{
	static const char *const names[] = {
		[EVENT_MESSAGE] = "message",	   [EVENT_EDIT] = "edit",
		[EVENT_DELETE] = "delete",	   [EVENT_REACTION] = "reaction",
		[EVENT_UNREACTION] = "unreaction", [EVENT_JOIN] = "join",
		[EVENT_LEAVE] = "leave",	   [EVENT_PIN] = "pin",
		[EVENT_COMMAND] = "command",	   [EVENT_TIME] = "time",
		[EVENT_OTHER] = "event",
	};

	return names[kind];
}

struct str event_reaction_name(struct str written)
{
	static const struct {
		const char *alias, *name;
	} aliases[] = {
		{ "thumbsup", "+1" },
		{ "thumbsdown", "-1" },
	};
	size_t end;

	str_skip(&written, ":");
	end = str_find_char(written, ':'); /* of the name, or where the skin tone begins */
	if (end != SIZE_MAX)
		written = str_sub(written, 0, end);
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		if (str_is(written, aliases[i].alias))
			return str_from(aliases[i].name);
	}
	return written;
}
