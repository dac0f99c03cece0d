/* SPDX-License-Identifier: MIT */
/*
 * The answer to a slash command, posted to the address that came with it (response_url). Whoever knows that
 * address may post there: it is never printed.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/json.h"
#include "net/http.h"
#include "net/loop.h"

/* https:// only; to servers of Slack's when the Web API at `base_url` is Slack's, else to the same host as that.
 * On no, *why is a static sentence. */
bool response_url_is_allowed(struct str url, const char *base_url, const char **why);

/* Appends the message; blocks NULL = none. It is seen by who typed the command, or by the channel. */
void response_url_message(struct buf *out, struct str text, const struct json *blocks,
			  bool in_channel);

enum response_url_outcome {
	RESPONSE_URL_OK,
	RESPONSE_URL_REFUSED, /* it did not happen */
	RESPONSE_URL_UNSURE,  /* sent, and no clear answer */
};

struct response_url_answer {
	enum response_url_outcome outcome;
	const char *sentence; /* for a person; empty when all went well */
};

struct response_url_call;

/* Copies the texts; a URL that is not allowed is refused without being called. What cannot have happened is tried
 * again (net/tries.h). on_answer comes once, never from within; the call is gone after it. */
struct response_url_call *response_url_send(
	struct http *http, struct loop *loop, const char *base_url, struct str url,
	struct str message,
	void (*on_answer)(void *owner, const struct response_url_answer *answer), void *owner);
/* No callback follows; NULL is fine. To be called before http_free. */
void response_url_cancel(struct response_url_call *call);
/* Could Slack have done it already? */
bool response_url_may_have_acted(const struct response_url_call *call);
