/* SPDX-License-Identifier: MIT */
/* What every store must do; each case runs over every store in the table. */
#include <stdio.h>
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
	struct job *job = job_new();

	job->body = mem_strdup(body);
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
		ASSERT_STR(str_from(job->body), bodies[i]);
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
	ASSERT_STR(str_from(job->body), "a");
	CU_ASSERT_EQUAL(job->attempts, 2);
}

static void test_outbox_gives_a_returned_job_first(void)
{
	each_store(given_back);
}

static void outbox_full(struct store *s)
{
	for (int i = 0; i < MEMORY_MAX_JOBS; i++)
		CU_ASSERT_TRUE_FATAL(s->ops->put(s, job_new()));
	CU_ASSERT_FALSE(s->ops->put(s, job_new()));
	commit(s);
	CU_ASSERT_FALSE(s->ops->put(s, job_new()));
	s->ops->settle(s, s->ops->lease(s), JOB_DONE);
	CU_ASSERT_TRUE(s->ops->put(s, job_new()));
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
	  { "outbox gives only what is committed", test_outbox_gives_only_what_is_committed },
	  { "outbox keeps the order", test_outbox_keeps_the_order },
	  { "outbox gives a returned job first", test_outbox_gives_a_returned_job_first },
	  { "outbox is bounded", test_outbox_is_bounded })
