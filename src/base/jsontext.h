/* SPDX-License-Identifier: MIT */
/* Whether a text is JSON: all of RFC 8259 and nothing else. It builds nothing; base/json does. */
#pragma once

#include "base/str.h"

/* NULL when the whole text is one JSON value in valid UTF-8 with at most `levels` objects and arrays within
 * each other; else a static sentence that says what was seen. */
const char *jsontext_check(struct str text, unsigned levels);

/* The first fault of a text. Both sentences are static. */
struct jsontext_fault {
	size_t at; /* its byte; the length of the text when something is missing at the end */
	const char *seen;
	const char *wanted; /* in words for somebody who does not know JSON */
};

/* The same, and where; false when there is no fault. */
bool jsontext_find_fault(struct str text, unsigned levels, struct jsontext_fault *out);
