/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "lib/unit.h"
#include "rule/limit_parse.h"

static void good(const char *sentence, unsigned count, unsigned by, int64_t window_ms)
{
	struct limit limit = { 0 };
	struct str key;
	const char *why = limit_parse(str_from(sentence), &limit, &key);

	ASSERT_STR(str_from(why), "");
	CU_ASSERT_EQUAL(limit.count, count);
	CU_ASSERT_EQUAL(limit.by, by);
	CU_ASSERT_EQUAL(limit.window_ms, window_ms);
	CU_ASSERT_EQUAL(key.len, 0);
}

static void by_insert(const char *sentence, const char *wanted, unsigned by, int64_t window_ms)
{
	struct limit limit = { 0 };
	struct str key;
	const char *why = limit_parse(str_from(sentence), &limit, &key);

	ASSERT_STR(str_from(why), "");
	ASSERT_STR(key, wanted);
	CU_ASSERT_EQUAL(limit.by, by);
	CU_ASSERT_EQUAL(limit.window_ms, window_ms);
}

static void bad(const char *sentence)
{
	struct limit limit = { 0 };
	struct str key;
	const char *why = limit_parse(str_from(sentence), &limit, &key);

	CU_ASSERT_PTR_NOT_NULL(why);
	if (why == NULL)
		printf("\n  taken: %s", sentence);
}

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static void test_sentences_of_the_manual(void)
{
	good("1 per user per 4h", 1, BY_USER, 4 * HOUR);
	good("3 per channel per 10m", 3, BY_CHANNEL, 10 * MINUTE);
	good("20 per 1d", 20, 0, DAY);
	good("1 per thread", 1, BY_THREAD, 0);
	good("1 per message", 1, BY_MESSAGE, 0);
	good("1 per user ever", 1, BY_USER, 0);
	good("5 per day", 5, 0, DAY);
	good("1 per  user\tper week", 1, BY_USER, 7 * (int64_t)DAY);
	good("1 per user per channel per 1h30m", 1, BY_USER | BY_CHANNEL, HOUR + 30 * MINUTE);
	good("1 per rule per hour", 1, 0, HOUR);
	good("1 ever", 1, 0, 0);
	good("10000 per minute", 10000, 0, MINUTE);
}

static void test_limits_by_an_insert(void)
{
	by_insert("1 per {ticket} per 1d", "{ticket}", 0, DAY);
	by_insert("1 per {who}", "{who}", 0, 0);
	by_insert("1 per {if who is x: a b | else c} per user ever", "{if who is x: a b | else c}",
		  BY_USER, 0);
	by_insert("2 per user per {karma[{who}]} per week", "{karma[{who}]}", BY_USER,
		  7 * (int64_t)DAY);
}

static void tells(const char *sentence, const char *wanted)
{
	struct limit limit = { 0 };
	struct str key;

	ASSERT_STR(str_from(limit_parse(str_from(sentence), &limit, &key)), wanted);
}

static void test_why_it_is_no_sentence(void)
{
	tells("often", "it begins with how often, a number from 1 to 10000");
	tells("3", "it says per what, as in `1 per user per 4h`");
	tells("3 per 4h per user", "the time comes last, as in `1 per user per 4h`");
	tells("3 per 4h per 4h", "it has two times");
	tells("3 per {a} per {b}", "it counts by one insert at most");
	tells("3 user", "it is written as `3 per channel per 10m` or `1 per user ever`");
	tells("3 per moon",
	      "`per` is followed by user, channel, thread, message, an insert, or a time such as 4h");
}

static void test_what_is_no_sentence(void)
{
	static const char *const sentences[] = {
		"",
		"1",
		"per user",
		"0 per user",
		"-1 per user",
		"10001 per user",
		"1 user",
		"1 per",
		"1 per per",
		"1 per user per",
		"1 per moon",
		"1 per 4h per user",
		"1 per 4h per 1d",
		"1 per user 4h",
		"once per day",
		"1 per user ever per 4h",
		"1 per 4h ever",
		"1 per 0s",
		"1 per user ever x",
		"1 per {who} per {what}",
		"1 per 1h per {who}",
		"1 {who}",
		"1 per {who} x",
		"1 per who}",
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		bad(sentences[i]);
}

UNIT_MAIN("sentence", { "sentences of the manual", test_sentences_of_the_manual },
	  { "limits by an insert", test_limits_by_an_insert },
	  { "why it is no sentence", test_why_it_is_no_sentence },
	  { "what is no sentence", test_what_is_no_sentence })
