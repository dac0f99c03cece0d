/* SPDX-License-Identifier: MIT */
/*
 * Endpoints that the operator declared and rules may send JSON to. A request is sent again only while it cannot
 * have happened; what may have happened is told as such, once. Nothing here prints an address or a header.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/json.h"
#include "base/option.h"
#include "base/str.h"

struct http;
struct loop;

/* One [webhook NAME] of the configuration. Owns all its texts. */
struct webhook {
	char *name;
	char *file; /* of the configuration, for complaints about a header's line */
	char *url;
	int method;		     /* see webhook_methods */
	struct option_pairs headers; /* as written, until webhook_resolve */
	int64_t timeout_ms;
	bool allow_private, allow_http;
};

extern const char *const webhook_methods[]; /* NULL-ended; POST first */

enum webhook_outcome {
	WEBHOOK_OK,	 /* 2xx */
	WEBHOOK_REFUSED, /* it did not happen, or the endpoint says so */
	WEBHOOK_UNSURE,	 /* sent, and no whole answer: it may have happened */
};

struct webhook_answer {
	enum webhook_outcome outcome;
	int status;	      /* 0 = none came */
	struct json *body;    /* NULL when it gave none, or no JSON */
	const char *sentence; /* for a person */
};

enum { WEBHOOK_MAX_BODY = 64 << 10, WEBHOOK_SHOWN_MAX = 200 };

struct webhook_call;

/* Copies the body; the hook is borrowed until the end. A GET is sent without the body. on_answer comes once, never from
 * within; its answer is valid during the call, and the call is gone after it. */
struct webhook_call *webhook_send(
	struct http *http, struct loop *loop, const struct webhook *hook, struct str json_body,
	void (*on_answer)(void *owner, const struct webhook_answer *answer), void *owner);
/* No callback follows; NULL is fine. To be called before http_free. */
void webhook_cancel(struct webhook_call *call);
/* Could the endpoint have done it already? Not while the call waits for its next try. */
bool webhook_may_have_acted(const struct webhook_call *call);
