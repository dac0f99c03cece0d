/* SPDX-License-Identifier: MIT */
#include "lib/fakeclock.h"

#include "base/mem.h"

static const struct fakeclock *fakeclock_of(const struct clock *c)
{
	return container_of(c, const struct fakeclock, clock);
}

static struct mono fake_mono(const struct clock *c)
{
	return (struct mono){ fakeclock_of(c)->ms * 1000000 };
}

static struct wall fake_wall(const struct clock *c)
{
	return (struct wall){ fakeclock_of(c)->wall_ms };
}

void fakeclock_init(struct fakeclock *c)
{
	*c = (struct fakeclock){
		.clock = { .mono = fake_mono, .wall = fake_wall },
		.ms = 1000000,
		.wall_ms = 1700000000000,
	};
}

void fakeclock_pass(struct fakeclock *c, int64_t ms)
{
	c->ms += ms;
	c->wall_ms += ms;
}
