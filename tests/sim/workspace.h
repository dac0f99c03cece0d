/* SPDX-License-Identifier: MIT */
/*
 * The workspace: people, channels and messages as Slack would keep them. Pure: no sockets, no loop.
 * Everything found in it is borrowed and lives as long as the workspace.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/map.h"
#include "sim/bucket.h"

enum place_kind { PLACE_PUBLIC, PLACE_PRIVATE, PLACE_DM, PLACE_GROUP };

/* Guests of several channels, or of a single one. */
enum guest_kind { GUEST_NONE, GUEST_RESTRICTED, GUEST_ULTRA_RESTRICTED };

struct user {
	char *id, *name, *real_name;
	bool is_bot;
	enum guest_kind guest;
	char *bot_id, *app_id; /* bots only */
	struct channel *dm;    /* with our bot; NULL until it is opened */
};

struct reaction {
	char *name;
	struct user **users;
	size_t n_users;
};

/* Messages of a load test, and whether they ask for an answer. */
enum load_kind { LOAD_NONE, LOAD_OTHER, LOAD_MATCHES };

struct message {
	char *ts;
	char *thread_ts; /* NULL = not in a thread */
	struct user *author;
	char *subtype;	     /* NULL = none */
	char *text;	     /* as sent over the wire */
	char *edited_ts;     /* NULL = never edited */
	struct json *extras; /* blocks, attachments, metadata as they were posted; NULL = none */
	bool deleted;
	bool pinned;
	struct reaction *reactions;
	size_t n_reactions;
	size_t n_replies;
	char *latest_reply;
	size_t n_answers; /* posts of our bot in its thread */
	enum load_kind load;
	struct mono published; /* when its event left */
};

struct channel {
	char *id, *name;
	char *topic; /* NULL = none */
	enum place_kind kind;
	bool archived;
	struct user **members;
	size_t n_members;
	struct message **messages; /* oldest first */
	size_t n_messages, cap_messages;
	struct map by_ts;
	int64_t last_us;     /* the newest ts, in microseconds */
	int64_t created;     /* seconds */
	struct bucket posts; /* one a second, five at once */
};

/* People who are mentioned together. */
struct usergroup {
	char *id, *handle, *name;
	struct user **users;
	size_t n_users;
};

struct sim_workspace {
	const struct clock *clock;
	char *team_id, *team_name, *domain;
	struct user *bot;      /* our app's */
	struct user *slackbot; /* in no list; what is left of deleted messages is its own */
	bool hides_emails;     /* the app may not see them */
	struct map users;      /* by id */
	struct map user_names;
	struct map channels; /* by id, DMs included */
	struct map channel_names;
	struct map usergroups; /* by handle */
	struct map emoji;      /* custom ones: names alone */
};

void workspace_init(struct sim_workspace *w, const struct clock *clock);
void workspace_deinit(struct sim_workspace *w);
/* Gives it a name, and the id and the address that go with it: "acme", T01ACME, acme.slack.com. */
void workspace_name(struct sim_workspace *w, struct str name);

/* Names without @ and #. Adding what exists gives the old one. */
struct user *workspace_add_user(struct sim_workspace *w, struct str name, bool is_bot);
struct channel *workspace_add_channel(struct sim_workspace *w, struct str name,
				      enum place_kind kind);
/* By id or by name; NULL = nobody. "bot" is our own. */
struct user *workspace_user(const struct sim_workspace *w, struct str id_or_name);
struct user *workspace_bot_by_id(const struct sim_workspace *w, struct str bot_id);
struct channel *workspace_channel(const struct sim_workspace *w, struct str id_or_name);
/* The DM of our bot with someone, opened when there is none. */
struct channel *workspace_dm(struct sim_workspace *w, struct user *with);

/* The group DM of these people, opened when there is none; it is called mpdm-a--b-1. */
struct channel *workspace_group_dm(struct sim_workspace *w, struct user *const *users, size_t n);

/* By handle or id; NULL = none. */
struct usergroup *workspace_usergroup(const struct sim_workspace *w, struct str handle_or_id);
struct usergroup *workspace_add_usergroup(struct sim_workspace *w, struct str handle);
bool usergroup_has(const struct usergroup *g, const struct user *u);
void usergroup_add(struct usergroup *g, struct user *u);

bool channel_has(const struct channel *c, const struct user *u);
void channel_join(struct channel *c, struct user *u);
void channel_leave(struct channel *c, const struct user *u);

/* A ts that this channel never gave before, greater than all of its others; 18 letters at most. */
struct stamp {
	char text[24];
};
struct stamp channel_stamp(struct channel *c, const struct clock *clock);
struct message *channel_post(struct channel *c, const struct clock *clock, struct user *author,
			     struct str text, struct str thread_ts);
struct message *channel_message(const struct channel *c,
				struct str ts); /* NULL = none, or deleted */
/* The newest message anywhere with this text. */
struct message *workspace_message(const struct sim_workspace *w, struct str text,
				  struct channel **in);

struct reaction *message_reaction(const struct message *m, struct str name);
bool message_react(struct message *m, struct user *u, struct str name); /* false = had it already */
bool message_unreact(struct message *m, const struct user *u,
		     struct str name); /* false = had it not */
void message_set_text(struct message *m, struct str text);
bool message_is(const struct message *m, const char *subtype);
/* It is gone, or, as the root of a thread with answers, leaves a tombstone. False = nothing is left. */
bool message_take_back(struct sim_workspace *w, struct channel *c, struct message *m);

/* Appends the link to a message as Slack gives it; an answer is shown within its thread. */
void workspace_link(const struct sim_workspace *w, const struct channel *c, const struct message *m,
		    struct buf *out);

/* Appends the text with <@name> and <#name> turned into what Slack sends: <@ID>, <#ID>, and <!subteam^ID> for
 * a group of people. */
void workspace_wire_text(const struct sim_workspace *w, struct str text, struct buf *out);
/* The same with labels, <@ID|name> and <#ID|name>, as Slack escapes the text of a command. */
void workspace_command_text(const struct sim_workspace *w, struct str wire, struct buf *out);
/* The other way, for people to read: <@ID> as @name, <#ID> as #name. */
void workspace_plain_text(const struct sim_workspace *w, struct str wire, struct buf *out);
