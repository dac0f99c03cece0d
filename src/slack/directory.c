/* SPDX-License-Identifier: MIT */
#include "slack/directory.h"

#include <stdlib.h>
#include "base/mem.h"
#include "slack/listing.h"
#include "slack/lookups.h"
#include "slack/roster.h"

struct directory {
	struct roster roster;
	struct text_names names;
	struct listing *listing;
	struct lookups *lookups;
	struct completer *completer;
	struct buf found; /* what directory_find_… gives */
};

/* ---- loading and completing ---- */

void directory_load(struct directory *d, void (*on_loaded)(void *owner), void *owner)
{
	listing_load(d->listing, on_loaded, owner);
}

bool directory_is_loaded(const struct directory *d)
{
	return listing_is_complete(d->listing);
}

void directory_complete(struct directory *d, struct event *take, unsigned wants,
			void (*on_complete)(void *owner, struct event *take, void *tag),
			void *owner, void *tag)
{
	completer_take(d->completer, take, wants, on_complete, owner, tag);
}

/* ---- names ---- */

static bool name_of_user(void *owner, struct str id, struct str *name)
{
	const struct directory *d = owner;
	const struct roster_user *user = roster_user(&d->roster, id);

	if (user == NULL)
		return false;
	*name = str_from(user->name[0] != '\0' ? user->name : user->handle);
	return name->len > 0;
}

static bool name_of_channel(void *owner, struct str id, struct str *name)
{
	const struct directory *d = owner;
	const struct roster_channel *channel = roster_channel(&d->roster, id);

	*name = channel != NULL ? str_from(channel->name) : STR_EMPTY;
	return name->len > 0;
}

static bool name_of_group(void *owner, struct str id, struct str *handle)
{
	const struct directory *d = owner;

	*handle = roster_group(&d->roster, id);
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

int directory_find_user(const struct directory *d, struct str name, struct str *id)
{
	struct buf *found = found_of(d);
	size_t n = roster_find_user(&d->roster, name, found);

	*id = buf_str(found);
	return count_to_answer(n);
}

int directory_find_channel(const struct directory *d, struct str name, struct str *id)
{
	struct buf *found = found_of(d);
	size_t n = roster_find_channel(&d->roster, name, found);

	*id = buf_str(found);
	return count_to_answer(n);
}

struct str directory_email(const struct directory *d, struct str user)
{
	const struct roster_user *known = roster_user(&d->roster, user);

	return known != NULL ? str_from(known->email) : STR_EMPTY;
}

/* ---- learning from events ---- */

static void note_user(struct directory *d, const struct event *ev)
{
	const struct json *user = json_at(ev->payload, "user");

	roster_learn_user(&d->roster, user);
	lookups_note_present(d->lookups, json_str(user, "id"));
}

static void note_channel(struct directory *d, const struct event *ev)
{
	const struct json *channel = json_at(ev->payload, "channel");

	roster_learn_channel(&d->roster, channel, CHANNEL_UNKNOWN);
	lookups_note_present(d->lookups, json_str(channel, "id"));
}

/* Slack announces only public channels. */
static void note_new_channel(struct directory *d, const struct event *ev)
{
	roster_learn_channel(&d->roster, json_at(ev->payload, "channel"), CHANNEL_PUBLIC);
	lookups_note_present(d->lookups, json_str(ev->payload, "channel.id"));
}

static void note_moved_channel(struct directory *d, const struct event *ev)
{
	roster_move_channel(&d->roster, json_str(ev->payload, "old_channel_id"),
			    json_str(ev->payload, "new_channel_id"));
}

/* An event of its own only for apps that subscribe to it; the channel itself always says so. */
static void note_message(struct directory *d, const struct event *ev)
{
	if (str_is(ev->subtype, "channel_name") || str_is(ev->subtype, "group_name"))
		roster_rename_channel(&d->roster, ev->channel, json_str(ev->payload, "name"));
}

static void note_group(struct directory *d, const struct event *ev)
{
	roster_learn_group(&d->roster, json_at(ev->payload, "subteam"));
}

/* The bot came into a channel: rules may name it. */
static void note_join(struct directory *d, const struct event *ev)
{
	lookups_note_present(d->lookups, ev->channel);
	if (ev->from_self &&
	    lookups_lacks_channel(d->lookups, ev->channel, roster_kind_for(&d->roster, ev)))
		lookups_channel(d->lookups, ev->channel, NULL);
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
	{ "channel_joined", note_channel },
	{ "channel_id_changed", note_moved_channel },
	{ "group_rename", note_channel },
	{ "group_joined", note_channel },
	{ "im_created", note_channel },
	{ "member_joined_channel", note_join },
	{ "subteam_created", note_group },
	{ "subteam_updated", note_group },
	{ "message", note_message },
};

void directory_note(struct directory *d, const struct event *ev)
{
	for (size_t i = 0; i < ARRAY_LEN(teachers); i++) {
		if (str_is(ev->type, teachers[i].type)) {
			teachers[i].note(d, ev);
			return;
		}
	}
}

/* ---- life ---- */

int directory_new(struct directory **out, struct loop *loop, struct api *api,
		  const struct secret *token, const struct identity *me)
{
	struct directory *d = mem_zero(1, sizeof(*d));

	d->names = (struct text_names){ d, name_of_user, name_of_channel, name_of_group };
	roster_init(&d->roster);
	buf_init(&d->found, 0);
	d->listing = listing_new(api, token, &d->roster);
	d->lookups = lookups_new(loop, api, token, &d->roster);
	d->completer = completer_new(loop, d->lookups, &d->roster, me, &d->names);
	*out = d;
	return 0;
}

void directory_free(struct directory *d)
{
	if (d == NULL)
		return;
	completer_free(d->completer);
	lookups_free(d->lookups);
	listing_free(d->listing);
	roster_deinit(&d->roster);
	buf_deinit(&d->found);
	free(d);
}
