/* SPDX-License-Identifier: MIT */
#include "net/token_bucket.h"

#include "lib/unit.h"

static struct mono at(int64_t ms)
{
	return (struct mono){ ms * 1000000 };
}

static void test_burst_then_steady(void)
{
	struct token_bucket p;

	token_bucket_init(&p, 1000, 4);
	for (int i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(5000)), 0);
		token_bucket_take(&p, at(5000));
	}
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(5000)), 1000);
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(5999)), 1);
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(6000)), 0);
	token_bucket_take(&p, at(6000));
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(6000)), 1000);
	CU_ASSERT_EQUAL(token_bucket_fresh_in_ms(&p, at(6000)), 4000);
	CU_ASSERT_EQUAL(token_bucket_fresh_in_ms(&p, at(10000)), 0);
}

static void test_a_rest_fills_the_bucket_only_once(void)
{
	struct token_bucket p;
	int taken = 0;

	token_bucket_init(&p, 1000, 3);
	token_bucket_take(&p, at(0));
	while (token_bucket_wait_ms(&p, at(1000000)) == 0) {
		token_bucket_take(&p, at(1000000));
		taken++;
	}
	CU_ASSERT_EQUAL(taken, 3);
}

static void test_never_more_than_allowed_in_any_window(void)
{
	struct token_bucket p;
	int64_t now = 0, sent[200];

	token_bucket_init(&p, 100, 5);
	for (size_t i = 0; i < 200; i++) {
		now += token_bucket_wait_ms(&p, at(now));
		token_bucket_take(&p, at(now));
		sent[i] = now;
	}
	for (size_t i = 6; i < 200; i++)
		CU_ASSERT(sent[i] - sent[i - 6] >= 200);
	CU_ASSERT_EQUAL(sent[199], 19500);
}

static void test_freeze(void)
{
	struct token_bucket p;

	token_bucket_init(&p, 0, 1);
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(0)), 0);
	token_bucket_take(&p, at(0));
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(0)), 0);
	token_bucket_freeze(&p, at(0), 2000);
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(500)), 1500);
	token_bucket_freeze(&p, at(500), 100); /* does not shorten the first */
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(500)), 1500);
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(2000)), 0);
	CU_ASSERT_EQUAL(token_bucket_fresh_in_ms(&p, at(1999)), 1);
}

static void test_times_before_the_start(void)
{
	struct token_bucket p;

	token_bucket_init(&p, 3600000, 1000000);
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(-1000)), 0);
	token_bucket_take(&p, at(-1000));
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, at(-1000)), 0);
	CU_ASSERT_EQUAL(token_bucket_wait_ms(&p, (struct mono){ 1 }), 0);
}

UNIT_MAIN("pace", { "a burst, then steadily", test_burst_then_steady },
	  { "a rest fills the bucket once", test_a_rest_fills_the_bucket_only_once },
	  { "no window holds more than allowed", test_never_more_than_allowed_in_any_window },
	  { "a freeze", test_freeze }, { "times before the start", test_times_before_the_start })
