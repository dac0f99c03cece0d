/* SPDX-License-Identifier: MIT */
#include "template/plain.h"

#include "base/mem.h"
#include "lib/unit.h"

static void check(const char *text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	plain_text(&out, str_from(text));
	ASSERT_STR(buf_str(&out), wanted);
}

static void test_marks_that_stand_in_pairs(void)
{
	check("*a* _b_ ~c~", "a b c");
	check("*a b* c", "a b c");
	check("_*a*_ *_b_*", "a b");
	check("(*a*), \"_b_\".", "(a), \"b\".");
	check("*a*b*", "a*b");
	check("*a*\u00e9", "*a*\u00e9");
	check("\u00e9*a*", "\u00e9*a*");
}

static void test_marks_that_mean_something_else(void)
{
	check("2 * 3 * 4", "2 * 3 * 4");
	check("2*3*4", "2*3*4");
	check("a_b_c", "a_b_c");
	check("~/dir and ~", "~/dir and ~");
	check("* one\n* two", "* one\n* two");
	check("*a\nb*", "*a\nb*");
	check("**", "**");
	check("****", "****");
	check("*", "*");
}

static void test_code_and_quotes(void)
{
	check("`a` ```b```", "a b");
	check("```\na\n```", "\na\n");
	check("> a\n>b\n>> c\n x > y", "a\nb\n> c\n x > y");
	check(">", "");
}

static void test_lines_stay_lines(void)
{
	check("", "");
	check("\n", "\n");
	check("a\n\nb\n", "a\n\nb\n");
}

UNIT_MAIN("plain", { "marks that stand in pairs", test_marks_that_stand_in_pairs },
	  { "marks that mean something else", test_marks_that_mean_something_else },
	  { "code and quotes", test_code_and_quotes },
	  { "lines stay lines", test_lines_stay_lines })
