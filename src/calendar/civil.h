/* SPDX-License-Identifier: MIT */
/* Dates and times of day as people write them, in the Gregorian calendar; of no zone in particular. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

struct civil {
	int year, month /* 1-12 */, day, hour, minute, second;
	int weekday;		  /* 0 = Sunday */
	int offset_s;		  /* east of UTC; 0 where no zone was asked */
	const char *abbreviation; /* of the zone, as "CEST"; it lives as long as the zone */
};

enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, DAY_S = 24 * HOUR_S };

/* Rounds down, also below zero; `by` > 0. */
static inline int64_t floor_div(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

/* Days since 1970-01-01. A month or day out of its range is counted on: month 13 is January. */
int64_t civil_days(int64_t year, int64_t month, int64_t day);
/* Seconds since 1970-01-01 00:00 on a clock that is never put forward or back; fields are counted on. Years are
 * cut at ten millions. */
int64_t civil_seconds(const struct civil *c);
/* The way back: all but zone and abbreviation. */
void civil_from_days(int64_t days, struct civil *out); /* year, month, day, weekday */
void civil_from_seconds(int64_t seconds, struct civil *out);

/* "2026-11-21": sets the date, leaves the time. False, and nothing set, on anything else, also on 2026-02-30. */
bool civil_read_date(struct str s, struct civil *out);
/* "23:00" or "23:00:15": sets the time, leaves the date. False, and nothing set, on anything else. */
bool civil_read_time(struct str s, struct civil *out);
