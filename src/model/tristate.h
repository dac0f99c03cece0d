/* SPDX-License-Identifier: MIT */
/* Yes, no, cannot tell: a name not resolved yet, a pattern over its budget. Travels to the top; policy decides there. */
#pragma once

#include <stdbool.h>

enum tristate { TRISTATE_NO, TRISTATE_YES, TRISTATE_UNKNOWN };

static inline enum tristate tristate_of(bool condition)
{
	return condition ? TRISTATE_YES : TRISTATE_NO;
}

static inline enum tristate tristate_not(enum tristate a)
{
	return a == TRISTATE_UNKNOWN ? a : tristate_of(a == TRISTATE_NO);
}

/* A no decides, whatever else is not known. */
static inline enum tristate tristate_and(enum tristate a, enum tristate b)
{
	if (a == TRISTATE_NO || b == TRISTATE_NO)
		return TRISTATE_NO;
	return a == TRISTATE_YES && b == TRISTATE_YES ? TRISTATE_YES : TRISTATE_UNKNOWN;
}

/* A yes decides, whatever else is not known. */
static inline enum tristate tristate_or(enum tristate a, enum tristate b)
{
	return tristate_not(tristate_and(tristate_not(a), tristate_not(b)));
}
