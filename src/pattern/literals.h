/* SPDX-License-Identifier: MIT */
/*
 * What must stand in every text that a pattern matches: one of a few literals. They are ASCII and small
 * letters; the text is to be read as literal_next reads it.
 */
#pragma once

#include "pattern/pattern.h"

enum {
	LITERAL_MIN = 3, /* shorter ones stand in nearly every text */
	LITERAL_MAX = 31,
	LITERALS_MAX = 1024, /* of one pattern */
};

struct literal {
	unsigned char len;
	char bytes[LITERAL_MAX];
};

struct literals {
	size_t n;
	struct literal at[LITERALS_MAX];
};

/* False when nothing is sure: then the pattern may match any text. */
bool literals_find(struct literals *out, const struct pattern *p);

/* The byte of `text` at *i as literals spell it; moves *i behind it. Two signs beyond ASCII count as letters
 * to a pattern that ignores case: the Kelvin sign (U+212A) is a k, the long s (U+017F) is an s. */
static inline unsigned char literal_next(struct str text, size_t *i)
{
	const unsigned char *p = (const unsigned char *)text.p + *i;
	size_t left = text.len - *i;

	if (p[0] == 0xE2 && left >= 3 && p[1] == 0x84 && p[2] == 0xAA) {
		*i += 3;
		return 'k';
	}
	if (p[0] == 0xC5 && left >= 2 && p[1] == 0xBF) {
		*i += 2;
		return 's';
	}
	*i += 1;
	return p[0] >= 'A' && p[0] <= 'Z' ? (unsigned char)(p[0] + ('a' - 'A')) : p[0];
}
