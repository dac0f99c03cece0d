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

	buf_init(&out, 0);
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

static void put(double value, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	double again = 0;

	buf_init(&out, 0);
	number_put(&out, value);
	ASSERT_STR(buf_str(&out), wanted);
	if (fabs(value) < 1e12) {
		CU_ASSERT_TRUE(number_read(buf_str(&out), &again));
		CU_ASSERT_TRUE(fabs(again - value) < 1e-9);
	}
}

static void test_sums_as_text(void)
{
	put(0, "0");
	put(-0.0, "0");
	put(3, "3");
	put(-12, "-12");
	put(0.5, "0.5");
	put(0.1 + 0.2, "0.3");
	put(999999999999999, "999999999999999");
	put(1234567.25, "1234567.25");
}

/* What was stored must be a number when it is read again, however large or small it grew. */
static void test_every_sum_can_be_read_again(void)
{
	static const double values[] = { 1e15,	 1e16,	  1.5e20, 1e30,	   -1e39,
					 0.0001, 0.00001, 1e-7,	  -2.5e-9, 123456789.123456 };

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		CLEANUP(buf_deinit) struct buf out = { 0 };
		double again = 0;

		buf_init(&out, 0);
		number_put(&out, values[i]);
		CU_ASSERT_TRUE(number_read(buf_str(&out), &again));
		CU_ASSERT_TRUE(fabs(again - values[i]) <= 1e-9 * (1 + fabs(values[i])));
	}
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
	  { "digits in groups", test_digits_in_groups }, { "sums as text", test_sums_as_text },
	  { "every sum can be read again", test_every_sum_can_be_read_again },
	  { "moments", test_moments }, { "what is no moment", test_what_is_no_moment })
