/* SPDX-License-Identifier: MIT */
#include "slack/split.h"

#include <stdlib.h>
#include "lib/unit.h"

static void fill(struct buf *b, const char *piece, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_addz(b, piece);
}

/* Splits, checks each part's size, and joins the parts with `|`. */
static size_t split(struct str text, struct buf *joined)
{
	CLEANUP(buf_deinit) struct buf part = { 0 };
	bool in_code = false;
	size_t n = 0;

	while (split_next(&text, &in_code, &part)) {
		CU_ASSERT(utf8_utf16_units(buf_str(&part)) <= 3500);
		CU_ASSERT(part.len > 0);
		if (n++ > 0)
			buf_addc(joined, '|');
		buf_add(joined, buf_str(&part));
		if (n > 1000)
			break;
	}
	return n;
}

static void test_split_leaves_short_text_whole(void)
{
	CLEANUP(buf_deinit) struct buf joined = { 0 }, text = { 0 };

	CU_ASSERT_EQUAL(split(STR("one\n\n  two ```code"), &joined), 1);
	ASSERT_STR(buf_str(&joined), "one\n\n  two ```code");
	CU_ASSERT_EQUAL(split(STR(""), &joined), 0);
	CU_ASSERT_EQUAL(split(STR(" \n\t\n"), &joined), 0);
	fill(&text, "x", 3500);
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 1);
	buf_addc(&text, 'y');
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
}

static void test_split_prefers_line_ends(void)
{
	CLEANUP(buf_deinit) struct buf joined = { 0 }, text = { 0 }, wanted = { 0 };

	fill(&text, "a b ", 500);
	buf_addz(&text, "end\n\nnext ");
	fill(&text, "c d ", 500);
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	fill(&wanted, "a b ", 500);
	buf_addz(&wanted, "end|next ");
	fill(&wanted, "c d ", 500);
	wanted.len--;
	buf_addc(&wanted, '\0');
	ASSERT_STR(buf_str(&joined), wanted.p);
}

static void test_split_at_blanks_and_letters(void)
{
	CLEANUP(buf_deinit) struct buf joined = { 0 }, text = { 0 };
	size_t bar;

	fill(&text, "word ", 1000);
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	bar = str_find_char(buf_str(&joined), '|');
	CU_ASSERT_EQUAL(bar, 3499);
	CU_ASSERT_EQUAL(joined.p[bar + 1], 'w');
	buf_clear(&text);
	buf_clear(&joined);
	fill(&text, "\U0001F600", 1751); /* two units each */
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	CU_ASSERT_EQUAL(str_find_char(buf_str(&joined), '|'), 7000);
}

static void test_split_keeps_markup_whole(void)
{
	CLEANUP(buf_deinit) struct buf joined = { 0 }, text = { 0 };

	fill(&text, "x", 3497);
	buf_addz(&text, "&amp;y");
	split(buf_str(&text), &joined);
	ASSERT_STR(str_sub(buf_str(&joined), 3490, joined.len), "xxxxxxx|&amp;y");
	buf_clear(&text);
	buf_clear(&joined);
	fill(&text, "x", 3480);
	buf_addz(&text, "<https://x.example|a long label>y");
	split(buf_str(&text), &joined);
	ASSERT_STR(str_sub(buf_str(&joined), 3478, joined.len),
		   "xx|<https://x.example|a long label>y");
}

static void test_split_closes_code(void)
{
	CLEANUP(buf_deinit) struct buf joined = { 0 }, text = { 0 };
	struct str s;
	size_t bar;

	buf_addz(&text, "```\n");
	fill(&text, "some code\n", 400);
	buf_addz(&text, "```\nafter");
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	s = buf_str(&joined);
	bar = str_find_char(s, '|');
	CU_ASSERT_FATAL(bar != SIZE_MAX);
	ASSERT_STR(str_sub(s, bar - 7, bar), "code```");
	CU_ASSERT(str_starts(str_sub(s, bar + 1, s.len), "```some code"));
	CU_ASSERT(str_ends(s, "```\nafter"));
}

static void test_split_with_code_ending_at_the_cut(void)
{
	CLEANUP(buf_deinit) struct buf joined = { 0 }, text = { 0 };

	buf_addz(&text, "```");
	fill(&text, "x", 3494);
	buf_addz(&text, "\n```\nafter");
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	CU_ASSERT(str_ends(buf_str(&joined), "xxx```|after"));
}

static void test_split_survives_odd_texts(void)
{
	static const char *const pieces[] = { "```",	    "<",	">",  "&amp;",
					      " ",	    "\n",	"x",  "\u00E9",
					      "\U0001F600", "<@U1ANA>", "``", "word" };
	CLEANUP(buf_deinit) struct buf joined = { 0 }, text = { 0 };
	unsigned seed = unit_seed();

	for (size_t round = 0; round < 100; round++) {
		buf_clear(&text);
		buf_clear(&joined);
		for (size_t i = 0; i < 4000; i++)
			buf_addz(&text, pieces[(size_t)rand_r(&seed) % (round % 2 ? 12 : 3)]);
		CU_ASSERT(split(buf_str(&text), &joined) < 100);
	}
	buf_clear(&text);
	fill(&text, " ", 10000);
	buf_addc(&text, 'x');
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 1);
}

UNIT_MAIN("split", { "short text stays whole", test_split_leaves_short_text_whole },
	  { "text is cut at line ends", test_split_prefers_line_ends },
	  { "else at blanks, else between letters", test_split_at_blanks_and_letters },
	  { "markup is not cut", test_split_keeps_markup_whole },
	  { "code is closed and opened again", test_split_closes_code },
	  { "code that ends at the cut", test_split_with_code_ending_at_the_cut },
	  { "odd texts", test_split_survives_odd_texts })
