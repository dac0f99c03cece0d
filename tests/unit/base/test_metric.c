/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "base/metric.h"
#include "lib/unit.h"

static void test_every_counter_has_its_name_and_sentence(void)
{
	for (enum metric i = 0; i < N_METRICS; i++) {
		const char *name = metric_name(i), *sentence = metric_sentence(i);

		CU_ASSERT_TRUE(strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name));
		CU_ASSERT_TRUE(strlen(sentence) > 10 && sentence[strlen(sentence) - 1] == '.');
		for (enum metric k = 0; k < i; k++)
			CU_ASSERT_STRING_NOT_EQUAL(name, metric_name(k));
	}
}

static void test_what_is_counted_is_printed(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const uint64_t before = metric_counts[METRIC_JOBS_DONE];

	metric_count(METRIC_JOBS_DONE);
	metric_count(METRIC_JOBS_DONE);
	CU_ASSERT_EQUAL(metric_counts[METRIC_JOBS_DONE], before + 2);
	metric_print(&text);
	buf_addc(&text, '\0');
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text.p, "\njobs_done                 2  Answers and calls that"));
}

UNIT_MAIN("metric",
	  { "every counter has its name and sentence",
	    test_every_counter_has_its_name_and_sentence },
	  { "what is counted is printed", test_what_is_counted_is_printed })
