/* SPDX-License-Identifier: MIT */
/* What of a webhook's request is secret, and where an answer says it: some endpoints show people their own request. */
#pragma once

#include <stdbool.h>
#include "base/json.h"
#include "deliver/webhook.h"

/* Does the text give away a secret of the url or the headers: as it was sent, percent-encoded, with backslashes, or, of
 * Basic authentication, decoded? */
bool webhook_repeats_secret(const struct webhook *hook, struct str text);
/* The same of the names and texts in an answer, each of which is then replaced by `(secret)`; *answer may be NULL. */
bool webhook_hide_secrets(const struct webhook *hook, struct json **answer);

/* As the configuration has them, before webhook_resolve: what in them is a secret that stands in the file itself? Found
 * by what it looks like. */
bool webhook_has_secret_url(const struct webhook *hook);
bool webhook_is_secret_header(struct str name, struct str literal);
