/* SPDX-License-Identifier: MIT */
#include "base/bits.h"
#include "lib/unit.h"

static void test_numbers_come_in_order(void)
{
	static const size_t in[] = { 0, 1, 63, 64, 127, 191 };
	uint64_t bits[3] = { 0 };
	size_t at = 0;

	for (size_t i = ARRAY_LEN(in); i-- > 0;)
		bits_set(bits, in[i]);
	for (size_t i = 0; i < ARRAY_LEN(in); i++) {
		at = bits_next(bits, 192, at);
		CU_ASSERT_EQUAL(at, in[i]);
		CU_ASSERT_TRUE(bits_has(bits, at++));
	}
	CU_ASSERT_EQUAL(bits_next(bits, 192, at), 192);
	CU_ASSERT_FALSE(bits_has(bits, 62));
}

/* What stands in the last word behind the end does not count. */
static void test_the_end(void)
{
	for (size_t n = 0; n <= 130; n++) {
		uint64_t bits[3] = { 0 };
		size_t count = 0;

		CU_ASSERT_EQUAL(bits_next(bits, n, 0), n);
		bits_fill(bits, n);
		for (size_t at = bits_next(bits, n, 0); at < n; at = bits_next(bits, n, at + 1))
			count++;
		CU_ASSERT_EQUAL(count, n);
		CU_ASSERT_EQUAL(bits_next(bits, n, n), n);
	}
}

UNIT_MAIN("bits", { "numbers come in order", test_numbers_come_in_order },
	  { "the end", test_the_end })
