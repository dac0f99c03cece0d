/* SPDX-License-Identifier: MIT */
/* What a [webhook NAME] of the configuration may say, and the secrets that its headers name. */
#pragma once

#include "base/diag.h"
#include "deliver/webhook.h"

/* Is it fit to be the name of a webhook? As the names of rules. */
bool webhook_is_name(struct str name);
/* What is wrong with a url or a header, as written; NULL = nothing. For the table of options. */
const char *webhook_refuse_url(struct str name, struct str url);
const char *webhook_refuse_header(struct str name, struct str value);
/* Do the keys of a whole section go together? */
void webhook_check(const void *hook, struct place at, struct diag *diag);
/* Puts the values that {env:VARIABLE} and {file:/path} name into the headers, and the names of those variables, each with
 * a NUL behind it, into `used`. What is missing is a mistake on the header's line; a warning names each file with a secret
 * that others may read. Once. */
void webhook_resolve(struct webhook *hook, struct buf *used, struct diag *diag);
