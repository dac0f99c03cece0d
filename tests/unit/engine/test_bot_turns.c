/* SPDX-License-Identifier: MIT */
#include "engine/bot_turns.h"

#include <stdio.h>
#include "lib/unit.h"

static struct bot_turns turns;
static struct mono now;
static int n_first;

static struct event said(const char *channel, const char *thread, bool by_bot)
{
	return (struct event){ .kind = EVENT_MESSAGE,
			       .channel = str_from(channel),
			       .ts = STR("9.9"),
			       .thread_ts = str_from(thread),
			       .from_bot = by_bot };
}

/* We answer a bot there. */
static void we(const char *channel, const char *thread)
{
	const struct event ev = said(channel, thread, false);
	const struct event of_bot = said(channel, thread, true);

	bot_turns_answer(&turns, &of_bot, now);
	bot_turns_spoke(&turns, &ev, now);
}

static bool bot(const char *channel, const char *thread)
{
	const struct event ev = said(channel, thread, true);
	bool is_first, may = bot_turns_hear(&turns, &ev, now, &is_first);

	n_first += is_first;
	return may;
}

static bool person(const char *channel, const char *thread)
{
	const struct event ev = said(channel, thread, false);
	bool is_first;

	return bot_turns_hear(&turns, &ev, now, &is_first);
}

static void pass(int64_t ms)
{
	now = mono_after(now, ms);
}

static void start(void)
{
	bot_turns_init(&turns);
	now = (struct mono){ 1000000000 };
	n_first = 0;
}

/* They talk until we fall silent; says after how many of our messages. */
static int talk(const char *channel, const char *thread)
{
	int n = 0;

	while (n < 100 && bot(channel, thread)) {
		we(channel, thread);
		pass(100);
		n++;
	}
	return n;
}

static void test_three_turns_are_enough(void)
{
	start();
	CU_ASSERT_EQUAL(talk("C1", ""), 3);
	CU_ASSERT_EQUAL(talk("C1", "1.1"), 3); /* another place */
	CU_ASSERT_FALSE(bot("C1", ""));
	CU_ASSERT_TRUE(bot("C2", ""));
	CU_ASSERT_EQUAL(n_first, 2);
	bot_turns_deinit(&turns);
}

static void test_a_person_or_a_minute_ends_it(void)
{
	start();
	talk("C1", "");
	CU_ASSERT_TRUE(person("C1", ""));
	CU_ASSERT_EQUAL(talk("C1", ""), 3);
	pass(59000);
	CU_ASSERT_FALSE(bot("C1", ""));
	pass(1000);
	CU_ASSERT_EQUAL(talk("C1", ""), 3);
	bot_turns_deinit(&turns);
}

static void test_what_comes_late_or_at_once_is_no_turn(void)
{
	start();
	for (int i = 0; i < 20; i++) {
		CU_ASSERT_TRUE(bot("C1", ""));
		we("C1", "");
		pass(10001);
	}
	we("C1", "");
	for (int i = 0; i < 20; i++)
		CU_ASSERT_TRUE(bot("C1", "")); /* one turn */
	bot_turns_deinit(&turns);
}

static void test_what_we_say_to_people_is_no_answer(void)
{
	const struct event own = said("C1", "", false);

	start();
	for (int i = 0; i < 20; i++) {
		CU_ASSERT_TRUE(bot("C1", ""));
		bot_turns_spoke(&turns, &own, now);
		pass(100);
	}
	bot_turns_deinit(&turns);
}

static void test_many_places_are_bounded(void)
{
	char channel[16];

	start();
	for (int i = 0; i < 20000; i++) {
		snprintf(channel, sizeof(channel), "C%d", i);
		we(channel, "");
	}
	CU_ASSERT_TRUE(turns.places.n <= 4096);
	CU_ASSERT_EQUAL(talk("C1", ""), 3);
	bot_turns_deinit(&turns);
}

UNIT_MAIN("bot_turns", { "three turns are enough", test_three_turns_are_enough },
	  { "a person or a minute ends it", test_a_person_or_a_minute_ends_it },
	  { "what comes late or at once is no turn", test_what_comes_late_or_at_once_is_no_turn },
	  { "what we say to people is no answer", test_what_we_say_to_people_is_no_answer },
	  { "many places are bounded", test_many_places_are_bounded })
