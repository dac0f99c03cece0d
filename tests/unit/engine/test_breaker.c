/* SPDX-License-Identifier: MIT */
#include "lib/unit.h"
#include "engine/breaker.h"
#include "lib/fakeclock.h"

static const struct mono START = { 1000000000 };
static const int64_t MINUTE_MS = 60 * 1000, HOUR_MS = 60 * 60 * 1000;

static bool rests(const struct breaker *b, size_t order, struct mono now)
{
	struct fakeclock clock;

	fakeclock_init(&clock);
	fakeclock_pass(&clock, (now.ns - clock_mono(&clock.clock).ns) / 1000000);
	return breaker_rests(b, order, &clock.clock);
}

static int64_t strike(struct breaker *b, const char *author, int64_t ms)
{
	return breaker_strike(b, 7, str_from(author), mono_after(START, ms));
}

static void test_a_rule_rests_after_three_people_within_an_hour(void)
{
	struct breaker b;

	breaker_init(&b);
	CU_ASSERT_EQUAL(strike(&b, "U1", 0), 0);
	CU_ASSERT_EQUAL(strike(&b, "U2", 1000), 0);
	CU_ASSERT_FALSE(rests(&b, 7, mono_after(START, 1000)));
	CU_ASSERT_EQUAL(strike(&b, "U3", HOUR_MS), 5);
	CU_ASSERT_TRUE(rests(&b, 7, mono_after(START, HOUR_MS)));
	CU_ASSERT_TRUE(rests(&b, 7, mono_after(START, HOUR_MS + 5 * MINUTE_MS - 1)));
	CU_ASSERT_FALSE(rests(&b, 7, mono_after(START, HOUR_MS + 5 * MINUTE_MS)));
	breaker_deinit(&b);
	CU_ASSERT_FALSE(rests(&b, 7, mono_after(START, HOUR_MS)));
}

static void test_one_person_alone_cannot_silence_a_rule(void)
{
	struct breaker b;

	breaker_init(&b);
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(strike(&b, i % 2 == 0 ? "U1" : "U2", i), 0);
	CU_ASSERT_FALSE(rests(&b, 7, START));
	CU_ASSERT_EQUAL(strike(&b, "U3", 100), 5);
	breaker_deinit(&b);
}

static void test_old_strikes_do_not_count(void)
{
	struct breaker b;

	breaker_init(&b);
	strike(&b, "U1", 0);
	strike(&b, "U2", HOUR_MS / 2);
	CU_ASSERT_EQUAL(strike(&b, "U3", HOUR_MS + 1), 0);
	CU_ASSERT_EQUAL(strike(&b, "U4", HOUR_MS + 2), 5);
	breaker_deinit(&b);
}

static void test_each_rest_is_longer_up_to_a_bound(void)
{
	static const int64_t wanted[] = { 5, 10, 20, 40, 80, 160, 320, 320 };
	struct breaker b;

	breaker_init(&b);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		const int64_t now = (int64_t)i * 24 * HOUR_MS;

		strike(&b, "U1", now);
		strike(&b, "U2", now);
		CU_ASSERT_EQUAL(strike(&b, "U3", now), wanted[i]);
	}
	breaker_deinit(&b);
}

static void test_other_rules_are_not_affected(void)
{
	struct breaker b;

	breaker_init(&b);
	strike(&b, "U1", 0);
	strike(&b, "U2", 0);
	strike(&b, "U3", 0);
	CU_ASSERT_TRUE(rests(&b, 7, START));
	CU_ASSERT_FALSE(rests(&b, 6, START));
	CU_ASSERT_FALSE(rests(&b, 8, START));
	CU_ASSERT_EQUAL(breaker_strike(&b, 8, STR("U3"), START), 0);
	breaker_deinit(&b);
}

UNIT_MAIN("breaker",
	  { "a rule rests after three people within an hour",
	    test_a_rule_rests_after_three_people_within_an_hour },
	  { "one person alone cannot silence a rule", test_one_person_alone_cannot_silence_a_rule },
	  { "old strikes do not count", test_old_strikes_do_not_count },
	  { "each rest is longer, up to a bound", test_each_rest_is_longer_up_to_a_bound },
	  { "other rules are not affected", test_other_rules_are_not_affected })
