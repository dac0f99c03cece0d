/* SPDX-License-Identifier: MIT */
/* Who and what there is in a workspace, by id and by name, without I/O: what the directory remembers. */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "model/event.h"
#include "model/workspace.h"

struct cache_user {
	char *id;
	char *handle; /* texts are never NULL */
	char *name;   /* display name, or the real name */
	char *email;
	bool is_bot;
	bool is_guest;
	bool is_gone;	  /* deactivated: known by id, but no longer by name */
	bool is_outsider; /* of another organisation: likewise, whatever they call themselves */
	uint64_t kept;	  /* directory/keep's: what of it is written down */
};

struct cache_channel {
	char *id;
	char *name; /* "" for a DM */
	enum channel_kind kind;
	bool is_member; /* the bot is in it */
	uint64_t kept;
};

struct cache {
	const struct identity *home; /* whose people are no outsiders; NULL = all are ours */
	struct map users;
	struct map channels;
	struct map groups;
	/* From names, ASCII letters folded, to the ids that have them. */
	struct map handles;
	struct map user_names;
	struct map channel_names;
	struct map group_handles;
};

/* As names are compared: ASCII letters are small. */
void cache_fold(struct buf *out, struct str name);

void cache_init(struct cache *r);
void cache_deinit(struct cache *r);

/* From Slack's objects, whole or in part: what they do not say stays as it was. */
void cache_learn_user(struct cache *r, const struct json *user);
void cache_learn_channel(struct cache *r, const struct json *channel,
			 enum channel_kind kind_if_unsaid);
void cache_learn_group(struct cache *r, const struct json *group);
/* In or out of it the bot is, known channel or not. */
void cache_note_member(struct cache *r, struct str id, bool is_member);
/* One that is not known stays so. */
void cache_rename_channel(struct cache *r, struct str id, struct str name);
/* The same channel under another id. */
void cache_move_channel(struct cache *r, struct str old_id, struct str new_id);

/* Who came into a user group and who left it, arrays of ids. False = its members are not known, nor are they now. */
bool cache_change_group(struct cache *r, struct str id, const struct json *added,
			const struct json *removed);
/* All groups known so far go at the drop, unless they are learned again in between. */
void cache_doubt_groups(struct cache *r);
void cache_drop_doubted_groups(struct cache *r);

/* NULL = not known. Valid until the next change. */
static inline const struct cache_user *cache_user(const struct cache *r, struct str id)
{
	return map_get(&r->users, id);
}
static inline const struct cache_channel *cache_channel(const struct cache *r, struct str id)
{
	return map_get(&r->channels, id);
}
struct str cache_group(const struct cache *r, struct str id); /* its handle, or empty */
bool cache_has_group(const struct cache *r, struct str handle_or_id);

/* How many have this name; their ids, joined by ", ", are added to `ids`. A handle beats a display name. */
size_t cache_find_user(const struct cache *r, struct str name, struct buf *ids);
size_t cache_find_handle(const struct cache *r, struct str handle, struct buf *ids);
size_t cache_find_shown(const struct cache *r, struct str name,
			struct buf *ids); /* by display name */
size_t cache_find_channel(const struct cache *r, struct str name, struct buf *ids);
size_t cache_find_group(const struct cache *r, struct str handle, struct buf *ids);
/* 1 = the user is in the group, 0 = not, -1 = the group or its members are not known, or two share the handle. */
int cache_in_group(const struct cache *r, struct str handle_or_id, struct str user);
