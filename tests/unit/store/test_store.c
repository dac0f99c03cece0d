/* SPDX-License-Identifier: MIT */
/* What every store must do; each case runs over every store in the table. */
#include <math.h>
#include <stdio.h>
#include "base/buf.h"
#include "lib/unit.h"
#include "store/memory.h"

static struct store *(*const stores[])(void) = { memory_new };

static const struct wall NOON = { 1767787200000 };

static struct wall later(int64_t ms)
{
	return (struct wall){ NOON.ms + ms };
}

static void note_bool(void *owner, bool yes)
{
	*(int *)owner = yes;
}

static bool claim(struct store *s, const char *key, struct wall at)
{
	int is_new = -1;

	s->ops->claim(s, str_from(key), at, note_bool, &is_new);
	CU_ASSERT_NOT_EQUAL(is_new, -1);
	return is_new == 1;
}

static bool spend(struct store *s, const struct store_limit *limits, size_t n, struct wall at)
{
	int granted = -1;

	s->ops->spend(s, limits, n, at, note_bool, &granted);
	CU_ASSERT_NOT_EQUAL(granted, -1);
	return granted == 1;
}

static void note_commit(void *owner, int r)
{
	*(int *)owner = r;
}

static void commit(struct store *s)
{
	int r = -1;

	s->ops->commit(s, note_commit, &r);
	CU_ASSERT_EQUAL(r, 0);
}

static struct job *job_with(const char *body)
{
	struct job *job = job_new(JOB_MESSAGE, "say");

	job->message.text = mem_strdup(body);
	return job;
}

static void each_store(void (*run)(struct store *s))
{
	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		struct store *s = stores[i]();

		run(s);
		s->ops->free(s);
	}
}

/* ---- claims ---- */

static void claims_once(struct store *s)
{
	CU_ASSERT_TRUE(claim(s, "m:T1:C1:1.0", NOON));
	CU_ASSERT_FALSE(claim(s, "m:T1:C1:1.0", NOON));
	CU_ASSERT_TRUE(claim(s, "m:T1:C1:2.0", NOON));
	commit(s);
	CU_ASSERT_FALSE(claim(s, "m:T1:C1:1.0", later(25LL * 3600 * 1000)));
}

static void test_claim_is_new_once(void)
{
	each_store(claims_once);
}

static void claims_forgotten(struct store *s)
{
	CU_ASSERT_TRUE(claim(s, "old", NOON));
	commit(s);
	CU_ASSERT_TRUE(claim(s, "old", later(27LL * 3600 * 1000)));
}

static void test_claim_is_forgotten_after_a_day(void)
{
	each_store(claims_forgotten);
}

static void claims_bounded(struct store *s)
{
	char key[32];

	for (int i = 0; i <= MEMORY_MAX_SEEN; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		CU_ASSERT_TRUE_FATAL(claim(s, key, NOON));
	}
	CU_ASSERT_FALSE(claim(s, key, NOON));
	CU_ASSERT_TRUE(claim(s, "k0", NOON));
}

static void test_claims_forget_the_oldest_when_full(void)
{
	each_store(claims_bounded);
}

/* ---- limits ---- */

static void window_rolls(struct store *s)
{
	const struct store_limit limit = { STR("l"), 2, 10000 };

	CU_ASSERT_TRUE(spend(s, &limit, 1, NOON));
	CU_ASSERT_TRUE(spend(s, &limit, 1, later(6000)));
	CU_ASSERT_FALSE(spend(s, &limit, 1, later(9999)));
	CU_ASSERT_TRUE(spend(s, &limit, 1, later(10000)));
	CU_ASSERT_FALSE(spend(s, &limit, 1, later(15999)));
	CU_ASSERT_TRUE(spend(s, &limit, 1, later(16000)));
}

static void test_limit_window_rolls(void)
{
	each_store(window_rolls);
}

static void limit_for_ever(struct store *s)
{
	const struct store_limit limit = { STR("l"), 1, 0 };

	CU_ASSERT_TRUE(spend(s, &limit, 1, NOON));
	CU_ASSERT_FALSE(spend(s, &limit, 1, later(400LL * 24 * 3600 * 1000)));
}

static void test_limit_without_window_is_for_ever(void)
{
	each_store(limit_for_ever);
}

static void limits_together(struct store *s)
{
	const struct store_limit wide = { STR("wide"), 2, 0 };
	const struct store_limit both[] = { { STR("wide"), 2, 0 }, { STR("narrow"), 1, 0 } };

	CU_ASSERT_TRUE(spend(s, both, 2, NOON));
	CU_ASSERT_FALSE(spend(s, both, 2, NOON)); /* narrow is used up: wide must not be spent */
	CU_ASSERT_TRUE(spend(s, &wide, 1, NOON));
	CU_ASSERT_FALSE(spend(s, &wide, 1, NOON));
}

static void test_limits_are_spent_together_or_not_at_all(void)
{
	each_store(limits_together);
}

static void clock_set_back(struct store *s)
{
	const struct store_limit limit = { STR("l"), 1, 10000 };

	CU_ASSERT_TRUE(spend(s, &limit, 1, later(3600 * 1000)));
	CU_ASSERT_TRUE(spend(s, &limit, 1, NOON));
	CU_ASSERT_FALSE(spend(s, &limit, 1, later(5000)));
}

static void test_limit_is_no_longer_than_its_period_when_the_clock_goes_back(void)
{
	each_store(clock_set_back);
}

/* ---- values ---- */

static void note_value(void *owner, struct str value)
{
	CLEANUP(mem_freep) char *copy = str_dup(value);

	snprintf(owner, 100, "%s", value.p != NULL ? copy : "(none)");
}

static void value_is(struct store *s, const char *key, struct wall at, const char *wanted,
		     unsigned line)
{
	char seen[100] = "(not answered)";

	s->ops->get(s, str_from(key), at, note_value, seen);
	unit_str_is(str_from(seen), wanted, __FILE__, line);
}

#define VALUE_IS(key, at, wanted) value_is(s, key, at, wanted, __LINE__)

static bool set(struct store *s, const char *key, const char *value, int64_t keep_ms,
		struct wall at)
{
	int stored = -1;

	s->ops->set(s, str_from(key), str_from(value), keep_ms, at, note_bool, &stored);
	CU_ASSERT_NOT_EQUAL(stored, -1);
	return stored == 1;
}

struct sum {
	int added;
	double sum;
};

static void note_sum(void *owner, bool added, double sum)
{
	*(struct sum *)owner = (struct sum){ added, sum };
}

/* The sum; NAN when it was refused. */
static double add(struct store *s, const char *key, double number, struct wall at)
{
	struct sum sum = { -1, 0 };

	s->ops->add(s, str_from(key), number, at, note_sum, &sum);
	CU_ASSERT_NOT_EQUAL(sum.added, -1);
	return sum.added ? sum.sum : (double)NAN;
}

static void values_kept(struct store *s)
{
	VALUE_IS("k", NOON, "(none)");
	CU_ASSERT_TRUE(set(s, "k", "one", 0, NOON));
	VALUE_IS("k", NOON, "one");
	VALUE_IS("k", later(INT64_C(99) * 365 * 24 * 3600 * 1000), "one");
	CU_ASSERT_TRUE(set(s, "k", "two", 0, NOON));
	VALUE_IS("k", NOON, "two");
	VALUE_IS("K", NOON, "(none)");
	VALUE_IS("k2", NOON, "(none)");
	CU_ASSERT_TRUE(set(s, "k", "", 0, NOON));
	VALUE_IS("k", NOON, "(none)");
	CU_ASSERT_TRUE(set(s, "k", "", 0, NOON)); /* twice is fine */
	CU_ASSERT_TRUE(set(s, "k", "three", 0, NOON));
	VALUE_IS("k", NOON, "three");
}

static void test_values_are_kept_and_forgotten(void)
{
	each_store(values_kept);
}

static void values_pass(struct store *s)
{
	CU_ASSERT_TRUE(set(s, "k", "one", 1000, NOON));
	CU_ASSERT_TRUE(set(s, "long", "two", 5000, NOON));
	VALUE_IS("k", later(999), "one");
	VALUE_IS("k", later(1000), "(none)");
	VALUE_IS("k", NOON, "(none)");				    /* gone is gone */
	CU_ASSERT_TRUE(set(s, "long", "three", 5000, later(4000))); /* anew */
	VALUE_IS("long", later(8999), "three");
	VALUE_IS("long", later(9000), "(none)");
	CU_ASSERT_TRUE(set(s, "k", "now for good", 1000, NOON));
	CU_ASSERT_TRUE(set(s, "k", "for good", 0, NOON));
	VALUE_IS("k", later(1000), "for good");
	CU_ASSERT_TRUE(set(s, "k", "for a while", 1000, later(2000)));
	VALUE_IS("k", later(2999), "for a while");
	VALUE_IS("k", later(3000), "(none)");
}

static void test_values_may_pass(void)
{
	each_store(values_pass);
}

static void values_of_a_clock_set_back(struct store *s)
{
	CU_ASSERT_TRUE(set(s, "k", "one", 1000, later(3600000)));
	VALUE_IS("k", NOON, "one");
	CU_ASSERT_TRUE(set(s, "k2", "two", 1000, NOON));
	VALUE_IS("k2", later(1000), "(none)"); /* an older one in front of it or not */
	VALUE_IS("k", later(3601000), "(none)");
}

static void test_values_pass_although_the_clock_goes_back(void)
{
	each_store(values_of_a_clock_set_back);
}

static void numbers_added(struct store *s)
{
	CU_ASSERT_EQUAL(add(s, "n", 1, NOON), 1);
	CU_ASSERT_EQUAL(add(s, "n", 1, NOON), 2);
	VALUE_IS("n", NOON, "2");
	CU_ASSERT_EQUAL(add(s, "n", -5, NOON), -3);
	VALUE_IS("n", NOON, "-3");
	CU_ASSERT_EQUAL(add(s, "n", 0.5, NOON), -2.5);
	VALUE_IS("n", NOON, "-2.5");
	CU_ASSERT_EQUAL(add(s, "n", 2.5, NOON), 0);
	VALUE_IS("n", NOON, "0");
	CU_ASSERT_TRUE(set(s, "n", "41", 0, NOON));
	CU_ASSERT_EQUAL(add(s, "n", 1, NOON), 42);
	CU_ASSERT_EQUAL(add(s, "big", 123456789012.0, NOON), 123456789012.0);
	VALUE_IS("big", NOON, "123456789012");
	add(s, "tenth", 0.1, NOON);
	add(s, "tenth", 0.1, NOON);
	add(s, "tenth", 0.1, NOON);
	VALUE_IS("tenth", NOON, "0.3");
}

static void test_numbers_are_added(void)
{
	each_store(numbers_added);
}

static void no_numbers(struct store *s)
{
	static const char *const texts[] = {
		"x", "1x", "x1", "1 2", "nan", "inf", "-inf", "-", "\x01@U1\x01@ana", "1e999"
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CU_ASSERT_TRUE(set(s, "n", texts[i], 0, NOON));
		CU_ASSERT_TRUE(isnan(add(s, "n", 1, NOON)));
		VALUE_IS("n", NOON, texts[i]); /* as it was */
	}
	CU_ASSERT_TRUE(set(s, "n", "1e308", 0, NOON));
	CU_ASSERT_TRUE(isnan(add(s, "n", 1.7e308, NOON)));
	VALUE_IS("n", NOON, "1e308");
}

static void test_what_is_no_number_is_not_added_to(void)
{
	each_store(no_numbers);
}

static void sums_pass(struct store *s)
{
	CU_ASSERT_TRUE(set(s, "n", "5", 1000, NOON));
	CU_ASSERT_EQUAL(add(s, "n", 1, later(500)), 6);
	VALUE_IS("n", later(1499), "6");
	VALUE_IS("n", later(1500), "(none)");
	CU_ASSERT_EQUAL(add(s, "n", 1, later(1500)), 1);
	VALUE_IS("n", later(99999), "1");
}

static void test_a_sum_is_kept_as_long_as_its_number(void)
{
	each_store(sums_pass);
}

static void long_values(struct store *s)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_init(&text, 0);
	while (text.len < STORE_MAX_VALUE)
		buf_addc(&text, 'x');
	buf_addc(&text, '\0');
	CU_ASSERT_TRUE(set(s, "k", text.p, 0, NOON));
	text.p[text.len - 1] = 'x';
	buf_addc(&text, '\0');
	CU_ASSERT_FALSE(set(s, "k", text.p, 0, NOON));
	CU_ASSERT_FALSE(set(s, "new", text.p, 1000, NOON));
	VALUE_IS("new", NOON, "(none)");
	CU_ASSERT_TRUE(set(s, "k", "short", 0, NOON));
	VALUE_IS("k", NOON, "short");
}

static void test_values_have_a_longest_length(void)
{
	each_store(long_values);
}

static void passing_bounded(struct store *s)
{
	char key[32];

	CU_ASSERT_TRUE(set(s, "good", "g", 0, NOON));
	for (int i = 0; i <= MEMORY_MAX_PASSING; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		CU_ASSERT_TRUE_FATAL(set(s, key, "v", 100000, NOON));
	}
	VALUE_IS("k0", NOON, "(none)"); /* the one set longest ago */
	VALUE_IS("k1", NOON, "v");
	VALUE_IS(key, NOON, "v");
	VALUE_IS("good", NOON, "g");
}

static void test_values_that_pass_are_bounded(void)
{
	each_store(passing_bounded);
}

static void good_bounded(struct store *s)
{
	char key[32];

	CU_ASSERT_TRUE(set(s, "passing", "v", 1000, NOON));
	for (int i = 0; i < MEMORY_MAX_VALUES; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		CU_ASSERT_TRUE_FATAL(set(s, key, "v", 0, NOON));
	}
	CU_ASSERT_FALSE(set(s, "one more", "v", 0, NOON));
	CU_ASSERT_TRUE(isnan(add(s, "one more", 1, NOON)));
	CU_ASSERT_TRUE(set(s, "k5", "w", 0, NOON)); /* those that are there may change */
	VALUE_IS("k5", NOON, "w");
	CU_ASSERT_TRUE(set(s, "still passing", "v", 1000, NOON));
	CU_ASSERT_TRUE(set(s, "k6", "", 0, NOON));
	CU_ASSERT_TRUE(set(s, "one more", "v", 0, NOON));
}

static void test_values_for_good_are_bounded(void)
{
	each_store(good_bounded);
}

/* ---- outbox ---- */

static void only_committed_leave(struct store *s)
{
	struct job *job;

	CU_ASSERT_TRUE(s->ops->put(s, job_with("a")));
	CU_ASSERT_PTR_NULL(s->ops->lease(s));
	CU_ASSERT_EQUAL(s->ops->unsettled(s), 0);
	commit(s);
	CU_ASSERT_EQUAL(s->ops->unsettled(s), 1);
	job = s->ops->lease(s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	CU_ASSERT_EQUAL(job->state, JOB_IN_FLIGHT);
	CU_ASSERT_EQUAL(job->attempts, 1);
	CU_ASSERT_PTR_NULL(s->ops->lease(s));
	s->ops->settle(s, job, JOB_DONE);
	CU_ASSERT_EQUAL(s->ops->unsettled(s), 0);
}

static void test_outbox_gives_only_what_is_committed(void)
{
	each_store(only_committed_leave);
}

static void order_is_kept(struct store *s)
{
	static const char *const bodies[] = { "a", "b", "c" };

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		s->ops->put(s, job_with(bodies[i]));
	commit(s);
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct job *job = s->ops->lease(s);

		CU_ASSERT_PTR_NOT_NULL_FATAL(job);
		ASSERT_STR(str_from(job->message.text), bodies[i]);
		s->ops->settle(s, job, i == 1 ? JOB_DEAD : JOB_DONE);
	}
}

static void test_outbox_keeps_the_order(void)
{
	each_store(order_is_kept);
}

static void given_back(struct store *s)
{
	struct job *job;

	s->ops->put(s, job_with("a"));
	s->ops->put(s, job_with("b"));
	commit(s);
	s->ops->settle(s, s->ops->lease(s), JOB_PENDING);
	job = s->ops->lease(s);
	ASSERT_STR(str_from(job->message.text), "a");
	CU_ASSERT_EQUAL(job->attempts, 2);
}

static void test_outbox_gives_a_returned_job_first(void)
{
	each_store(given_back);
}

static void outbox_full(struct store *s)
{
	for (int i = 0; i < MEMORY_MAX_JOBS; i++)
		CU_ASSERT_TRUE_FATAL(s->ops->put(s, job_new(JOB_REACTION, "react")));
	CU_ASSERT_FALSE(s->ops->put(s, job_new(JOB_REACTION, "react")));
	commit(s);
	CU_ASSERT_FALSE(s->ops->put(s, job_new(JOB_REACTION, "react")));
	s->ops->settle(s, s->ops->lease(s), JOB_DONE);
	CU_ASSERT_TRUE(s->ops->put(s, job_new(JOB_REACTION, "react")));
}

static void test_outbox_is_bounded(void)
{
	each_store(outbox_full);
}

UNIT_MAIN("store", { "claim is new once", test_claim_is_new_once },
	  { "claim is forgotten after a day", test_claim_is_forgotten_after_a_day },
	  { "claims forget the oldest when full", test_claims_forget_the_oldest_when_full },
	  { "limit window rolls", test_limit_window_rolls },
	  { "limit without window is for ever", test_limit_without_window_is_for_ever },
	  { "limits are spent together or not at all",
	    test_limits_are_spent_together_or_not_at_all },
	  { "limit is no longer than its period when the clock goes back",
	    test_limit_is_no_longer_than_its_period_when_the_clock_goes_back },
	  { "values are kept and forgotten", test_values_are_kept_and_forgotten },
	  { "values may pass", test_values_may_pass },
	  { "values pass although the clock goes back",
	    test_values_pass_although_the_clock_goes_back },
	  { "numbers are added", test_numbers_are_added },
	  { "what is no number is not added to", test_what_is_no_number_is_not_added_to },
	  { "a sum is kept as long as its number", test_a_sum_is_kept_as_long_as_its_number },
	  { "values have a longest length", test_values_have_a_longest_length },
	  { "values that pass are bounded", test_values_that_pass_are_bounded },
	  { "values for good are bounded", test_values_for_good_are_bounded },
	  { "outbox gives only what is committed", test_outbox_gives_only_what_is_committed },
	  { "outbox keeps the order", test_outbox_keeps_the_order },
	  { "outbox gives a returned job first", test_outbox_gives_a_returned_job_first },
	  { "outbox is bounded", test_outbox_is_bounded })
