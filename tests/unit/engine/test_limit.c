/* SPDX-License-Identifier: MIT */
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "engine/limit.h"

/* The keys of the rule's limits, one a line. */
static void check(const char *limits, struct event *ev, bool shadow, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	CLEANUP(buf_deinit) struct buf keys = { 0 };
	struct state_limit out[RULE_LIMITS_MAX];
	struct world world;
	struct view view;
	size_t n;

	world_init(&world);
	buf_init(&rules, 0);
	buf_init(&keys, 0);
	buf_addf(
		&rules,
		"[rule a]\non = message, reaction :x:, join\nlook in = text\nmatch = (?<w>[a-z].*)\nsay = A\n%s",
		limits);
	buf_addc(&rules, '\0');
	view_init(&view, &world, rules.p, ev);
	n = limits_for(&view.values, shadow, out);
	for (size_t i = 0; i < n; i++)
		buf_addf(&keys, "%s%.*s=%u/%lld", i > 0 ? "\n" : "", STR_ARG(out[i].key),
			 out[i].count, (long long)out[i].window_ms);
	ASSERT_STR(buf_str(&keys), wanted);
	view_deinit(&view);
}

static void test_limits_are_keyed_by_ids(void)
{
	check("", said("x", "1.1"), false, "");
	check("limit = 1 per user per 4h\n", said("x", "1.1"), false,
	      "limit:a:1 per user per 4h:U1ANA:::=1/14400000");
	check("limit = 3 per channel per 10m\n", said("x", "1.1"), false,
	      "limit:a:3 per channel per 10m::C1GENERAL::=3/600000");
	check("limit = 1 per thread\n", said("x", "1.1"), false,
	      "limit:a:1 per thread::C1GENERAL:1.1:=1/0");
	check("limit = 1 per thread\n", replied("x", "1.2", "1.1"), false,
	      "limit:a:1 per thread::C1GENERAL:1.1:=1/0");
	check("limit = 1 per message\n", said("x", "1.1"), false,
	      "limit:a:1 per message::C1GENERAL::1.1=1/0");
	check("limit = 2 per 10m\n", said("x", "1.1"), false, "limit:a:2 per 10m::::=2/600000");
	check("limit = 1 per user ever\n    2 per day\n", said("x", "1.1"), false,
	      "limit:a:1 per user ever:U1ANA:::=1/0\nlimit:a:2 per day::::=2/86400000");
}

static void test_limits_by_an_insert(void)
{
	check("limit = 1 per {w} per 1d\n", said("t:1]", "1.1"), false,
	      "limit:a:1 per {w} per 1d:::::t:1]=1/86400000");
	check("limit = 1 per {user}\n", said("x", "1.1"), false,
	      "limit:a:1 per {user}:::::\x01@U1ANA=1/0");
}

static void test_shadows_are_kept_apart(void)
{
	check("limit = 1 per user\n", said("x", "1.1"), true, "shadow:a:1 per user:U1ANA:::=1/0");
}

static void test_what_the_event_does_not_have_is_one_and_the_same(void)
{
	struct event *ev = said("x", "");

	ev->user.id = STR_EMPTY;
	check("limit = 1 per user\n    1 per thread\n    1 per message\n", ev, false,
	      "limit:a:1 per user::::=1/0\nlimit:a:1 per thread::C1GENERAL::=1/0\n"
	      "limit:a:1 per message::C1GENERAL::=1/0");
}

/* ---- in the engine ---- */

static void play_tickets(struct engine_fixture *h)
{
	fixture_say(h, "T-1", "1.1");
	fixture_say(h, "T-1", "1.2");
	fixture_say(h, "T-2", "1.3");
	fixture_wait(h, 86399999);
	fixture_say(h, "T-1", "1.4");
	fixture_wait(h, 1);
	fixture_say(h, "T-1", "1.5");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_RULES_LIMITED), 2);
}

static void test_a_ticket_is_spoken_of_once_a_day(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = (?<ticket>T-\\d)\nsay = {ticket}\nlimit = 1 per {ticket} per 1d\n",
		play_tickets, "say C1GENERAL: T-1 | say C1GENERAL: T-2 | say C1GENERAL: T-1");
}

static void play_stored(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_say(h, "x", "1.2");
	fixture_say(h, "next", "1.3");
	fixture_say(h, "x", "1.4");
}

static void test_a_limit_may_need_what_is_stored(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nsay = {n or 0}\nlimit = 1 per {n}\n"
		     "[rule n]\nmatch = next\nadd n = 1\n",
		     play_stored, "say C1GENERAL: 0 | say C1GENERAL: 1");
}

static void play_shadow(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_say(h, "x", "1.2");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_RULES_SHADOWED), 1);
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_RULES_LIMITED), 1);
	fixture_use(h, "[rule a]\nmatch = x\nsay = A\nlimit = 1 per user\n");
	fixture_say(h, "x", "1.3");
}

static void test_a_shadow_spends_nothing_of_the_live_rule(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nsay = A\nlimit = 1 per user\nmode = shadow\n",
		     play_shadow, "say C1GENERAL: A");
}

UNIT_MAIN("limits", { "limits are keyed by ids", test_limits_are_keyed_by_ids },
	  { "limits by an insert", test_limits_by_an_insert },
	  { "shadows are kept apart", test_shadows_are_kept_apart },
	  { "what the event does not have is one and the same",
	    test_what_the_event_does_not_have_is_one_and_the_same },
	  { "a ticket is spoken of once a day", test_a_ticket_is_spoken_of_once_a_day },
	  { "a limit may need what is stored", test_a_limit_may_need_what_is_stored },
	  { "a shadow spends nothing of the live rule",
	    test_a_shadow_spends_nothing_of_the_live_rule })
