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

UNIT_MAIN("arena", { "pieces are zero and aligned", test_pieces_are_zero_and_aligned })
