/* SPDX-License-Identifier: MIT */
/*
 * HTTPS requests by libcurl on the loop. A request is never silently sent twice: its body cannot be rewound,
 * and whatever leaves it unknown whether the server acted is told as such. Redirects are answers like any other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/log.h"
#include "base/str.h"
#include "model/outcome.h"
#include "net/loop.h"

struct http;
struct http_call;

/* ca_file NULL = the system's store. Borrows the loop. Proxies come from the environment: HTTPS_PROXY,
 * ALL_PROXY, NO_PROXY (lower case too). */
int http_new(struct http **out, struct loop *loop, const char *ca_file);
/* Cancels what is under way, without callbacks. Whoever connects by its sockets must be gone. */
void http_free(struct http *http);
struct loop *http_loop(const struct http *http);
/* Are names looked up while the loop goes on? So libcurl does wherever it was built as it mostly is. */
bool http_resolves_aside(void);

/* What came of a request, before anybody judges what the answer says. */
struct http_reply {
	/*
	 * DONE: a whole answer came, whatever it says; `status` is set. LATER: the server cannot have acted on it, try
	 * again freely. REFUSED: nor can it, for it would have led to where net/address_policy.h allows nobody. UNKNOWN:
	 * sent, at least in part, and no whole answer: it may have happened. Never FATAL.
	 */
	enum outcome_kind end;
	int status;
	struct str body;	/* at most max_body; valid during the callback */
	struct str retry_after; /* header text, or empty */
	struct str scopes;	/* x-oauth-scopes, or empty */
	const char *why;	/* when not answered: a sentence for people, without the URL */
	bool too_large; /* UNKNOWN, but `status` is: the answer was over max_body and cut off */
};

enum { HTTP_MAX_BODY = 16 << 20 };

struct http_header {
	const char *name;
	const struct secret *value; /* without line ends */
};

/* All of it is borrowed until http_post returns. What is zero is as for a form that is posted to Slack. */
struct http_request {
	const char *url;	     /* https:// only, but for allow_http */
	const struct secret *bearer; /* NULL = none */
	struct str body;
	int64_t connect_ms, total_ms;
	const char *method; /* POST, PUT, PATCH, DELETE, or GET, which has no body; NULL = POST */
	const char *content_type; /* of the body; NULL = application/x-www-form-urlencoded */
	const struct http_header *headers;
	size_t n_headers;
	size_t max_body; /* of the answer, unpacked; 0 = HTTP_MAX_BODY */
	bool allow_http; /* http:// too */
	/* Only to addresses that net/address_policy.h allows, judged when connecting. No proxy is used then: it would look the
	 * name up itself and connect to what nobody judged. */
	bool public_only;
};

typedef void http_reply_fn(void *owner, const struct http_reply *reply);

/* on_reply comes exactly once, from the loop, unless cancelled; the call is gone after it. */
struct http_call *http_post(struct http *http, const struct http_request *req,
			    http_reply_fn *on_reply, void *owner);
void http_cancel(struct http_call *call); /* no callback follows; NULL is fine */

/* For the connected sockets of net/connect.h, which use libcurl as well. */
struct pool;
struct pool *http_sockets(struct http *http);
