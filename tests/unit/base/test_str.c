/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/unit.h"

static const struct str no_pointer = { NULL, 0 };

static void test_comparing(void)
{
	CU_ASSERT_TRUE(str_is(STR("abc"), "abc"));
	CU_ASSERT_FALSE(str_is(STR("abc"), "ab"));
	CU_ASSERT_FALSE(str_is(STR("a\0b"), "a"));
	CU_ASSERT_TRUE(str_eq(no_pointer, STR("")));
	CU_ASSERT_TRUE(str_eq_nocase(STR("AbZ"), STR("aBz")));
	CU_ASSERT_FALSE(str_eq_nocase(STR("[@"), STR("{`")));
	CU_ASSERT_TRUE(str_cmp(STR("a"), STR("b")) < 0);
	CU_ASSERT_TRUE(str_cmp(STR("a"), STR("ab")) < 0);
	CU_ASSERT_TRUE(str_cmp(STR("\xC3"), STR("a")) > 0);
	CU_ASSERT_EQUAL(str_cmp(no_pointer, STR("")), 0);
}

static void test_sub_is_clamped(void)
{
	ASSERT_STR(str_sub(STR("hello"), 1, 3), "el");
	ASSERT_STR(str_sub(STR("hello"), 3, 99), "lo");
	ASSERT_STR(str_sub(STR("hello"), 99, 100), "");
	ASSERT_STR(str_sub(STR("hello"), 3, 2), "");
	ASSERT_STR(str_sub(no_pointer, 0, 5), "");
}

static void test_clip_keeps_code_points_whole(void)
{
	ASSERT_STR(str_clip(STR("abc"), 3), "abc");
	ASSERT_STR(str_clip(STR("abc"), 2), "ab");
	ASSERT_STR(str_clip(STR("a\xC3\xA9"), 2), "a");
	ASSERT_STR(str_clip(STR("\xF0\x9F\x98\x80"), 3), "");
	ASSERT_STR(str_clip(no_pointer, 0), "");
}

static void test_beginnings_and_ends(void)
{
	struct str s = STR("<@U1>");

	CU_ASSERT_TRUE(str_starts(s, "<@"));
	CU_ASSERT_TRUE(str_starts(s, ""));
	CU_ASSERT_FALSE(str_starts(STR("<"), "<@"));
	CU_ASSERT_TRUE(str_ends(s, ">"));
	CU_ASSERT_FALSE(str_ends(STR(">"), "1>"));
	CU_ASSERT_FALSE(str_starts(no_pointer, "x"));
	CU_ASSERT_TRUE(str_skip(&s, "<@"));
	CU_ASSERT_FALSE(str_skip(&s, "<@"));
	ASSERT_STR(s, "U1>");
}

static void test_finding(void)
{
	CU_ASSERT_EQUAL(str_find(STR("a\0bc"), "bc"), 2);
	CU_ASSERT_EQUAL(str_find(STR("abc"), "cd"), SIZE_MAX);
	CU_ASSERT_EQUAL(str_find(STR("abc"), ""), 0);
	CU_ASSERT_EQUAL(str_find(no_pointer, ""), 0);
	CU_ASSERT_EQUAL(str_find(no_pointer, "a"), SIZE_MAX);
	CU_ASSERT_EQUAL(str_find_char(STR("abc"), 'c'), 2);
	CU_ASSERT_EQUAL(str_find_char(no_pointer, '\0'), SIZE_MAX);
}

static void test_trim(void)
{
	ASSERT_STR(str_trim(STR(" \t\r\n a b \n")), "a b");
	ASSERT_STR(str_trim(STR("   ")), "");
	ASSERT_STR(str_trim(no_pointer), "");
	ASSERT_STR(str_trim(STR("\xC2\xA0x")), "\xC2\xA0x");
}

static void check_cut(struct str rest, const char *wanted)
{
	char seen[64] = "";
	struct str piece;

	while (str_cut(&rest, ',', &piece))
		snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "(%.*s)",
			 STR_ARG(piece));
	CU_ASSERT_STRING_EQUAL(seen, wanted);
	CU_ASSERT_FALSE(str_cut(&rest, ',', &piece));
}

static void test_cut(void)
{
	check_cut(STR("a,,b"), "(a)()(b)");
	check_cut(STR(""), "()");
	check_cut(STR(","), "()()");
	check_cut(STR("abc"), "(abc)");
	check_cut(no_pointer, "");
}

static void test_words(void)
{
	struct str rest = STR(" \tpost  #ops\n"), word;

	CU_ASSERT_TRUE(str_word(&rest, &word));
	ASSERT_STR(word, "post");
	CU_ASSERT_TRUE(str_word(&rest, &word));
	ASSERT_STR(word, "#ops");
	CU_ASSERT_FALSE(str_word(&rest, &word));
	ASSERT_STR(word, "");
}

static void check_int(const char *text, bool fits, int64_t wanted)
{
	int64_t n = 77;

	CU_ASSERT_EQUAL(str_int(str_from(text), &n), fits);
	CU_ASSERT_EQUAL(n, fits ? wanted : 77);
}

static void test_int(void)
{
	check_int("0", true, 0);
	check_int("-17", true, -17);
	check_int("9223372036854775807", true, INT64_MAX);
	check_int("-9223372036854775808", true, INT64_MIN);
	check_int("9223372036854775808", false, 0);
	check_int("-9223372036854775809", false, 0);
	check_int("99999999999999999999999", false, 0);
	check_int("", false, 0);
	check_int("-", false, 0);
	check_int("+1", false, 0);
	check_int(" 1", false, 0);
	check_int("12abc", false, 0);
	check_int("--1", false, 0);
}

static void test_keeping_in_an_arena(void)
{
	struct arena arena = { 0 };
	struct str kept, made;

	kept = str_keep(&arena, STR("a\0b"));
	made = str_keepf(&arena, "%s-%d", "x", 7);
	CU_ASSERT_TRUE(str_eq(kept, STR("a\0b")));
	CU_ASSERT_EQUAL(kept.p[3], '\0');
	CU_ASSERT_STRING_EQUAL(made.p, "x-7");
	CU_ASSERT_EQUAL(made.len, 3);
	CU_ASSERT_STRING_EQUAL(str_keep(&arena, no_pointer).p, "");
	arena_deinit(&arena);
}

static void check_utf8(struct str s, size_t valid)
{
	CU_ASSERT_EQUAL(utf8_valid_len(s), valid);
	CU_ASSERT_EQUAL(utf8_valid(s), valid == s.len);
}

static void test_utf8_is_strict(void)
{
	check_utf8(STR("plain"), 5);
	check_utf8(no_pointer, 0);
	check_utf8(STR("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 9);
	check_utf8(STR("a\xC0\x80"), 1);
	check_utf8(STR("a\xC1\xBF"), 1);
	check_utf8(STR("a\xE0\x9F\xBF"), 1);
	check_utf8(STR("\xE0\xA0\x80"), 3);
	check_utf8(STR("a\xED\xA0\x80"), 1);
	check_utf8(STR("\xED\x9F\xBF"), 3);
	check_utf8(STR("a\xF0\x8F\xBF\xBF"), 1);
	check_utf8(STR("\xF4\x8F\xBF\xBF"), 4);
	check_utf8(STR("a\xF4\x90\x80\x80"), 1);
	check_utf8(STR("a\xF5\x80\x80\x80"), 1);
	check_utf8(STR("a\x80"), 1);
	check_utf8(STR("a\xFF"), 1);
	check_utf8(STR("a\xC3"), 1);
	check_utf8(STR("a\xE2\x82"), 1);
	check_utf8(STR("a\xF0\x9F\x98"), 1);
	check_utf8(STR("a\xE2\x28\xA1"), 1);
}

/* Every code point there is goes out and comes back; surrogates are never valid. */
static void test_utf8_every_code_point(void)
{
	for (uint32_t code = 1; code <= 0x10FFFF; code++) {
		char bytes[4];
		struct str s = { bytes, utf8_put(bytes, code) };
		bool surrogate = code >= 0xD800 && code <= 0xDFFF;

		if (utf8_valid(s) == surrogate ||
		    utf8_utf16_units(s) != (code > 0xFFFF ? 2U : 1U) || utf8_next(&s) != code ||
		    s.len != 0) {
			printf("\n  U+%04" PRIX32 " is wrong", code);
			CU_FAIL_FATAL("a code point did not come back");
		}
	}
}

static void test_utf8_ends(void)
{
	struct str s = STR_EMPTY;

	CU_ASSERT_EQUAL(utf8_next(&s), 0);
	CU_ASSERT_EQUAL(utf8_utf16_units(STR("a\xC3\xA9\xF0\x9F\x98\x80")), 4);
}

static void check_duration(const char *text, int64_t wanted_ms)
{
	int64_t ms = -1;
	bool fits = duration_parse(str_from(text), &ms);

	if (ms != wanted_ms)
		printf("\n  \"%s\" gives %" PRId64, text, ms);
	CU_ASSERT_EQUAL(fits, wanted_ms >= 0);
	CU_ASSERT_EQUAL(ms, wanted_ms);
}

static void test_durations(void)
{
	check_duration("90s", 90000);
	check_duration("2m", 120000);
	check_duration("1h30m", 5400000);
	check_duration("1d", 86400000);
	check_duration("2w1d1h1m1s", 1299661000);
	check_duration("520w", 520LL * 7 * 86400000);
	check_duration("522w", -1);
	check_duration("0s", -1);
	check_duration("", -1);
	check_duration("5", -1);
	check_duration("s", -1);
	check_duration("1m1h", -1);
	check_duration("1m1m", -1);
	check_duration("1 m", -1);
	check_duration("-1m", -1);
	check_duration("1ms", -1);
	check_duration("1M", -1);
	check_duration("99999999999999999999w", -1);
	check_duration("9223372036854775807w", -1);
}

static const char *name_at(const void *table, size_t i)
{
	return ((const char *const *)table)[i];
}

static void check_nearest(const char *seen, const char *wanted)
{
	static const char *const names[] = { "match", "reply", "react", "thread",
					     "limit", "in",    NULL };
	const char *nearest = str_nearest(str_from(seen), name_at, names);

	ASSERT_STR(str_from(nearest), wanted != NULL ? wanted : "");
}

static void test_the_nearest_name(void)
{
	check_nearest("macth", "match");
	check_nearest("repli", "reply");
	check_nearest("reac", "react");
	check_nearest("threads", "thread");
	check_nearest("limit", "limit");
	check_nearest("MATCH", "match");
	check_nearest("RAECT", "react");
	check_nearest("zebra", NULL);
	check_nearest("", NULL);
	check_nearest("thisnameisfartoolongforanythingthatwouldeverbeacceptedbyaprogramofours",
		      NULL);
}

UNIT_MAIN("str", { "comparing", test_comparing }, { "sub is clamped", test_sub_is_clamped },
	  { "clip keeps code points whole", test_clip_keeps_code_points_whole },
	  { "beginnings and ends", test_beginnings_and_ends }, { "finding", test_finding },
	  { "trim", test_trim }, { "cut", test_cut }, { "words", test_words }, { "int", test_int },
	  { "keeping in an arena", test_keeping_in_an_arena },
	  { "utf-8 is strict", test_utf8_is_strict },
	  { "utf-8: every code point", test_utf8_every_code_point },
	  { "utf-8: ends", test_utf8_ends }, { "durations", test_durations },
	  { "the nearest name", test_the_nearest_name })
