/* SPDX-License-Identifier: MIT */
/*
 * The answer to a slash command, posted to the address that came with it (response_url). Whoever knows that
 * address may post there: it is never printed.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/json.h"
#include "net/retry.h"

/* https:// only; to servers of Slack's when the Web API at `base_url` is Slack's, else to the same host as that.
 * On no, *why is a static sentence. */
bool response_url_is_allowed(struct str url, const char *base_url, const char **why);

/* Appends the message; blocks NULL = none. It is seen by who typed the command, or by the channel. */
void response_url_message(struct buf *out, struct str text, const struct json *blocks,
			  bool in_channel);

/*
 * Copies the texts. NULL when the URL is not allowed: it is not called, and *why is a static sentence. What cannot have
 * happened is tried again. on_answer comes once, never from within: REFUSED when the message can be sent another way.
 */
struct retry *response_url_send(struct http *http, const char *base_url, const char *url,
				struct str message, outcome_fn *on_answer, void *owner,
				const char **why);
