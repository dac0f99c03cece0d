/* SPDX-License-Identifier: MIT */
#include "lib/unit.h"
#include "base/keyword.h"

static const struct keyword table[] = {
	{ .name = "upper", .value = 7 },
	{ .name = "title", .value = 8 },
	{ .name = NULL },
};

static void check(const char *seen, int value, const char *told)
{
	const struct keyword *row;
	struct diag diag = { 0 };

	row = keyword_look(table, "filter", str_from(seen), (struct place){ "f", 3 }, &diag);
	CU_ASSERT_EQUAL(row != NULL ? row->value : -1, value);
	CU_ASSERT_EQUAL(diag.n_errors, told != NULL);
	if (diag.n_entries > 0) {
		ASSERT_STR(str_from(diag.entries[0].text), told);
		CU_ASSERT_EQUAL(diag.entries[0].line, 3);
	}
	diag_deinit(&diag);
}

static void test_words_are_found(void)
{
	check("upper", 7, NULL);
	check("title", 8, NULL);
}

static void test_finding_says_nothing(void)
{
	CU_ASSERT_PTR_EQUAL(keyword_find(table, STR("title")), &table[1]);
	CU_ASSERT_PTR_NULL(keyword_find(table, STR("titl")));
	CU_ASSERT_PTR_NULL(keyword_find(table, STR("Title")));
	ASSERT_STR(str_from(keyword_nearest(table, STR("titel"))), "title");
	CU_ASSERT_PTR_NULL(keyword_nearest(table, STR("xyz")));
}

static void test_slips_name_the_nearest(void)
{
	check("uper", -1, "unknown filter `uper`; did you mean `upper`?");
	check("xyz", -1, "unknown filter `xyz`");
	check("", -1, "unknown filter ``");
}

UNIT_MAIN("known", { "words are found", test_words_are_found },
	  { "finding says nothing", test_finding_says_nothing },
	  { "slips name the nearest", test_slips_name_the_nearest })
