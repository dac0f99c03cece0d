/* SPDX-License-Identifier: MIT */
#include "directory/loader.h"

#include <stdlib.h>
#include "base/mem.h"

enum { RESTARTS_MAX = 3 };

enum { LIST_USERS, LIST_CHANNELS, LIST_GROUPS, N_LISTS };

/* One of the lists, while it is loaded. */
struct pages {
	struct loader *listing;
	struct api_call *call; /* NULL = finished, or not begun */
	unsigned n_restarts;
	bool complete; /* has come once, to its last page */
	bool failure_told;
};

struct loader {
	struct api *api;
	const struct secret *token;
	struct cache *roster;
	struct pages lists[N_LISTS];
	bool wants_groups;
	bool has_begun;
	void (*on_loaded)(void *owner); /* NULL = nobody waits */
	void *owner;
	void (*on_news)(void *owner); /* NULL = nobody listens */
	void *news_owner;
	void (*on_channels)(void *owner); /* NULL = nobody listens */
	void *channels_owner;
};

/* Slack lists those that the bot is in. */
static void learn_channel(struct cache *roster, const struct json *channel)
{
	cache_learn_channel(roster, channel, CHANNEL_UNKNOWN);
	cache_note_member(roster, json_str(channel, "id"), true);
}

struct arg {
	const char *name, *value;
};

static const struct source {
	const char *method, *array;
	const char *lost;     /* what it means when the list cannot be had */
	bool is_the_only_way; /* to what rules ask about */
	void (*learn)(struct cache *roster, const struct json *object);
	void (*begin)(struct cache *roster); /* may be NULL, as may `end` */
	void (*end)(struct cache *roster);
	struct arg args[3];
} sources[] = {
	[LIST_USERS] = { "users.list",
			 "members",
			 "the list of people cannot be had, they are looked up one by one",
			 false,
			 cache_learn_user,
			 NULL,
			 NULL,
			 { { "limit", "200" } } },
	[LIST_CHANNELS] = { "users.conversations",
			    "channels",
			    "the list of channels cannot be had, they are looked up one by one",
			    false,
			    learn_channel,
			    NULL,
			    NULL,
			    { { "limit", "200" },
			      { "types", "public_channel,private_channel,mpim,im" },
			      { "exclude_archived", "true" } } },
	[LIST_GROUPS] = { "usergroups.list",
			  "usergroups",
			  "the list of user groups cannot be had, so who is in them cannot be told",
			  true,
			  cache_learn_group,
			  cache_doubt_groups,
			  cache_drop_doubted_groups,
			  { { "include_users", "true" } } },
};

static void on_page(void *owner, const struct outcome *outcome);

static const struct source *source_of(const struct pages *list)
{
	return &sources[list - list->listing->lists];
}

static void ask_page(struct pages *list, struct str cursor)
{
	const struct source *source = source_of(list);
	struct buf form = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(source->args) && source->args[i].name != NULL; i++)
		api_arg(&form, source->args[i].name, str_from(source->args[i].value));
	if (cursor.len > 0)
		api_arg(&form, "cursor", cursor);
	else if (source->begin != NULL)
		source->begin(list->listing->roster);
	list->call = api_call(list->listing->api, source->method, list->listing->token, STR_EMPTY,
			      &form, on_page, list);
}

static void list_finished(struct pages *list)
{
	struct loader *l = list->listing;
	void (*on_loaded)(void *owner) = l->on_loaded;

	if (list == &l->lists[LIST_CHANNELS] && l->on_channels != NULL)
		l->on_channels(l->channels_owner);
	for (size_t i = 0; i < N_LISTS; i++) {
		if (l->lists[i].call != NULL)
			return;
	}
	l->on_loaded = NULL;
	if (on_loaded != NULL)
		on_loaded(l->owner);
}

static void take_page(struct pages *list, const struct json *body)
{
	const struct source *source = source_of(list);
	const struct json *objects = json_at(body, source->array);
	struct str cursor = json_str(body, "response_metadata.next_cursor");
	size_t n = json_kind(objects) == JSON_ARRAY ? json_len(objects) : 0;

	for (size_t i = 0; i < n; i++)
		source->learn(list->listing->roster, json_item(objects, i));
	if (cursor.len > 0) {
		ask_page(list, cursor);
		return;
	}
	if (source->end != NULL)
		source->end(list->listing->roster);
	list->complete = true;
	list->failure_told = false;
	list_finished(list);
}

/* A missing scope has been said by the api already, but not what follows from it. */
static void tell_failure(const struct pages *list, struct str error)
{
	const struct source *source = source_of(list);

	if (list->complete)
		log_info("directory", "%s cannot be had anew, what is known stays error=%.*s",
			 source->method, STR_ARG(error));
	else
		log_line(source->is_the_only_way ? LOG_WARN : LOG_INFO, "directory",
			 "%s error=%.*s", source->lost, STR_ARG(error));
}

static void list_failed(struct pages *list, struct str error)
{
	if (!list->failure_told)
		tell_failure(list, error);
	list->failure_told = true;
	list_finished(list);
}

static void on_page(void *owner, const struct outcome *outcome)
{
	struct pages *list = owner;

	list->call = NULL;
	if (outcome->kind == OUTCOME_DONE)
		take_page(list, outcome->body);
	else if (str_is(outcome->error, "invalid_cursor") && list->n_restarts++ < RESTARTS_MAX)
		ask_page(list, STR_EMPTY);
	else
		list_failed(list, outcome->error);
	if (list->listing->on_news != NULL)
		list->listing->on_news(list->listing->news_owner);
}

void loader_load(struct loader *l, void (*on_loaded)(void *owner), void *owner)
{
	l->has_begun = true;
	l->on_loaded = on_loaded;
	l->owner = owner;
	ask_page(&l->lists[LIST_USERS], STR_EMPTY);
	ask_page(&l->lists[LIST_CHANNELS], STR_EMPTY);
	if (l->wants_groups)
		loader_load_groups(l);
}

void loader_on_news(struct loader *l, void (*on_news)(void *owner), void *owner)
{
	l->on_news = on_news;
	l->news_owner = owner;
}

void loader_on_channels(struct loader *l, void (*on_channels)(void *owner), void *owner)
{
	l->on_channels = on_channels;
	l->channels_owner = owner;
}

/* ---- anew ---- */

static void load_anew(struct pages *list)
{
	if (list->call != NULL)
		return;
	list->n_restarts = 0;
	ask_page(list, STR_EMPTY);
}

void loader_load_channels(struct loader *l)
{
	load_anew(&l->lists[LIST_CHANNELS]);
}

void loader_load_groups(struct loader *l)
{
	load_anew(&l->lists[LIST_GROUPS]);
}

bool loader_is_loading(const struct loader *l)
{
	for (size_t i = 0; i < N_LISTS; i++) {
		if (l->lists[i].call != NULL && !l->lists[i].complete)
			return true;
	}
	return false;
}

bool loader_is_complete(const struct loader *l)
{
	return l->lists[LIST_USERS].complete && l->lists[LIST_CHANNELS].complete;
}

bool loader_has_people(const struct loader *l)
{
	return l->lists[LIST_USERS].complete;
}

bool loader_is_loading_people(const struct loader *l)
{
	return l->lists[LIST_USERS].call != NULL;
}

/* ---- user groups ---- */

void loader_want_groups(struct loader *l)
{
	if (l->wants_groups)
		return;
	l->wants_groups = true;
	if (l->has_begun)
		loader_load_groups(l);
}

bool loader_is_loading_channels(const struct loader *l)
{
	return l->lists[LIST_CHANNELS].call != NULL;
}

bool loader_has_groups(const struct loader *l)
{
	return l->lists[LIST_GROUPS].complete;
}

bool loader_lacks_groups(const struct loader *l)
{
	const struct pages *list = &l->lists[LIST_GROUPS];

	return list->failure_told && !list->complete && list->call == NULL;
}

bool loader_is_loading_groups(const struct loader *l)
{
	return l->lists[LIST_GROUPS].call != NULL;
}

/* ---- life ---- */

struct loader *loader_new(struct api *api, const struct secret *token, struct cache *roster)
{
	struct loader *l = mem_zero(1, sizeof(*l));

	l->api = api;
	l->token = token;
	l->roster = roster;
	for (size_t i = 0; i < N_LISTS; i++)
		l->lists[i].listing = l;
	return l;
}

void loader_free(struct loader *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < N_LISTS; i++)
		api_cancel(l->lists[i].call);
	free(l);
}
