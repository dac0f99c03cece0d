/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "base/log.h"
#include "engine/inner.h"
#include "engine/schedule.h"
#include "store/memory.h"

/* 2026-11-25 10:07:00 UTC, a Wednesday. */
static const int64_t START = INT64_C(1795601220000);
enum { MINUTE = 60000, HOUR = 3600000 };

static const char *take(struct schedule *s, int64_t now_ms, int64_t *at_ms, enum moment_kind *kind)
{
	const struct rule *rule;
	struct wall at;

	if (!schedule_take(s, (struct wall){ now_ms }, &rule, kind, &at))
		return NULL;
	*at_ms = at.ms;
	return rule->name;
}

static void begin_at_start(struct schedule *s, const struct ruleset *set)
{
	schedule_init(s, set, &(struct schedule_span){ { START }, { START }, 0 });
}

static void test_moments_come_in_their_order(void)
{
	struct ruleset *set = world_rules("[rule half]\non = every 30m\npost #incidents = A\n"
					  "[rule nine]\non = cron 9 10 * * *\npost #incidents = B\n"
					  "[rule other]\nmatch = x\nsay = C\n");
	struct schedule s;
	enum moment_kind kind;
	struct wall next;
	int64_t at;

	begin_at_start(&s, set);
	CU_ASSERT_TRUE(schedule_next(&s, &next));
	CU_ASSERT_EQUAL(next.ms, START + 2 * MINUTE);
	CU_ASSERT_PTR_NULL(take(&s, START + 2 * MINUTE - 1, &at, &kind));
	CU_ASSERT_STRING_EQUAL(take(&s, START + 2 * MINUTE, &at, &kind), "nine");
	CU_ASSERT_EQUAL(kind, MOMENT_TICK);
	CU_ASSERT_EQUAL(at, START + 2 * MINUTE);
	CU_ASSERT_PTR_NULL(take(&s, START + 2 * MINUTE, &at, &kind));
	CU_ASSERT_STRING_EQUAL(take(&s, START + 23 * MINUTE, &at, &kind), "half");
	CU_ASSERT_EQUAL(at, START + 23 * MINUTE);
	schedule_deinit(&s);
	ruleset_unref(set);
}

static void test_missed_moments_are_one(void)
{
	struct ruleset *set = world_rules("[rule half]\non = every 30m\npost #incidents = A\n");
	struct schedule s;
	enum moment_kind kind;
	struct wall next;
	int64_t at;

	begin_at_start(&s, set);
	CU_ASSERT_STRING_EQUAL(take(&s, START + 5 * HOUR, &at, &kind), "half");
	CU_ASSERT_EQUAL(at, START + 23 * MINUTE);
	CU_ASSERT_PTR_NULL(take(&s, START + 5 * HOUR, &at, &kind));
	CU_ASSERT_TRUE(schedule_next(&s, &next));
	CU_ASSERT_EQUAL(next.ms, START + 5 * HOUR + 23 * MINUTE);
	schedule_deinit(&s);
	ruleset_unref(set);
}

/* What is too long ago does not come, but the moments since do. */
static void test_moments_too_long_ago_do_not_come(void)
{
	struct ruleset *set = world_rules(
		"[rule half]\non = every 30m\npost #incidents = A\n"
		"[rule patient]\non = every 1h\nwithin = 2h\npost #incidents = B\n"
		"[rule day]\non = cron 0 11 * * *\npost #incidents = C\n");
	const struct schedule_span span = { { START }, { START + 4 * HOUR }, 30 * MINUTE };
	struct schedule s;
	enum moment_kind kind;
	struct wall next;
	int64_t at;

	schedule_init(&s, set, &span);
	CU_ASSERT_EQUAL(s.n_too_late, 3);
	CU_ASSERT_STRING_EQUAL(take(&s, span.now.ms, &at, &kind), "patient");
	CU_ASSERT_EQUAL(at, START + 2 * HOUR + 53 * MINUTE);
	CU_ASSERT_STRING_EQUAL(take(&s, span.now.ms, &at, &kind), "half");
	CU_ASSERT_EQUAL(at, START + 3 * HOUR + 53 * MINUTE);
	CU_ASSERT_PTR_NULL(take(&s, span.now.ms, &at, &kind));
	CU_ASSERT_TRUE(schedule_next(&s, &next));
	CU_ASSERT_EQUAL(next.ms, START + 4 * HOUR + 23 * MINUTE);
	schedule_deinit(&s);
	ruleset_unref(set);
}

static void test_nothing_is_waited_for(void)
{
	struct ruleset *set = world_rules("[rule a]\nmatch = x\nsay = A\n");
	struct schedule s;
	struct wall next;

	begin_at_start(&s, set);
	CU_ASSERT_FALSE(schedule_next(&s, &next));
	schedule_deinit(&s);
	schedule_deinit(&s);
	ruleset_unref(set);
}

static void test_a_tick_is_an_event_of_one_rule(void)
{
	struct ruleset *set = world_rules("[rule half]\non = every 30m\npost #incidents = A\n");
	CLEANUP(event_freep)
	struct event *ev = schedule_event(ruleset_rule(set, 0), (struct wall){ START }, STR("T1"));

	CU_ASSERT_EQUAL(ev->kind, EVENT_TIME);
	ASSERT_STR(ev->for_rule, "half");
	ASSERT_STR(ev->team, "T1");
	ASSERT_STR(ev->key, "time:T1:half:1795601220000");
	CU_ASSERT_EQUAL(ev->time.ms, START);
	ruleset_unref(set);
}

/* ---- in the engine ---- */

#define TWO                                                     \
	"[rule half]\non = every 30m\npost #incidents = half\n" \
	"[rule hour]\non = every 1h\npost #incidents = hour\n"

static void begin(struct engine_fixture *h, const char *rules)
{
	h->world.clock.wall_ms = START;
	engine_tick(h->engine); /* the past is over */
	fixture_use(h, rules);
	fixture_run(h);
	buf_clear(&h->done);
}

static void play_ticks(struct engine_fixture *h)
{
	begin(h, TWO);
	CU_ASSERT_EQUAL(engine_due_ms(h->engine), MINUTE); /* the clock may be set */
	fixture_wait(h, 23 * MINUTE - 1);
	ASSERT_STR(buf_str(&h->done), "");
	CU_ASSERT_EQUAL(engine_due_ms(h->engine), 1);
	fixture_wait(h, 1);
	fixture_wait(h, 30 * MINUTE);
}

static void test_each_rule_has_its_moments(void)
{
	ASSERT_STORY(TWO, play_ticks, "post C2INC: half | post C2INC: half | post C2INC: hour");
}

static void play_set_back(struct engine_fixture *h)
{
	begin(h, TWO);
	fixture_wait(h, 53 * MINUTE);
	buf_clear(&h->done);
	h->world.clock.wall_ms -= HOUR;
	fixture_wait(h, 0);
	fixture_use(h, TWO); /* a reload does not begin anew */
	fixture_wait(h, HOUR);
	ASSERT_STR(buf_str(&h->done), "");
	fixture_wait(h, 30 * MINUTE);
}

static void test_a_clock_that_is_set_back_repeats_nothing(void)
{
	ASSERT_STORY(TWO, play_set_back, "post C2INC: half");
}

static void play_reload(struct engine_fixture *h)
{
	begin(h, TWO);
	for (int i = 0; i < 23; i++) {
		fixture_use(h, TWO);
		fixture_wait(h, MINUTE);
	}
}

static void test_reloads_lose_no_moment(void)
{
	ASSERT_STORY(TWO, play_reload, "post C2INC: half");
}

/* ---- while the program did not run ---- */

static void be_away(struct engine_fixture *h, int64_t ms)
{
	fakeclock_pass(&h->world.clock, ms);
	fixture_crash(h);
	buf_clear(&h->done);
	fixture_wait(h, 0);
}

static void test_missed_moments_are_made_up_for_once(void)
{
	struct engine_fixture h;

	log_set_level(LOG_ERROR);
	fixture_init(&h, journal_new(), TWO);
	h.setup.answer_within_ms = 15 * MINUTE;
	fixture_renew(&h);
	begin(&h, TWO);
	fixture_crash(&h);
	engine_finish(h.engine);  /* 10:07 */
	be_away(&h, 25 * MINUTE); /* 10:32 */
	ASSERT_STR(buf_str(&h.done), "post C2INC: half");
	be_away(&h, 0);
	ASSERT_STR(buf_str(&h.done), "");
	be_away(&h, 2 * HOUR + 30 * MINUTE); /* 13:02 */
	ASSERT_STR(buf_str(&h.done), "post C2INC: half | post C2INC: hour");
	engine_finish(h.engine);
	be_away(&h, HOUR + 20 * MINUTE); /* 14:22: 14:00 is too long ago */
	ASSERT_STR(buf_str(&h.done), "");
	fixture_wait(&h, 8 * MINUTE);
	ASSERT_STR(buf_str(&h.done), "post C2INC: half");
	fixture_deinit(&h);
}

/* A clock that was far ahead must not silence moments until then. */
static void test_a_time_to_come_is_not_believed(void)
{
	struct engine_fixture h;

	fixture_init(&h, journal_new(), TWO);
	begin(&h, TWO);
	fixture_crash(&h);
	h.world.clock.wall_ms += 1000 * (int64_t)HOUR;
	engine_finish(h.engine);
	h.world.clock.wall_ms = START;
	be_away(&h, 0);
	fixture_wait(&h, 23 * MINUTE);
	ASSERT_STR(buf_str(&h.done), "post C2INC: half");
	fixture_deinit(&h);
}

/* A moment that comes while nothing can be decided comes when something can. */
static void test_a_moment_waits_for_the_store(void)
{
	struct engine_fixture h;
	char key[24];

	log_set_level(LOG_ERROR);
	fixture_init(&h, journal_new(), TWO);
	begin(&h, TWO);
	journal_break(h.store, true);
	for (int i = 0; i < ENGINE_ROWS_MAX; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		batch_put(&h.engine->batch, STORE_VARIABLE, str_from(key), STR("\"1\""));
	}
	fakeclock_pass(&h.world.clock, 24 * MINUTE);
	engine_commit(h.engine);
	CU_ASSERT_TRUE(journal_answer(h.store));
	engine_tick(h.engine);
	CU_ASSERT_TRUE(engine_is_behind(h.engine));
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 1000); /* of the store, not of the moment */
	fixture_use(&h, TWO);				/* nor is it lost with the old rules */
	journal_break(h.store, false);
	fixture_wait(&h, 2000);
	ASSERT_STR(buf_str(&h.done), "post C2INC: half");
	fixture_deinit(&h);
}

/* ---- expires ---- */

/* A rule that has expired by the machine's own clock is not loaded: hence the year. */
static void test_an_expired_rule_is_off_and_its_owner_told(void)
{
	struct engine_fixture h;

	fixture_init(
		&h, memory_open(),
		"[rule old]\nmatch = x\nsay = A\nexpires = 2199-01-01\nowner = @raj\nzone = UTC\n");
	h.world.clock.wall_ms = INT64_C(7226668799999); /* the last millisecond of that day */
	fixture_say(&h, "x", "1.1");
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: A");
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 1);
	fixture_wait(&h, 1);
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: A | dm U9RAJ: :warning: The rule `old` "
				     "(test.ini:1) needs you: it has expired and is off");
	fixture_say(&h, "x", "1.2");
	fixture_wait(&h, HOUR);
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: A | dm U9RAJ: :warning: The rule `old` "
				     "(test.ini:1) needs you: it has expired and is off");
	fixture_deinit(&h);
}

UNIT_MAIN("schedule", { "moments come in their order", test_moments_come_in_their_order },
	  { "missed moments are one", test_missed_moments_are_one },
	  { "moments too long ago do not come", test_moments_too_long_ago_do_not_come },
	  { "nothing is waited for", test_nothing_is_waited_for },
	  { "a tick is an event of one rule", test_a_tick_is_an_event_of_one_rule },
	  { "each rule has its moments", test_each_rule_has_its_moments },
	  { "a clock that is set back repeats nothing",
	    test_a_clock_that_is_set_back_repeats_nothing },
	  { "reloads lose no moment", test_reloads_lose_no_moment },
	  { "missed moments are made up for once", test_missed_moments_are_made_up_for_once },
	  { "a time to come is not believed", test_a_time_to_come_is_not_believed },
	  { "a moment waits for the store", test_a_moment_waits_for_the_store },
	  { "an expired rule is off, and its owner told",
	    test_an_expired_rule_is_off_and_its_owner_told })
