/* SPDX-License-Identifier: MIT */
/* Whether a text is JSON: all of RFC 8259 and nothing else. It builds nothing; base/json does. */
#pragma once

#include "base/json.h"

/* The first fault of a text that should be one JSON value in valid UTF-8 with at most `levels` objects and arrays
 * within each other; false when there is none. Both sentences are static. */
bool jsontext_find_fault(struct str text, unsigned levels, struct json_fault *out);
