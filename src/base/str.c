/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/mem.h"

struct str str_clip(struct str s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80)
		max--;
	return str_sub(s, 0, max);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

bool str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len >= n && str_is(str_sub(s, s.len - n, s.len), suffix);
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int r = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return r != 0 ? r : (a.len > b.len) - (a.len < b.len);
}

size_t str_find(struct str s, const char *needle)
{
	const char *hit = s.len > 0 ? memmem(s.p, s.len, needle, strlen(needle)) : NULL;

	if (hit == NULL)
		return needle[0] == '\0' ? 0 : SIZE_MAX;
	return (size_t)(hit - s.p);
}

bool str_cut(struct str *rest, char sep, struct str *piece)
{
	size_t at;

	if (rest->p == NULL)
		return false;
	at = str_find_char(*rest, sep);
	if (at == SIZE_MAX) {
		*piece = *rest;
		*rest = (struct str){ NULL, 0 };
		return true;
	}
	*piece = str_sub(*rest, 0, at);
	*rest = str_sub(*rest, at + 1, rest->len);
	return true;
}

bool str_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	while (rest->len > 0 && str_is_blank(rest->p[0]))
		*rest = str_sub(*rest, 1, rest->len);
	while (n < rest->len && !str_is_blank(rest->p[n]))
		n++;
	*word = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->len);
	return n > 0;
}

/* ---- UTF-8 ---- */

/* Length of the code point at the beginning, 0 when it is malformed. */
static size_t utf8_len(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80		 ? 1 :
		     p[0] >= 0xC2 && p[0] < 0xE0 ? 2 :
		     (p[0] & 0xF0) == 0xE0	 ? 3 :
		     p[0] >= 0xF0 && p[0] < 0xF5 ? 4 :
						   0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
	    (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return len;
}

size_t utf8_valid_from(struct str s, size_t at)
{
	while (at < s.len) {
		size_t len = utf8_len((const unsigned char *)s.p + at, s.len - at);

		if (len == 0)
			break;
		at += len;
	}
	return at;
}

uint32_t utf8_next(struct str *s)
{
	static const unsigned char masks[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	const unsigned char *p = (const unsigned char *)s->p;
	uint32_t code;
	size_t len;

	if (s->len == 0)
		return 0;
	len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (len > s->len)
		len = 1;
	code = p[0] & masks[len];
	for (size_t i = 1; i < len; i++)
		code = code << 6 | (p[i] & 0x3F);
	*s = str_sub(*s, len, s->len);
	return code;
}

size_t utf8_put(char out[4], uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

size_t utf8_utf16_units(struct str s)
{
	size_t units = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		units += (c & 0xC0) != 0x80;
		units += c >= 0xF0;
	}
	return units;
}

/* ---- durations ---- */

static const struct {
	char unit;
	int64_t ms;
} units[] = {
	{ 'w', 7LL * 24 * 3600 * 1000 },
	{ 'd', 24LL * 3600 * 1000 },
	{ 'h', 3600 * 1000 },
	{ 'm', 60 * 1000 },
	{ 's', 1000 },
};

/* One number with its unit; the units before `*from` were used already. */
static bool take_part(struct str *s, size_t *from, int64_t *total)
{
	size_t digits = 0;
	int64_t n;

	while (digits < s->len && s->p[digits] >= '0' && s->p[digits] <= '9')
		digits++;
	if (digits == s->len || !str_int(str_sub(*s, 0, digits), &n))
		return false;
	while (*from < ARRAY_LEN(units) && units[*from].unit != s->p[digits])
		++*from;
	if (*from == ARRAY_LEN(units))
		return false;
	*s = str_sub(*s, digits + 1, s->len);
	return !__builtin_mul_overflow(n, units[(*from)++].ms, &n) &&
	       !__builtin_add_overflow(*total, n, total);
}

bool duration_parse(struct str s, int64_t *out_ms)
{
	static const int64_t max_ms = 3653LL * 24 * 3600 * 1000;
	int64_t total = 0;
	size_t from = 0;

	do {
		if (!take_part(&s, &from, &total))
			return false;
	} while (s.len > 0);
	if (total == 0 || total > max_ms)
		return false;
	*out_ms = total;
	return true;
}

/* ---- the nearest name ---- */

/* Bytes of a name, and how many names are looked at: whoever has more is told no nearest one. */
enum { NEAREST_MAX = 64, NEAREST_NAMES = 1000 };

static bool alike(char a, char b)
{
	return lower(a) == lower(b);
}

/* Edits (insert, delete, change, swap of neighbours) from a to b; capitals are none. */
static size_t edit_distance(struct str a, struct str b)
{
	size_t row[3][NEAREST_MAX + 1];

	for (size_t j = 0; j <= b.len; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *now = row[i % 3], *last = row[(i - 1) % 3], *older = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t change = last[j - 1] + !alike(a.p[i - 1], b.p[j - 1]);
			size_t best = last[j] < now[j - 1] ? last[j] + 1 : now[j - 1] + 1;

			now[j] = change < best ? change : best;
			if (i > 1 && j > 1 && alike(a.p[i - 1], b.p[j - 2]) &&
			    alike(a.p[i - 2], b.p[j - 1]) && older[j - 2] + 1 < now[j])
				now[j] = older[j - 2] + 1;
		}
	}
	return row[a.len % 3][b.len];
}

const char *str_nearest(struct str seen, str_name_at *name_at, const void *names)
{
	const char *best = NULL, *name;
	size_t best_distance = SIZE_MAX;

	if (seen.len == 0 || seen.len > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < NEAREST_NAMES && (name = name_at(names, i)) != NULL; i++) {
		struct str known = str_from(name);
		size_t allowed = ((known.len > seen.len ? known.len : seen.len) + 2) / 3;
		size_t distance = known.len <= NEAREST_MAX ? edit_distance(seen, known) : SIZE_MAX;

		if (distance <= allowed && distance < best_distance) {
			best = name;
			best_distance = distance;
		}
	}
	return best;
}
