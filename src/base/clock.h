/* SPDX-License-Identifier: MIT */
/*
 * Two kinds of time that must not be mixed: monotonic for timers, wall for people and for Slack.
 * A clock is a thing that is handed down, so a test may set both.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct mono {
	int64_t ns;
}; /* since some start; CLOCK_BOOTTIME: a suspend counts */
struct wall {
	int64_t ms;
}; /* since 1970, UTC */

struct clock;
typedef struct mono clock_mono_now(const struct clock *c);
typedef struct wall clock_wall_now(const struct clock *c);
struct clock {
	clock_mono_now *mono; /* NULL = the system's; so below */
	clock_wall_now *wall;
};

static inline const struct clock *clock_system(void)
{
	static const struct clock system = { NULL, NULL };

	return &system;
}
static inline struct mono clock_mono(const struct clock *c)
{
	struct timespec now;

	if (c->mono != NULL)
		return c->mono(c);
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (struct mono){ now.tv_sec * 1000000000LL + now.tv_nsec };
}
static inline struct wall clock_wall(const struct clock *c)
{
	struct timespec now;

	if (c->wall != NULL)
		return c->wall(c);
	clock_gettime(CLOCK_REALTIME, &now);
	return (struct wall){ now.tv_sec * 1000LL + now.tv_nsec / 1000000 };
}

/* Can a time that somebody wrote down be reckoned with? From 1970 to the year 9999. */
static inline bool wall_is_sound(struct wall w)
{
	return w.ms >= 0 && w.ms < 253402300800000;
}

static inline struct mono mono_after(struct mono m, int64_t ms)
{
	return (struct mono){ m.ns + ms * 1000000 };
}
/* Whole milliseconds from `from` to `to`, negative when `to` is earlier. */
static inline int64_t mono_ms_between(struct mono from, struct mono to)
{
	return (to.ns - from.ns) / 1000000;
}
