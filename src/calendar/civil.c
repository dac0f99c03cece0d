/* SPDX-License-Identifier: MIT */
/*
 * The years counted here begin with March, so that a leap day is the last day of its year, and the days
 * before a month are a straight line: 31, 30, 31, 30, 31 days, and again, make 153 in five months.
 */
#include "calendar/civil.h"

enum {
	YEAR = 365,
	FOUR_YEARS = 4 * YEAR + 1,
	CENTURY = 25 * FOUR_YEARS - 1,
	CYCLE = 4 * CENTURY + 1, /* 400 years, after which the calendar repeats itself */
	DAYS_TO_1970 = 719468,	 /* from 1 March of the year 0 */
	THURSDAY = 4,		 /* 1970-01-01 */
	YEARS_MAX = 10 * 1000 * 1000
};

static int64_t days_before_month(int64_t from_march)
{
	return (153 * from_march + 2) / 5;
}

int64_t civil_days(int64_t year, int64_t month, int64_t day)
{
	int64_t months = month - 3;

	year += floor_div(months, 12);
	months -= floor_div(months, 12) * 12;
	return YEAR * year + floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400) +
	       days_before_month(months) + day - 1 - DAYS_TO_1970;
}

static int64_t at_most(int64_t n, int64_t max)
{
	return n < max ? n : max;
}

void civil_from_days(int64_t days, struct civil *out)
{
	int64_t cycle = floor_div(days + DAYS_TO_1970, CYCLE);
	int64_t rest = days + DAYS_TO_1970 - cycle * CYCLE;
	int64_t centuries = at_most(rest / CENTURY, 3);
	int64_t fours, years, months;

	rest -= centuries * CENTURY;
	fours = rest / FOUR_YEARS;
	rest -= fours * FOUR_YEARS;
	years = at_most(rest / YEAR, 3);
	rest -= years * YEAR;
	months = (5 * rest + 2) / 153;
	out->year = (int)(400 * cycle + 100 * centuries + 4 * fours + years + (months >= 10));
	out->month = (int)(months < 10 ? months + 3 : months - 9);
	out->day = (int)(rest - days_before_month(months) + 1);
	out->weekday = (int)(days + THURSDAY - floor_div(days + THURSDAY, 7) * 7);
}

int64_t civil_seconds(const struct civil *c)
{
	int64_t year = c->year > YEARS_MAX  ? YEARS_MAX :
		       c->year < -YEARS_MAX ? -YEARS_MAX :
					      c->year;
	int64_t minutes = (int64_t)c->hour * 60 + c->minute;

	return civil_days(year, c->month, c->day) * DAY_S + minutes * MINUTE_S + c->second;
}

void civil_from_seconds(int64_t seconds, struct civil *out)
{
	int64_t days = floor_div(seconds, DAY_S);
	int rest = (int)(seconds - days * DAY_S);

	*out = (struct civil){ .abbreviation = "" };
	civil_from_days(days, out);
	out->hour = rest / HOUR_S;
	out->minute = rest / MINUTE_S % 60;
	out->second = rest % 60;
}

/* `n` digits and then the sign, of which '\0' is the end. */
static bool take_digits(struct str *s, size_t n, char sign, int *out)
{
	*out = 0;
	if (s->len < n || (sign == '\0' ? s->len != n : s->len == n || s->p[n] != sign))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		*out = *out * 10 + s->p[i] - '0';
	}
	*s = str_sub(*s, n + 1, s->len);
	return true;
}

bool civil_read_date(struct str s, struct civil *out)
{
	struct civil seen, again;

	if (!take_digits(&s, 4, '-', &seen.year) || !take_digits(&s, 2, '-', &seen.month) ||
	    !take_digits(&s, 2, '\0', &seen.day) || seen.year == 0)
		return false;
	civil_from_days(civil_days(seen.year, seen.month, seen.day), &again);
	if (again.month != seen.month || again.day != seen.day)
		return false;
	out->year = again.year;
	out->month = again.month;
	out->day = again.day;
	out->weekday = again.weekday;
	return true;
}

bool civil_read_time(struct str s, struct civil *out)
{
	bool has_seconds = s.len > 5;
	int hour, minute, second = 0;

	if (!take_digits(&s, 2, ':', &hour) ||
	    !take_digits(&s, 2, has_seconds ? ':' : '\0', &minute) ||
	    (has_seconds && !take_digits(&s, 2, '\0', &second)))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	out->hour = hour;
	out->minute = minute;
	out->second = second;
	return true;
}
