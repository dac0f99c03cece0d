/* SPDX-License-Identifier: MIT */
/* Whether a text is JSON: all of RFC 8259 and nothing else. It builds nothing; base/json does. */
#pragma once

#include "base/str.h"

/* NULL when the whole text is one JSON value in valid UTF-8 with at most `levels` objects and arrays within
 * each other; else a static sentence that says what was seen. */
const char *jsontext_check(struct str text, unsigned levels);
