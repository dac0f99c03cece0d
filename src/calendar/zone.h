/* SPDX-License-Identifier: MIT */
/*
 * Time zones, read from the machine's own tables and never through libc's one zone of the whole process,
 * which could not be changed without setting the environment under the feet of a resolver's threads.
 */
#pragma once

#include "base/buf.h"
#include "calendar/civil.h"
#include "base/clock.h"

struct zone;  /* immutable */
struct zones; /* owns the zones that it gave */

struct zones *zones_new(void) __attribute__((returns_nonnull));
void zones_free(struct zones *z);

enum { ZONE_UNKNOWN = 1, ZONE_BROKEN };
/* "Europe/London" or "UTC", which needs no file. The empty name is the machine's own zone: that of $TZ when it
 * names one, else that of /etc/localtime, else UTC; it never fails. The zone lives
 * as long as `z`; `*why` is static. */
int zones_get(struct zones *z, struct str name, const struct zone **out, const char **why);
/* Adds the name of a zone that was perhaps meant; false: there is none. */
bool zones_nearest(const struct zones *z, struct str name, struct buf *out);
const struct zone *zone_utc(void);
/* As it was asked for; the machine's own has the name that can be found out, else "local time". */
const char *zone_name(const struct zone *z);

/* Seconds east of UTC. `*until`, when it is not NULL, gets the moment up to which that is sure; INT64_MAX: for
 * good. */
int zone_offset(const struct zone *z, struct wall at, struct wall *until);
/* What a clock there shows, as seconds since its 1970-01-01 00:00. */
int64_t zone_local(const struct zone *z, struct wall at);
/* The first moment at which a clock there shows that or a later time. So a time that does not exist, the clock
 * being put forward, gives the moment of the jump, and one that exists twice the earlier. */
struct wall zone_wall_of_local(const struct zone *z, int64_t local_s);

void zone_civil(const struct zone *z, struct wall at, struct civil *out);
/* The same for a written time. Fields are counted on (day 32, hour 24); weekday and zone are not looked at. */
struct wall zone_wall(const struct zone *z, const struct civil *local);

/* As strftime, in English: %a %A %b %B %d %D %e %F %H %I %j %m %M %p %R %s %S %T %u %y %Y %z %Z %%. */
const char *zone_format_check(struct str fmt); /* NULL = fine, else why not (static) */
void zone_format(const struct zone *z, struct wall at, struct str fmt, struct buf *out);
