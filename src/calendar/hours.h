/* SPDX-License-Identifier: MIT */
/*
 * When something is open: `mon-fri 09:00-17:30`, in a zone, but for some dates. The hands of a clock in that zone
 * decide: in the night in which an hour comes twice, `01:00-01:30` is open twice.
 */
#pragma once

#include "base/diag.h"
#include "calendar/zone.h"

struct hours; /* lies in its arena; what it says of texts and zones lives as long as those */

enum { HOURS_LINES_MAX = 100, HOURS_CLOSED_MAX = 1000 };

struct hours *hours_new(struct arena *arena, const struct zone *zone)
	__attribute__((returns_nonnull));
/*
 * One line of `open`: ranges with commas between them, each of days, then times, as `mon-wed fri 09:00-12:00
 * 13:00-17:00`. Without days it is every day, without times the whole day; the end is excluded. A range that ends
 * before it begins goes over midnight and belongs to the day on which it begins. False when it is wrong (said).
 */
bool hours_add_open(struct hours *h, struct str text, struct place at, struct diag *diag);
/* One line of `closed`: `2026-12-25, 2027-01-01..2027-01-06`. */
bool hours_add_closed(struct hours *h, struct str text, struct place at, struct diag *diag);
void hours_set_zone(struct hours *h, const struct zone *zone);
const struct zone *hours_zone(const struct hours *h);
/* The name of a zone, as in `zone = Europe/London`; false when it is none (said). */
bool hours_read_zone(struct str name, struct zones *zones, const struct zone **out, struct place at,
		     struct diag *diag);
/* The same ranges as one value, with a zone behind them when it is not `otherwise`. NULL when it is wrong (said). */
struct hours *hours_read_inline(struct str text, struct arena *arena, struct zones *zones,
				const struct zone *otherwise, struct place at, struct diag *diag);

bool hours_is_open(const struct hours *h, struct wall at);
/* The next moment at or after `after` at which it opens, having been shut; false: not within 400 days. */
bool hours_next_open(const struct hours *h, struct wall after, struct wall *out);
bool hours_next_close(const struct hours *h, struct wall after, struct wall *out);
bool hours_has_ranges(const struct hours *h);
