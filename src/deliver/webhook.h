/* SPDX-License-Identifier: MIT */
/*
 * Endpoints that the operator declared and rules may send JSON to. A request is sent again only while it cannot
 * have happened; what may have happened is told as such, once. Nothing here prints an address or a header.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/option.h"
#include "base/str.h"
#include "net/retry.h"

/* One [webhook NAME] of the configuration. Owns all its texts. */
struct webhook {
	char *name;
	char *file; /* of the configuration, for complaints about a header's line */
	char *url;
	int method;		     /* see webhook_methods */
	struct option_pairs headers; /* as written, until webhook_resolve */
	int64_t timeout_ms;
	bool allow_private, allow_http;
	bool slack_markup; /* rules may send it what people wrote as it is */
};

extern const char *const webhook_methods[]; /* NULL-ended; POST first */

enum { WEBHOOK_MAX_BODY = 64 << 10, WEBHOOK_SHOWN_MAX = 200 };

/* Copies the body; the hook is borrowed until the end. A GET is sent without the body. on_answer comes once, never from
 * within: DONE is 2xx, REFUSED whatever else was answered or could not be sent at all. */
struct retry *webhook_send(struct http *http, const struct webhook *hook, struct str json_body,
			   outcome_fn *on_answer, void *owner);
