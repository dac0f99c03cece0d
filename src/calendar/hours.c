/* SPDX-License-Identifier: MIT */
/*
 * A week is kept as its minutes: for each day those that are open because of a range of that very day, and those
 * of the day after that are open because a range of that day goes over midnight. They are kept apart because a
 * closed date takes away what begins on it, and only that. Ranges that meet or overlap melt together by
 * themselves.
 */
#include "calendar/hours.h"

#include "base/arena.h"
#include "base/bits.h"
#include "base/keyword.h"

enum { MINUTES = 24 * 60, WORDS = (MINUTES + 63) / 64, WEEK = 7, HORIZON_DAYS = 400 };

struct minutes {
	uint64_t bits[WORDS];
};

/* Days since 1970, both included. */
struct closed {
	int64_t from, to;
};

struct hours {
	struct arena *arena;
	const struct zone *zone;
	struct minutes own[WEEK], spilt[WEEK]; /* 0 = Sunday */
	size_t n_lines;			       /* of ranges */
	struct closed *closed;
	size_t n_closed;
};

struct hours *hours_new(struct arena *arena, const struct zone *zone)
{
	struct hours *h = arena_alloc(arena, sizeof(*h));

	h->arena = arena;
	h->zone = zone;
	return h;
}

void hours_set_zone(struct hours *h, const struct zone *zone)
{
	h->zone = zone;
}

const struct zone *hours_zone(const struct hours *h)
{
	return h->zone;
}

bool hours_has_ranges(const struct hours *h)
{
	return h->n_lines > 0;
}

/* ---- reading ranges ---- */

/* In this order a nearest name is a short one. */
static const struct keyword day_names[] = {
	{ .name = "mon", .value = 1 },	     { .name = "tue", .value = 2 },
	{ .name = "wed", .value = 3 },	     { .name = "thu", .value = 4 },
	{ .name = "fri", .value = 5 },	     { .name = "sat", .value = 6 },
	{ .name = "sun", .value = 0 },	     { .name = "tues", .value = 2 },
	{ .name = "thur", .value = 4 },	     { .name = "thurs", .value = 4 },
	{ .name = "monday", .value = 1 },    { .name = "tuesday", .value = 2 },
	{ .name = "wednesday", .value = 3 }, { .name = "thursday", .value = 4 },
	{ .name = "friday", .value = 5 },    { .name = "saturday", .value = 6 },
	{ .name = "sunday", .value = 0 },    { .name = NULL },
};

/* One range as it is read: some days and, bit by bit, the minutes they give. */
struct range {
	unsigned days; /* a bit each */
	size_t n_times;
	struct minutes own, spilt;
	struct str text;
};

struct reader {
	struct place at;
	struct diag *diag;
};

/* Plain `-` for the dashes that word processors make of it, no blanks around it, one blank elsewhere. */
static struct str tidy(struct arena *arena, struct str text)
{
	static const char *const dashes[] = { "\u2010", "\u2011", "\u2012",
					      "\u2013", "\u2014", "\u2212" };
	char *copy = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	text = str_trim(text);
	while (text.len > 0) {
		char c = text.p[0];
		size_t i = 0;

		while (i < ARRAY_LEN(dashes) && !str_skip(&text, dashes[i]))
			i++;
		if (i == ARRAY_LEN(dashes))
			text = str_sub(text, 1, text.len);
		else
			c = '-';
		c = c == '\t' ? ' ' : c;
		while (c == '-' && len > 0 && copy[len - 1] == ' ')
			len--;
		if (c == ' ' && len > 0 && (copy[len - 1] == ' ' || copy[len - 1] == '-'))
			continue;
		copy[len++] = c;
	}
	return str_make(copy, len);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const struct keyword *find_day(struct str word)
{
	for (const struct keyword *row = day_names; row->name != NULL; row++) {
		if (str_eq_nocase(word, str_from(row->name)))
			return row;
	}
	return NULL;
}

/* `mon` or `fri-mon`, which goes round. */
static bool find_days(struct str word, unsigned *days)
{
	struct str first, last = word;
	const struct keyword *from, *to;

	(void)str_cut(&last, '-', &first);
	from = find_day(first);
	to = last.p != NULL ? find_day(last) : from;
	if (from == NULL || to == NULL)
		return false;
	for (int day = from->value;; day = (day + 1) % WEEK) {
		*days |= 1U << day;
		if (day == to->value)
			return true;
	}
}

static bool complain_day(const struct reader *r, struct str word)
{
	struct str first, last = word;
	const char *nearest;

	if (str_find_char(word, '/') != SIZE_MAX) {
		diag_error(
			r->diag, r->at,
			"`%.*s` is no day; a zone stands behind all ranges, in [hours] as `zone = %.*s`",
			STR_ARG(word), STR_ARG(word));
		return false;
	}
	(void)str_cut(&last, '-', &first);
	if (find_day(first) != NULL && last.p != NULL)
		first = last;
	nearest = keyword_nearest(day_names, first);
	if (nearest != NULL)
		diag_error(r->diag, r->at, "`%.*s` is no day; did you mean `%s`?", STR_ARG(first),
			   nearest);
	else
		diag_error(r->diag, r->at,
			   "`%.*s` is no day; hours are written as `mon-fri 09:00-17:30`",
			   STR_ARG(first));
	return false;
}

/* `9:00`, `09:00`, `24:00`. */
static bool read_minute(struct str s, int *out)
{
	struct str hour;
	int64_t hours, minutes;

	if (!str_cut(&s, ':', &hour) || s.len != 2 || hour.len < 1 || hour.len > 2 ||
	    !is_digit(hour.p[0]) || !is_digit(s.p[0]) || !str_int(hour, &hours) ||
	    !str_int(s, &minutes))
		return false;
	*out = (int)(hours * 60 + minutes);
	return minutes < 60 && *out <= MINUTES;
}

static void fill(struct minutes *m, int from, int to)
{
	for (int i = from; i < to; i++)
		bits_set(m->bits, (size_t)i);
}

static bool read_times(const struct reader *r, struct str word, struct range *out)
{
	struct str first, last = word;
	int from, to;

	(void)str_cut(&last, '-', &first);
	if (last.p == NULL || !read_minute(first, &from) || !read_minute(last, &to)) {
		diag_error(r->diag, r->at,
			   "`%.*s` is no range of times; it is written as `09:00-17:30`",
			   STR_ARG(word));
		return false;
	}
	if (from == to || from == MINUTES) {
		diag_error(r->diag, r->at,
			   "`%.*s` has no length; the whole day is written `00:00-24:00`",
			   STR_ARG(word));
		return false;
	}
	out->n_times++;
	fill(&out->own, from, to > from ? to : MINUTES);
	fill(&out->spilt, 0, to > from ? 0 : to);
	return true;
}

static bool read_word(const struct reader *r, struct str word, struct range *out)
{
	bool is_time = is_digit(word.p[0]) || word.p[0] == '-';

	if (is_time)
		return read_times(r, word, out);
	if (out->n_times > 0 && find_days(word, &out->days)) {
		diag_error(r->diag, r->at, "a comma is missing in front of `%.*s`", STR_ARG(word));
		return false;
	}
	return find_days(word, &out->days) || complain_day(r, word);
}

static bool read_range(const struct reader *r, struct str text, struct range *out)
{
	struct str word;

	*out = (struct range){ .text = text };
	while (str_word(&text, &word)) {
		if (!read_word(r, word, out))
			return false;
	}
	return true;
}

/* `mon, wed 09:00-12:00` opens the whole Monday, and `mon 09:00-12:00, 13:00-17:00` opens every afternoon: so it
 * is written here, but hardly meant. */
static void warn_of_commas(const struct reader *r, const struct range *before,
			   const struct range *now)
{
	if (before->days != 0 && before->n_times == 0 && now->n_times > 0)
		diag_warn(
			r->diag, r->at,
			"`%.*s` in front of the comma is the whole day; without the comma it has the times of `%.*s`",
			STR_ARG(before->text), STR_ARG(now->text));
	if (before->days != 0 && before->n_times > 0 && now->days == 0)
		diag_warn(
			r->diag, r->at,
			"`%.*s` behind the comma is every day; without the comma it has the days of `%.*s`",
			STR_ARG(now->text), STR_ARG(before->text));
}

static void melt(struct minutes *into, const struct minutes *m)
{
	for (size_t i = 0; i < WORDS; i++)
		into->bits[i] |= m->bits[i];
}

static void add_range(struct hours *h, struct range *range)
{
	if (range->n_times == 0)
		fill(&range->own, 0, MINUTES);
	for (size_t day = 0; day < WEEK; day++) {
		if (range->days != 0 && (range->days >> day & 1) == 0)
			continue;
		melt(&h->own[day], &range->own);
		melt(&h->spilt[day], &range->spilt);
	}
}

static bool add_ranges(struct hours *h, struct str text, const struct reader *r)
{
	struct range range, before = { 0 };
	struct str piece;
	bool fine = true;

	while (str_cut(&text, ',', &piece)) {
		piece = str_trim(piece);
		/* A comma at the end of a line is how lists are written. */
		if (piece.len == 0 && text.p == NULL)
			break;
		if (piece.len == 0) {
			diag_error(r->diag, r->at, "nothing stands in front of a comma");
			fine = false;
		} else if (read_range(r, piece, &range)) {
			warn_of_commas(r, &before, &range);
			add_range(h, &range);
			before = range;
		} else {
			fine = false;
		}
	}
	return fine;
}

bool hours_add_open(struct hours *h, struct str text, struct place at, struct diag *diag)
{
	struct reader r = { at, diag };
	struct str tidied = tidy(h->arena, text);

	if (tidied.len == 0) {
		diag_error(diag, at, "hours are written as `mon-fri 09:00-17:30`");
		return false;
	}
	if (h->n_lines == HOURS_LINES_MAX) {
		diag_error(diag, at, "hours have at most %d lines", HOURS_LINES_MAX);
		return false;
	}
	if (!add_ranges(h, tidied, &r))
		return false;
	h->n_lines++;
	return true;
}

/* ---- reading dates ---- */

static bool read_date(const struct reader *r, struct str text, int64_t *days)
{
	struct civil date;

	text = str_trim(text);
	if (!civil_read_date(text, &date)) {
		diag_error(r->diag, r->at, "`%.*s` is no date; it is written as `2026-12-25`",
			   STR_ARG(text));
		return false;
	}
	*days = civil_days(date.year, date.month, date.day);
	return true;
}

static bool add_dates(struct hours *h, struct str text, const struct reader *r)
{
	size_t dots = str_find(text, "..");
	struct closed closed;

	if (!read_date(r, str_sub(text, 0, dots), &closed.from))
		return false;
	closed.to = closed.from;
	if (dots != SIZE_MAX && !read_date(r, str_sub(text, dots + 2, text.len), &closed.to))
		return false;
	if (closed.to < closed.from) {
		diag_error(r->diag, r->at, "`%.*s` ends before it begins", STR_ARG(text));
		return false;
	}
	if (h->n_closed == HOURS_CLOSED_MAX) {
		diag_error(r->diag, r->at, "hours have at most %d closed dates", HOURS_CLOSED_MAX);
		return false;
	}
	*(struct closed *)arena_append(h->arena, &h->closed, &h->n_closed, sizeof(closed)) = closed;
	return true;
}

bool hours_add_closed(struct hours *h, struct str text, struct place at, struct diag *diag)
{
	struct reader r = { at, diag };
	struct str piece;
	bool fine = true;

	text = str_trim(text);
	while (str_cut(&text, ',', &piece)) {
		piece = str_trim(piece);
		if (piece.len == 0 && text.p == NULL)
			break;
		fine = add_dates(h, piece, &r) && fine;
	}
	return fine;
}

/* ---- ranges and zone in one ---- */

bool hours_read_zone(struct str name, struct zones *zones, const struct zone **out, struct place at,
		     struct diag *diag)
{
	CLEANUP(buf_deinit) struct buf nearest = { 0 };
	const char *why = "a zone is named as `Europe/London`";

	buf_init(&nearest, 0);
	if (name.len > 0 && zones_get(zones, name, out, &why) == 0)
		return true;
	if (zones_nearest(zones, name, &nearest))
		diag_error(diag, at, "`%.*s` is no time zone; did you mean `%.*s`?", STR_ARG(name),
			   STR_ARG(buf_str(&nearest)));
	else
		diag_error(diag, at, "`%.*s` is no time zone: %s", STR_ARG(name), why);
	return false;
}

/* Cuts the last word off. */
static struct str take_last_word(struct str *text)
{
	size_t at = text->len;
	struct str word;

	while (at > 0 && text->p[at - 1] != ' ' && text->p[at - 1] != ',')
		at--;
	word = str_sub(*text, at, text->len);
	*text = str_trim(str_sub(*text, 0, at));
	return word;
}

/* A word behind times can only be a zone; one behind days, or alone, may be a day that is misspelt. */
static bool is_meant_as_zone(struct str word, struct str before)
{
	if (str_find_char(word, '/') != SIZE_MAX)
		return true;
	return before.len > 0 && is_digit(before.p[before.len - 1]);
}

struct hours *hours_read_inline(struct str text, struct arena *arena, struct zones *zones,
				const struct zone *otherwise, struct place at, struct diag *diag)
{
	struct hours *h = hours_new(arena, otherwise);
	struct str ranges = tidy(arena, text), whole = ranges;
	struct str word = take_last_word(&ranges);
	unsigned days = 0;
	const char *why;

	if (word.len == 0 || is_digit(word.p[0]) || find_days(word, &days))
		ranges = whole;
	else if (zones_get(zones, word, &h->zone, &why) != 0) {
		if (is_meant_as_zone(word, ranges) &&
		    !hours_read_zone(word, zones, &h->zone, at, diag))
			return NULL;
		ranges = whole;
	}
	return hours_add_open(h, ranges, at, diag) ? h : NULL;
}

/* ---- asking ---- */

static bool is_closed(const struct hours *h, int64_t day)
{
	for (size_t i = 0; i < h->n_closed; i++) {
		if (h->closed[i].from <= day && day <= h->closed[i].to)
			return true;
	}
	return false;
}

/* The open minutes of a day, or the shut ones. */
static void minutes_of(const struct hours *h, int64_t day, bool open, struct minutes *out)
{
	struct civil c;

	civil_from_days(day, &c);
	*out = (struct minutes){ 0 };
	if (!is_closed(h, day))
		melt(out, &h->own[c.weekday]);
	if (!is_closed(h, day - 1))
		melt(out, &h->spilt[(c.weekday + WEEK - 1) % WEEK]);
	for (size_t i = 0; !open && i < WORDS; i++)
		out->bits[i] = ~out->bits[i];
}

bool hours_is_open(const struct hours *h, struct wall at)
{
	int64_t local_s = zone_local(h->zone, at), day = floor_div(local_s, DAY_S);
	struct minutes m;

	minutes_of(h, day, true, &m);
	return bits_has(m.bits, (size_t)((local_s - day * DAY_S) / MINUTE_S));
}

/* The first local time behind this one, but before `end`, at which it is open, or shut; else `end`. */
static int64_t next_locally(const struct hours *h, int64_t local_s, bool open, int64_t end)
{
	int64_t day = floor_div(local_s, DAY_S);
	size_t minute = (size_t)((local_s - day * DAY_S) / MINUTE_S) + 1;
	struct minutes m;

	for (; day * DAY_S < end; day++, minute = 0) {
		minutes_of(h, day, open, &m);
		minute = bits_next(m.bits, MINUTES, minute);
		if (minute < MINUTES) {
			int64_t found = day * DAY_S + (int64_t)minute * MINUTE_S;

			return found < end ? found : end;
		}
	}
	return end;
}

/*
 * The next second after `*at` in which `open` is no longer the case, and be it because the clock was put forward
 * or back; false when there is none up to `last`. While the offset stays, local times and moments are the same
 * line, only shifted.
 */
static bool next_change(const struct hours *h, int64_t *at, bool open, int64_t last)
{
	while (*at <= last) {
		struct wall until;
		int offset = zone_offset(h->zone, (struct wall){ *at * 1000 }, &until);
		int64_t end = until.ms == INT64_MAX ? last + 1 : until.ms / 1000;
		int64_t found;

		end = end < last + 1 ? end : last + 1;
		found = next_locally(h, *at + offset, !open, end + offset) - offset;
		*at = found;
		if (found <= last &&
		    (found < end || hours_is_open(h, (struct wall){ found * 1000 }) != open))
			return true;
	}
	return false;
}

/* The next moment at which it opens, or shuts. */
static bool next_turn(const struct hours *h, struct wall after, bool opens, struct wall *out)
{
	int64_t first = floor_div(after.ms, 1000) + (after.ms % 1000 != 0);
	int64_t last = first + (int64_t)HORIZON_DAYS * DAY_S;
	int64_t at = first - 1;
	bool open;

	/* Near the ends of what a moment can say nothing opens any more. */
	if (after.ms < INT64_MIN / 2 || after.ms > INT64_MAX / 2)
		return false;
	open = hours_is_open(h, (struct wall){ at * 1000 });
	while (next_change(h, &at, open, last)) {
		open = !open;
		if (open == opens) {
			*out = (struct wall){ at * 1000 };
			return true;
		}
	}
	return false;
}

bool hours_next_open(const struct hours *h, struct wall after, struct wall *out)
{
	return next_turn(h, after, true, out);
}

bool hours_next_close(const struct hours *h, struct wall after, struct wall *out)
{
	return next_turn(h, after, false, out);
}
