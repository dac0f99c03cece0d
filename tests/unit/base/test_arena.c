/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>
#include "base/mem.h"
#include "lib/unit.h"

static void test_pieces_are_zero_and_aligned(void)
{
	static const size_t sizes[] = { 1, 0, 7, 100, 2048, 2049, 16, 70000, 3 };
	struct arena arena;
	char *pieces[ARRAY_LEN(sizes)];

	arena_init(&arena);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		pieces[i] = arena_alloc(&arena, sizes[i]);
		CU_ASSERT_EQUAL((uintptr_t)pieces[i] % sizeof(max_align_t), 0);
		for (size_t n = 0; n < sizes[i]; n++)
			CU_ASSERT_EQUAL_FATAL(pieces[i][n], 0);
		memset(pieces[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t n = 0; n < sizes[i]; n++)
			CU_ASSERT_EQUAL_FATAL(pieces[i][n], (char)i + 1);
	}
	arena_deinit(&arena);
	arena_deinit(&arena);
}

static void test_arrays_grow_and_keep_what_they_have(void)
{
	struct arena arena;
	size_t *numbers = NULL, n = 0;

	arena_init(&arena);
	for (size_t i = 0; i < 1000; i++) {
		size_t *added = arena_append(&arena, &numbers, &n, sizeof(*numbers));

		CU_ASSERT_EQUAL(*added, 0);
		CU_ASSERT_PTR_EQUAL(added, &numbers[i]);
		*added = i * i;
	}
	CU_ASSERT_EQUAL(n, 1000);
	for (size_t i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(numbers[i], i * i);
	arena_deinit(&arena);
}

UNIT_MAIN("arena", { "pieces are zero and aligned", test_pieces_are_zero_and_aligned },
	  { "arrays grow and keep what they have", test_arrays_grow_and_keep_what_they_have })
