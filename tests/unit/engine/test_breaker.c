/* SPDX-License-Identifier: MIT */
#include "lib/unit.h"
#include "engine/breaker.h"

static const struct mono START = { 1000000000 };
static const int64_t HOUR_MS = 3600 * 1000;

static void test_three_strikes_within_an_hour(void)
{
	struct breaker q;

	breaker_init(&q);
	CU_ASSERT_FALSE(breaker_strike(&q, 7, START));
	CU_ASSERT_FALSE(breaker_strike(&q, 7, mono_after(START, 1000)));
	CU_ASSERT_FALSE(breaker_has(&q, 7));
	CU_ASSERT_TRUE(breaker_strike(&q, 7, mono_after(START, HOUR_MS)));
	CU_ASSERT_TRUE(breaker_has(&q, 7));
	CU_ASSERT_FALSE(breaker_strike(&q, 7, mono_after(START, HOUR_MS))); /* said once */
	breaker_deinit(&q);
	CU_ASSERT_FALSE(breaker_has(&q, 7));
}

static void test_old_strikes_do_not_count(void)
{
	struct breaker q;

	breaker_init(&q);
	breaker_strike(&q, 0, START);
	breaker_strike(&q, 0, mono_after(START, HOUR_MS / 2));
	CU_ASSERT_FALSE(breaker_strike(&q, 0, mono_after(START, HOUR_MS + 1)));
	CU_ASSERT_TRUE(breaker_strike(&q, 0, mono_after(START, HOUR_MS + 2)));
	breaker_deinit(&q);
}

static void test_other_rules_are_not_affected(void)
{
	struct breaker q;

	breaker_init(&q);
	for (int i = 0; i < 3; i++)
		breaker_strike(&q, 5, START);
	CU_ASSERT_TRUE(breaker_has(&q, 5));
	CU_ASSERT_FALSE(breaker_has(&q, 4));
	CU_ASSERT_FALSE(breaker_has(&q, 6));
	CU_ASSERT_FALSE(breaker_strike(&q, 6, START));
	breaker_deinit(&q);
}

UNIT_MAIN("breaker", { "three strikes within an hour", test_three_strikes_within_an_hour },
	  { "old strikes do not count", test_old_strikes_do_not_count },
	  { "other rules are not affected", test_other_rules_are_not_affected })
