/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include "base/arena.h"
#include <string.h>
#include "calendar/tzfile.h"
#include "lib/unit.h"
#include "calendar/hours.h"

struct bench {
	struct arena arena;
	struct diag diag;
	struct zones *zones;
	struct hours *hours;
};

static const struct place place = { "t.ini", 7 };

static void bench_init(struct bench *b)
{
	arena_init(&b->arena);
	diag_init(&b->diag);
	b->zones = zones_new();
	b->hours = hours_new(&b->arena, zone_utc());
}

static void bench_deinit(struct bench *b)
{
	zones_free(b->zones);
	diag_deinit(&b->diag);
	arena_deinit(&b->arena);
}

static void open_line(struct bench *b, const char *text)
{
	CU_ASSERT_TRUE(hours_add_open(b->hours, str_from(text), place, &b->diag));
}

/* "2026-01-07 12:00", on a clock of the zone. */
static struct wall moment(const struct hours *h, const char *text)
{
	struct civil c = { 0 };

	CU_ASSERT_TRUE_FATAL(civil_read_date(str_sub(str_from(text), 0, 10), &c));
	CU_ASSERT_TRUE_FATAL(civil_read_time(str_sub(str_from(text), 11, 16), &c));
	return zone_wall(hours_zone(h), &c);
}

static bool is_open(struct bench *b, const char *text)
{
	return hours_is_open(b->hours, moment(b->hours, text));
}

static void check_next(struct bench *b, const char *after, const char *opens, const char *closes)
{
	bool (*const asks[])(const struct hours *, struct wall, struct wall *) = {
		hours_next_open,
		hours_next_close,
	};
	const char *const wanted[] = { opens, closes };

	for (size_t i = 0; i < 2; i++) {
		CLEANUP(buf_deinit) struct buf seen = { 0 };
		struct wall at = { -1 };

		if (asks[i](b->hours, moment(b->hours, after), &at))
			zone_format(hours_zone(b->hours), at, STR("%F %R"), &seen);
		ASSERT_STR(buf_str(&seen), wanted[i]);
	}
}

/* ---- what is written ---- */

static void test_a_week(void)
{
	struct bench b;

	bench_init(&b);
	CU_ASSERT_FALSE(hours_has_ranges(b.hours));
	CU_ASSERT_FALSE(is_open(&b, "2026-01-07 12:00"));
	open_line(&b, "mon-fri 09:00-17:30");
	CU_ASSERT_TRUE(hours_has_ranges(b.hours));
	CU_ASSERT_FALSE(is_open(&b, "2026-01-07 08:59"));
	CU_ASSERT_TRUE(is_open(&b, "2026-01-07 09:00"));
	CU_ASSERT_TRUE(is_open(&b, "2026-01-07 17:29"));
	CU_ASSERT_FALSE(is_open(&b, "2026-01-07 17:30"));
	CU_ASSERT_FALSE(is_open(&b, "2026-01-10 12:00"));
	check_next(&b, "2026-01-07 12:00", "2026-01-08 09:00", "2026-01-07 17:30");
	check_next(&b, "2026-01-09 17:30", "2026-01-12 09:00", "2026-01-09 17:30");
	check_next(&b, "2026-01-12 09:00", "2026-01-12 09:00", "2026-01-12 17:30");
	check_next(&b, "2026-01-12 09:01", "2026-01-13 09:00", "2026-01-12 17:30");
	bench_deinit(&b);
}

/* Pairs of a line and a time at which it is open, then one at which it is shut; "" = never. */
static void test_ways_of_writing(void)
{
	static const struct {
		const char *line, *open, *shut;
	} ways[] = {
		{ "mon", "2026-01-05 23:59", "2026-01-06 00:00" },
		{ "Monday", "2026-01-05 00:00", "2026-01-04 23:59" },
		{ "TUES-Thurs", "2026-01-08 00:00", "2026-01-09 00:00" },
		{ "fri-mon", "2026-01-05 00:00", "2026-01-06 00:00" },
		{ "sat-sun", "2026-01-04 12:00", "2026-01-05 00:00" },
		{ "mon-sun", "2026-01-04 12:00", "" },
		{ "tue-mon", "2026-01-04 12:00", "" },
		{ "08:00-12:00", "2026-01-04 08:00", "2026-01-04 12:00" },
		{ "8:00-12:00", "2026-01-04 08:00", "2026-01-04 07:59" },
		{ "mon-wed fri 09:00-12:00", "2026-01-09 09:00", "2026-01-08 09:00" },
		{ "mon 09:00-12:00 13:00-17:00", "2026-01-05 13:00", "2026-01-05 12:30" },
		{ "mon 09:00-12:00, wed 13:00-17:00", "2026-01-07 13:00", "2026-01-07 10:00" },
		{ "mon 09:00-12:00,", "2026-01-05 09:00", "2026-01-05 12:00" },
		{ "mon \xE2\x80\x93 fri  09:00 \xE2\x80\x94 17:00", "2026-01-07 09:00",
		  "2026-01-11 10:00" },
		{ "mon\t09:00 -\t17:00", "2026-01-05 09:00", "2026-01-06 10:00" },
		{ "18:00-24:00", "2026-01-05 23:59", "2026-01-06 00:00" },
		{ "00:00-24:00", "2026-01-05 23:59", "" },
		{ "fri 22:00-06:00", "2026-01-10 05:59", "2026-01-10 06:00" },
		{ "fri 22:00-06:00", "2026-01-09 22:00", "2026-01-09 05:00" },
		{ "sat 22:00-00:00", "2026-01-10 23:59", "2026-01-11 00:00" },
		{ "sat 23:59-23:58", "2026-01-11 23:57", "2026-01-11 23:58" },
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct bench b;

		bench_init(&b);
		open_line(&b, ways[i].line);
		if (!is_open(&b, ways[i].open) ||
		    (ways[i].shut[0] != '\0' && is_open(&b, ways[i].shut)))
			printf("\n  not so: %s", ways[i].line);
		CU_ASSERT_TRUE(is_open(&b, ways[i].open));
		CU_ASSERT_TRUE(ways[i].shut[0] == '\0' || !is_open(&b, ways[i].shut));
		CU_ASSERT_EQUAL(b.diag.n_entries, 0);
		bench_deinit(&b);
	}
}

static void check_said(const struct diag *diag, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };

	for (size_t i = 0; i < diag->n_entries; i++) {
		buf_addf(&seen, "%s%s%s", i > 0 ? "; " : "",
			 diag->entries[i].level == DIAG_WARNING ? "warning: " : "",
			 diag->entries[i].text);
		CU_ASSERT_EQUAL(diag->entries[i].line, 7);
	}
	ASSERT_STR(buf_str(&seen), wanted);
}

static void open_says(const char *line, bool fine, const char *wanted)
{
	struct bench b;

	bench_init(&b);
	CU_ASSERT_EQUAL(hours_add_open(b.hours, str_from(line), place, &b.diag), fine);
	check_said(&b.diag, wanted);
	bench_deinit(&b);
}

static void test_slips(void)
{
	open_says("", false, "hours are written as `mon-fri 09:00-17:30`");
	open_says("mom-fri 09:00-17:00", false, "`mom` is no day; did you mean `mon`?");
	open_says("mon-fry", false, "`fry` is no day; did you mean `fri`?");
	open_says("wednessday", false, "`wednessday` is no day; did you mean `wednesday`?");
	open_says("always", false,
		  "`always` is no day; hours are written as `mon-fri 09:00-17:30`");
	open_says("mon-fri 9-17", false,
		  "`9-17` is no range of times; it is written as `09:00-17:30`");
	open_says("mon-fri 9am-5pm", false,
		  "`9am-5pm` is no range of times; it is written as `09:00-17:30`");
	open_says("mon 09:00", false,
		  "`09:00` is no range of times; it is written as `09:00-17:30`");
	open_says("mon 09:00-24:01", false,
		  "`09:00-24:01` is no range of times; it is written as `09:00-17:30`");
	open_says("mon 09:00-17:60", false,
		  "`09:00-17:60` is no range of times; it is written as `09:00-17:30`");
	open_says("mon 09:00-17:-5", false,
		  "`09:00-17:-5` is no range of times; it is written as `09:00-17:30`");
	open_says(
		"mon 99999999999999999999:00-17:00", false,
		"`99999999999999999999:00-17:00` is no range of times; it is written as `09:00-17:30`");
	open_says("mon 09:00-09:00", false,
		  "`09:00-09:00` has no length; the whole day is written `00:00-24:00`");
	open_says("mon 24:00-06:00", false,
		  "`24:00-06:00` has no length; the whole day is written `00:00-24:00`");
	open_says("mon 09:00-17:00 sat 10:00-12:00", false, "a comma is missing in front of `sat`");
	open_says("mon,,tue", false, "nothing stands in front of a comma");
	open_says(",", false, "nothing stands in front of a comma");
	open_says(
		"mon-fri 09:00-17:00 Europe/London", false,
		"`Europe/London` is no day; a zone stands behind all ranges, in [hours] as `zone = Europe/London`");
	open_says(
		"mom, 9-17", false,
		"`mom` is no day; did you mean `mon`?; `9-17` is no range of times; it is written as `09:00-17:30`");
	open_says(
		"mon, wed 09:00-12:00", true,
		"warning: `mon` in front of the comma is the whole day; without the comma it has the times of `wed 09:00-12:00`");
	open_says(
		"mon 09:00-12:00, 13:00-17:00", true,
		"warning: `13:00-17:00` behind the comma is every day; without the comma it has the days of `mon 09:00-12:00`");
	open_says("mon-fri 18:00-09:00, sat-sun", true, "");
}

static void closed_says(const char *line, bool fine, const char *wanted)
{
	struct bench b;

	bench_init(&b);
	CU_ASSERT_EQUAL(hours_add_closed(b.hours, str_from(line), place, &b.diag), fine);
	check_said(&b.diag, wanted);
	bench_deinit(&b);
}

static void test_closed_dates(void)
{
	struct bench b;

	bench_init(&b);
	open_line(&b, "09:00-17:00, 22:00-06:00");
	CU_ASSERT_TRUE(hours_add_closed(b.hours, STR("2026-12-25, 2026-12-30 .. 2027-01-01,"),
					place, &b.diag));
	CU_ASSERT_TRUE(hours_add_closed(b.hours, STR("2026-06-01"), place, &b.diag));
	CU_ASSERT_TRUE(is_open(&b, "2026-12-25 05:59"));
	CU_ASSERT_FALSE(is_open(&b, "2026-12-25 12:00"));
	CU_ASSERT_FALSE(is_open(&b, "2026-12-25 23:00"));
	CU_ASSERT_FALSE(is_open(&b, "2026-12-26 05:00"));
	CU_ASSERT_TRUE(is_open(&b, "2026-12-26 12:00"));
	CU_ASSERT_FALSE(is_open(&b, "2026-06-01 12:00"));
	check_next(&b, "2026-12-29 23:00", "2027-01-02 09:00", "2026-12-30 06:00");
	bench_deinit(&b);
	closed_says("", true, "");
	closed_says("2026-02-30", false, "`2026-02-30` is no date; it is written as `2026-12-25`");
	closed_says(
		"25.12.2026, 2026-12-26x", false,
		"`25.12.2026` is no date; it is written as `2026-12-25`; `2026-12-26x` is no date; it is written as `2026-12-25`");
	closed_says("2026-12-25..", false, "`` is no date; it is written as `2026-12-25`");
	closed_says("2026-12-25,,2026-12-26", false,
		    "`` is no date; it is written as `2026-12-25`");
	closed_says("2027-01-01..2026-12-24", false,
		    "`2027-01-01..2026-12-24` ends before it begins");
}

static void test_bounds(void)
{
	struct bench b;

	bench_init(&b);
	for (int i = 0; i < HOURS_LINES_MAX; i++)
		open_line(&b, "mon 09:00-10:00");
	CU_ASSERT_FALSE(hours_add_open(b.hours, STR("tue"), place, &b.diag));
	CU_ASSERT_FALSE(is_open(&b, "2026-01-06 12:00"));
	for (int i = 0; i < HOURS_CLOSED_MAX; i++)
		CU_ASSERT_TRUE(hours_add_closed(b.hours, STR("2026-01-01"), place, &b.diag));
	CU_ASSERT_FALSE(hours_add_closed(b.hours, STR("2026-01-05"), place, &b.diag));
	CU_ASSERT_TRUE(is_open(&b, "2026-01-05 09:30"));
	bench_deinit(&b);
}

/* ---- never ---- */

static void test_what_never_turns(void)
{
	struct bench b;
	struct wall out;

	bench_init(&b);
	check_next(&b, "2026-01-05 09:30", "", "");
	open_line(&b, "mon-fri, sat sun 00:00-24:00");
	check_next(&b, "2026-01-05 09:30", "", "");
	CU_ASSERT_TRUE(is_open(&b, "2026-01-05 09:30"));
	CU_ASSERT_FALSE(hours_next_open(b.hours, (struct wall){ INT64_MAX }, &out));
	CU_ASSERT_FALSE(hours_next_close(b.hours, (struct wall){ INT64_MIN }, &out));
	/* One date shut makes both turns. */
	CU_ASSERT_TRUE(hours_add_closed(b.hours, STR("2026-12-25"), place, &b.diag));
	check_next(&b, "2026-01-05 09:30", "2026-12-26 00:00", "2026-12-25 00:00");
	CU_ASSERT_TRUE(hours_add_closed(b.hours, STR("2026-12-26..2029-01-01"), place, &b.diag));
	check_next(&b, "2026-12-26 09:30", "", "");
	CU_ASSERT_FALSE(hours_is_open(b.hours, moment(b.hours, "2028-12-26 09:30")));
	bench_deinit(&b);
}

static void test_ranges_melt_together(void)
{
	struct bench b;

	bench_init(&b);
	open_line(&b, "09:00-12:00 12:00-15:00 14:00-17:00, fri 17:00-24:00, sat 00:00-03:00");
	check_next(&b, "2026-01-09 09:01", "2026-01-10 09:00", "2026-01-10 03:00");
	check_next(&b, "2026-01-08 10:00", "2026-01-09 09:00", "2026-01-08 17:00");
	bench_deinit(&b);
}

/* ---- inline ---- */

/* Is it open when these ranges are, in this zone: `mon-fri 09:00-17:00 UTC`? */
static void is_as(const struct hours *h, struct bench *b, const char *wanted)
{
	enum { A_WEEK = 7 * 24 * 60 };
	const char *zone = strrchr(wanted, ' ') + 1;
	struct wall at = { 0 };

	CU_ASSERT_STRING_EQUAL(zone_name(hours_zone(h)), zone);
	hours_set_zone(b->hours, hours_zone(h));
	CU_ASSERT_TRUE(hours_add_open(
		b->hours, str_sub(str_from(wanted), 0, (size_t)(zone - wanted)), place, &b->diag));
	for (int i = 0; i < A_WEEK; i++, at.ms += 60000)
		CU_ASSERT_EQUAL(hours_is_open(h, at), hours_is_open(b->hours, at));
}

static void inline_is(const char *text, const char *wanted, const char *said)
{
	struct bench b;
	struct hours *h;

	bench_init(&b);
	h = hours_read_inline(str_from(text), &b.arena, b.zones, zone_utc(), place, &b.diag);
	CU_ASSERT_EQUAL(h != NULL, wanted[0] != '\0');
	if (h != NULL)
		is_as(h, &b, wanted);
	check_said(&b.diag, said);
	bench_deinit(&b);
}

static bool has_zones(void)
{
	struct zones *zones = zones_new();
	const struct zone *zone;
	const char *why;
	bool has = zones_get(zones, STR("Europe/Paris"), &zone, &why) == 0;

	zones_free(zones);
	if (!has)
		printf("\n  left out: Europe/Paris is not installed");
	return has;
}

static void test_inline(void)
{
	inline_is("mon-fri 09:00-17:00", "mon-fri 09:00-17:00 UTC", "");
	inline_is(" mon \u2013 fri   09:00-17:00 UTC ", "mon-fri 09:00-17:00 UTC", "");
	inline_is("mon", "mon UTC", "");
	inline_is("sat UTC", "sat UTC", "");
	inline_is("sat,", "sat UTC", "");
	inline_is("mon 09:00-10:00, Tuesday", "mon 09:00-10:00, Tuesday UTC", "");
	inline_is("", "", "hours are written as `mon-fri 09:00-17:30`");
	inline_is("UTC", "", "hours are written as `mon-fri 09:00-17:30`");
	inline_is("mom", "", "`mom` is no day; did you mean `mon`?");
	inline_is("sat mom", "", "`mom` is no day; did you mean `mon`?");
	inline_is("mon 9-5", "", "`9-5` is no range of times; it is written as `09:00-17:30`");
	inline_is(
		"mon 09:00-10:00 ../../etc/passwd", "",
		"`../../etc/passwd` is no time zone: there is no such time zone; they are named as `Europe/London`, `America/New_York`, `UTC`");
	if (!has_zones())
		return;
	inline_is("mon-fri 09:00-17:00 Europe/Paris", "mon-fri 09:00-17:00 Europe/Paris", "");
	inline_is("mon-fri 09:00-17:00 europe/pariss", "",
		  "`europe/pariss` is no time zone; did you mean `Europe/Paris`?");
	inline_is("mon-fri Europe/Paris", "mon-fri Europe/Paris", "");
	inline_is(
		"mon-fri 09:00-17:00 Paris", "",
		"`Paris` is no time zone: there is no such time zone; they are named as `Europe/London`, `America/New_York`, `UTC`");
	inline_is(
		"mon 09:00-17:00 Europe/Paris, tue", "",
		"`Europe/Paris` is no day; a zone stands behind all ranges, in [hours] as `zone = Europe/Paris`");
}

static void zone_says(const char *name, const char *said)
{
	const struct zone *zone = zone_utc();
	struct bench b;

	bench_init(&b);
	CU_ASSERT_EQUAL(hours_read_zone(str_from(name), b.zones, &zone, place, &b.diag),
			said[0] == '\0');
	CU_ASSERT_PTR_EQUAL(zone, zone_utc());
	check_said(&b.diag, said);
	bench_deinit(&b);
}

static void test_zone(void)
{
	zone_says("UTC", "");
	zone_says("", "`` is no time zone: a zone is named as `Europe/London`");
	zone_says(
		"/etc/localtime",
		"`/etc/localtime` is no time zone: there is no such time zone; they are named as `Europe/London`, `America/New_York`, `UTC`");
}

/* ---- against minutes counted one by one ---- */

/* What was written, in numbers. */
struct plan {
	struct {
		int first_day, n_days; /* 0 days: every day */
		int from, to;	       /* minutes; both 0: the whole day */
	} ranges[4];
	int n_ranges;
	int64_t closed[3]; /* days since 1970 */
};

static bool begins(const struct plan *p, int i, int64_t day)
{
	int weekday = (int)((day + 4) % 7);

	for (int j = 0; j < 3; j++) {
		if (p->closed[j] == day)
			return false;
	}
	return p->ranges[i].n_days == 0 ||
	       (weekday - p->ranges[i].first_day + 7) % 7 < p->ranges[i].n_days;
}

static bool plan_is_open(const struct plan *p, int64_t day, int minute)
{
	for (int i = 0; i < p->n_ranges; i++) {
		int from = p->ranges[i].from, to = p->ranges[i].to;

		if (from == 0 && to == 0)
			to = 1440;
		if (to <= from)
			to += 1440;
		if (begins(p, i, day) && minute >= from && minute < to)
			return true;
		if (begins(p, i, day - 1) && minute + 1440 >= from && minute + 1440 < to)
			return true;
	}
	return false;
}

static const char *const names[] = { "Sun", "monday", "tue", "WED", "thursday", "fri", "sat" };

/* A small number of half hours, so that edges meet each other and the jumps of the clock. */
static int some_minute(void)
{
	return (int)(random() % 8 * 30 + (random() % 2 > 0 ? 0 : 20 * 60) + random() % 2);
}

static void make_range(struct plan *p, int i, struct buf *text)
{
	int from = some_minute(), to = some_minute();

	p->ranges[i].first_day = (int)(random() % 7);
	p->ranges[i].n_days = (int)(random() % 8);
	buf_addz(text, i > 0 ? "," : "");
	if (p->ranges[i].n_days > 0)
		buf_addf(text, "%s-%s", names[p->ranges[i].first_day],
			 names[(p->ranges[i].first_day + p->ranges[i].n_days - 1) % 7]);
	if (from % 1440 == to % 1440 || from >= 1440 ||
	    (random() % 8 == 0 && p->ranges[i].n_days > 0)) {
		p->ranges[i].from = p->ranges[i].to = 0;
		buf_addz(text, p->ranges[i].n_days > 0 ? "" : "00:00-24:00");
		return;
	}
	p->ranges[i].from = from;
	p->ranges[i].to = to % 1440;
	buf_addf(text, " %02d:%02d-%02d:%02d", from / 60, from % 60, to % 1440 / 60, to % 60);
}

static void make_plan(struct plan *p, struct bench *b, int64_t near_day)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	*p = (struct plan){ .n_ranges = (int)(random() % 4) + 1 };
	for (int i = 0; i < p->n_ranges; i++)
		make_range(p, i, &text);
	CU_ASSERT_TRUE_FATAL(hours_add_open(b->hours, buf_str(&text), place, &b->diag));
	for (int i = 0; i < 3; i++) {
		char date[32];
		struct civil c;

		p->closed[i] = random() % 2 > 0 ? 0 : near_day + random() % 5 - 2;
		civil_from_days(p->closed[i], &c);
		snprintf(date, sizeof(date), "%04d-%02d-%02d", c.year, c.month, c.day);
		CU_ASSERT_TRUE_FATAL(hours_add_closed(b->hours, str_from(date), place, &b->diag));
	}
}

enum { WINDOW = 4 * 1440 };

static bool next_agrees(const struct hours *h, const bool *open, int64_t start_s, int from_ms,
			int minute, bool opens)
{
	struct wall after = { (start_s + (int64_t)minute * 60) * 1000 + from_ms }, out = { 0 };
	int i = minute + (from_ms > 0);
	bool found;

	while (i < WINDOW && !(open[i] == opens && open[i - 1] != opens))
		i++;
	found = (opens ? hours_next_open : hours_next_close)(h, after, &out);
	if (i < WINDOW)
		return found && out.ms == (start_s + (int64_t)i * 60) * 1000;
	return !found || out.ms >= (start_s + (int64_t)WINDOW * 60) * 1000;
}

static bool window_agrees(const struct plan *p, const struct hours *h, int64_t start_s)
{
	CLEANUP(mem_freep) bool *open = mem_zero(WINDOW, sizeof(*open));

	for (int i = 0; i < WINDOW; i++) {
		struct wall at = { (start_s + (int64_t)i * 60) * 1000 + random() % 60000 };
		struct civil c;

		zone_civil(hours_zone(h), at, &c);
		open[i] = plan_is_open(p, civil_days(c.year, c.month, c.day),
				       c.hour * 60 + c.minute);
		if (hours_is_open(h, at) != open[i])
			return false;
	}
	for (int i = 0; i < 200; i++) {
		int minute = 1 + (int)(random() % (WINDOW - 1));
		int ms = random() % 2 > 0 ? (int)(random() % 60000) : 0;

		if (!next_agrees(h, open, start_s, ms, minute, i % 2 > 0))
			return false;
	}
	return true;
}

static void play(const struct zone *zone, struct wall change)
{
	for (int i = 0; i < 8; i++) {
		struct bench b;
		struct plan plan;

		bench_init(&b);
		hours_set_zone(b.hours, zone);
		make_plan(&plan, &b, zone_local(zone, change) / DAY_S);
		if (!window_agrees(&plan, b.hours, change.ms / 1000 - 2 * DAY_S))
			CU_FAIL("counted by minutes it is something else");
		bench_deinit(&b);
	}
}

/* Around both changes of a year, some at midnight, one of half an hour; and a day that never was. */
static void test_against_counted_minutes(void)
{
	static const char *const rules[] = {
		"GMT0BST,M3.5.0/1,M10.5.0",
		"CST5CDT,M3.2.0/0,M11.1.0/1",
		"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"<+02>-2<+03>,M3.4.4/24,M10.4.4/24",
	};
	struct zones *zones = zones_new();
	const struct zone *apia;
	const char *why;

	srandom(unit_seed());
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct zone *zone = zonefile_read_rule(str_from(rules[i]));
		struct wall change = { 1767225600000 };

		CU_ASSERT_PTR_NOT_NULL_FATAL(zone);
		for (int turn = 0; turn < 2; turn++) {
			zone_offset(zone, change, &change);
			play(zone, change);
		}
		zonefile_free(zone);
	}
	if (zones_get(zones, STR("Pacific/Apia"), &apia, &why) == 0)
		play(apia, (struct wall){ 1325239200000 });
	else
		printf("\n  left out: Pacific/Apia is not installed");
	zones_free(zones);
}

UNIT_MAIN("hours", { "a week", test_a_week }, { "ways of writing", test_ways_of_writing },
	  { "slips", test_slips }, { "closed dates", test_closed_dates }, { "bounds", test_bounds },
	  { "what never turns", test_what_never_turns },
	  { "ranges melt together", test_ranges_melt_together }, { "inline", test_inline },
	  { "zone", test_zone }, { "against counted minutes", test_against_counted_minutes })
