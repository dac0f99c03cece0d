/* SPDX-License-Identifier: MIT */
#include "lib/unit.h"
#include "rule/filter.h"

static void check(const char *filter, const char *text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct filter f = { 0 };
	struct diag diag;

	buf_init(&out, 0);
	diag_init(&diag);
	CU_ASSERT_TRUE_FATAL(filter_read(&f, str_from(filter), (struct place){ "f", 1 }, &diag));
	CU_ASSERT_PTR_NOT_NULL(f.apply);
	if (f.apply != NULL)
		f.apply(&out, str_from(text), f.n);
	ASSERT_STR(buf_str(&out), wanted);
	diag_deinit(&diag);
}

static void refused(const char *filter, const char *told)
{
	struct filter f = { 0 };
	struct diag diag;

	diag_init(&diag);
	CU_ASSERT_FALSE(filter_read(&f, str_from(filter), (struct place){ "f", 1 }, &diag));
	CU_ASSERT_EQUAL_FATAL(diag.n_errors, 1);
	ASSERT_STR(str_from(diag.entries[0].text), told);
	diag_deinit(&diag);
}

static void test_letters(void)
{
	check("upper", "caf\u00e9 x", "CAF\u00c9 X");
	check(" lower ", "ABC", "abc");
	check("trim", " \n a b\t", "a b");
}

static void test_short_counts_letters_and_its_own_sign(void)
{
	check("short 5", "12345", "12345");
	check("short 5", "123456", "1234\u2026");
	check("short 1", "12", "\u2026");
	check("short 1", "1", "1");
	check("short 3", "\u00e9\u00e9\u00e9\u00e9", "\u00e9\u00e9\u2026");
	check("short 7", "Hello world", "Hello\u2026");
	check("short 8", "", "");
	check("short 3", "      x", "\u2026");
}

static void test_plain_takes_marks_away(void)
{
	check("plain", "*bold* _it_ ~gone~ `code` ```block```", "bold it gone code block");
	check("plain", "_*both*_", "both");
	check("plain", "snake_case_name and 2*3*4 and a ~ b ~ c",
	      "snake_case_name and 2*3*4 and a ~ b ~ c");
	check("plain", "* a * b", "* a * b");
	check("plain", "(*x*), *y*!", "(x), y!");
	check("plain", "> quoted\nnot > this", "quoted\nnot > this");
	check("plain", "*a\nb*", "*a\nb*");
	check("plain", "**", "**");
	check("plain", "***", "***");
	check("plain", "*", "*");
	check("plain", "", "");
}

static void test_plain_is_quick_on_hostile_texts(void)
{
	CLEANUP(buf_deinit) struct buf in = { 0 }, out = { 0 };
	struct filter f;
	struct diag diag;

	buf_init(&in, 0);
	buf_init(&out, 0);
	diag_init(&diag);
	for (int i = 0; i < 400000; i++)
		buf_addz(&in, i % 3 == 0 ? " *" : "a_");
	CU_ASSERT_TRUE(filter_read(&f, STR("plain"), (struct place){ 0 }, &diag));
	f.apply(&out, buf_str(&in), 0);
	CU_ASSERT_TRUE(out.len > 0);
}

static void test_slips_are_told(void)
{
	refused("", "a filter is missing behind `|`");
	refused("uper", "unknown filter `uper`; did you mean `upper`?");
	refused("upper 3", "`3` stands behind the filter `upper`, which takes nothing");
	refused("short", "the filter `short` takes a number of letters, as in {text|short 80}");
	refused("short 0", "the filter `short` takes a number of letters, as in {text|short 80}");
	refused("short 40001",
		"the filter `short` takes a number of letters, as in {text|short 80}");
	refused("first line", "the filter `first` is not in this version of retort");
	refused("date %A", "the filter `date` is not in this version of retort");
}

UNIT_MAIN("filter", { "letters", test_letters },
	  { "short counts letters and its own sign", test_short_counts_letters_and_its_own_sign },
	  { "plain takes marks away", test_plain_takes_marks_away },
	  { "plain is quick on hostile texts", test_plain_is_quick_on_hostile_texts },
	  { "slips are told", test_slips_are_told })
