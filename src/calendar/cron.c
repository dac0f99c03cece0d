/* SPDX-License-Identifier: MIT */
#include "calendar/cron.h"

#include "base/bits.h"
#include "base/mem.h"

enum { HORIZON_DAYS = 8 * 366 + 1 };

/* ---- reading ---- */

const char *cron_read_every(struct str text, struct cron *out)
{
	int64_t period_ms;

	if (!duration_parse(str_trim(text), &period_ms))
		return "a period is written as `30m`, `1h30m` or `1d`, up to ten years";
	if (period_ms < MINUTE_S * 1000)
		return "the shortest period is `1m`";
	*out = (struct cron){ .every_s = period_ms / 1000 };
	return NULL;
}

struct field {
	int min, max;
	int first_name; /* the number of names[0] */
	const char *const *names;
	const char *why;
};

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul",
					   "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const day_names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };
static const char *const no_names[] = { NULL };

enum { MINUTE, HOUR, MONTH_DAY, MONTH, WEEKDAY, N_FIELDS };

static const struct field fields[N_FIELDS] = {
	{ 0, 59, 0, no_names, "the first field is the minute, 0-59, as `0`, `*/15` or `0,30`" },
	{ 0, 23, 0, no_names, "the second field is the hour, 0-23, as `9`, `*` or `9-17`" },
	{ 1, 31, 0, no_names,
	  "the third field is the day of the month, 1-31, as `*`, `1` or `1,15`" },
	{ 1, 12, 1, month_names,
	  "the fourth field is the month, 1-12 or jan-dec, as `*` or `1-6`" },
	{ 0, 7, 0, day_names,
	  "the fifth field is the day of the week, 0-7 or mon-sun (0 and 7 are Sunday), as `*` or `1-5`" },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits alone, or a name of the field. */
static bool read_number(const struct field *field, struct str s, int *out)
{
	int64_t n = -1;

	for (int i = 0; field->names[i] != NULL; i++) {
		if (str_eq_nocase(s, str_from(field->names[i])))
			n = field->first_name + i;
	}
	if (n < 0 && (s.len == 0 || !is_digit(s.p[0]) || !str_int(s, &n)))
		return false;
	*out = (int)(n > field->max ? field->max + 1 : n);
	return n >= field->min && n <= field->max;
}

/* `*`, `5`, `1-10`, `*` or a range with a step: `*` `/5`. */
static bool read_part(const struct field *field, struct str s, uint64_t *bits)
{
	struct str from, to, step = s;
	bool is_range;
	int first = field->min, last = field->max;
	int64_t by = 1;

	(void)str_cut(&step, '/', &to);
	is_range = str_is(to, "*");
	if (!is_range) {
		(void)str_cut(&to, '-', &from);
		is_range = to.p != NULL;
		if (!read_number(field, from, &first))
			return false;
		last = first;
		if (is_range && !read_number(field, to, &last))
			return false;
		/* `fri-sun`: the Sunday at the end of the week. */
		if (last == 0 && first > 0 && field->max == 7)
			last = 7;
	}
	if (step.p != NULL &&
	    (!is_range || step.len == 0 || !is_digit(step.p[0]) || !str_int(step, &by) || by < 1))
		return false;
	for (int64_t n = first; n <= last; n += by < 100 ? by : 100)
		bits_set(bits, (size_t)n);
	return first <= last;
}

static const char *read_field(int i, struct str s, uint64_t *bits)
{
	struct str part;

	*bits = 0;
	while (str_cut(&s, ',', &part)) {
		if (!read_part(&fields[i], part, bits))
			return fields[i].why;
	}
	return NULL;
}

/* A day that both fields restrict is one that either names. */
static bool is_day(const struct cron *m, const struct civil *date)
{
	bool by_month = (m->month_days >> date->day & 1) != 0;
	bool by_week = (m->weekdays >> date->weekday & 1) != 0;

	if ((m->months >> date->month & 1) == 0)
		return false;
	return m->any_month_day || m->any_weekday ? by_month && by_week : by_month || by_week;
}

/* The calendar repeats itself after 28 years within a century. */
static bool comes_ever(const struct cron *m)
{
	struct civil date;

	for (int64_t day = 0; day < 28 * 366; day++) {
		civil_from_days(day, &date);
		if (is_day(m, &date))
			return true;
	}
	return false;
}

static const struct {
	const char *name, *fields;
} words[] = {
	{ "@hourly", "0 * * * *" },   { "@daily", "0 0 * * *" },   { "@midnight", "0 0 * * *" },
	{ "@weekly", "0 0 * * 0" },   { "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
};

static struct str spelt_out(struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq_nocase(text, str_from(words[i].name)))
			return str_from(words[i].fields);
	}
	return text;
}

const char *cron_read(struct str text, struct cron *out)
{
	static const char five[] =
		"it has five fields: minute, hour, day of the month, month, day of the week, as in `0 9 * * 1-5`";
	struct str rest = spelt_out(str_trim(text)), word;
	uint64_t bits[N_FIELDS];
	struct cron m = { 0 };
	const char *why;

	if (str_starts(rest, "@"))
		return "the words are `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly`";
	for (int i = 0; i < N_FIELDS; i++) {
		if (!str_word(&rest, &word))
			return five;
		why = read_field(i, word, &bits[i]);
		if (why != NULL)
			return why;
		m.any_month_day = i == MONTH_DAY ? word.p[0] == '*' : m.any_month_day;
		m.any_weekday = i == WEEKDAY ? word.p[0] == '*' : m.any_weekday;
	}
	if (str_word(&rest, &word))
		return five;
	m.minutes = bits[MINUTE];
	m.hours = (uint32_t)bits[HOUR];
	m.month_days = (uint32_t)bits[MONTH_DAY];
	m.months = (uint16_t)bits[MONTH];
	m.weekdays = (uint8_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7F);
	if (!comes_ever(&m))
		return "there is no such date, so it would never happen";
	*out = m;
	return NULL;
}

/* ---- the next one ---- */

/* The minute of the day behind this one that the fields name, or -1. */
static int next_minute(const struct cron *m, int behind)
{
	for (int minute = behind + 1; minute < DAY_S / MINUTE_S; minute++) {
		if ((m->hours >> minute / 60 & 1) == 0)
			minute += 59 - minute % 60;
		else if ((m->minutes >> minute % 60 & 1) != 0)
			return minute;
	}
	return -1;
}

static bool next_by_fields(const struct cron *m, int64_t *local_s)
{
	int64_t today = floor_div(*local_s, DAY_S);
	int behind = (int)((*local_s - today * DAY_S) / MINUTE_S);

	for (int64_t day = today; day <= today + HORIZON_DAYS; day++, behind = -1) {
		struct civil date;
		int minute;

		civil_from_days(day, &date);
		minute = is_day(m, &date) ? next_minute(m, behind) : -1;
		if (minute >= 0) {
			*local_s = day * DAY_S + (int64_t)minute * MINUTE_S;
			return true;
		}
	}
	return false;
}

/* The local time of the next multiple behind this one. */
static int64_t next_multiple(int64_t every_s, int64_t local_s)
{
	int64_t midnight = floor_div(local_s, DAY_S) * DAY_S, next;

	if (every_s > DAY_S)
		return (floor_div(local_s, every_s) + 1) * every_s;
	next = midnight + ((local_s - midnight) / every_s + 1) * every_s;
	return next < midnight + DAY_S ? next : midnight + DAY_S;
}

/* A clock that strikes: whenever it shows a multiple, in a repeated hour again. Put forward, it strikes where it
 * lands, if that is one. */
static struct wall next_stroke(int64_t every_s, const struct zone *z, struct wall after)
{
	struct wall at = after, until;

	for (;;) {
		int64_t offset = zone_offset(z, at, &until);
		int64_t next = next_multiple(every_s, zone_local(z, at)) - offset;

		if (until.ms == INT64_MAX || next < until.ms / 1000)
			return (struct wall){ next * 1000 };
		at = until;
		if (next_multiple(every_s, zone_local(z, at) - 1) == zone_local(z, at))
			return at;
	}
}

bool cron_next(const struct cron *m, const struct zone *z, struct wall after, struct wall *out)
{
	int64_t local_s;

	/* Near the ends of what a moment can say nothing happens any more. */
	if (after.ms < INT64_MIN / 2 || after.ms > INT64_MAX / 2)
		return false;
	if (m->every_s > 0 && m->every_s <= HOUR_S) {
		*out = next_stroke(m->every_s, z, after);
		return true;
	}
	local_s = zone_local(z, after);
	do {
		if (m->every_s > 0)
			local_s = next_multiple(m->every_s, local_s);
		else if (!next_by_fields(m, &local_s))
			return false;
		*out = zone_wall_of_local(z, local_s);
	} while (out->ms <= after.ms);
	return true;
}
