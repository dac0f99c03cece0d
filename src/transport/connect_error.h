/* SPDX-License-Identifier: MIT */
/* Errors of the methods that give a connection, pure: which ones no waiting mends, and what to tell a person. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"

/* What a transport knows better about an error; the list ends with a NULL error. */
struct connect_error_advice {
	const char *error;
	const char *sentence; /* what happened and what to do */
};

/* Appends what happened and what to do; false, and nothing, when the error is not known to be fatal.
 * `advice` beats the general table; `token_advice` is a sentence that says where a good token comes from. */
bool connect_error_explain(struct buf *out, struct str error, const char *method,
			   const struct connect_error_advice *advice, const char *token_advice);
