/* SPDX-License-Identifier: MIT */
/* Is what came what was wanted? JSON against JSON, pure. */
#pragma once

#include <stdbool.h>
#include "base/json.h"

/* The same, in whatever order the members of objects stand. NULL is null. */
bool json_is_same(const struct json *a, const struct json *b);
/* Everything in `part` is in `whole` too; objects of `whole` may have further members. */
bool json_is_within(const struct json *part, const struct json *whole);
/* The same for the arguments of a call, where a form carries everything as text: numbers, true and false count as
 * their text, JSON as what it says. */
bool argument_is(const struct json *seen, const struct json *wanted);
/* The member itself, whatever letters its name has; NULL = there is none. */
struct json *member_of(const struct json *object, struct str name);
