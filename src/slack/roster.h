/* SPDX-License-Identifier: MIT */
/* Who and what there is in a workspace, by id and by name, without I/O: what the directory remembers. */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "event.h"

struct roster_user {
	char *id;
	char *handle; /* texts are never NULL */
	char *name;   /* display name, or the real name */
	char *email;
	bool is_bot;
	bool is_guest;
	bool is_gone; /* deactivated: known by id, but no longer by name */
};

struct roster_channel {
	char *id;
	char *name; /* "" for a DM */
	enum channel_kind kind;
	bool is_member; /* the bot is in it */
};

struct roster {
	struct map users;
	struct map channels;
	struct map groups;
	/* From names, ASCII letters folded, to the ids that have them. */
	struct map handles;
	struct map user_names;
	struct map channel_names;
	struct map group_handles;
};

void roster_init(struct roster *r);
void roster_deinit(struct roster *r);

/* From Slack's objects, whole or in part: what they do not say stays as it was. */
void roster_learn_user(struct roster *r, const struct json *user);
void roster_learn_channel(struct roster *r, const struct json *channel,
			  enum channel_kind kind_if_unsaid);
void roster_learn_group(struct roster *r, const struct json *group);
/* In or out of it the bot is, known channel or not. */
void roster_note_member(struct roster *r, struct str id, bool is_member);
/* One that is not known stays so. */
void roster_rename_channel(struct roster *r, struct str id, struct str name);
/* The same channel under another id. */
void roster_move_channel(struct roster *r, struct str old_id, struct str new_id);

/* Who came into a user group and who left it, arrays of ids. False = its members are not known, nor are they now. */
bool roster_change_group(struct roster *r, struct str id, const struct json *added,
			 const struct json *removed);
/* All groups known so far go at the drop, unless they are learned again in between. */
void roster_doubt_groups(struct roster *r);
void roster_drop_doubted_groups(struct roster *r);

/* NULL = not known. Valid until the next change. */
const struct roster_user *roster_user(const struct roster *r, struct str id);
const struct roster_channel *roster_channel(const struct roster *r, struct str id);
struct str roster_group(const struct roster *r, struct str id); /* its handle, or empty */
bool roster_has_group(const struct roster *r, struct str handle_or_id);

/* How many have this name; their ids, joined by ", ", are added to `ids`. A handle beats a display name. */
size_t roster_find_user(const struct roster *r, struct str name, struct buf *ids);
size_t roster_find_channel(const struct roster *r, struct str name, struct buf *ids);
size_t roster_find_group(const struct roster *r, struct str handle, struct buf *ids);
/* 1 = the user is in the group, 0 = not, -1 = the group or its members are not known, or two share the handle. */
int roster_in_group(const struct roster *r, struct str handle_or_id, struct str user);

/* The kind of the event's channel: its own, or the one known here when that says more. */
enum channel_kind roster_kind_for(const struct roster *r, const struct event *ev);
/* Writes what is known of its people and its channel into the event, whose texts stay as they are. */
void roster_fill(const struct roster *r, struct event *ev);
