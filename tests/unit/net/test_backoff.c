/* SPDX-License-Identifier: MIT */
#include "net/backoff.h"

#include "lib/unit.h"

static void test_ladders(void)
{
	static const struct {
		enum backoff_kind kind;
		int64_t least[8], most[8];
	} cases[] = {
		{ BACKOFF_REFRESH, { 0 }, { 250, 250, 250, 250, 250, 250, 250, 250 } },
		{ BACKOFF_SOON, { 0 }, { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 } },
		{ BACKOFF_SLOW,
		  { 5000, 10000, 20000, 40000, 80000, 160000, 320000, 600000 },
		  { 6250, 12500, 25000, 50000, 100000, 200000, 400000, 750000 } },
		{ BACKOFF_CROWDED,
		  { 30000, 60000, 120000, 240000, 480000, 600000, 600000, 600000 },
		  { 37500, 75000, 150000, 300000, 600000, 750000, 750000, 750000 } },
		{ BACKOFF_SWITCHED_OFF,
		  { 300000, 300000, 300000, 300000, 300000, 300000, 300000, 300000 },
		  { 375000, 375000, 375000, 375000, 375000, 375000, 375000, 375000 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int round = 0; round < 50; round++) {
			struct backoff b;

			backoff_init(&b, 1000, 60000);
			for (int n = 0; n < 8; n++) {
				int64_t ms = backoff_next(&b, cases[i].kind);

				CU_ASSERT(ms >= cases[i].least[n] && ms <= cases[i].most[n]);
			}
		}
	}
}

/* Full jitter means that everything below the ceiling happens. */
static void test_chance(void)
{
	int64_t low = 60000, high = 0;

	for (int i = 0; i < 1000; i++) {
		struct backoff b;
		int64_t ms;

		backoff_init(&b, 1000, 60000);
		ms = backoff_next(&b, BACKOFF_SOON);
		low = ms < low ? ms : low;
		high = ms > high ? ms : high;
	}
	CU_ASSERT(low < 100);
	CU_ASSERT(high > 900);
}

static void test_never_overflows(void)
{
	struct backoff b;

	backoff_init(&b, 1000, 60000);
	for (int i = 0; i < 100000; i++) {
		int64_t ms = backoff_next(&b, BACKOFF_SOON);

		CU_ASSERT_FATAL(ms >= 0 && ms <= 60000);
	}
}

static void test_forget(void)
{
	struct backoff b;

	backoff_init(&b, 1000, 60000);
	for (int i = 0; i < 10; i++)
		backoff_next(&b, BACKOFF_CROWDED);
	backoff_forget(&b);
	CU_ASSERT(backoff_next(&b, BACKOFF_CROWDED) <= 37500);
}

static void test_at_least(void)
{
	CU_ASSERT_EQUAL(backoff_at_least(500, 0), 500);
	CU_ASSERT_EQUAL(backoff_at_least(9000, 7000), 9000);
	for (int i = 0; i < 100; i++) {
		int64_t ms = backoff_at_least(500, 7000);

		CU_ASSERT(ms >= 7000 && ms <= 8000);
	}
}

UNIT_MAIN("backoff", { "ladders", test_ladders }, { "chance", test_chance },
	  { "never overflows", test_never_overflows }, { "forgets", test_forget },
	  { "waits as asked", test_at_least })
