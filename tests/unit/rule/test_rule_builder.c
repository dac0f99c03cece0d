/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "lib/unit.h"
#include "rule/rule_builder.h"

static void test_arrays_grow_and_keep_what_they_have(void)
{
	struct arena arena;
	struct rule_builder d = { .arena = &arena };
	size_t *numbers = NULL, n = 0;

	arena_init(&arena);
	for (size_t i = 0; i < 1000; i++) {
		size_t *added = rule_builder_append(&d, &numbers, &n, sizeof(*numbers));

		CU_ASSERT_EQUAL(*added, 0);
		CU_ASSERT_PTR_EQUAL(added, &numbers[i]);
		*added = i * i;
	}
	CU_ASSERT_EQUAL(n, 1000);
	for (size_t i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(numbers[i], i * i);
	arena_deinit(&arena);
}

UNIT_MAIN("draft",
	  { "arrays grow and keep what they have", test_arrays_grow_and_keep_what_they_have })
