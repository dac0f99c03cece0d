/* SPDX-License-Identifier: MIT */
#include "template/number.h"

#include <math.h>
#include <stdio.h>
#include "base/mem.h"
#include "calendar/zone.h"
#include "lib/unit.h"

static void reads(const char *text, double wanted)
{
	double seen = 0;

	CU_ASSERT_TRUE(number_read(str_from(text), &seen));
	CU_ASSERT_TRUE(fabs(seen - wanted) < 1e-9 * (1 + fabs(wanted)));
}

static void test_numbers_as_people_write_them(void)
{
	reads("0", 0);
	reads("12", 12);
	reads(" +12 ", 12);
	reads("-1,234.5", -1234.5);
	reads("1,234,567", 1234567);
	reads("007", 7);
	reads("0.25", 0.25);
	reads("9007199254740992", 9007199254740992.0);
	reads("1234567890123456789012345678901234567890", 1.2345678901234568e39);
}

static void test_what_is_no_number(void)
{
	static const char *const texts[] = {
		"",
		"-",
		"+-1",
		"1,23",
		"1,2345",
		"12,34",
		",123",
		"1234,567",
		"1.",
		".5",
		"1.2.3",
		"1 000",
		"1e5",
		"0x10",
		"inf",
		"nan",
		"1,",
		"1,234,",
		"\u0661",
		"1-",
		"- 1",
		"1.-5",
		"12345678901234567890123456789012345678901", /* 41 digits */
		"1.12345678901234567890123456789012345678901",
	};
	double seen;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CU_ASSERT_FALSE(number_read(str_from(texts[i]), &seen));
}

static void grouped(const char *text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	CU_ASSERT_EQUAL(number_group(&out, str_from(text)), wanted[0] != '\0');
	ASSERT_STR(buf_str(&out), wanted);
}

static void test_digits_in_groups(void)
{
	grouped("1", "1");
	grouped("123", "123");
	grouped("1234", "1,234");
	grouped("-123456", "-123,456");
	grouped("1,234567", "");
	grouped("1234567.50", "1,234,567.50");
	grouped("+1000", "1,000");
	grouped("x", "");
}

static void moment(const char *text, int64_t ms)
{
	struct wall seen = { 0 };

	CU_ASSERT_TRUE(number_moment(str_from(text), zone_utc(), &seen));
	CU_ASSERT_EQUAL(seen.ms, ms);
}

static void test_moments(void)
{
	moment("1767787200", 1767787200000);
	moment(" 1767787200 ", 1767787200000);
	moment("1767787200.000005", 1767787200000);
	moment("1767787200.25", 1767787200250);
	moment("1767787200.", 1767787200000);
	moment("2026-01-07", 1767744000000);
	moment("2026-01-07 12:00", 1767787200000);
	moment("2026-01-07T12:00:30", 1767787230000);
	moment("2026-01-07T12:00Z", 1767787200000);
}

static void test_what_is_no_moment(void)
{
	static const char *const texts[] = {
		"",
		"12",
		"2026-1-7",
		"2026-02-30",
		"2026-01-07x12:00",

		"2026-01-07 25:00",
		"noon",
		"17677872x0",
		"1767787200.x",
		"123456789012",
		"2026-01-07 12:00 x",
		"2026-01-07T",
		"-1767787200",
	};
	struct wall seen;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		bool taken = number_moment(str_from(texts[i]), zone_utc(), &seen);

		CU_ASSERT_FALSE(taken);
		if (taken)
			printf("\n  taken: %s", texts[i]);
	}
}

UNIT_MAIN("number", { "numbers as people write them", test_numbers_as_people_write_them },
	  { "what is no number", test_what_is_no_number },
	  { "digits in groups", test_digits_in_groups }, { "moments", test_moments },
	  { "what is no moment", test_what_is_no_moment })
