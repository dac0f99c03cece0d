/* SPDX-License-Identifier: MIT */
/* From Slack's JSON to struct event, pure: no sockets, no clock, no directory look-ups but by callback. */
#pragma once

#include "base/json.h"
#include "model/event.h"
#include "model/workspace.h"
#include "slack/text.h"

enum { DECODE_NOT_AN_EVENT = 1 }; /* no object, no type: *why is a static sentence */

/* An inner event (RTM frame, or `event` of an Events API body). The event shares it as its payload, once
 * the secrets that Slack may put into it are taken out. `team` may be empty: the identity's is used. Names
 * are left empty but for what the event itself carries; see decode_texts. */
int decode_event(struct event **out, struct json *inner, struct str team, struct str event_id,
		 int64_t event_time, const struct identity *me, const char **why);
/* The body of an `events_api` envelope (or of an HTTP request). */
int decode_callback(struct event **out, struct json *body, const struct identity *me,
		    const char **why);
/* The payload of a `slash_commands` envelope, typed about `now`: Slack does not say when. Its token, response
 * URL and trigger are not in the payload kept. */
int decode_command(struct event **out, struct json *payload, const struct identity *me,
		   struct wall now, const char **why);
/* Fills what a plain text has from the beginning: text, its pieces, text_to_bot and mentions_bot from text_raw; asks the names. Called again when names came. */
void decode_texts(struct event *ev, const struct identity *me, const struct text_names *names);
