/* SPDX-License-Identifier: MIT */
#include "lib/unit.h"
#include "pattern/word_pattern.h"

static void escaped_as(enum word_kind wording, const char *item, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	word_pattern_escape(&out, str_from(item), wording);
	ASSERT_STR(buf_str(&out), wanted);
}

static void escaped(const char *item, const char *wanted)
{
	escaped_as(WORD_WHOLE, item, wanted);
}

/* The item is found in the text when it stands for itself. */
static bool finds(enum word_kind wording, const char *item, const char *text)
{
	CLEANUP(buf_deinit) struct buf one = { 0 }, regex = { 0 };
	struct pattern_kit *kit = pattern_kit_new();
	struct captures caught;
	struct pattern *p = NULL;
	struct diag diag = { 0 };
	bool found;

	word_pattern_escape(&one, str_from(item), wording);
	word_pattern_wrap(&regex, buf_str(&one), wording);
	const struct pattern_source source = { .regex = buf_str(&regex), .shown = str_from(item) };

	CU_ASSERT_EQUAL_FATAL(pattern_compile(&p, kit, &source, &diag), 0);
	found = pattern_find(p, str_from(text), &caught) == TRISTATE_YES;
	pattern_free(p);
	pattern_kit_free(kit);
	diag_deinit(&diag);
	return found;
}

static void test_signs_are_made_plain(void)
{
	escaped("vpn", "vpn");
	escaped("c++ (x)", "c\\+\\+\\s+\\(x\\)");
	escaped("a\\E.*", "a\\\\E\\.\\*");
	escaped("good \t morning", "good\\s+morning");
	escaped("caf\u00e9", "caf\u00e9");
	escaped("don\u2019t \u2013 x", "don\\'t\\s+\\-\\s+x");
}

static void test_every_sign_finds_itself(void)
{
	for (char c = '!'; c < 0x7F; c++) {
		const char item[] = { 'a', c, 'b', '\0' };

		CU_ASSERT_TRUE(finds(WORD_ANYWHERE, item, item));
		CU_ASSERT_FALSE(finds(WORD_ANYWHERE, item, "a\001b ab a b"));
	}
}

static void test_words_stand_whole(void)
{
	CU_ASSERT_TRUE(finds(WORD_WHOLE, "vpn", "the VPN, please"));
	CU_ASSERT_FALSE(finds(WORD_WHOLE, "vpn", "vpns"));
	CU_ASSERT_FALSE(finds(WORD_WHOLE, "hi", "this"));
	CU_ASSERT_FALSE(finds(WORD_WHOLE, "hi", "\u00fchi"));
	CU_ASSERT_FALSE(finds(WORD_WHOLE, "vpn", "my_vpn"));
	CU_ASSERT_TRUE(finds(WORD_WHOLE, "c++", "I like c++!"));
	CU_ASSERT_FALSE(finds(WORD_WHOLE, "c++", "c++11"));
	CU_ASSERT_TRUE(finds(WORD_WHOLE, "good morning", "Good \n MORNING all"));
	CU_ASSERT_FALSE(finds(WORD_WHOLE, "good morning", "goodmorning"));
	CU_ASSERT_TRUE(finds(WORD_WHOLE, "stra\u00dfe \u00c4", "die STRA\u00dfE \u00e4"));
}

static void test_phrases_stand_anywhere(void)
{
	CU_ASSERT_TRUE(finds(WORD_ANYWHERE, "hi", "this"));
	CU_ASSERT_TRUE(finds(WORD_ANYWHERE, "wifi pass", "the WiFi\npassword"));
	CU_ASSERT_FALSE(finds(WORD_ANYWHERE, " hi", "this"));
	CU_ASSERT_TRUE(finds(WORD_ANYWHERE, " hi", "oh hid"));
}

static void test_exact_is_all_of_it(void)
{
	CU_ASSERT_TRUE(finds(WORD_EXACT, "good  morning", " \n Good morning\t"));
	CU_ASSERT_FALSE(finds(WORD_EXACT, "good morning", "good morning all"));
	CU_ASSERT_FALSE(finds(WORD_EXACT, "good morning", "a good morning"));
	CU_ASSERT_FALSE(finds(WORD_EXACT, "good morning", "good morning\nall"));
	CU_ASSERT_TRUE(finds(WORD_EXACT, "what?", "What?"));
	CU_ASSERT_FALSE(finds(WORD_EXACT, "wha?", "what"));
	CU_ASSERT_FALSE(finds(WORD_EXACT, "a*", "abc"));
}

static void test_like_has_signs_for_what_varies(void)
{
	escaped_as(WORD_LIKE, "a*b?.", "a.*b.\\.");
	CU_ASSERT_TRUE(finds(WORD_LIKE, "vpn*", "VPN is\ndown"));
	CU_ASSERT_FALSE(finds(WORD_LIKE, "vpn*", "the vpn"));
	CU_ASSERT_TRUE(finds(WORD_LIKE, "*vpn*", "the vpn is"));
	CU_ASSERT_TRUE(finds(WORD_LIKE, "?pn", "\u00e9pn"));
	CU_ASSERT_FALSE(finds(WORD_LIKE, "?pn", "pn"));
	CU_ASSERT_FALSE(finds(WORD_LIKE, "?pn", "xxpn"));
	CU_ASSERT_FALSE(finds(WORD_LIKE, "a.c", "abc"));
	CU_ASSERT_TRUE(finds(WORD_LIKE, "hello *", " hello  world "));
}

UNIT_MAIN("wording", { "signs are made plain", test_signs_are_made_plain },
	  { "every sign finds itself", test_every_sign_finds_itself },
	  { "words stand whole", test_words_stand_whole },
	  { "phrases stand anywhere", test_phrases_stand_anywhere },
	  { "exact is all of it", test_exact_is_all_of_it },
	  { "like has signs for what varies", test_like_has_signs_for_what_varies })
