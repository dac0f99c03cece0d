/* SPDX-License-Identifier: MIT */
#include "directory/directory.h"

#include <stdlib.h>
#include "base/mem.h"
#include "directory/keep.h"
#include "directory/loader.h"
#include "directory/lookups.h"
#include "directory/members.h"
#include "directory/join_dedup.h"
#include "directory/cache.h"

enum {
	GROUPS_EVERY_MS = 30 * 60 * 1000, /* not every app subscribes to what happens to them */
	GROUPS_SOON_MS = 10 * 1000,	  /* after an event that did not say all */
	SEEK_AGAIN_MS = 10 * 60 * 1000,	  /* a name that is in no list is mostly a wrong one */
};

/* ---- loading ---- */

bool directory_restore(struct directory *d, struct store *store, struct str team)
{
	size_t n_rows;

	if (!store->ops->keeps)
		return false;
	d->keep = keep_new(d->loop, store, &d->roster, &d->bindings, team);
	n_rows = keep_load(d->keep);
	if (d->bindings.has_rules)
		bindings_end(&d->bindings);
	return n_rows > 0;
}

void directory_load(struct directory *d, void (*on_loaded)(void *owner), void *owner)
{
	d->seek_again = mono_after(loop_now(d->loop), SEEK_AGAIN_MS);
	loader_load(d->listing, on_loaded, owner);
	enrich_expect_lists(d->completer, true);
}

void directory_list_channels(struct directory *d)
{
	loader_load_channels(d->listing);
}

void directory_on_listed(struct directory *d, void (*on_listed)(void *owner), void *owner)
{
	loader_on_channels(d->listing, on_listed, owner);
}

bool directory_is_loading(const struct directory *d)
{
	return loader_is_loading(d->listing);
}

static void on_page(void *owner)
{
	struct directory *d = owner;

	d->n_news++;
	directory_bind_names(d);
	enrich_expect_lists(d->completer, directory_is_loading(d));
}

static void on_person(void *owner)
{
	enrich_news(((struct directory *)owner)->completer);
}

/* Who is to be named is most often in the channel. */
static void on_late(void *owner, struct str channel)
{
	struct directory *d = owner;

	members_ask(d->members, channel);
}

void directory_ask(struct directory *d, enrich_wants_fn *on_wants, void *owner)
{
	enrich_ask(d->completer, on_wants, owner);
}

bool directory_is_loaded(const struct directory *d)
{
	return loader_is_complete(d->listing);
}

/* ---- user groups ---- */

static void on_groups_due(void *owner)
{
	struct directory *d = owner;

	d->groups_soon = false;
	loader_load_groups(d->listing);
	loop_timer_start(d->loop, &d->groups, GROUPS_EVERY_MS);
}

void directory_want_groups(struct directory *d)
{
	if (d->wants_groups)
		return;
	d->wants_groups = true;
	loader_want_groups(d->listing);
	loop_timer_start(d->loop, &d->groups, GROUPS_EVERY_MS);
}

/* Many events in a row ask once. */
static void load_groups_soon(struct directory *d)
{
	if (!d->wants_groups || d->groups_soon)
		return;
	d->groups_soon = true;
	loop_timer_start(d->loop, &d->groups, GROUPS_SOON_MS);
}

bool directory_has_groups(const struct directory *d)
{
	return loader_has_groups(d->listing);
}

enum tristate directory_in_group(const struct directory *d, struct str handle_or_id,
				 struct str user)
{
	int answer = cache_in_group(&d->roster, handle_or_id, user);

	/* A group that is not there has nobody in it. */
	if (directory_has_groups(d) && !cache_has_group(&d->roster, handle_or_id))
		return TRISTATE_NO;
	return answer < 0 ? TRISTATE_UNKNOWN : tristate_of(answer > 0);
}

/* ---- names ---- */

static bool name_of_user(void *owner, struct str id, struct str *name)
{
	const struct directory *d = owner;
	const struct cache_user *user = cache_user(&d->roster, id);

	if (user == NULL)
		return false;
	*name = str_from(user->name[0] != '\0' ? user->name : user->handle);
	return name->len > 0;
}

static bool name_of_channel(void *owner, struct str id, struct str *name)
{
	const struct directory *d = owner;
	const struct cache_channel *channel = cache_channel(&d->roster, id);

	*name = channel != NULL ? str_from(channel->name) : STR_EMPTY;
	return name->len > 0;
}

static bool name_of_group(void *owner, struct str id, struct str *handle)
{
	const struct directory *d = owner;

	*handle = cache_group(&d->roster, id);
	return handle->len > 0;
}

const struct text_names *directory_names(struct directory *d)
{
	return &d->names;
}

static int count_to_answer(size_t n)
{
	return n > 1 ? 2 : (int)n;
}

/* The buffer is a cache for the answer: finding changes nothing that a caller can see. */
static struct buf *found_of(const struct directory *d)
{
	struct buf *found = &((struct directory *)d)->found;

	buf_clear(found);
	return found;
}

void directory_bind_names(struct directory *d)
{
	if (loader_has_people(d->listing))
		bindings_settle(&d->bindings, &d->roster,
				loader_has_groups(d->listing) || loader_lacks_groups(d->listing));
}

/* Whoever has it now: for names that no rule says, and those that mean nobody, of whom several may be told. */
static size_t find_holders(const struct directory *d, const struct binding *bound, struct str name,
			   struct buf *found)
{
	/* Others who show the name may come with the lists, or a group that has it. */
	if (bound != NULL && !bound->is_settled &&
	    (loader_is_loading_people(d->listing) || loader_has_people(d->listing)))
		return cache_find_handle(&d->roster, name, found);
	return cache_find_user(&d->roster, name, found);
}

int directory_find_user(const struct directory *d, struct str name, struct str *id)
{
	const struct binding *bound = bindings_find(&d->bindings, name);
	struct buf *found = found_of(d);
	int n;

	if (bound != NULL && bound->kind != 0) {
		*id = str_from(bound->kind == '@' ? bound->id : "");
		return bound->kind == '@';
	}
	n = count_to_answer(find_holders(d, bound, name, found));
	*id = buf_str(found);
	return n == 1 && bound != NULL && bound->is_settled ? 0 : n;
}

bool directory_is_sure(const struct directory *d, struct str name)
{
	const struct binding *bound = bindings_find(&d->bindings, name);

	return (bound != NULL && bound->kind != 0) ||
	       cache_find_handle(&d->roster, name, found_of(d)) == 1;
}

/* Sure even while most people are not known yet, and where several share the name. */
static bool has_other_names(const struct person *person, struct str name)
{
	return person->handle.len > 0 && !str_eq_nocase(name, person->handle) &&
	       !str_eq_nocase(name, person->name);
}

enum tristate directory_is_user(const struct directory *d, struct str name,
				const struct person *person)
{
	const struct binding *bound = bindings_find(&d->bindings, name);
	struct str id;
	int n = directory_find_user(d, name, &id);

	if (bound != NULL && bound->kind == '&')
		return directory_in_group(d, str_from(bound->id), person->id);
	if (n == 1)
		return tristate_of(str_eq(id, person->id));
	/* Nobody's; or a group's, which Slack does not show. */
	if (n == 0 && bound != NULL && bound->is_settled)
		return directory_has_groups(d) ? TRISTATE_NO : TRISTATE_UNKNOWN;
	if (n > 1)
		return has_other_names(person, name) ? TRISTATE_NO : TRISTATE_UNKNOWN;
	/* Nobody has that name: it may be a user group's. */
	if (has_other_names(person, name) || (directory_is_loaded(d) && bound == NULL))
		return directory_in_group(d, name, person->id);
	return TRISTATE_UNKNOWN;
}

int directory_find_channel(const struct directory *d, struct str name, struct str *id)
{
	struct buf *found = found_of(d);
	size_t n = cache_find_channel(&d->roster, name, found);

	*id = buf_str(found);
	return count_to_answer(n);
}

bool directory_seek_channels(struct directory *d)
{
	if (loop_now(d->loop).ns >= d->seek_again.ns) {
		d->seek_again = mono_after(loop_now(d->loop), SEEK_AGAIN_MS);
		loader_load_channels(d->listing);
	}
	return loader_is_loading_channels(d->listing);
}

uint64_t directory_news(const struct directory *d)
{
	return d->n_news;
}

int directory_find_group(const struct directory *d, struct str handle, struct str *id)
{
	const struct binding *bound = bindings_find(&d->bindings, handle);
	struct buf *found = found_of(d);
	size_t n;

	if (bound != NULL && bound->is_settled) {
		*id = str_from(bound->kind == '&' ? bound->id : "");
		return bound->kind == '&';
	}
	n = cache_find_group(&d->roster, handle, found);
	*id = buf_str(found);
	return count_to_answer(n);
}

void directory_each_channel(const struct directory *d, directory_channel_fn *on_channel,
			    void *owner)
{
	struct map_entry *at = NULL;
	struct str id;
	void *channel;

	while (map_next(&d->roster.channels, &at, &id, &channel)) {
		const struct cache_channel *c = channel;

		if (c->is_member)
			on_channel(owner, id, c->kind);
	}
}

bool directory_is_member(const struct directory *d, struct str channel_id)
{
	const struct cache_channel *channel = cache_channel(&d->roster, channel_id);

	return channel != NULL && channel->is_member;
}

bool directory_person(const struct directory *d, struct str id, struct person *out)
{
	const struct cache_user *known = cache_user(&d->roster, id);

	if (known == NULL)
		return false;
	*out = (struct person){
		.id = str_from(known->id),
		.handle = str_from(known->handle),
		.name = str_from(known->name),
		.email = str_from(known->email),
		.is_bot = known->is_bot,
		.is_guest = known->is_guest,
	};
	return true;
}

/* ---- learning from events ---- */

static void note_user(struct directory *d, const struct event *ev)
{
	const struct json *user = json_at(ev->payload, "user");

	cache_learn_user(&d->roster, user);
	bindings_hear(&d->bindings, &d->roster, json_str(user, "id"));
	lookups_note_present(d->lookups, json_str(user, "id"));
}

static void note_channel(struct directory *d, const struct event *ev)
{
	const struct json *channel = json_at(ev->payload, "channel");

	cache_learn_channel(&d->roster, channel, CHANNEL_UNKNOWN);
	lookups_note_present(d->lookups, json_str(channel, "id"));
}

/* Slack announces only public channels. */
static void note_new_channel(struct directory *d, const struct event *ev)
{
	cache_learn_channel(&d->roster, json_at(ev->payload, "channel"), CHANNEL_PUBLIC);
	lookups_note_present(d->lookups, json_str(ev->payload, "channel.id"));
}

static void note_moved_channel(struct directory *d, const struct event *ev)
{
	cache_move_channel(&d->roster, json_str(ev->payload, "old_channel_id"),
			   json_str(ev->payload, "new_channel_id"));
}

/* The bot came into a channel: rules may name it. */
static void note_join(struct directory *d, const struct event *ev)
{
	lookups_note_present(d->lookups, ev->channel);
	if (!ev->from_self)
		return;
	cache_note_member(&d->roster, ev->channel, true);
	if (lookups_lacks_channel(d->lookups, ev->channel, enrich_kind(&d->roster, ev)))
		lookups_channel(d->lookups, ev->channel, NULL);
}

static void note_leave(struct directory *d, const struct event *ev)
{
	if (ev->from_self)
		cache_note_member(&d->roster, ev->channel, false);
}

/* RTM says so of the bot alone. */
static void note_own_join(struct directory *d, const struct event *ev)
{
	note_channel(d, ev);
	cache_note_member(&d->roster, ev->channel, true);
}

static void note_own_leave(struct directory *d, const struct event *ev)
{
	cache_note_member(&d->roster, ev->channel, false);
}

/* Events of their own only for apps that subscribe to them; the channel itself always says so. */
static void note_message(struct directory *d, const struct event *ev)
{
	if (str_is(ev->subtype, "channel_name") || str_is(ev->subtype, "group_name"))
		cache_rename_channel(&d->roster, ev->channel, json_str(ev->payload, "name"));
	else if (ev->kind == EVENT_JOIN)
		note_join(d, ev);
	else if (ev->kind == EVENT_LEAVE)
		note_leave(d, ev);
}

/* What comes while the list is under way may be newer than the list. */
static void note_group(struct directory *d, const struct event *ev)
{
	struct str id = json_str(ev->payload, "subteam.id");

	cache_learn_group(&d->roster, json_at(ev->payload, "subteam"));
	bindings_hear(&d->bindings, &d->roster, id);
	if (cache_in_group(&d->roster, id, STR_EMPTY) < 0 || loader_is_loading_groups(d->listing))
		load_groups_soon(d);
}

/* Does the event count more people than it names? */
static bool is_cut(const struct json *payload, const char *users, const char *count)
{
	const struct json *named = json_at(payload, users);
	size_t n = json_kind(named) == JSON_ARRAY ? json_len(named) : 0;
	int64_t counted = 0;

	return json_get_int(payload, count, &counted) && counted > (int64_t)n;
}

static void note_group_members(struct directory *d, const struct event *ev)
{
	const struct json *payload = ev->payload;
	bool is_learned = cache_change_group(&d->roster, json_str(payload, "subteam_id"),
					     json_at(payload, "added_users"),
					     json_at(payload, "removed_users"));

	if (!is_learned || is_cut(payload, "added_users", "added_users_count") ||
	    is_cut(payload, "removed_users", "removed_users_count") ||
	    loader_is_loading_groups(d->listing))
		load_groups_soon(d);
}

static const struct {
	const char *type;
	void (*note)(struct directory *d, const struct event *ev);
} teachers[] = {
	{ "team_join", note_user },
	{ "user_change", note_user },
	{ "user_profile_changed", note_user },
	{ "user_status_changed", note_user },
	{ "channel_created", note_new_channel },
	{ "channel_rename", note_channel },
	{ "channel_joined", note_own_join },
	{ "channel_left", note_own_leave },
	{ "channel_id_changed", note_moved_channel },
	{ "group_rename", note_channel },
	{ "group_joined", note_own_join },
	{ "group_left", note_own_leave },
	{ "im_created", note_channel },
	{ "member_joined_channel", note_join },
	{ "member_left_channel", note_leave },
	{ "subteam_created", note_group },
	{ "subteam_updated", note_group },
	{ "subteam_members_changed", note_group_members },
};

static void learn(struct directory *d, const struct event *ev)
{
	if (str_is(ev->type, "message")) {
		note_message(d, ev);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(teachers); i++) {
		if (str_is(ev->type, teachers[i].type)) {
			teachers[i].note(d, ev);
			return;
		}
	}
}

void directory_learn(struct directory *d, struct event *ev)
{
	learn(d, ev);
	join_dedup_unify(&d->moves, ev);
}

/* ---- life ---- */

int directory_new(struct directory **out, struct loop *loop, struct api *api,
		  const struct secret *token, const struct identity *me)
{
	struct directory *d = mem_zero(1, sizeof(*d));

	d->names = (struct text_names){ d, name_of_user, name_of_channel, name_of_group };
	cache_init(&d->roster);
	d->roster.home = me;
	bindings_init(&d->bindings);
	join_dedup_init(&d->moves);
	buf_init(&d->found, 0);
	d->loop = loop;
	loop_timer_init(&d->groups, on_groups_due, d);
	d->listing = loader_new(api, token, &d->roster);
	d->lookups = lookups_new(loop, api, token, &d->roster);
	d->completer = enrich_new(loop, d->lookups, &d->roster, me, &d->names);
	d->members = members_new(api, token, d->lookups);
	loader_on_news(d->listing, on_page, d);
	lookups_on_news(d->lookups, on_person, d);
	enrich_on_late(d->completer, on_late, d);
	*out = d;
	return 0;
}

void directory_free(struct directory *d)
{
	if (d == NULL)
		return;
	keep_free(d->keep);
	loop_timer_stop(d->loop, &d->groups);
	members_free(d->members);
	enrich_free(d->completer);
	lookups_free(d->lookups);
	loader_free(d->listing);
	join_dedup_deinit(&d->moves);
	bindings_deinit(&d->bindings);
	cache_deinit(&d->roster);
	buf_deinit(&d->found);
	free(d);
}
