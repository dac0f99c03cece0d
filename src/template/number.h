/* SPDX-License-Identifier: MIT */
/* Numbers and moments as people write them, pure. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/clock.h"

struct zone;

/* "-1,234.5": sign, groups of three, decimals. False when the whole text is none. */
bool number_read(struct str text, double *out);
/* The digits in groups of three: "1234567.5" as "1,234,567.5". False (nothing added) when it is no number. */
bool number_group(struct buf *out, struct str text);
/* A moment: seconds since 1970 (also "1355517523.000005"), "2026-11-21", "2026-11-21 23:00", with `T` between,
 * with `Z` behind. Local times are of the zone. */
bool number_moment(struct str text, const struct zone *zone, struct wall *out);
