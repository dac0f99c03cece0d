/* SPDX-License-Identifier: MIT */
/*
 * A request that is tried again as long as it cannot have happened: not sent at all, or sent away with a time
 * after which to come back. Only its end is told. For single requests to endpoints that are not the Web API, which
 * has its own order and pace (slack/api.h).
 */
#pragma once

#include <stdbool.h>
#include "net/http.h"
#include "net/loop.h"

struct retry;

enum {
	RETRY_AGAIN = 3, /* after a first try that was not sent */
	RETRY_IN_ALL =
		4, /* times total_ms, then it is given up; a wait that was asked for not counted */
	RETRY_MAX_WAIT_S =
		30, /* of a 429 or 503 with Retry-After; once, a longer one is the answer */
};

/* What the request points to is borrowed until the end. on_end comes once, from the loop, with what came last; then
 * the tries are gone. */
struct retry *retry_start(struct http *http, struct loop *loop, const struct http_request *req,
			  void (*on_end)(void *owner, const struct http_reply *reply), void *owner);
/* No callback follows; NULL is fine. To be called before http_free. */
void retry_cancel(struct retry *tries);
/* Could the server have done it already? Not while it waits for its next try. */
bool retry_may_have_acted(const struct retry *tries);
