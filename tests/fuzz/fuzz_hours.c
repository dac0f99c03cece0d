/* SPDX-License-Identifier: MIT */
/*
 * Opening hours and times of rules. The first line is the zone, as $TZ may hold one; each other line begins with what it
 * is: `o` opens, `c` closes, `i` is hours within a rule, `e` a period, `r` five fields. What comes next is the next, and
 * what is between is not passed over.
 */
#include <stdlib.h>
#include "base/arena.h"
#include "base/mem.h"
#include "calendar/cron.h"
#include "calendar/hours.h"
#include "calendar/tzfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_USED = 2048, LINES_MAX = 8, LOOKS = 64, NEXT = 6 };

/* Around a leap day, the ends of summer time in the north and the south, and far away. */
static const int64_t moments[] = { 1709164799999, 1774744200000, 1792891800000,
				   1775318400001, INT64_MAX / 4, INT64_MIN / 4 };
/* Nothing happens any more near the ends of time. */
static const struct wall ends[] = { { INT64_MIN }, { INT64_MAX } };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- hours ---- */

/* Before it opens it was shut, and no moment in between was open after one that was shut. */
static void check_turn(const struct hours *h, struct wall after, struct wall at, bool opens)
{
	int64_t step = (at.ms - after.ms) / LOOKS + 1;
	bool is_waiting = false; /* for it to open, or to shut */

	must(at.ms >= after.ms);
	must(hours_is_open(h, at) == opens);
	must(hours_is_open(h, (struct wall){ at.ms - 1 }) != opens);
	for (int64_t ms = after.ms; ms < at.ms; ms += step) {
		bool is = hours_is_open(h, (struct wall){ ms }) == opens;

		must(!(is_waiting && is));
		is_waiting = is_waiting || !is;
	}
}

static void check_hours(const struct hours *h)
{
	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		struct wall after = { moments[i] }, at;

		if (hours_next_open(h, after, &at))
			check_turn(h, after, at, true);
		if (hours_next_close(h, after, &at))
			check_turn(h, after, at, false);
	}
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct wall at;

		hours_is_open(h, ends[i]);
		must(!hours_next_open(h, ends[i], &at) && !hours_next_close(h, ends[i], &at));
	}
}

/* ---- times ---- */

static void check_cron(const struct cron *c, const struct zone *z)
{
	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		struct wall at = { moments[i] }, next, again;

		for (int n = 0; n < NEXT && cron_next(c, z, at, &next); n++) {
			must(next.ms > at.ms);
			must(cron_next(c, z, (struct wall){ next.ms - 1 }, &again));
			must(again.ms == next.ms);
			must(cron_next(c, z, (struct wall){ at.ms + (next.ms - at.ms) / 2 },
				       &again));
			must(again.ms == next.ms);
			at = next;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct wall next;

		must(!cron_next(c, z, ends[i], &next));
	}
}

static void try_cron(const char *why, const struct cron *c, const struct zone *z)
{
	if (why == NULL)
		check_cron(c, z);
}

/* ---- lines ---- */

struct reading {
	struct arena arena;
	struct diag diag;
	struct zones *zones;
	const struct zone *zone;
	struct hours *hours;
};

static void read_line(struct reading *r, struct str line)
{
	const struct place at = { "fuzz", 1 };
	struct str text = str_sub(line, 1, line.len);
	size_t n_before = r->diag.n_errors;
	const struct hours *h;
	struct cron cron;

	switch (line.len > 0 ? line.p[0] : '\0') {
	case 'o':
		must(hours_add_open(r->hours, text, at, &r->diag) ==
		     (r->diag.n_errors == n_before));
		break;
	case 'c':
		must(hours_add_closed(r->hours, text, at, &r->diag) ==
		     (r->diag.n_errors == n_before));
		break;
	case 'i':
		h = hours_read_inline(text, &r->arena, r->zones, r->zone, at, &r->diag);
		must((h != NULL) == (r->diag.n_errors == n_before));
		if (h != NULL)
			check_hours(h);
		break;
	case 'e':
		try_cron(cron_read_every(text, &cron), &cron, r->zone);
		break;
	case 'r':
		try_cron(cron_read(text, &cron), &cron, r->zone);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), line = STR_EMPTY;
	struct reading r = { .zones = zones_new() };
	struct zone *zone = NULL;

	if (size <= SIZE_USED && str_cut(&rest, '\n', &line)) {
		zone = zonefile_read_rule(line);
		r.zone = zone != NULL ? zone : zone_utc();
		r.hours = hours_new(&r.arena, r.zone);
		for (int n = 0; n < LINES_MAX && str_cut(&rest, '\n', &line); n++)
			read_line(&r, line);
		check_hours(r.hours);
	}
	diag_deinit(&r.diag);
	arena_deinit(&r.arena);
	zones_free(r.zones);
	zonefile_free(zone);
	return 0;
}
