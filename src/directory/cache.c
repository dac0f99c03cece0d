/* SPDX-License-Identifier: MIT */
#include "directory/cache.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "directory/id_set.h"

/* ---- names to ids ---- */

/* Those who share a name; the ids are owned copies. */
struct holders {
	char **ids;
	size_t n, cap;
};

static void holders_free(void *object)
{
	struct holders *h = object;

	for (size_t i = 0; i < h->n; i++)
		free(h->ids[i]);
	free(h->ids);
	free(h);
}

void cache_fold(struct buf *out, struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		buf_addc(out, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
}

static struct holders *holders_of(const struct map *names, struct str name)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };

	cache_fold(&key, name);
	return map_get(names, buf_str(&key));
}

static struct holders *holders_new(struct map *names, struct str name)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };
	struct holders *h = mem_zero(1, sizeof(*h));

	cache_fold(&key, name);
	map_set(names, buf_str(&key), h);
	return h;
}

static void name_add(struct map *names, const char *name, const char *id)
{
	struct holders *h = holders_of(names, str_from(name));

	if (name[0] == '\0')
		return;
	if (h == NULL)
		h = holders_new(names, str_from(name));
	if (h->n == h->cap) {
		h->cap = h->cap > 0 ? h->cap * 2 : 1;
		h->ids = mem_grow(h->ids, h->cap, sizeof(*h->ids));
	}
	h->ids[h->n++] = mem_strdup(id);
}

static void holders_forget(struct map *names, struct str name)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };

	cache_fold(&key, name);
	holders_free(map_remove(names, buf_str(&key)));
}

static void name_remove(struct map *names, const char *name, const char *id)
{
	struct holders *h = holders_of(names, str_from(name));

	for (size_t i = 0; h != NULL && i < h->n; i++) {
		if (strcmp(h->ids[i], id) != 0)
			continue;
		free(h->ids[i]);
		h->ids[i] = h->ids[--h->n];
		if (h->n == 0)
			holders_forget(names, str_from(name));
		return;
	}
}

static size_t name_find(const struct map *names, struct str name, struct buf *ids)
{
	const struct holders *h = holders_of(names, name);

	for (size_t i = 0; h != NULL && i < h->n; i++) {
		buf_addz(ids, i > 0 ? ", " : "");
		buf_addz(ids, h->ids[i]);
	}
	return h != NULL ? h->n : 0;
}

/* ---- people ---- */

static void user_free(void *object)
{
	struct cache_user *u = object;

	free(u->id);
	free(u->handle);
	free(u->name);
	free(u->email);
	free(u);
}

static struct cache_user *user_new(struct cache *r, struct str id)
{
	struct cache_user *u = mem_zero(1, sizeof(*u));

	u->id = str_dup(id);
	u->handle = mem_strdup("");
	u->name = mem_strdup("");
	u->email = mem_strdup("");
	map_set(&r->users, id, u);
	return u;
}

static void user_unlist(struct cache *r, const struct cache_user *u)
{
	name_remove(&r->handles, u->handle, u->id);
	name_remove(&r->user_names, u->name, u->id);
}

static void user_list(struct cache *r, const struct cache_user *u)
{
	if (u->is_gone || u->is_outsider)
		return;
	name_add(&r->handles, u->handle, u->id);
	name_add(&r->user_names, u->name, u->id);
}

static void replace(char **text, struct str value)
{
	if (value.len == 0)
		return;
	free(*text);
	*text = str_dup(value);
}

static struct str best_name(const struct json *user)
{
	static const char *const paths[] = { "profile.display_name", "profile.real_name",
					     "real_name" };
	struct str name = STR_EMPTY;

	for (size_t i = 0; i < ARRAY_LEN(paths) && name.len == 0; i++)
		name = json_str(user, paths[i]);
	return name;
}

/* Of the two kinds of guests one sees several channels, the other a single one. */
static void learn_guest(struct cache_user *u, const struct json *user)
{
	bool limited = false, very_limited = false;
	bool said = json_get_bool(user, "is_restricted", &limited);

	said = json_get_bool(user, "is_ultra_restricted", &very_limited) || said;
	if (said)
		u->is_guest = limited || very_limited;
}

static bool is_own(const char *own, struct str id)
{
	return own != NULL && id.len > 0 && str_is(id, own);
}

/* Whose team is another one, unless that is of our organisation. Of those who share no channel with the bot Slack says so
 * itself; that it says nothing of the others tells nothing. */
static void learn_home(struct cache_user *u, const struct json *user, const struct identity *home)
{
	static const char *const organisations[] = { "enterprise_user.enterprise_id",
						     "enterprise_id", "team_id", "profile.team" };
	struct str team = json_str(user, "team_id");
	bool is_stranger = false, is_ours = false;

	if (home == NULL)
		return;
	if (team.len == 0)
		team = json_str(user, "profile.team");
	json_get_bool(user, "is_stranger", &is_stranger);
	for (size_t i = 0; i < ARRAY_LEN(organisations); i++)
		is_ours = is_ours || is_own(home->enterprise_id, json_str(user, organisations[i]));
	if (is_stranger)
		u->is_outsider = true;
	else if (is_ours || is_own(home->team_id, team))
		u->is_outsider = false;
	else if (team.len > 0)
		u->is_outsider = true;
}

void cache_learn_user(struct cache *r, const struct json *user)
{
	struct str id = json_str(user, "id");
	struct cache_user *u = map_get(&r->users, id);

	if (id.len == 0)
		return;
	if (u == NULL)
		u = user_new(r, id);
	user_unlist(r, u);
	replace(&u->handle, json_str(user, "name"));
	replace(&u->name, best_name(user));
	replace(&u->email, json_str(user, "profile.email"));
	json_get_bool(user, "is_bot", &u->is_bot);
	json_get_bool(user, "deleted", &u->is_gone);
	learn_guest(u, user);
	learn_home(u, user, r->home);
	user_list(r, u);
}

size_t cache_find_handle(const struct cache *r, struct str handle, struct buf *ids)
{
	return name_find(&r->handles, handle, ids);
}

size_t cache_find_shown(const struct cache *r, struct str name, struct buf *ids)
{
	return name_find(&r->user_names, name, ids);
}

size_t cache_find_user(const struct cache *r, struct str name, struct buf *ids)
{
	size_t n = cache_find_handle(r, name, ids);

	return n > 0 ? n : cache_find_shown(r, name, ids);
}

/* ---- channels ---- */

static void channel_free(void *object)
{
	struct cache_channel *c = object;

	free(c->id);
	free(c->name);
	free(c);
}

static struct cache_channel *channel_new(struct cache *r, struct str id)
{
	struct cache_channel *c = mem_zero(1, sizeof(*c));

	c->id = str_dup(id);
	c->name = mem_strdup("");
	c->kind = str_starts(id, "D") ? CHANNEL_DM : CHANNEL_UNKNOWN;
	map_set(&r->channels, id, c);
	return c;
}

/* In this order: a group DM is private and a channel as well. */
static const struct {
	const char *flag;
	bool value;
	enum channel_kind kind;
} kind_flags[] = {
	{ "is_im", true, CHANNEL_DM },		 { "is_mpim", true, CHANNEL_GROUP },
	{ "is_private", true, CHANNEL_PRIVATE }, { "is_group", true, CHANNEL_PRIVATE },
	{ "is_private", false, CHANNEL_PUBLIC }, { "is_channel", true, CHANNEL_PUBLIC },
};

static enum channel_kind kind_of(const struct json *channel)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_flags); i++) {
		bool value;

		if (json_get_bool(channel, kind_flags[i].flag, &value) &&
		    value == kind_flags[i].value)
			return kind_flags[i].kind;
	}
	return CHANNEL_UNKNOWN;
}

static void channel_call(struct cache *r, struct cache_channel *c, struct str name)
{
	name_remove(&r->channel_names, c->name, c->id);
	replace(&c->name, name);
	name_add(&r->channel_names, c->name, c->id);
}

void cache_learn_channel(struct cache *r, const struct json *channel,
			 enum channel_kind kind_if_unsaid)
{
	struct str id = json_str(channel, "id");
	struct cache_channel *c = map_get(&r->channels, id);
	enum channel_kind kind = kind_of(channel);

	if (id.len == 0)
		return;
	if (c == NULL)
		c = channel_new(r, id);
	if (kind != CHANNEL_UNKNOWN)
		c->kind = kind;
	else if (c->kind == CHANNEL_UNKNOWN)
		c->kind = kind_if_unsaid;
	json_get_bool(channel, "is_member", &c->is_member);
	channel_call(r, c, json_str(channel, "name"));
}

void cache_note_member(struct cache *r, struct str id, bool is_member)
{
	struct cache_channel *c = map_get(&r->channels, id);

	if (c == NULL && is_member && id.len > 0)
		c = channel_new(r, id);
	if (c != NULL)
		c->is_member = is_member;
}

void cache_rename_channel(struct cache *r, struct str id, struct str name)
{
	struct cache_channel *c = map_get(&r->channels, id);

	if (c != NULL)
		channel_call(r, c, name);
}

void cache_move_channel(struct cache *r, struct str old_id, struct str new_id)
{
	struct cache_channel *c = map_get(&r->channels, old_id);

	if (c == NULL || new_id.len == 0 || map_get(&r->channels, new_id) != NULL)
		return;
	map_remove(&r->channels, old_id);
	name_remove(&r->channel_names, c->name, c->id);
	free(c->id);
	c->id = str_dup(new_id);
	map_set(&r->channels, new_id, c);
	name_add(&r->channel_names, c->name, c->id);
}

size_t cache_find_channel(const struct cache *r, struct str name, struct buf *ids)
{
	return name_find(&r->channel_names, name, ids);
}

/* ---- user groups ---- */

struct group {
	char *id;
	char *handle;
	struct id_set members;
	bool is_told; /* are its members known? */
	bool is_gone; /* switched off: known by id, but no longer by name */
	bool is_stale;
};

static void group_free(void *object)
{
	struct group *g = object;

	free(g->id);
	free(g->handle);
	id_set_deinit(&g->members);
	free(g);
}

static struct group *group_new(struct cache *r, struct str id)
{
	struct group *g = mem_zero(1, sizeof(*g));

	g->id = str_dup(id);
	g->handle = mem_strdup("");
	map_set(&r->groups, id, g);
	return g;
}

/* Slack may leave the members out, and may say so by an empty list beside their number. */
static void learn_members(struct group *g, const struct json *group)
{
	const struct json *users = json_at(group, "users");
	int64_t n = 0;

	if (json_kind(users) != JSON_ARRAY ||
	    (json_len(users) == 0 && json_get_int(group, "user_count", &n) && n > 0))
		return;
	id_set_deinit(&g->members);
	id_set_add(&g->members, users);
	g->is_told = true;
}

void cache_learn_group(struct cache *r, const struct json *group)
{
	struct str id = json_str(group, "id");
	struct group *g = map_get(&r->groups, id);
	int64_t deleted;

	if (id.len == 0)
		return;
	if (g == NULL)
		g = group_new(r, id);
	name_remove(&r->group_handles, g->handle, g->id);
	replace(&g->handle, json_str(group, "handle"));
	if (json_get_int(group, "date_delete", &deleted))
		g->is_gone = deleted > 0;
	if (!g->is_gone)
		name_add(&r->group_handles, g->handle, g->id);
	learn_members(g, group);
	g->is_stale = false;
}

bool cache_change_group(struct cache *r, struct str id, const struct json *added,
			const struct json *removed)
{
	struct group *g = map_get(&r->groups, id);

	if (g == NULL || !g->is_told)
		return false;
	id_set_add(&g->members, added);
	id_set_remove(&g->members, removed);
	return true;
}

void cache_doubt_groups(struct cache *r)
{
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&r->groups, &at, &id, &value))
		((struct group *)value)->is_stale = true;
}

void cache_drop_doubted_groups(struct cache *r)
{
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&r->groups, &at, &id, &value)) {
		struct group *g = value;

		if (!g->is_stale)
			continue;
		name_remove(&r->group_handles, g->handle, g->id);
		map_remove(&r->groups, id);
		group_free(g);
	}
}

struct str cache_group(const struct cache *r, struct str id)
{
	const struct group *g = map_get(&r->groups, id);

	return g != NULL ? str_from(g->handle) : STR_EMPTY;
}

size_t cache_find_group(const struct cache *r, struct str handle, struct buf *ids)
{
	return name_find(&r->group_handles, handle, ids);
}

bool cache_has_group(const struct cache *r, struct str handle_or_id)
{
	return holders_of(&r->group_handles, handle_or_id) != NULL ||
	       map_get(&r->groups, handle_or_id) != NULL;
}

static const struct group *group_called(const struct cache *r, struct str handle_or_id)
{
	const struct holders *h = holders_of(&r->group_handles, handle_or_id);

	if (h != NULL)
		return h->n == 1 ? map_get(&r->groups, str_from(h->ids[0])) : NULL;
	return map_get(&r->groups, handle_or_id);
}

int cache_in_group(const struct cache *r, struct str handle_or_id, struct str user)
{
	const struct group *g = group_called(r, handle_or_id);

	if (g == NULL || !(g->is_told || g->is_gone))
		return -1;
	return !g->is_gone && id_set_has(&g->members, user);
}

/* ---- life ---- */

void cache_init(struct cache *r)
{
	r->home = NULL;
	map_init(&r->users);
	map_init(&r->channels);
	map_init(&r->groups);
	map_init(&r->handles);
	map_init(&r->user_names);
	map_init(&r->channel_names);
	map_init(&r->group_handles);
}

void cache_deinit(struct cache *r)
{
	map_deinit(&r->users, user_free);
	map_deinit(&r->channels, channel_free);
	map_deinit(&r->groups, group_free);
	map_deinit(&r->handles, holders_free);
	map_deinit(&r->user_names, holders_free);
	map_deinit(&r->channel_names, holders_free);
	map_deinit(&r->group_handles, holders_free);
}
