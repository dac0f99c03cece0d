/* SPDX-License-Identifier: MIT */
#include "directory/lookups.h"

#include <stdlib.h>
#include "base/mem.h"

enum {
	ABSENT_MS = 600000,
	ABSENT_MAX = 10000, /* ids known not to exist; more, and all are forgotten */
	LOOKUPS_MAX = 200,  /* at a time */
	UNHURRIED_MAX = 50, /* of these, for nobody */
};

enum thing { THING_USER, THING_CHANNEL, THING_REACTED, N_THINGS };

/* How one thing is looked up. */
static const struct {
	const char *method, *arg, *result, *prefixes;
} things[] = {
	[THING_USER] = { "users.info", "user", "user", "UW" },
	[THING_CHANNEL] = { "conversations.info", "channel", "channel", "CGD" },
	[THING_REACTED] = { "reactions.get", NULL, "message", NULL },
};

struct lookup {
	struct lookups *lookups;
	enum thing thing;
	char *id;
	struct api_call *call;
	struct list wishes;
};

struct lookups {
	struct loop *loop;
	struct api *api;
	const struct secret *token;
	struct cache *roster;
	void (*on_news)(void *owner); /* NULL = nobody listens */
	void *news_owner;
	struct map open;		    /* by id */
	struct map absent;		    /* ids that are not there, until when */
	struct mono barred_until[N_THINGS]; /* the scope for it is missing */
};

/* ---- what is not worth a question ---- */

static bool is_barred(const struct lookups *l, enum thing thing)
{
	return l->barred_until[thing].ns > loop_now(l->loop).ns;
}

/* Without the scope every further question would be as vain as this one. */
static void bar_without_scope(struct lookups *l, enum thing thing, struct str error)
{
	if (str_is(error, "missing_scope"))
		l->barred_until[thing] = mono_after(loop_now(l->loop), ABSENT_MS);
}

static bool is_absent(struct lookups *l, struct str id)
{
	const struct mono *until = map_get(&l->absent, id);

	if (until == NULL)
		return false;
	if (until->ns > loop_now(l->loop).ns)
		return true;
	free(map_remove(&l->absent, id));
	return false;
}

static void note_absent(struct lookups *l, const char *id)
{
	struct mono *until = mem_alloc(sizeof(*until));

	if (l->absent.n >= ABSENT_MAX)
		map_deinit(&l->absent, free);
	*until = mono_after(loop_now(l->loop), ABSENT_MS);
	free(map_set(&l->absent, str_from(id), until));
}

void lookups_note_present(struct lookups *l, struct str id)
{
	free(map_remove(&l->absent, id));
}

static bool is_id_of(enum thing thing, struct str id)
{
	if (id.len < 2 || id.len > 21 ||
	    str_find_char(str_from(things[thing].prefixes), id.p[0]) == SIZE_MAX)
		return false;
	for (size_t i = 1; i < id.len; i++) {
		if (!((id.p[i] >= 'A' && id.p[i] <= 'Z') || (id.p[i] >= '0' && id.p[i] <= '9')))
			return false;
	}
	return true;
}

static bool may_look_up(struct lookups *l, enum thing thing, struct str id)
{
	return is_id_of(thing, id) && !is_barred(l, thing) && !is_absent(l, id);
}

/* ---- what is not known ---- */

static bool is_user_known(const struct lookups *l, struct str id)
{
	return cache_user(l->roster, id) != NULL;
}

/* DMs have no name to ask for. */
static bool is_channel_known(const struct cache_channel *channel, enum channel_kind kind)
{
	if (kind == CHANNEL_DM || kind == CHANNEL_GROUP)
		return true;
	return channel != NULL && channel->name[0] != '\0' && kind != CHANNEL_UNKNOWN;
}

bool lookups_lacks_user(struct lookups *l, struct str id)
{
	return !is_user_known(l, id) && may_look_up(l, THING_USER, id);
}

bool lookups_lacks_channel(struct lookups *l, struct str id, enum channel_kind kind)
{
	return !is_channel_known(cache_channel(l->roster, id), kind) &&
	       may_look_up(l, THING_CHANNEL, id);
}

/* ---- one id ---- */

static void lookup_free(void *object)
{
	struct lookup *lookup = object;

	free(lookup->id);
	free(lookup);
}

/* False when the answer left us as ignorant as we were. */
static bool learn_thing(struct lookup *lookup, const struct json *body)
{
	const struct json *object = json_at(body, things[lookup->thing].result);
	struct cache *roster = lookup->lookups->roster;
	const struct cache_channel *channel;

	if (lookup->thing == THING_USER) {
		cache_learn_user(roster, object);
		return is_user_known(lookup->lookups, str_from(lookup->id));
	}
	cache_learn_channel(roster, object, CHANNEL_UNKNOWN);
	channel = cache_channel(roster, str_from(lookup->id));
	return channel != NULL && is_channel_known(channel, channel->kind);
}

static void grant_wishes(struct lookup *lookup)
{
	while (!list_is_empty(&lookup->wishes)) {
		struct lookup_waiter *wish = list_first(&lookup->wishes, struct lookup_waiter,
							link);

		list_remove(&wish->link);
		wish->on_granted(wish);
	}
}

static void on_looked_up(void *owner, const struct outcome *outcome)
{
	struct lookup *lookup = owner;
	struct lookups *l = lookup->lookups;

	map_remove(&l->open, str_from(lookup->id));
	if (outcome->kind != OUTCOME_DONE || !learn_thing(lookup, outcome->body))
		note_absent(l, lookup->id);
	bar_without_scope(l, lookup->thing, outcome->error);
	grant_wishes(lookup);
	if (lookup->thing == THING_USER && l->on_news != NULL)
		l->on_news(l->news_owner);
	lookup_free(lookup);
}

/* The look-up that is on for this id, or a new one; NULL when too many are. */
static struct lookup *lookup_for(struct lookups *l, enum thing thing, struct str id)
{
	struct lookup *lookup = map_get(&l->open, id);
	struct buf form = { 0 };

	if (lookup != NULL || l->open.n >= LOOKUPS_MAX)
		return lookup;
	lookup = mem_zero(1, sizeof(*lookup));
	lookup->lookups = l;
	lookup->thing = thing;
	lookup->id = str_dup(id);
	list_init(&lookup->wishes);
	map_set(&l->open, id, lookup);
	api_arg(&form, things[thing].arg, id);
	lookup->call = api_call(l->api, things[thing].method, l->token, STR_EMPTY, &form,
				on_looked_up, lookup);
	return lookup;
}

static bool look_up(struct lookups *l, enum thing thing, struct str id, struct lookup_waiter *wish)
{
	struct lookup *lookup = lookup_for(l, thing, id);

	if (lookup == NULL)
		return false;
	if (wish != NULL)
		list_append(&lookup->wishes, &wish->link);
	return true;
}

bool lookups_user(struct lookups *l, struct str id, struct lookup_waiter *wish)
{
	return look_up(l, THING_USER, id, wish);
}

void lookups_learn_user(struct lookups *l, struct str id)
{
	if (l->open.n < UNHURRIED_MAX && lookups_lacks_user(l, id))
		look_up(l, THING_USER, id, NULL);
}

bool lookups_channel(struct lookups *l, struct str id, struct lookup_waiter *wish)
{
	return look_up(l, THING_CHANNEL, id, wish);
}

/* ---- a message reacted to ---- */

bool lookups_may_read(const struct lookups *l)
{
	return !is_barred(l, THING_REACTED);
}

static void on_reacted(void *owner, const struct outcome *outcome)
{
	struct reading *reading = owner;
	const struct json *message = json_at(outcome->body, things[THING_REACTED].result);
	bool is_read = outcome->kind == OUTCOME_DONE && json_kind(message) == JSON_OBJECT;

	reading->call = NULL;
	bar_without_scope(reading->lookups, THING_REACTED, outcome->error);
	reading->on_read(reading, is_read ? message : NULL);
}

void lookups_read(struct lookups *l, struct str channel, struct str ts, struct reading *reading)
{
	struct buf form = { 0 };

	api_arg(&form, "channel", channel);
	api_arg(&form, "timestamp", ts);
	api_arg(&form, "full", STR("true"));
	reading->lookups = l;
	reading->call = api_call(l->api, things[THING_REACTED].method, l->token, STR_EMPTY, &form,
				 on_reacted, reading);
}

void reading_stop(struct reading *reading)
{
	api_cancel(reading->call);
	reading->call = NULL;
}

/* ---- life ---- */

void lookups_on_news(struct lookups *l, void (*on_news)(void *owner), void *owner)
{
	l->on_news = on_news;
	l->news_owner = owner;
}

struct lookups *lookups_new(struct loop *loop, struct api *api, const struct secret *token,
			    struct cache *roster)
{
	struct lookups *l = mem_zero(1, sizeof(*l));

	l->loop = loop;
	l->api = api;
	l->token = token;
	l->roster = roster;
	map_init(&l->open);
	map_init(&l->absent);
	for (size_t i = 0; i < N_THINGS; i++)
		l->barred_until[i].ns = INT64_MIN;
	return l;
}

static void drop_lookup(void *object)
{
	struct lookup *lookup = object;

	api_cancel(lookup->call);
	lookup_free(lookup);
}

void lookups_free(struct lookups *l)
{
	if (l == NULL)
		return;
	map_deinit(&l->open, drop_lookup);
	map_deinit(&l->absent, free);
	free(l);
}
