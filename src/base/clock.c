/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

static struct mono system_mono(const struct clock *c)
{
	struct timespec now;

	(void)c;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (struct mono){ now.tv_sec * 1000000000LL + now.tv_nsec };
}

static struct wall system_wall(const struct clock *c)
{
	struct timespec now;

	(void)c;
	clock_gettime(CLOCK_REALTIME, &now);
	return (struct wall){ now.tv_sec * 1000LL + now.tv_nsec / 1000000 };
}

const struct clock *clock_system(void)
{
	static const struct clock system = { system_mono, system_wall };

	return &system;
}
