/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>
#include "lib/fakeclock.h"
#include "lib/unit.h"

static void test_the_systems_clock(void)
{
	const struct clock *c = clock_system();
	struct mono first = clock_mono(c), second = clock_mono(c);
	int64_t wall_s = clock_wall(c).ms / 1000;

	CU_ASSERT_TRUE(first.ns > 0);
	CU_ASSERT_TRUE(second.ns >= first.ns);
	CU_ASSERT_TRUE(wall_s >= (int64_t)time(NULL) - 10 && wall_s <= (int64_t)time(NULL) + 10);
}

static void test_arithmetic(void)
{
	struct mono start = { 5000000 };

	CU_ASSERT_EQUAL(mono_after(start, 2).ns, 7000000);
	CU_ASSERT_EQUAL(mono_after(start, -5).ns, 0);
	CU_ASSERT_EQUAL(mono_ms_between(start, mono_after(start, 1500)), 1500);
	CU_ASSERT_EQUAL(mono_ms_between(mono_after(start, 3), start), -3);
	CU_ASSERT_EQUAL(mono_ms_between(start, (struct mono){ 5999999 }), 0);
}

static void test_a_clock_that_stands_still(void)
{
	struct fakeclock fake;
	struct mono start;
	struct wall wall;

	fakeclock_init(&fake);
	start = clock_mono(&fake.clock);
	wall = clock_wall(&fake.clock);
	CU_ASSERT_EQUAL(clock_mono(&fake.clock).ns, start.ns);
	fakeclock_pass(&fake, 250);
	CU_ASSERT_EQUAL(mono_ms_between(start, clock_mono(&fake.clock)), 250);
	CU_ASSERT_EQUAL(clock_wall(&fake.clock).ms, wall.ms + 250);
	fake.wall_ms = 42;
	CU_ASSERT_EQUAL(clock_wall(&fake.clock).ms, 42);
	CU_ASSERT_EQUAL(mono_ms_between(start, clock_mono(&fake.clock)), 250);
}

UNIT_MAIN("clock", { "the system's clock", test_the_systems_clock },
	  { "arithmetic", test_arithmetic },
	  { "a clock that stands still", test_a_clock_that_stands_still })
