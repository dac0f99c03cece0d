/* SPDX-License-Identifier: MIT */
/* The times at which a rule fires by itself: `every 30m`, `cron 0 9 * * 1-5`. */
#pragma once

#include "calendar/zone.h"

struct cron {
	int64_t every_s; /* 0 = by the five fields */
	/* A bit each, from 0 on. */
	uint64_t minutes;
	uint32_t hours, month_days;
	uint16_t months;
	uint8_t weekdays;
	bool any_month_day, any_weekday; /* the field begins with `*` */
};

/*
 * A period of one minute to ten years; its multiples are counted from each local midnight, those of a period over a
 * day from 1970-01-01. NULL, or why it is none (static).
 */
const char *cron_read_every(struct str text, struct cron *out);
/* Five fields as cron has them, or @hourly, @daily, @weekly, @monthly, @yearly. Dates that never come are refused. */
const char *cron_read(struct str text, struct cron *out);

/*
 * The next one behind `after`; false: none within eight years. A local time that does not exist, the clock being
 * put forward, happens at the jump; one that exists twice happens the first time. Only periods of up to an hour go on
 * ticking through such a night: they fire whenever the clock shows a multiple.
 */
bool cron_next(const struct cron *m, const struct zone *z, struct wall after, struct wall *out);
