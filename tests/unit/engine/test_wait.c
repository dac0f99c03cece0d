/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "store/memory.h"
#include "engine/wait.h"

/* ---- many ---- */

/* A thousand people write in a hundred channels. */
static void take_waiting(struct engine_fixture *h, int i)
{
	struct event *ev;
	char ts[32];

	snprintf(ts, sizeof(ts), "%d.%d", 1000000 + i, i % 10);
	ev = said("x", ts);
	ev->user.id = ev->author.id = str_keepf(&ev->arena, "U%d", i % 1000);
	ev->channel = str_keepf(&ev->arena, "C%d", i / 1000 % 100);
	fixture_take(h, ev);
	if (i % 1000 == 0)
		engine_commit(h->engine);
}

/* Every one of them has its own time; the last ones of all find no room, and are not waited for. */
static void test_a_hundred_thousand_wait(void)
{
	struct engine_fixture h;
	int64_t due = 0;
	size_t done = 0;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = x\nwait = 1h\nadd n = 1\n"
		     "[rule b]\nmatch = get\nsay = {n}\n");
	for (int i = 0; i < WAITS_MAX; i++) {
		take_waiting(&h, i);
		fakeclock_pass(&h.world.clock, i % 10 == 0);
	}
	fixture_say(&h, "get", "1.1");
	ASSERT_STR(buf_str(&h.done), ""); /* nobody counted yet */
	take_waiting(&h, WAITS_MAX + 1);
	take_waiting(&h, WAITS_MAX + 2);
	fixture_say(&h, "get", "1.2");
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: 2"); /* those without room */
	due = engine_due_ms(h.engine);
	CU_ASSERT_TRUE(due > 0);
	fakeclock_pass(&h.world.clock, due);
	engine_tick(h.engine);
	done = WAITS_MAX - engine_waiting(h.engine);
	CU_ASSERT_TRUE(done >= 1 && done <= 10);
	fakeclock_pass(&h.world.clock, 3600000);
	engine_tick(h.engine);
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 0);
	buf_clear(&h.done);
	fixture_say(&h, "get", "1.3");
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: 100002");
	fixture_deinit(&h);
}

static void test_the_engine_may_end_while_many_wait(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = x\nwait = 1h unless answered\nsay = late\n");
	for (int i = 0; i < 3000; i++)
		take_waiting(&h, i);
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 3000);
	fixture_deinit(&h);
}

static void play_one_thread(struct engine_fixture *h)
{
	char ts[32];
	struct event *answer = replied("here", "1.999999", "1.1");

	fixture_say(h, "x", "1.1");
	for (int i = 0; i < 200; i++) {
		snprintf(ts, sizeof(ts), "1.%06d", 200000 + i);
		fixture_hear(h, replied("x", ts, "1.1"));
	}
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 201);
	answer->user.id = answer->author.id = STR("U9RAJ");
	fixture_hear(h, answer);
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 0);
}

/* One answer ends the waits of a whole thread. */
static void test_one_answer_is_for_all_in_the_thread(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nwait = 1h unless answered\nsay = late\n",
		     play_one_thread, "");
}

/* ---- order and time ---- */

static void play_order(struct engine_fixture *h)
{
	fixture_say(h, "slow 1", "1.1");
	fakeclock_pass(&h->world.clock, 1000);
	fixture_say(h, "quick 2", "1.2");
	fixture_say(h, "quick 3", "1.3");
	fixture_wait(h, 3600000);
}

static void test_what_is_due_first_is_done_first(void)
{
	ASSERT_STORY("[rule s]\nmatch = slow (.)\nwait = 2m\nsay = {1}\n"
		     "[rule q]\nmatch = quick (.)\nwait = 1m\nsay = {1}\n",
		     play_order, "say C1GENERAL: 2 | say C1GENERAL: 3 | say C1GENERAL: 1");
}

static void play_clock_set(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	h->world.clock.wall_ms -= 7200000;
	fixture_wait(h, 59999);
	ASSERT_STR(buf_str(&h->done), "");
	h->world.clock.wall_ms += 86400000;
	engine_tick(h->engine);
	fixture_run(h);
	ASSERT_STR(buf_str(&h->done), "");
	fixture_wait(h, 1);
}

static void test_a_wait_is_as_long_however_the_clock_is_set(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nwait = 1m\nsay = late\n", play_clock_set,
		     "say C1GENERAL: late");
}

static void play_two_waits(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_wait(h, 60000);
	ASSERT_STR(buf_str(&h->done), "say C1GENERAL: A");
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 1);
	fixture_hear(h, reacted("eyes", "1.1"));
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 0);
	fixture_wait(h, 60000);
}

static void test_a_rule_may_wait_twice(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nwait = 1m\nsay = A\nwait = 1m unless reacted\nsay = B\n",
		     play_two_waits, "say C1GENERAL: A");
}

static void test_a_wait_without_a_message(void)
{
	struct engine_fixture h;
	struct event *join = said("", "");

	join->kind = EVENT_JOIN;
	join->key = STR("join:1");
	fixture_init(&h, memory_open(),
		     "[rule a]\non = join\nwait = 1m\ndm = {user.name}, how was it?\n");
	fixture_hear(&h, join);
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 1);
	fixture_hear(&h, reacted("eyes", "1.1"));
	fixture_wait(&h, 60000);
	ASSERT_STR(buf_str(&h.done), "dm U1ANA: Ana, how was it?");
	fixture_deinit(&h);
}

UNIT_MAIN("waits", { "a hundred thousand wait", test_a_hundred_thousand_wait },
	  { "the engine may end while many wait", test_the_engine_may_end_while_many_wait },
	  { "one answer is for all in the thread", test_one_answer_is_for_all_in_the_thread },
	  { "what is due first is done first", test_what_is_due_first_is_done_first },
	  { "a wait is as long however the clock is set",
	    test_a_wait_is_as_long_however_the_clock_is_set },
	  { "a rule may wait twice", test_a_rule_may_wait_twice },
	  { "a wait without a message", test_a_wait_without_a_message })
