/* SPDX-License-Identifier: MIT */
#include "template/symbols.h"

#include "base/mem.h"
#include "lib/unit.h"

static void test_rows_are_found(void)
{
	struct table_row rows[] = {
		{ .key = STR("Billing") },
		{ .key = STR("log in") },
		{ .key = STR("else") },
	};
	struct table t = { .rows = rows, .n_rows = 2 };

	CU_ASSERT_PTR_EQUAL(table_find(&t, STR("billing")), &rows[0]);
	CU_ASSERT_PTR_EQUAL(table_find(&t, STR(" LOG IN\n")), &rows[1]);
	CU_ASSERT_PTR_NULL(table_find(&t, STR("log  in")));
	CU_ASSERT_PTR_NULL(table_find(&t, STR("")));
	t.n_rows = 3;
	t.otherwise = &rows[2];
	CU_ASSERT_PTR_EQUAL(table_find(&t, STR("nothing")), &rows[2]);
	CU_ASSERT_PTR_EQUAL(table_find(&t, STR("billing")), &rows[0]);
}

static void test_all_names_by_number(void)
{
	static const char *const wanted[] = { "t1", "t2", "l", "h", "v" };
	struct symbols_walk walk;
	struct table table = { 0 };
	struct name_list list = { 0 };
	struct symbols n;

	symbols_init(&n);
	symbols_walk_init(&walk, &n);
	CU_ASSERT_PTR_NULL(symbols_at(&walk, 0));
	map_set(&n.variables, STR("v"), &table);
	map_set(&n.hours, STR("h"), &table);
	map_set(&n.lists, STR("l"), &list);
	map_set(&n.tables, STR("t1"), &table);
	map_set(&n.tables, STR("t2"), &table);
	symbols_walk_init(&walk, &n);
	for (int again = 0; again < 2; again++) {
		for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
			ASSERT_STR(str_from(symbols_at(&walk, i)), wanted[i]);
		CU_ASSERT_PTR_NULL(symbols_at(&walk, 5));
	}
	ASSERT_STR(str_from(symbols_at(&walk, 3)), "h");
	ASSERT_STR(str_from(symbols_at(&walk, 1)), "t2");
	ASSERT_STR(str_from(symbols_at(&walk, 1)), "t2");
	symbols_deinit(&n);
	symbols_deinit(&n);
}

UNIT_MAIN("names", { "rows are found", test_rows_are_found },
	  { "all names by number", test_all_names_by_number })
