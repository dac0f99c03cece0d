/* SPDX-License-Identifier: MIT */
/* A slice of text: pointer and length, not NUL-terminated, never owned. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "base/arena.h"
#include "base/mem.h"

struct str {
	const char *p;
	size_t len;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_EMPTY ((struct str){ "", 0 })
/* For printf: `"%.*s", STR_ARG(s)`. */
#define STR_ARG(s) (int)(s).len, (s).p

/* NULL gives the empty slice. */
static inline struct str str_from(const char *text)
{
	return text == NULL ? STR_EMPTY : (struct str){ text, strlen(text) };
}
static inline struct str str_make(const char *p, size_t len)
{
	return (struct str){ p, len };
}
/* Both ends are clamped. The slice without a pointer stays without one. */
static inline struct str str_sub(struct str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (struct str){ from > 0 ? s.p + from : s.p, to - from };
}
/* The beginning of a valid UTF-8 slice, at most `max` bytes, no code point cut. */
struct str str_clip(struct str s, size_t max);

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}
static inline bool str_is(struct str s, const char *text)
{
	return str_eq(s, str_from(text));
}
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
int str_cmp(struct str a, struct str b);	/* byte order */
static inline bool str_starts(struct str s, const char *prefix)
{
	return str_is(str_sub(s, 0, strlen(prefix)), prefix);
}
bool str_ends(struct str s, const char *suffix);
/* Removes the prefix from *s when it is there. */
static inline bool str_skip(struct str *s, const char *prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_sub(*s, strlen(prefix), s->len);
	return true;
}
static inline bool str_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
static inline struct str str_trim(struct str s) /* str_is_blank at both ends */
{
	while (s.len > 0 && str_is_blank(s.p[0]))
		s = str_make(s.p + 1, s.len - 1);
	while (s.len > 0 && str_is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

/* Position of the first `needle`, or SIZE_MAX. */
size_t str_find(struct str s, const char *needle);
static inline size_t str_find_char(struct str s, char c)
{
	const char *hit = s.len > 0 ? memchr(s.p, c, s.len) : NULL;

	return hit == NULL ? SIZE_MAX : (size_t)(hit - s.p);
}
/* Cuts *rest at the first `sep`: gives the piece before it, moves *rest behind it.
 * False when *rest was used up. "a,,b" gives "a", "", "b"; "" gives one empty piece. */
bool str_cut(struct str *rest, char sep, struct str *piece);
/* The next run of bytes without blanks; false at the end. */
bool str_word(struct str *rest, struct str *word);
/* Whole slice as a decimal number; false on anything else or overflow. */
static inline bool str_int(struct str s, int64_t *out)
{
	bool negative = s.len > 0 && s.p[0] == '-';
	int64_t n = 0;

	if (negative)
		s = str_sub(s, 1, s.len);
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int digit = s.p[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, negative ? -digit : digit, &n))
			return false;
	}
	*out = n;
	return true;
}

/* NUL-terminated, the caller's. */
static inline char *str_dup(struct str s)
{
	return mem_strndup(s.p, s.len);
}
/* A copy in the arena, with a NUL behind it. */
static inline struct str str_keep(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.len + 1);

	if (s.len > 0)
		memcpy(copy, s.p, s.len);
	return str_make(copy, s.len);
}

/* UTF-8. Strict: no overlong forms, no surrogates, nothing above U+10FFFF. */
/* Length of the longest valid beginning: where a complaint should point. */
size_t utf8_valid_from(struct str s, size_t at);
static inline size_t utf8_valid_len(struct str s)
{
	size_t at = 0;

	while (at < s.len && (unsigned char)s.p[at] < 0x80)
		at++;
	return at < s.len ? utf8_valid_from(s, at) : at;
}
static inline bool utf8_valid(struct str s)
{
	return utf8_valid_len(s) == s.len;
}
/* Takes one code point off a **valid** slice; 0 at the end (and for a NUL). */
uint32_t utf8_next(struct str *s);
/* Writes 1 to 4 bytes, gives the count. */
size_t utf8_put(char out[4], uint32_t code);
/* UTF-16 units that the valid slice would take: what Slack counts. */
size_t utf8_utf16_units(struct str s);

/* "90s", "2m", "1h30m", "1d", "2w": units s m h d w in any falling order. False on anything else,
 * on zero and on more than 10 years. */
bool duration_parse(struct str s, int64_t *out_ms);

/* The i-th of the known names; NULL behind the last. */
typedef const char *str_name_at(const void *names, size_t i);
/* The known name nearest to `seen` (edit distance, at most a third of its letters; capitals do not count), or
 * NULL. The first 1000 names are looked at. */
const char *str_nearest(struct str seen, str_name_at *name_at, const void *names);
