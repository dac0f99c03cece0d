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

static void test_an_echo_may_come_late(void)
{
	struct event own = said("C1", "", false), echo = said("C1", "", true);
	bool is_first, may = true;
	int n = 0;

	start();
	own.text_raw = echo.text_raw = STR("beep beep");
	while (n < 100 && may) {
		bot_turns_answer(&turns, &echo, now);
		bot_turns_spoke(&turns, &own, now);
		n++;
		pass(50000);
		CU_ASSERT_TRUE(bot("C1", "")); /* what is late and no echo ends nothing */
		may = bot_turns_hear(&turns, &echo, now, &is_first);
	}
	CU_ASSERT_EQUAL(n, 3);
	bot_turns_deinit(&turns);
}

/* They talk, each time after a while; says after how many of our messages we fall silent. */
static int talk_slowly(struct event ev, int64_t ms)
{
	struct event own = ev;
	bool is_first;
	int n = 0;

	while (n < 20 && bot_turns_hear(&turns, &ev, now, &is_first)) {
		bot_turns_answer(&turns, &ev, now);
		bot_turns_spoke(&turns, &own, now);
		pass(ms);
		n++;
	}
	return n;
}

static void test_some_bots_think_for_long(void)
{
	struct event mention = said("C2", "", true);

	start();
	mention.mentions_bot = true;
	CU_ASSERT_EQUAL(talk_slowly(said("C1", "1.1", true), 119000), 3);
	CU_ASSERT_EQUAL(talk_slowly(mention, 119000), 3);
	CU_ASSERT_EQUAL(talk_slowly(said("C3", "1.1", true), 121000), 20);
	CU_ASSERT_EQUAL(talk_slowly(said("C4", "", true), 11000), 20);
	bot_turns_deinit(&turns);
}

static void test_reactions_to_one_message(void)
{
	struct event on = said("C1", "", true), off;

	start();
	on.kind = EVENT_REACTION;
	off = on;
	off.kind = EVENT_UNREACTION;
	CU_ASSERT_EQUAL(talk_slowly(on, 100), 3);
	CU_ASSERT_EQUAL(talk_slowly(off, 100), 0);
	CU_ASSERT_TRUE(bot("C1", "")); /* not what is said there */
	on.ts = STR("9.10");
	CU_ASSERT_EQUAL(talk_slowly(on, 100), 3);
	/* Reacting to each message of a busy bot is no conversation. */
	for (int i = 0; i < 20; i++) {
		CU_ASSERT_TRUE(bot("C5", ""));
		pass(100);
	}
	bot_turns_deinit(&turns);
}

static void test_events_of_nobody(void)
{
	struct event renamed = { .kind = EVENT_OTHER,
				 .type = STR("channel_rename"),
				 .channel = STR("C1") };
	struct event created = { .kind = EVENT_OTHER, .type = STR("channel_created") };
	char channel[16];
	bool is_first;
	int n = 0;

	start();
	CU_ASSERT_EQUAL(talk_slowly(renamed, 599000), 3);
	renamed.channel = STR("C2");
	CU_ASSERT_EQUAL(talk_slowly(renamed, 601000), 20);
	for (; n < 20; n++) {
		snprintf(channel, sizeof(channel), "C%d", n);
		created.channel = str_from(channel);
		if (!bot_turns_hear(&turns, &created, now, &is_first))
			break;
		bot_turns_answer(&turns, &created, now);
		pass(1000);
	}
	CU_ASSERT_EQUAL(n, 3);
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
	  { "an echo may come late", test_an_echo_may_come_late },
	  { "some bots think for long", test_some_bots_think_for_long },
	  { "reactions to one message", test_reactions_to_one_message },
	  { "events of nobody", test_events_of_nobody },
	  { "many places are bounded", test_many_places_are_bounded })
