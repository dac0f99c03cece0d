/* SPDX-License-Identifier: MIT */
/* Frames of RTM, pure: which ones belong to the protocol and which ones are events. */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

enum rtm_kind {
	RTM_HELLO,
	RTM_GOODBYE,   /* the server will close soon */
	RTM_MIGRATION, /* the workspace moves house: the server closes at once */
	RTM_ERROR,
	RTM_PONG,
	RTM_IGNORED,   /* reconnect_url, which Slack calls experimental */
	RTM_REPLY,     /* to a frame of ours; has no type */
	RTM_ECHO,      /* our last message over the previous socket, told late: no event */
	RTM_EVENT,     /* an inner event, without a wrapper */
	RTM_SHAPELESS, /* an object with neither a type nor a reply_to */
};

enum { RTM_URL_EXPIRED = 1 }; /* the code of that RTM_ERROR */

/* Slices point into `root`. */
struct rtm_frame {
	enum rtm_kind kind;
	struct json *root; /* owned; the event itself when it is one */
	struct str type;
	int64_t reply_to; /* 0 = none */
	int64_t code;	  /* of an error, in a frame or in a reply */
	struct str message;
};

enum { RTM_NOT_JSON = 1 }; /* no JSON object: *why is a static sentence */

int rtm_frame_parse(struct rtm_frame *out, struct str text, const char **why);
static inline void rtm_frame_deinit(struct rtm_frame *frame)
{
	json_free(frame->root);
	frame->root = NULL;
}
const char *rtm_kind_name(enum rtm_kind kind);

/* `id` is positive and never used twice on a socket; Slack sends `time` back in its pong. */
void rtm_ping(struct buf *out, int64_t id, int64_t time_ms);
