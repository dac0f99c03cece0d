/* SPDX-License-Identifier: MIT */
/* The inside of a time zone and the reader of its file (TZif, RFC 9636). For base/zone.c and its tests. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct zone_type {
	int32_t offset_s; /* east of UTC */
	const char *abbreviation;
};

/* A day of each year and a time on it, at which summer time begins or ends. */
struct zone_turn {
	enum zone_turn_kind {
		TURN_LEAPLESS, /* day 1-365, February 29 is not counted */
		TURN_DAY,      /* day 0-365 */
		TURN_WEEKDAY,  /* the week-th day of that name in the month; 5 = the last */
	} kind;
	int month, week, day;
	int32_t time_s; /* may lie before or behind its day */
};

/* What goes on for ever: "CET-1CEST,M3.5.0,M10.5.0/3". */
struct zone_rule {
	bool exists;
	bool has_summer;
	struct zone_type standard, summer;
	struct zone_turn begin, end;
};

struct zone {
	const char *name;
	size_t n_moments;
	const int64_t *moments; /* seconds, rising */
	const uint8_t *kinds;	/* of the same number: the type that begins */
	size_t n_types;		/* at least one; types[0] is before all moments */
	const struct zone_type *types;
	struct zone_rule rule; /* from the last moment on */
	struct arena arena;    /* all of the above lies here */
};

enum { ZONEFILE_MAX = 256 << 10 }; /* bytes; the longest in use have 4 KiB */

/* The zone is the caller's to free. NULL when the bytes are none; then *why is a static sentence. */
struct zone *zonefile_read(struct str bytes, const char *name, const char **why);
/* A rule alone, as $TZ may hold one. NULL when it is none. */
struct zone *zonefile_read_rule(struct str text);
void zonefile_free(struct zone *z);
