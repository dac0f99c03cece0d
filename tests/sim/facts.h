/* SPDX-License-Identifier: MIT */
/* How Slack describes the things of a workspace in JSON: people, channels, messages, events. Pure; all
 * that is given is the caller's to free or to hand on. */
#pragma once

#include "sim/workspace.h"

struct json *fact_user(const struct workspace *w, const struct user *u);
struct json *fact_channel(const struct workspace *w, const struct channel *c);
/* As history, answers and edits show it. */
struct json *fact_message(const struct workspace *w, const struct message *m);

/* Inner events. */
struct json *fact_message_event(const struct workspace *w, const struct channel *c,
				const struct message *m);
struct json *fact_mention_event(const struct workspace *w, const struct channel *c,
				const struct message *m);
/* Takes the message as it was before. */
struct json *fact_changed_event(const struct workspace *w, struct channel *c,
				const struct message *m, struct json *take_before);
struct json *fact_deleted_event(const struct workspace *w, struct channel *c,
				const struct message *m);
struct json *fact_reaction_event(const struct workspace *w, struct channel *c,
				 const struct message *m, const struct user *by, struct str name,
				 bool added);
struct json *fact_member_event(const struct workspace *w, struct channel *c, const struct user *u,
			       bool joined);
/* {"type": type, key: value, "event_ts": …} for the many small ones. */
struct json *fact_plain_event(const struct workspace *w, const char *type, const char *key,
			      struct str value);

/* The body that carries an inner event (Events API, Socket Mode), as text. */
void fact_callback(const struct workspace *w, struct str inner, const char *event_id,
		   struct buf *out);
