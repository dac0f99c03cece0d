/* SPDX-License-Identifier: MIT */
/*
 * Frames of Socket Mode, pure: a text in, a struct envelope out. What Slack wants acknowledged has an id,
 * and an id is found even where the rest of the frame makes no sense, because Slack would send such
 * an envelope again for ever.
 */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

enum envelope_kind {
	ENVELOPE_HELLO,
	ENVELOPE_DISCONNECT,
	ENVELOPE_EVENTS_API,
	ENVELOPE_SLASH_COMMANDS,
	ENVELOPE_INTERACTIVE,
	ENVELOPE_UNKNOWN, /* a type that came after this program */
	ENVELOPE_GARBLED, /* no JSON, but an id can be read: acknowledge it and forget it */
};

enum disconnect_reason {
	DISCONNECT_WARNING,
	DISCONNECT_REFRESH_REQUESTED,
	DISCONNECT_TOO_MANY_WEBSOCKETS,
	DISCONNECT_LINK_DISABLED,
	DISCONNECT_OTHER, /* none of these words: means what refresh_requested means */
};

/* Slices point into `root` or, for garbled frames, into the text. */
struct envelope {
	enum envelope_kind kind;
	struct json *root; /* owned; NULL for garbled frames */
	struct str type;
	struct str id; /* empty = nothing to acknowledge */

	struct json *payload;  /* NULL unless it is an object */
	int64_t retry_attempt; /* 0 = the first time, or so Slack says */
	struct str retry_reason;

	enum disconnect_reason reason;
	struct str reason_text; /* as Slack wrote it */

	int64_t num_connections; /* of this app, this one included; 0 = not told */
	struct str app_id;
};

enum { ENVELOPE_NOT_JSON = 1 }; /* no JSON object and no id: *why is a static sentence */

int envelope_parse(struct envelope *out, struct str text, const char **why);
static inline void envelope_deinit(struct envelope *envelope)
{
	json_free(envelope->root);
	envelope->root = NULL;
}
const char *envelope_kind_name(enum envelope_kind kind);

/* The frame that acknowledges: no payload ever. */
void envelope_ack(struct buf *out, struct str id);
