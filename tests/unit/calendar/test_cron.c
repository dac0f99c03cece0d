/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calendar/tzfile.h"
#include "lib/unit.h"
#include "calendar/cron.h"

static const char london[] = "GMT0BST,M3.5.0/1,M10.5.0";

/* "2026-01-07 12:00", on a clock of the zone. */
static struct wall moment_of(const struct zone *zone, const char *text)
{
	struct civil c = { 0 };

	CU_ASSERT_TRUE_FATAL(civil_read_date(str_sub(str_from(text), 0, 10), &c));
	CU_ASSERT_TRUE_FATAL(civil_read_time(str_sub(str_from(text), 11, strlen(text)), &c));
	return zone_wall(zone, &c);
}

/* Some moments in a row behind `after`, separated by commas. */
static void check(const char *(*read)(struct str, struct cron *), const char *text,
		  const char *after, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct zone *zone = zonefile_read_rule(str_from(london));
	struct wall at = moment_of(zone, after);
	struct cron m;
	size_t n = 1;

	for (const char *p = wanted; *p != '\0'; p++)
		n += *p == ',';
	ASSERT_STR(str_from(read(str_from(text), &m)), "");
	for (size_t i = 0; i < n && cron_next(&m, zone, at, &at); i++) {
		buf_addz(&seen, i > 0 ? ", " : "");
		zone_format(zone, at, STR("%F %R"), &seen);
	}
	ASSERT_STR(buf_str(&seen), wanted);
	zonefile_free(zone);
}

static void every(const char *text, const char *after, const char *wanted)
{
	check(cron_read_every, text, after, wanted);
}

static void cron(const char *text, const char *after, const char *wanted)
{
	check(cron_read, text, after, wanted);
}

static void test_every(void)
{
	every("30m", "2026-01-07 12:00", "2026-01-07 12:30, 2026-01-07 13:00");
	every("30m", "2026-01-07 12:29:59", "2026-01-07 12:30");
	every("7m", "2026-01-07 23:50", "2026-01-07 23:55, 2026-01-08 00:00, 2026-01-08 00:07");
	every(" 1m ", "2026-01-07 23:59", "2026-01-08 00:00");
	every("90s", "2026-01-07 00:00", "2026-01-07 00:01, 2026-01-07 00:03");
	every("5h", "2026-01-07 12:00", "2026-01-07 15:00, 2026-01-07 20:00, 2026-01-08 00:00");
	every("1d", "2026-01-07 00:00", "2026-01-08 00:00, 2026-01-09 00:00");
	every("2d", "2026-01-07 00:00", "2026-01-09 00:00, 2026-01-11 00:00");
	every("36h", "1970-01-01 00:00", "1970-01-02 12:00, 1970-01-04 00:00");
	every("1w", "2026-01-07 00:00", "2026-01-08 00:00, 2026-01-15 00:00");
	every("2d", "2026-03-28 00:00", "2026-03-30 00:00, 2026-04-01 00:00");
}

static void test_every_when_the_clock_is_changed(void)
{
	every("30m", "2026-03-29 00:30", "2026-03-29 02:00, 2026-03-29 02:30");
	every("7m", "2026-03-29 00:56", "2026-03-29 02:06");
	every("30m", "2026-10-25 01:00",
	      "2026-10-25 01:30, 2026-10-25 01:00, 2026-10-25 01:30, 2026-10-25 02:00");
	every("1h", "2026-10-25 00:00", "2026-10-25 01:00, 2026-10-25 01:00, 2026-10-25 02:00");
	every("2h", "2026-10-25 00:00", "2026-10-25 02:00");
	every("90m", "2026-10-25 00:00", "2026-10-25 01:30, 2026-10-25 03:00");
	every("90m", "2026-03-29 00:00", "2026-03-29 02:00, 2026-03-29 03:00");
}

static void test_cron(void)
{
	cron("0 9 * * 1-5", "2026-01-07 12:00",
	     "2026-01-08 09:00, 2026-01-09 09:00, 2026-01-12 09:00");
	cron("0 9 * * mon-FRI", "2026-01-09 09:00", "2026-01-12 09:00");
	cron("  */20  9\t* * * ", "2026-01-07 09:01",
	     "2026-01-07 09:20, 2026-01-07 09:40, 2026-01-08 09:00");
	cron("1-10/4 0 1 1 *", "2026-01-07 09:01",
	     "2027-01-01 00:01, 2027-01-01 00:05, 2027-01-01 00:09");
	cron("0,30 0,12 * * *", "2026-01-07 00:00",
	     "2026-01-07 00:30, 2026-01-07 12:00, 2026-01-07 12:30");
	cron("0 0 13 * fri", "2026-02-01 00:00",
	     "2026-02-06 00:00, 2026-02-13 00:00, 2026-02-20 00:00");
	cron("0 0 13 * 5", "2026-04-12 00:00", "2026-04-13 00:00, 2026-04-17 00:00");
	/* A field that begins with a star restricts nothing, but its step counts. */
	cron("0 0 */2 * 1", "2026-01-01 00:00",
	     "2026-01-05 00:00, 2026-01-19 00:00, 2026-02-09 00:00");
	cron("0 0 * * 7", "2026-01-07 00:00", "2026-01-11 00:00");
	cron("0 0 * * 0", "2026-01-07 00:00", "2026-01-11 00:00");
	cron("0 0 * * fri-sun", "2026-01-09 00:00",
	     "2026-01-10 00:00, 2026-01-11 00:00, 2026-01-16 00:00");
	cron("0 0 * * sun-tue", "2026-01-09 00:00",
	     "2026-01-11 00:00, 2026-01-12 00:00, 2026-01-13 00:00");
	cron("0 0 29 2 *", "2026-01-07 00:00", "2028-02-29 00:00, 2032-02-29 00:00");
	cron("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00");
	cron("0 0 31 * *", "2026-01-31 00:00", "2026-03-31 00:00, 2026-05-31 00:00");
	cron("0 0 1 jan,Jul *", "2026-01-07 00:00", "2026-07-01 00:00, 2027-01-01 00:00");
	cron("0 0 30 2 1", "2026-01-30 00:00", "2026-02-02 00:00");
	cron("59 23 31 12 *", "2026-12-31 23:58:59", "2026-12-31 23:59, 2027-12-31 23:59");
}

static void test_words(void)
{
	cron("@hourly", "2026-01-07 12:00", "2026-01-07 13:00");
	cron("@daily", "2026-01-07 12:00", "2026-01-08 00:00");
	cron("@midnight", "2026-01-07 12:00", "2026-01-08 00:00");
	cron("@weekly", "2026-01-07 12:00", "2026-01-11 00:00");
	cron("@Monthly", "2026-01-07 12:00", "2026-02-01 00:00");
	cron(" @yearly ", "2026-01-07 12:00", "2027-01-01 00:00");
	cron("@annually", "2026-01-07 12:00", "2027-01-01 00:00");
}

static void test_cron_when_the_clock_is_changed(void)
{
	cron("30 1 * * *", "2026-03-28 12:00", "2026-03-29 02:00, 2026-03-30 01:30");
	cron("*/20 1 * * *", "2026-03-28 12:00", "2026-03-29 02:00, 2026-03-30 01:00");
	cron("0 2 * * *", "2026-03-28 12:00", "2026-03-29 02:00, 2026-03-30 02:00");
	cron("30 1,2 * * *", "2026-03-28 12:00", "2026-03-29 02:00, 2026-03-29 02:30");
	cron("30 1 * * *", "2026-10-24 12:00", "2026-10-25 01:30, 2026-10-26 01:30");
	cron("0 * * * *", "2026-10-25 00:30", "2026-10-25 01:00, 2026-10-25 02:00");
}

static void test_what_is_no_period(void)
{
	static const char bad[][24] = { "",    "30",  "m",   "0m",     "59s",  "1s",
					"11y", "-5m", "5 m", "20000d", "1m1h", "every 5m" };
	struct cron m;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (cron_read_every(str_from(bad[i]), &m) == NULL)
			printf("\n  taken: %s", bad[i]);
		CU_ASSERT_PTR_NOT_NULL(cron_read_every(str_from(bad[i]), &m));
	}
	ASSERT_STR(str_from(cron_read_every(STR("59s"), &m)), "the shortest period is `1m`");
}

static void test_what_is_no_cron(void)
{
	static const struct {
		const char *text, *says; /* a piece of what is said */
	} bad[] = {
		{ "", "five fields" },
		{ "0 9 * *", "five fields" },
		{ "0 9 * * 1 2", "five fields" },
		{ "@reboot", "words are" },
		{ "@daily 5", "words are" },
		{ "60 9 * * *", "minute" },
		{ "-1 9 * * *", "minute" },
		{ "+1 9 * * *", "minute" },
		{ "a 9 * * *", "minute" },
		{ "5/10 9 * * *", "minute" },
		{ "*/0 9 * * *", "minute" },
		{ "*/ 9 * * *", "minute" },
		{ "*/-1 9 * * *", "minute" },
		{ "*/5/5 9 * * *", "minute" },
		{ "*5 9 * * *", "minute" },
		{ "*-5 9 * * *", "minute" },
		{ "1- 9 * * *", "minute" },
		{ "-5 9 * * *", "minute" },
		{ "1-2-3 9 * * *", "minute" },
		{ "1,,2 9 * * *", "minute" },
		{ "1, 9 * * *", "minute" },
		{ ", 9 * * *", "minute" },
		{ "4294967296 9 * * *", "minute" },
		{ "99999999999999999999 9 * * *", "minute" },
		{ "mon 9 * * *", "minute" },
		{ "0 24 * * *", "hour" },
		{ "0 22-2 * * *", "hour" },
		{ "0 9 0 * *", "day of the month" },
		{ "0 9 32 * *", "day of the month" },
		{ "0 9 L * *", "day of the month" },
		{ "0 9 * 0 *", "fourth" },
		{ "0 9 * 13 *", "fourth" },
		{ "0 9 * mon *", "fourth" },
		{ "0 9 * january *", "fourth" },
		{ "0 9 * * 8", "fifth" },
		{ "0 9 * * jan", "fifth" },
		{ "0 9 * * fri-mon", "fifth" },
		{ "0 9 * * 1#2", "fifth" },
		{ "30 2 30 2 *", "no such date" },
		{ "30 2 31 2,4,6,9,11 *", "no such date" },
		{ "30 2 30 2 */2", "no such date" },
	};
	struct cron m;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *why = cron_read(str_from(bad[i].text), &m);

		if (str_find(str_from(why), bad[i].says) == SIZE_MAX)
			printf("\n  %s: %s", bad[i].text, why != NULL ? why : "taken");
		CU_ASSERT_TRUE(str_find(str_from(why), bad[i].says) != SIZE_MAX);
	}
	CU_ASSERT_PTR_NULL(cron_read(STR("*/99999999 9 31 * *"), &m));
	CU_ASSERT_EQUAL(m.minutes, 1);
}

static void test_the_ends_of_time(void)
{
	struct cron m;
	struct wall out;

	CU_ASSERT_PTR_NULL(cron_read(STR("0 0 29 2 *"), &m));
	CU_ASSERT_FALSE(cron_next(&m, zone_utc(), (struct wall){ INT64_MAX }, &out));
	CU_ASSERT_FALSE(cron_next(&m, zone_utc(), (struct wall){ INT64_MIN }, &out));
	CU_ASSERT_PTR_NULL(cron_read_every(STR("1m"), &m));
	CU_ASSERT_FALSE(cron_next(&m, zone_utc(), (struct wall){ INT64_MAX }, &out));
	CU_ASSERT_TRUE(cron_next(&m, zone_utc(), (struct wall){ -1 }, &out));
	CU_ASSERT_EQUAL(out.ms, 0);
	/* A Sunday, the 29th of February: the next one is in 2032. */
	CU_ASSERT_PTR_NULL(cron_read(STR("0 0 29 2 */7"), &m));
	CU_ASSERT_FALSE(cron_next(&m, zone_utc(), (struct wall){ 1110000000000 }, &out));
}

/* ---- against minutes counted one by one ---- */

/* What was written, field by field: the numbers that are in, and whether it begins with a star. */
struct plan {
	int every_m; /* 0: the fields */
	bool in[5][60];
	bool star[5];
};

static bool is_planned_day(const struct plan *p, const struct civil *c)
{
	bool by_month = p->in[2][c->day], by_week = p->in[4][c->weekday];

	if (!p->in[3][c->month])
		return false;
	if (!p->star[2] && !p->star[4])
		return by_month || by_week;
	return by_month && by_week;
}

static bool is_planned(const struct plan *p, int64_t local_s)
{
	struct civil c;

	civil_from_seconds(local_s, &c);
	if (p->every_m > 1440)
		return local_s / 60 % p->every_m == 0;
	if (p->every_m > 0)
		return (c.hour * 60 + c.minute) % p->every_m == 0;
	return p->in[0][c.minute] && p->in[1][c.hour] && is_planned_day(p, &c);
}

static void make_field(struct plan *p, int i, struct buf *text)
{
	static const int mins[] = { 0, 0, 1, 1, 0 }, maxs[] = { 59, 23, 31, 12, 6 };
	int step = (int)(random() % 4) + 1, span = maxs[i] - mins[i] + 1;
	int from = mins[i] + (int)(random() % span);
	int to = from + (int)(random() % (maxs[i] - from + 1));

	p->star[i] = random() % 3 > 0;
	if (p->star[i]) {
		from = mins[i];
		to = maxs[i];
		/* 7 is Sunday again, and a step may fall on it. */
		step = i == 4 && step == 1 ? 1 : i == 4 ? 2 : step;
		buf_addf(text, step > 1 ? "*/%d " : "* ", step);
	} else {
		buf_addf(text, "%d-%d/%d,%d ", from, to, step, from);
	}
	for (int n = from; n <= to; n += step)
		p->in[i][n] = true;
}

static bool make_plan(struct plan *p, struct cron *m)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	*p = (struct plan){ 0 };
	if (random() % 3 == 0) {
		p->every_m = random() % 2 > 0 ? (int)(random() % 90) + 1 :
						(int)(random() % 4000) + 1;
		buf_addf(&text, "%dm", p->every_m);
		return cron_read_every(buf_str(&text), m) == NULL;
	}
	for (int i = 0; i < 5; i++)
		make_field(p, i, &text);
	return cron_read(buf_str(&text), m) == NULL;
}

enum { BEFORE = 2 * 1440, WINDOW = 6 * 1440 };

/* A clock that only goes on: what it passes over happens where it lands, what it has shown before does not happen
 * again. Short periods strike by what it shows. */
static void count_minutes(const struct plan *p, const struct zone *zone, int64_t start_s, bool *out)
{
	int64_t highest = zone_local(zone, (struct wall){ (start_s - BEFORE * 60) * 1000 });

	for (int i = 1 - BEFORE; i < WINDOW; i++) {
		int64_t shown = zone_local(zone,
					   (struct wall){ (start_s + (int64_t)i * 60) * 1000 });
		bool now = false;

		if (p->every_m > 0 && p->every_m <= 60)
			now = is_planned(p, shown);
		else {
			for (int64_t at = highest + 60; at <= shown; at += 60)
				now = now || is_planned(p, at);
		}
		highest = shown > highest ? shown : highest;
		if (i >= 0)
			out[i] = now;
	}
}

static bool agrees(const struct cron *m, const struct zone *zone, int64_t start_s,
		   const bool *happens)
{
	for (int k = 0; k < 150; k++) {
		int minute = (int)(random() % WINDOW), i;
		int64_t after = (start_s + (int64_t)minute * 60) * 1000 +
				(random() % 2 > 0 ? random() % 60000 : 0);
		struct wall seen = { 0 };
		bool found = cron_next(m, zone, (struct wall){ after }, &seen);

		for (i = minute + 1; i < WINDOW && !happens[i]; i++)
			;
		if (i < WINDOW ? !found || seen.ms != (start_s + (int64_t)i * 60) * 1000 :
				 found && seen.ms < (start_s + (int64_t)WINDOW * 60) * 1000)
			return false;
	}
	return true;
}

static void play(const struct zone *zone, struct wall change)
{
	CLEANUP(mem_freep) bool *happens = mem_zero(WINDOW, sizeof(*happens));
	int64_t start_s = change.ms / 1000 - 3 * DAY_S;

	for (int i = 0; i < 6; i++) {
		struct plan plan;
		struct cron m;

		if (!make_plan(&plan, &m))
			continue;
		count_minutes(&plan, zone, start_s, happens);
		if (agrees(&m, zone, start_s, happens))
			continue;
		printf("\n  %s at %lld: every %d, %llx %x %x %x %x", zone_name(zone),
		       (long long)change.ms, plan.every_m, (unsigned long long)m.minutes, m.hours,
		       m.month_days, m.months, m.weekdays);
		CU_FAIL("counted by minutes it is something else");
	}
}

static void test_against_counted_minutes(void)
{
	static const char *const rules[] = {
		london,
		"CST5CDT,M3.2.0/0,M11.1.0/1",
		"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"<+02>-2<+03>,M2.4.4/24,M12.5.4/24",
	};
	struct zones *zones = zones_new();
	const struct zone *apia;
	const char *why;

	srandom(unit_seed());
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct zone *zone = zonefile_read_rule(str_from(rules[i]));
		struct wall change = { 1767225600000 };

		CU_ASSERT_PTR_NOT_NULL_FATAL(zone);
		for (int turn = 0; turn < 4; turn++) {
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

UNIT_MAIN("moment", { "every", test_every },
	  { "every when the clock is changed", test_every_when_the_clock_is_changed },
	  { "cron", test_cron }, { "words", test_words },
	  { "cron when the clock is changed", test_cron_when_the_clock_is_changed },
	  { "what is no period", test_what_is_no_period },
	  { "what is no cron", test_what_is_no_cron },
	  { "the ends of time", test_the_ends_of_time },
	  { "against counted minutes", test_against_counted_minutes })
