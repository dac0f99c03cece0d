/* SPDX-License-Identifier: MIT */
/* What an answer of the Web API means, pure: an HTTP reply in, what a caller can do about it out. */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "net/http.h"

enum verdict_kind {
	VERDICT_OK,	  /* ok:true, or what was wanted is so already (already_reacted …) */
	VERDICT_REFUSED,  /* a definite no for this call; unknown codes too */
	VERDICT_FATAL,	  /* the token is no good: no call will do better */
	VERDICT_LIMITED,  /* not done: too many calls; the method rests for wait_ms */
	VERDICT_MOVING,	  /* not done: the workspace is being moved; comes right in its own time */
	VERDICT_NOT_SENT, /* not done: Slack could not be reached */
	VERDICT_UNSURE,	  /* it may have been done */
};

struct verdict {
	enum verdict_kind kind;
	struct str error;     /* Slack's code, or empty; lies in the body */
	const char *sentence; /* for a person; empty when all went well */
	int64_t wait_ms;      /* VERDICT_LIMITED */
	struct json *body;    /* NULL without one */
	struct buf text;      /* of the sentence */
};

/* `method` is for the sentence. */
void verdict_read(struct verdict *out, const struct http_reply *reply, const char *method);
void verdict_deinit(struct verdict *v);

/* What Slack's code means by itself. */
enum verdict_kind verdict_of_error(struct str error);
/* Retry-After in milliseconds: seconds, at most an hour; nothing or nonsense gives 30 s. */
int64_t verdict_retry_after_ms(struct str header);
