/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "lib/unit.h"
#include "rule/sentence.h"

static void good(const char *sentence, unsigned count, unsigned by, int64_t window_ms)
{
	struct limit limit = { 0 };
	const char *why = sentence_read(str_from(sentence), &limit);

	ASSERT_STR(str_from(why), "");
	CU_ASSERT_EQUAL(limit.count, count);
	CU_ASSERT_EQUAL(limit.by, by);
	CU_ASSERT_EQUAL(limit.window_ms, window_ms);
}

static void bad(const char *sentence)
{
	struct limit limit = { 0 };

	CU_ASSERT_PTR_NOT_NULL(sentence_read(str_from(sentence), &limit));
	if (sentence_read(str_from(sentence), &limit) == NULL)
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
		"1 per {who}",
		"once per day",
		"1 per user ever per 4h",
		"1 per 4h ever",
		"1 per 0s",
		"1 per user ever x",
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		bad(sentences[i]);
}

UNIT_MAIN("sentence", { "sentences of the manual", test_sentences_of_the_manual },
	  { "what is no sentence", test_what_is_no_sentence })
