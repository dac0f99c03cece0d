/* SPDX-License-Identifier: MIT */
#include "slack/listing.h"

#include <stdlib.h>
#include "base/mem.h"

enum { RESTARTS_MAX = 3 };

enum { LIST_USERS, LIST_CHANNELS, N_LISTS };

/* One of the lists, while it is loaded. */
struct pages {
	struct listing *listing;
	struct api_call *call; /* NULL = finished, or not begun */
	unsigned n_restarts;
	bool complete;
};

struct listing {
	struct api *api;
	const struct secret *token;
	struct roster *roster;
	struct pages lists[N_LISTS];
	void (*on_loaded)(void *owner);
	void *owner;
};

static void learn_channel(struct roster *roster, const struct json *channel)
{
	roster_learn_channel(roster, channel, CHANNEL_UNKNOWN);
}

static const struct {
	const char *method, *array, *what;
	const char *types;
	void (*learn)(struct roster *roster, const struct json *object);
} sources[] = {
	[LIST_USERS] = { "users.list", "members", "people", NULL, roster_learn_user },
	[LIST_CHANNELS] = { "users.conversations", "channels", "channels",
			    "public_channel,private_channel,mpim,im", learn_channel },
};

static void on_page(void *owner, const struct api_answer *answer);

static size_t list_index(const struct pages *list)
{
	return (size_t)(list - list->listing->lists);
}

static void ask_page(struct pages *list, struct str cursor)
{
	struct api_args *args = api_args_new();
	const char *types = sources[list_index(list)].types;

	api_arg(args, "limit", STR("200"));
	if (types != NULL) {
		api_arg(args, "types", str_from(types));
		api_arg(args, "exclude_archived", STR("true"));
	}
	if (cursor.len > 0)
		api_arg(args, "cursor", cursor);
	list->call = api_call(list->listing->api, sources[list_index(list)].method,
			      list->listing->token, STR_EMPTY, args, on_page, list);
}

static void list_finished(struct listing *l)
{
	for (size_t i = 0; i < N_LISTS; i++) {
		if (l->lists[i].call != NULL)
			return;
	}
	l->on_loaded(l->owner);
}

static void take_page(struct pages *list, const struct json *body)
{
	const struct json *objects = json_at(body, sources[list_index(list)].array);
	struct str cursor = json_str(body, "response_metadata.next_cursor");
	size_t n = json_kind(objects) == JSON_ARRAY ? json_len(objects) : 0;

	for (size_t i = 0; i < n; i++)
		sources[list_index(list)].learn(list->listing->roster, json_item(objects, i));
	if (cursor.len > 0) {
		ask_page(list, cursor);
		return;
	}
	list->complete = true;
	list_finished(list->listing);
}

static void on_page(void *owner, const struct api_answer *answer)
{
	struct pages *list = owner;

	list->call = NULL;
	if (answer->outcome == API_OK) {
		take_page(list, answer->body);
	} else if (str_is(answer->error, "invalid_cursor") && list->n_restarts++ < RESTARTS_MAX) {
		ask_page(list, STR_EMPTY);
	} else {
		/* A missing scope has been said by the api already. */
		log_info("directory",
			 "the list of %s cannot be had, they are looked up one by one error=%.*s",
			 sources[list_index(list)].what, STR_ARG(answer->error));
		list_finished(list->listing);
	}
}

void listing_load(struct listing *l, void (*on_loaded)(void *owner), void *owner)
{
	l->on_loaded = on_loaded;
	l->owner = owner;
	for (size_t i = 0; i < N_LISTS; i++)
		ask_page(&l->lists[i], STR_EMPTY);
}

bool listing_is_complete(const struct listing *l)
{
	return l->lists[LIST_USERS].complete && l->lists[LIST_CHANNELS].complete;
}

struct listing *listing_new(struct api *api, const struct secret *token, struct roster *roster)
{
	struct listing *l = mem_zero(1, sizeof(*l));

	l->api = api;
	l->token = token;
	l->roster = roster;
	for (size_t i = 0; i < N_LISTS; i++)
		l->lists[i].listing = l;
	return l;
}

void listing_free(struct listing *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < N_LISTS; i++) {
		if (l->lists[i].call != NULL)
			api_cancel(l->lists[i].call);
	}
	free(l);
}
