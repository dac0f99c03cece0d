/* SPDX-License-Identifier: MIT */
/*
 * A file holds its table twice: first with moments of 32 bits, for old readers, then with 64 bits and behind that
 * a line with the rule for all times to come. A file of version 1 has the first table only. Nothing in a file is
 * believed: each count is measured against the bytes that are there before anything is read.
 */
#include "calendar/tzfile.h"

#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "calendar/civil.h"

/* ---- the rule at the end ---- */

enum {
	RULE_HOURS_MAX = 167,
	OFFSET_MAX_S = 26 * HOUR_S, /* RFC 9636 */
	NAME_MIN = 3,
	NAME_MAX = 16
};

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_name(struct str *s, struct arena *arena, const char **out)
{
	bool quoted = str_skip(s, "<");
	size_t n = 0;

	while (n < s->len && (is_letter(s->p[n]) ||
			      (quoted && (is_digit(s->p[n]) || s->p[n] == '+' || s->p[n] == '-'))))
		n++;
	if (n < NAME_MIN || n > NAME_MAX)
		return false;
	*out = str_keep(arena, str_sub(*s, 0, n)).p;
	*s = str_sub(*s, n, s->len);
	return !quoted || str_skip(s, ">");
}

static bool take_number(struct str *s, int min, int max, int *out)
{
	int n = 0;
	size_t digits = 0;

	for (; digits < s->len && is_digit(s->p[digits]); digits++) {
		n = n * 10 + s->p[digits] - '0';
		if (n > max)
			return false;
	}
	*s = str_sub(*s, digits, s->len);
	*out = n;
	return digits > 0 && n >= min;
}

/* [+-]hours[:minutes[:seconds]] */
static bool take_time(struct str *s, int32_t *out_s)
{
	int sign = str_skip(s, "-") ? -1 : 1;
	int hours, minutes = 0, seconds = 0;

	if (sign > 0)
		(void)str_skip(s, "+");
	if (!take_number(s, 0, RULE_HOURS_MAX, &hours))
		return false;
	if (str_skip(s, ":")) {
		if (!take_number(s, 0, 59, &minutes))
			return false;
		if (str_skip(s, ":") && !take_number(s, 0, 59, &seconds))
			return false;
	}
	*out_s = sign * (hours * HOUR_S + minutes * MINUTE_S + seconds);
	return true;
}

/* Written as what must be added to get UTC: west is positive. */
static bool take_offset(struct str *s, int32_t *out_s)
{
	int32_t west_s;

	if (!take_time(s, &west_s) || west_s < -OFFSET_MAX_S || west_s > OFFSET_MAX_S)
		return false;
	*out_s = -west_s;
	return true;
}

static bool take_turn(struct str *s, struct zone_turn *out)
{
	bool fine;

	if (str_skip(s, "J")) {
		out->kind = TURN_LEAPLESS;
		fine = take_number(s, 1, 365, &out->day);
	} else if (str_skip(s, "M")) {
		out->kind = TURN_WEEKDAY;
		fine = take_number(s, 1, 12, &out->month) && str_skip(s, ".") &&
		       take_number(s, 1, 5, &out->week) && str_skip(s, ".") &&
		       take_number(s, 0, 6, &out->day);
	} else {
		out->kind = TURN_DAY;
		fine = take_number(s, 0, 365, &out->day);
	}
	out->time_s = 2 * HOUR_S;
	return fine && (!str_skip(s, "/") || take_time(s, &out->time_s));
}

static bool read_rule(struct str s, struct arena *arena, struct zone_rule *out)
{
	out->exists = true;
	if (!take_name(&s, arena, &out->standard.abbreviation) ||
	    !take_offset(&s, &out->standard.offset_s))
		return false;
	if (s.len == 0)
		return true;
	out->has_summer = true;
	out->summer.offset_s = out->standard.offset_s + HOUR_S;
	if (!take_name(&s, arena, &out->summer.abbreviation) ||
	    (!str_starts(s, ",") && !take_offset(&s, &out->summer.offset_s)))
		return false;
	return str_skip(&s, ",") && take_turn(&s, &out->begin) && str_skip(&s, ",") &&
	       take_turn(&s, &out->end) && s.len == 0;
}

/* ---- the tables ---- */

struct counts {
	uint64_t n_universal, n_standard, n_leaps, n_moments, n_types, n_letters;
};

enum { HEADER = 44, TYPES_MAX = 256, LETTERS_MAX = 4096 };

/* So many bytes of `s`, which the caller knows to be there. */
static int64_t take_int(struct str *s, size_t size)
{
	uint64_t n = 0;

	for (size_t i = 0; i < size; i++)
		n = n << 8 | (unsigned char)s->p[i];
	*s = str_sub(*s, size, s->len);
	return size == 8 ? (int64_t)n : (int32_t)n;
}

static struct str take_bytes(struct str *s, uint64_t n)
{
	struct str taken = str_sub(*s, 0, n);

	*s = str_sub(*s, n, s->len);
	return taken;
}

static uint64_t table_size(const struct counts *c, size_t cron_size)
{
	return c->n_moments * (cron_size + 1) + c->n_types * 6 + c->n_letters +
	       c->n_leaps * (cron_size + 4) + c->n_standard + c->n_universal;
}

/* False when the header or the table behind it is cut. */
static bool take_header(struct str *s, size_t cron_size, struct counts *out)
{
	uint64_t *counts[] = { &out->n_universal, &out->n_standard, &out->n_leaps,
			       &out->n_moments,	  &out->n_types,    &out->n_letters };

	if (s->len < HEADER || !str_starts(*s, "TZif"))
		return false;
	*s = str_sub(*s, HEADER - 4 * ARRAY_LEN(counts), s->len);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		*counts[i] = (uint32_t)take_int(s, 4);
	return table_size(out, cron_size) <= s->len;
}

static bool read_moments(struct zone *z, struct str *s, const struct counts *c, size_t cron_size)
{
	int64_t *moments = arena_alloc(&z->arena, c->n_moments * sizeof(*moments));
	struct str kinds;

	for (uint64_t i = 0; i < c->n_moments; i++) {
		moments[i] = take_int(s, cron_size);
		if (i > 0 && moments[i] <= moments[i - 1])
			return false;
	}
	kinds = take_bytes(s, c->n_moments);
	for (size_t i = 0; i < kinds.len; i++) {
		if ((unsigned char)kinds.p[i] >= c->n_types)
			return false;
	}
	z->n_moments = c->n_moments;
	z->moments = moments;
	z->kinds = (const uint8_t *)str_keep(&z->arena, kinds).p;
	return true;
}

/* Abbreviations reach people: nothing but letters, digits and signs. */
static bool are_letters_fine(struct str letters)
{
	for (size_t i = 0; i < letters.len; i++) {
		char c = letters.p[i];

		if (c != '\0' && c != '+' && c != '-' && !is_letter(c) && !is_digit(c))
			return false;
	}
	return true;
}

static bool read_types(struct zone *z, struct str *s, const struct counts *c)
{
	struct zone_type *types = arena_alloc(&z->arena, c->n_types * sizeof(*types));
	struct str rows = take_bytes(s, c->n_types * 6);
	/* The copy has a NUL behind it, so the last abbreviation ends in any case. */
	struct str letters = str_keep(&z->arena, take_bytes(s, c->n_letters));

	for (uint64_t i = 0; i < c->n_types; i++) {
		unsigned char at;

		types[i].offset_s = (int32_t)take_int(&rows, 4);
		at = (unsigned char)rows.p[1];
		if (types[i].offset_s < -OFFSET_MAX_S || types[i].offset_s > OFFSET_MAX_S ||
		    at >= letters.len)
			return false;
		types[i].abbreviation = letters.p + at;
		rows = str_sub(rows, 2, rows.len);
	}
	z->n_types = c->n_types;
	z->types = types;
	return are_letters_fine(letters);
}

/* The line behind the second table; it may be empty. */
static bool read_last_line(struct zone *z, struct str s)
{
	struct str line;

	if (!str_skip(&s, "\n") || str_find_char(s, '\n') == SIZE_MAX)
		return false;
	(void)str_cut(&s, '\n', &line);
	return line.len == 0 || read_rule(line, &z->arena, &z->rule);
}

static const char *read_tables(struct zone *z, struct str s)
{
	static const char broken[] = "its file in the tables of time zones is damaged";
	size_t cron_size = 4;
	struct counts c;
	struct str rest;

	if (!str_starts(s, "TZif"))
		return "its file is no table of a time zone";
	if (s.len < HEADER)
		return broken;
	if (s.p[4] != '\0') {
		if (!take_header(&s, 4, &c))
			return broken;
		s = str_sub(s, table_size(&c, 4), s.len);
		cron_size = 8;
	}
	if (!take_header(&s, cron_size, &c) || c.n_types < 1 || c.n_types > TYPES_MAX ||
	    c.n_letters < 1 || c.n_letters > LETTERS_MAX)
		return broken;
	if (c.n_leaps > 0)
		return "its table counts leap seconds, which clocks of computers leave out";
	rest = str_sub(s, table_size(&c, cron_size), s.len);
	if (!read_moments(z, &s, &c, cron_size) || !read_types(z, &s, &c))
		return broken;
	return cron_size == 4 || read_last_line(z, rest) ? NULL : broken;
}

struct zone *zonefile_read(struct str bytes, const char *name, const char **why)
{
	struct zone *z = mem_zero(1, sizeof(*z));

	arena_init(&z->arena);
	z->name = str_keep(&z->arena, str_from(name)).p;
	*why = read_tables(z, bytes);
	if (*why == NULL)
		return z;
	zonefile_free(z);
	return NULL;
}

struct zone *zonefile_read_rule(struct str text)
{
	struct zone *z = mem_zero(1, sizeof(*z));

	arena_init(&z->arena);
	z->name = str_keep(&z->arena, text).p;
	if (read_rule(text, &z->arena, &z->rule)) {
		z->n_types = 1;
		z->types = &z->rule.standard;
		return z;
	}
	zonefile_free(z);
	return NULL;
}

void zonefile_free(struct zone *z)
{
	if (z == NULL)
		return;
	arena_deinit(&z->arena);
	free(z);
}
