/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "calendar/civil.h"
#include "lib/unit.h"

static void test_days_there_and_back(void)
{
	struct civil c;

	CU_ASSERT_EQUAL(civil_days(1970, 1, 1), 0);
	CU_ASSERT_EQUAL(civil_days(2000, 3, 1), 11017);
	CU_ASSERT_EQUAL(civil_days(2026, 13, 1), civil_days(2027, 1, 1));
	CU_ASSERT_EQUAL(civil_days(2026, 0, 1), civil_days(2025, 12, 1));
	CU_ASSERT_EQUAL(civil_days(2026, 2, 30), civil_days(2026, 3, 2));
	CU_ASSERT_EQUAL(civil_days(2026, 1, 0), civil_days(2025, 12, 31));
	/* Twelve hundred years, day after day, with the calendar counted by hand. */
	civil_from_days(civil_days(1500, 1, 1), &c);
	for (int64_t day = civil_days(1500, 1, 1); day < civil_days(2700, 1, 1); day++) {
		static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
		struct civil next;
		bool leap = (c.year % 4 == 0 && c.year % 100 != 0) || c.year % 400 == 0;

		if (civil_days(c.year, c.month, c.day) != day)
			CU_FAIL_FATAL("not the way back");
		civil_from_days(day + 1, &next);
		if (next.weekday != (c.weekday + 1) % 7)
			CU_FAIL_FATAL("not the next day of the week");
		if (++c.day > lengths[c.month - 1] + (leap && c.month == 2)) {
			c.day = 1;
			c.year += c.month == 12;
			c.month = c.month % 12 + 1;
		}
		if (next.year != c.year || next.month != c.month || next.day != c.day)
			CU_FAIL_FATAL("not the next day");
		c = next;
	}
}

static void test_seconds_against_libc(void)
{
	srandom(unit_seed());
	for (int i = 0; i < 20000; i++) {
		time_t at = ((time_t)random() << 8 | (random() & 255)) - ((time_t)1 << 38);
		struct civil c;
		struct tm tm;

		CU_ASSERT_PTR_NOT_NULL_FATAL(gmtime_r(&at, &tm));
		civil_from_seconds(at, &c);
		if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 ||
		    c.day != tm.tm_mday || c.hour != tm.tm_hour || c.minute != tm.tm_min ||
		    c.second != tm.tm_sec || c.weekday != tm.tm_wday || civil_seconds(&c) != at) {
			printf("\n  %lld", (long long)at);
			CU_FAIL_FATAL("libc sees another time");
		}
	}
}

static void test_fields_are_counted_on(void)
{
	struct civil late = { 2026, 12, 31, 24, 0, 0, 0, 0, NULL };
	struct civil odd = { 2026, 14, -3, -1, 125, 3600, 0, 0, NULL };
	struct civil far = { INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX,
			     INT32_MAX, 0,	   0,	      NULL };
	struct civil near = { INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN,
			      INT32_MIN, 0,	    0,	       NULL };

	CU_ASSERT_EQUAL(civil_seconds(&late), civil_days(2027, 1, 1) * DAY_S);
	CU_ASSERT_EQUAL(civil_seconds(&odd),
			(civil_days(2027, 1, 28)) * DAY_S - HOUR_S + 125 * 60 + 3600);
	CU_ASSERT_TRUE(civil_seconds(&far) > 0 && civil_seconds(&far) < INT64_MAX / 1000);
	CU_ASSERT_TRUE(civil_seconds(&near) < 0 && civil_seconds(&near) > INT64_MIN / 1000);
}

static void test_dates_are_read(void)
{
	static const char bad[][24] = {
		"",	      "2026-02-30",  "2026-13-01",
		"2026-00-10", "2026-01-00",  "2026-1-1",
		"26-01-01",   "2026-01-01 ", " 2026-01-01",
		"2026/01/01", "2026-01-01x", "2026-01-0a",
		"-026-01-01", "2025-02-29",  "0000-01-01",
		"2026-01",    "12026-01-01", "2026-+1-01",
		"2100-02-29", "2026-01-32",
	};
	struct civil c = { .hour = 7, .minute = 8, .second = 9 };

	CU_ASSERT_TRUE(civil_read_date(STR("2026-11-21"), &c));
	CU_ASSERT_TRUE(c.year == 2026 && c.month == 11 && c.day == 21 && c.weekday == 6);
	CU_ASSERT_TRUE(c.hour == 7 && c.minute == 8 && c.second == 9);
	CU_ASSERT_TRUE(civil_read_date(STR("2024-02-29"), &c));
	CU_ASSERT_TRUE(civil_read_date(STR("2000-02-29"), &c));
	CU_ASSERT_TRUE(civil_read_date(STR("9999-12-31"), &c));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (civil_read_date(str_from(bad[i]), &c))
			printf("\n  taken: %s", bad[i]);
		CU_ASSERT_FALSE(civil_read_date(str_from(bad[i]), &c));
	}
	CU_ASSERT_TRUE(c.year == 9999 && c.month == 12 && c.day == 31);
}

static void test_times_are_read(void)
{
	static const char bad[][24] = {
		"",	  "24:00",  "23:60",   "9:00",	   "09:0",
		"0900",	  "09:00:", "09:00:6", "09:00:60", "09:00:00x",
		" 09:00", "09:00 ", "09.00",   "-9:00",	   "09:00:00:00",
	};
	struct civil c = { .year = 2026, .month = 1, .day = 7, .second = 9 };

	CU_ASSERT_TRUE(civil_read_time(STR("23:00"), &c));
	CU_ASSERT_TRUE(c.hour == 23 && c.minute == 0 && c.second == 0 && c.year == 2026);
	CU_ASSERT_TRUE(civil_read_time(STR("23:00:15"), &c));
	CU_ASSERT_TRUE(c.hour == 23 && c.minute == 0 && c.second == 15);
	CU_ASSERT_TRUE(civil_read_time(STR("00:59"), &c));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (civil_read_time(str_from(bad[i]), &c))
			printf("\n  taken: %s", bad[i]);
		CU_ASSERT_FALSE(civil_read_time(str_from(bad[i]), &c));
	}
	CU_ASSERT_TRUE(c.hour == 0 && c.minute == 59);
}

UNIT_MAIN("civil", { "days there and back", test_days_there_and_back },
	  { "seconds against libc", test_seconds_against_libc },
	  { "fields are counted on", test_fields_are_counted_on },
	  { "dates are read", test_dates_are_read }, { "times are read", test_times_are_read })
