/* SPDX-License-Identifier: MIT */
#include "base/share.h"

#include "base/log.h"
#include "base/metric.h"
#include "lib/logcatch.h"
#include "lib/unit.h"

static const struct share_owner ana = { { "U1ANA", 5 }, { "C1", 2 } };
static const struct share_owner raj = { { "U9RAJ", 5 }, { "C1", 2 } };
static const struct share_owner kim = { { "U8KIM", 5 }, { "C2", 2 } };
static const struct share_owner nobody = { { "", 0 }, { "", 0 } };

static bool try(struct shares *s, struct share *share, struct share_owner owner, size_t size)
{
	if (!shares_fit(s, share, owner, size))
		return false;
	shares_take(s, share, owner, size);
	return true;
}

static size_t fill(struct shares *s, struct share *shares, size_t n, struct share_owner owner)
{
	size_t i = 0;

	while (i < n && try(s, &shares[i], owner, 10))
		i++;
	return i;
}

static void test_one_person_holds_a_part_of_what_is_left(void)
{
	struct share of_ana[100] = { { 0 } }, of_raj[100] = { { 0 } }, of_kim[100] = { { 0 } };
	struct share of_nobody = { 0 };
	struct shares s;

	shares_init(&s, "things", 1000, 4, 0);
	CU_ASSERT_EQUAL(fill(&s, of_ana, 100, ana), 20); /* a quarter of the 800 that are left */
	CU_ASSERT_EQUAL(fill(&s, of_raj, 100, raj), 16);
	CU_ASSERT_EQUAL(fill(&s, of_kim, 100, kim), 13);
	CU_ASSERT_FALSE(try(&s, &of_ana[20], ana, 10));
	CU_ASSERT_FALSE(try(&s, &of_nobody, nobody, 511));
	CU_ASSERT_TRUE(try(&s, &of_nobody, nobody, 510));
	CU_ASSERT_EQUAL(s.held, 1000);
	for (size_t i = 0; i < 100; i++) {
		shares_give_back(&s, &of_ana[i]); /* those that hold nothing as well */
		shares_give_back(&s, &of_raj[i]);
		shares_give_back(&s, &of_kim[i]);
	}
	shares_give_back(&s, &of_nobody);
	CU_ASSERT_EQUAL(s.held, 0);
	CU_ASSERT_EQUAL(s.holders.n, 0);
	CU_ASSERT_EQUAL(fill(&s, of_ana, 100, ana), 20);
	shares_deinit(&s);
}

static void test_a_channel_holds_a_part_too(void)
{
	struct share of_ana[100] = { { 0 } }, of_raj[100] = { { 0 } }, of_kim = { 0 };
	struct shares s;

	shares_init(&s, "things", 1000, 0, 2);
	CU_ASSERT_EQUAL(fill(&s, of_ana, 100, ana), 33);
	CU_ASSERT_EQUAL(fill(&s, of_raj, 100, raj), 0); /* in the same one */
	CU_ASSERT_TRUE(try(&s, &of_kim, kim, 300));
	shares_deinit(&s);
}

static void test_what_is_there_may_change(void)
{
	struct share a = { 0 }, b = { 0 };
	struct shares s;

	shares_init(&s, "things", 1000, 4, 2);
	CU_ASSERT_TRUE(try(&s, &a, ana, 200));
	CU_ASSERT_TRUE(try(&s, &a, ana, 250)); /* in place of the 200 */
	CU_ASSERT_FALSE(try(&s, &a, ana, 251));
	CU_ASSERT_FALSE(try(&s, &b, ana, 1));
	CU_ASSERT_TRUE(try(&s, &a, raj, 250)); /* who has it now */
	CU_ASSERT_TRUE(try(&s, &b, ana, 120));
	CU_ASSERT_TRUE(try(&s, &a, raj, 1));
	CU_ASSERT_EQUAL(s.held, 121);
	CU_ASSERT_EQUAL(share_of_person(&b), 120);
	CU_ASSERT_FALSE(share_is_same_person(&a, &b));
	shares_give_back(&s, &a);
	CU_ASSERT_FALSE(share_is_same_person(&a, &a)); /* nobody is nobody */
	CU_ASSERT_EQUAL(share_of_person(&a), 0);
	shares_deinit(&s);
}

/* Loaded, or promised: more than fits is held all the same, and nothing fits then. */
static void test_more_than_fits_can_be_held(void)
{
	struct share a = { 0 }, b = { 0 }, c = { 0 };
	struct shares s;

	shares_init(&s, "things", 1000, 4, 2);
	shares_take(&s, &a, ana, 5000);
	CU_ASSERT_FALSE(try(&s, &b, raj, 0));
	CU_ASSERT_FALSE(try(&s, &b, nobody, SIZE_MAX));
	shares_give_back(&s, &a);
	CU_ASSERT_TRUE(try(&s, &c, nobody, 1000));
	shares_deinit(&s);
}

static void test_it_is_counted_and_told_of_from_time_to_time(void)
{
	uint64_t before = metric_counts[METRIC_SHARES_REFUSED];
	struct share a = { 0 };
	struct shares s;

	shares_init(&s, "things", 1000, 4, 2);
	shares_take(&s, &a, ana, 250);
	log_set_level(LOG_WARN);
	logcatch_begin();
	for (int64_t i = 0; i < 100; i++)
		shares_refuse(&s, ana, STR("greedy"), (struct mono){ i * 150000000 });
	logcatch_end();
	CU_ASSERT_EQUAL(
		logcatch_count("all things: no more are taken from there rule=greedy channel=C1 "
			       "person=U1ANA held=250 in_all=250 refused=1\n"),
		1);
	CU_ASSERT_EQUAL(logcatch_count("refused=67\n"), 1);
	CU_ASSERT_EQUAL(logcatch_count("refused="), 2);
	CU_ASSERT_EQUAL(metric_counts[METRIC_SHARES_REFUSED] - before, 100);
	shares_deinit(&s);
}

UNIT_MAIN("share",
	  { "one person holds a part of what is left",
	    test_one_person_holds_a_part_of_what_is_left },
	  { "a channel holds a part, too", test_a_channel_holds_a_part_too },
	  { "what is there may change", test_what_is_there_may_change },
	  { "more than fits can be held", test_more_than_fits_can_be_held },
	  { "it is told of from time to time", test_it_is_counted_and_told_of_from_time_to_time })
