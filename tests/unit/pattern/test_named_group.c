/* SPDX-License-Identifier: MIT */
#include "pattern/named_group.h"

#include <stdio.h>
#include "lib/captures.h"
#include "lib/unit.h"
#include "pattern/pattern.h"

static const struct place here = { "t.ini", 3 };

static void unchanged(const char *pattern)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct diag diag = { 0 };

	CU_ASSERT_TRUE(named_group_expand(&out, str_from(pattern), here, &diag));
	ASSERT_STR(buf_str(&out), pattern);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	diag_deinit(&diag);
}

static void refused(const char *pattern, const char *told)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	CLEANUP(buf_deinit) struct buf heard = { 0 };
	struct diag diag = { 0 };

	CU_ASSERT_FALSE(named_group_expand(&out, str_from(pattern), here, &diag));
	for (size_t i = 0; i < diag.n_entries; i++) {
		buf_addf(&heard, "%s%s", i > 0 ? "\n" : "", diag.entries[i].text);
		CU_ASSERT_EQUAL(diag.entries[i].line, 3);
	}
	ASSERT_STR(buf_str(&heard), told);
	diag_deinit(&diag);
}

/* What the group of the pattern catches; "-" when it does not fit. */
static void catches(const char *pattern, const struct subject *subject, const char *group,
		    const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct pattern_kit *kit = pattern_kit_new();
	struct pattern_source source = { .shown = str_from(pattern), .at = here };
	struct captures caught;
	struct pattern *p = NULL;
	struct str text = STR("-");
	struct diag diag = { 0 };

	CU_ASSERT_TRUE_FATAL(named_group_expand(&out, source.shown, here, &diag));
	source.regex = buf_str(&out);
	CU_ASSERT_EQUAL_FATAL(pattern_compile(&p, kit, &source, &diag), 0);
	if (pattern_find_in(p, subject, &caught) == TRISTATE_YES) {
		CU_ASSERT_FATAL(captures_index(&caught, str_from(group)) < caught.n);
		text = caught.group[captures_index(&caught, str_from(group))];
	}
	ASSERT_STR(text, wanted);
	pattern_free(p);
	pattern_kit_free(kit);
	diag_deinit(&diag);
}

static void finds(const char *pattern, const char *text, const char *wanted)
{
	const struct subject subject = { .text = str_from(text) };

	catches(pattern, &subject, "x", wanted);
}

static void test_braces_that_are_no_blocks(void)
{
	unchanged("a{2,3}b{4}");
	unchanged("\\{person:x}");
	unchanged("{person}");
	unchanged("{2:x}");
	unchanged("{person:x");
	unchanged("\\");
	unchanged("");
	unchanged("{:x}");
}

static void test_mistakes(void)
{
	refused("{persn:x}", "unknown building block `persn`; did you mean `person`?");
	refused("{a:b} {c:d}", "unknown building block `a`\nunknown building block `c`");
	refused("{word:}",
		"{word:}: behind the colon stands a name of letters, digits and `_`, as in {word:it}");
	refused("{word:1a}",
		"{word:1a}: behind the colon stands a name of letters, digits and `_`, as in {word:it}");
	refused("{word:a b}",
		"{word:a b}: behind the colon stands a name of letters, digits and `_`, as in {word:it}");
	refused("{word:a123456789b123456789c123456789def}",
		"{word:a123456789b123456789c123456789def}: behind the colon stands a name of letters, digits and `_`, as in {word:it}");
}

static void test_numbers(void)
{
	finds("\\b{number:x}", "about 12 of them", "12");
	finds("^{number:x}$", "-1,234.5", "-1,234.5");
	finds("{number:x}", "1,23", "1");
	finds("{number:x}", "1,2345", "1");
	finds("{number:x}", "none", "-");
	finds("{number:x}", "3.", "3");
	finds("{number:x}", "+7", "+7");
}

static void test_words_rests_and_addresses(void)
{
	finds("^{word:x}", "don't stop", "don't");
	finds("^{word:x}", "\u00fcber-cool_1!", "\u00fcber-cool_1");
	finds("remind {rest:x}", "remind me\nof it", "me\nof it");
	finds("remind{rest:x}", "remind", "");
	finds("{url:x}", "see https://a.example/b?c=(d).", "https://a.example/b?c=(d");
	finds("{url:x}", "see http://a, then", "http://a");
	finds("{url:x}", "ftp://a", "-");
}

/* A name is what Slack says is one, wherever it ends. */
static void test_people_and_channels(void)
{
	static const char text[] = "@Ana Maria ++ for #it-help @fake ++";
	const struct text_piece pieces[] = {
		{ .shown = { text, 10 }, .sigil = '@', .id = STR("U1") },
		{ .shown = { text + 10, 8 } },
		{ .shown = { text + 18, 8 }, .sigil = '#', .id = STR("C1") },
		{ .shown = { text + 26, 9 } },
	};
	const struct subject subject = { str_from(text), pieces, ARRAY_LEN(pieces) };

	catches("{person:x} ?\\+\\+", &subject, "x", "@Ana Maria");
	catches("{person:x}$", &subject, "x", "-");
	catches("for {channel:x}", &subject, "x", "#it-help");
	catches("{channel:x} \\+\\+", &subject, "x", "-");
	catches("{person:x} for", &subject, "x", "-");
	catches("{person:x}.*{channel:y}", &subject, "y", "#it-help");
}

static void test_every_block_is_named(void)
{
	size_t n = 0;

	for (; named_group_at(n) != NULL; n++) {
		CLEANUP(buf_deinit) struct buf out = { 0 };
		struct diag diag = { 0 };
		char pattern[40];

		snprintf(pattern, sizeof(pattern), "{%s:x}", named_group_at(n));
		CU_ASSERT_TRUE(named_group_expand(&out, str_from(pattern), here, &diag));
		CU_ASSERT_TRUE(str_find(buf_str(&out), "(?<x>") != SIZE_MAX);
		diag_deinit(&diag);
	}
	CU_ASSERT_EQUAL(n, 6);
}

UNIT_MAIN("building", { "braces that are no blocks", test_braces_that_are_no_blocks },
	  { "mistakes", test_mistakes }, { "numbers", test_numbers },
	  { "words, rests and addresses", test_words_rests_and_addresses },
	  { "people and channels", test_people_and_channels },
	  { "every block is named", test_every_block_is_named })
