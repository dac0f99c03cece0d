/* SPDX-License-Identifier: MIT */
/*
 * How something asked of the world ended: one type from the HTTP answer over the Web API, a webhook or a response_url to
 * the engine. All of it is borrowed and valid during the callback that brings it.
 */
#pragma once

#include <stdint.h>
#include "base/json.h"
#include "base/str.h"

enum outcome_kind {
	OUTCOME_DONE,  /* it happened, or what was wanted was so already (already_reacted …) */
	OUTCOME_LATER, /* it did not happen, and may not be tried again before wait_ms have passed */
	OUTCOME_REFUSED, /* a definite no for this one; trying again brings the same */
	OUTCOME_UNKNOWN, /* it may have happened: sent, at least in part, and no clear answer */
	OUTCOME_FATAL,	 /* the token is no good: nothing that uses it will do better */
};

struct outcome {
	enum outcome_kind kind;
	int64_t wait_ms;      /* OUTCOME_LATER */
	int status;	      /* of HTTP; 0 = no answer came */
	struct str error;     /* the other side's own code (channel_not_found), or empty */
	const char *sentence; /* why, for a person: what was said and what to do; empty when done */
	const struct json *body; /* the whole answer; NULL = none, or no JSON */
	struct str scopes;	 /* x-oauth-scopes, or empty */
	struct str channel, ts;	 /* of a message that was posted; empty = none */
};
