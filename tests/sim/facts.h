/* SPDX-License-Identifier: MIT */
/* How Slack describes the things of a workspace in JSON: people, channels, messages, events. Pure; all
 * that is given is the caller's to free or to hand on. */
#pragma once

#include "sim/workspace.h"

struct json *fact_user(const struct sim_workspace *w, const struct user *u);
struct json *fact_usergroup(const struct sim_workspace *w, const struct usergroup *g,
			    bool with_users);
struct json *fact_channel(const struct sim_workspace *w, const struct channel *c);
/* As history, answers and edits show it. */
struct json *fact_message(const struct sim_workspace *w, const struct message *m);

/* Inner events. */
struct json *fact_message_event(const struct sim_workspace *w, const struct channel *c,
				const struct message *m);
struct json *fact_mention_event(const struct sim_workspace *w, const struct channel *c,
				const struct message *m);
/* Takes the message as it was before. */
struct json *fact_changed_event(const struct sim_workspace *w, struct channel *c,
				const struct message *m, struct json *take_before);
struct json *fact_deleted_event(const struct sim_workspace *w, struct channel *c,
				const struct message *m);
/* Takes the message back, and gives the event of it: message_deleted, or message_changed where a tombstone is left. */
struct json *fact_taken_back(struct sim_workspace *w, struct channel *c, struct message *m);
struct json *fact_reaction_event(const struct sim_workspace *w, struct channel *c,
				 const struct message *m, const struct user *by, struct str name,
				 bool added);
struct json *fact_pin_event(const struct sim_workspace *w, struct channel *c,
			    const struct message *m, const struct user *by, bool added);
/* That a file was shared by a message. */
struct json *fact_file_event(const struct sim_workspace *w, struct channel *c,
			     const struct message *m);
/* subteam_created or subteam_updated. */
struct json *fact_usergroup_event(const struct sim_workspace *w, const char *type,
				  const struct usergroup *g);
/* subteam_members_changed; the lists are arrays of ids, taken. */
struct json *fact_usergroup_members_event(const struct sim_workspace *w, const struct usergroup *g,
					  struct json *take_added, struct json *take_removed);
struct json *fact_member_event(const struct sim_workspace *w, struct channel *c,
			       const struct user *u, bool joined);
/* {"type": type, key: value, "event_ts": …} for the many small ones. */
struct json *fact_plain_event(const struct sim_workspace *w, const char *type, const char *key,
			      struct str value);

/* The body that carries an inner event (Events API, Socket Mode), as text. */
void fact_callback(const struct sim_workspace *w, struct str inner, const char *event_id,
		   struct buf *out);
