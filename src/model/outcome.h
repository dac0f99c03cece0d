/* SPDX-License-Identifier: MIT */
/*
 * How something asked of the world ended: one type from the HTTP answer over the Web API, a webhook or a response_url to
 * the engine. Whoever makes one owns what lies in it and ends with outcome_deinit; those who are told of it borrow
 * all, during the call that tells them. One that is all zero, or made of borrowed texts, needs no outcome_deinit.
 */
#pragma once

#include <stdint.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

enum outcome_kind {
	OUTCOME_DONE,	 /* it happened, or what was wanted was so already (already_reacted …) */
	OUTCOME_LATER,	 /* it did not happen, and can be tried again when wait_ms have passed */
	OUTCOME_REFUSED, /* a definite no for this one; trying again brings the same */
	OUTCOME_UNKNOWN, /* it may have happened: sent, at least in part, and no clear answer */
	OUTCOME_FATAL,	 /* the token is no good: nothing that uses it will do better */
};

struct outcome {
	enum outcome_kind kind;
	int64_t wait_ms;  /* how long the other side asked us to wait; 0 = it did not */
	int status;	  /* of HTTP; 0 = no answer came */
	struct str error; /* the other side's own code (channel_not_found), or empty */
	const char
		*sentence; /* for a person: why, and what to do; NULL or empty = nothing to say */
	struct json *body; /* the whole answer; NULL = none, or no JSON */
	struct str scopes; /* x-oauth-scopes, or empty */
	struct str channel, ts; /* of a message that was posted; empty = none */
	struct buf text;	/* room for the sentence */
};

/* Told once of the end of what was asked for. */
typedef void outcome_fn(void *owner, const struct outcome *outcome);

/* Twice is fine; works as CLEANUP. */
static inline void outcome_deinit(struct outcome *outcome)
{
	json_free(outcome->body);
	buf_deinit(&outcome->text);
	*outcome = (struct outcome){ 0 };
}
