/* SPDX-License-Identifier: MIT */
/*
 * A request to an endpoint that is not the Web API, which has its own order and pace (webapi/api.h), seen through to its
 * outcome. It is tried again as long as it cannot have happened: not sent at all, or sent away with a time after which
 * to come back.
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

/*
 * Says what the reply that came last means. `out` has the reply's end for its kind (REFUSED when it could not be sent and is
 * given up), its status and, of a whole answer, the JSON; the sentence is appended to out->text.
 */
typedef void retry_judge_fn(struct outcome *out, const struct http_reply *reply, const char *url,
			    const void *subject);

/* Copies the URL, the body and the list of headers; what these name and the subject are borrowed until the end. on_end
 * comes once, from the loop; then the request is gone. */
struct retry *retry_start(struct http *http, const struct http_request *req, retry_judge_fn *judge,
			  const void *subject, outcome_fn *on_end, void *owner);
/* No callback follows; NULL is fine. To be called before http_free. */
void retry_cancel(struct retry *retry);
/* Could the server have done it already? Not while it waits for its next try. */
bool retry_may_have_acted(const struct retry *retry);
