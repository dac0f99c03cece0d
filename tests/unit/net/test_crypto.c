/* SPDX-License-Identifier: MIT */
#include "net/crypto.h"

#include <string.h>
#include "lib/unit.h"

static void test_sha1(void)
{
	static const unsigned char abc[SHA1_SIZE] = { 0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81,
						      0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50,
						      0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d };
	unsigned char out[SHA1_SIZE];

	sha1(STR("abc"), out);
	CU_ASSERT_EQUAL(memcmp(out, abc, sizeof(abc)), 0);
}

static void test_base64(void)
{
	struct buf out = { 0 };

	base64_add(&out, STR_EMPTY);
	base64_add(&out, str_make(NULL, 0));
	ASSERT_STR(buf_str(&out), "");
	base64_add(&out, STR("f"));
	base64_add(&out, STR("fo"));
	base64_add(&out, STR("foobar"));
	ASSERT_STR(buf_str(&out), "Zg==Zm8=Zm9vYmFy");
	buf_deinit(&out);
}

static void test_random(void)
{
	unsigned char a[16] = { 0 }, b[16] = { 0 };
	unsigned seen[7] = { 0 };

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof(a)), 0);
	CU_ASSERT_EQUAL(random_below(1), 0);
	for (int i = 0; i < 7000; i++) {
		uint64_t value = random_below(7);

		CU_ASSERT_FATAL(value < 7);
		seen[value]++;
	}
	/* Twelve standard deviations: fails once in the life of nobody. */
	for (int i = 0; i < 7; i++)
		CU_ASSERT(seen[i] > 650 && seen[i] < 1350);
	CU_ASSERT(random_below(UINT64_MAX) < UINT64_MAX);
}

UNIT_MAIN("digest", { "sha1", test_sha1 }, { "base64", test_base64 }, { "random", test_random })
