/* SPDX-License-Identifier: MIT */
/* What an answer of the Web API means, pure: an HTTP reply in, how the call ended out. */
#pragma once

#include "model/outcome.h"
#include "net/http.h"

/* All that is no plain yes; the body has been read already, if it could be. */
void api_error_judge(struct outcome *out, const struct http_reply *reply, const char *method);
/*
 * `method` is for the sentence, and makes some codes mean more. LATER is one of three: with the code `ratelimited` the
 * method rests for wait_ms; with another code the workspace is being moved; without one Slack could not be reached.
 * The scopes lie in the reply, all else in the outcome, which is the caller's to deinit.
 */
static inline void api_error_read(struct outcome *out, const struct http_reply *reply,
				  const char *method)
{
	bool ok = false;

	*out = (struct outcome){ .error = STR_EMPTY };
	if (reply->end == OUTCOME_DONE) {
		out->status = reply->status;
		out->scopes = reply->scopes;
		json_parse(&out->body, reply->body, NULL);
	}
	if (reply->status != 429 && json_get_bool(out->body, "ok", &ok) && ok) {
		out->kind = OUTCOME_DONE;
		out->sentence = "";
		out->channel = json_str(out->body, "channel");
		out->ts = json_str(out->body, "ts");
	} else {
		api_error_judge(out, reply, method);
	}
}
/* Does Slack's code say that the workspace is being moved? That comes right, but in its own time. */
bool api_error_is_moving(struct str error);
/* Does Slack miss the argument that says which workspace is meant? It may not say which one is missing. */
bool api_error_wants_team(const struct outcome *outcome);
