/* SPDX-License-Identifier: MIT */
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "store/memory.h"

#define WARNING "dm U9RAJ: :warning: The rule `a` (test.ini:1) needs you: "
#define BROKEN "[rule a]\nmatch = x\npost {text} = A\nowner = @raj\n"

static void play_failures(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_wait(h, 3599999);
	fixture_say(h, "x", "1.2");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_ACTIONS_FAILED), 2);
	fixture_wait(h, 1);
	fixture_say(h, "x", "1.3");
}

static void test_an_owner_is_told_once_an_hour(void)
{
	ASSERT_STORY(BROKEN, play_failures, WARNING "x is no channel | " WARNING "x is no channel");
}

static void play_two_rules(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
}

static void test_each_rule_has_an_hour_of_its_own(void)
{
	ASSERT_STORY(BROKEN "[rule b]\nmatch = x\npost {text} = A\nowner = @raj\n", play_two_rules,
		     WARNING
		     "x is no channel | "
		     "dm U9RAJ: :warning: The rule `b` (test.ini:5) needs you: x is no channel");
}

static void test_nobody_is_told_of_a_rule_without_owner(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\npost {text} = A\n", play_two_rules, "");
}

static void test_owners_may_be_several(void)
{
	ASSERT_STORY("[list both]\npeople = @ana, U7KIM\n[rule a]\nmatch = x\npost {text} = A\n"
		     "owner = @raj, [both], @nobody\n",
		     play_two_rules,
		     "dm U9RAJ: :warning: The rule `a` (test.ini:3) needs you: x is no channel | "
		     "dm U1ANA: :warning: The rule `a` (test.ini:3) needs you: x is no channel | "
		     "dm U7KIM: :warning: The rule `a` (test.ini:3) needs you: x is no channel");
}

static void play_hostile(struct engine_fixture *h)
{
	fixture_say(h, "<!channel> @here &", "1.1");
}

static void test_what_people_wrote_is_inert_in_it(void)
{
	ASSERT_STORY("[rule a]\nmatch = (.+)\npost {text} = A\nowner = @raj\n", play_hostile,
		     WARNING "&lt;!channel&gt; @\xE2\x81\xA0here &amp; is no channel");
}

static void play_refused(struct engine_fixture *h)
{
	h->refuses = "A";
	fixture_say(h, "x", "1.1");
}

static void test_what_slack_refuses_is_told(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nsay = A\nowner = @raj\n", play_refused,
		     "say C1GENERAL: A | " WARNING "no_such_thing");
}

static void play_may_not_act(struct engine_fixture *h)
{
	h->world.dice = 4;
	fixture_say(h, "x", "1.1");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_ACTIONS_FAILED), 0);
}

static void test_a_rule_that_may_not_act_tells_nothing(void)
{
	ASSERT_STORY(BROKEN "mode = shadow\n", play_may_not_act, "");
	ASSERT_STORY(BROKEN "chance = 1 in 5\n", play_may_not_act, "");
}

static void play_reload(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_use(h, BROKEN);
	fixture_say(h, "x", "1.2");
}

static void test_a_reload_does_not_begin_the_hour_anew(void)
{
	ASSERT_STORY(BROKEN, play_reload, WARNING "x is no channel");
}

UNIT_MAIN("notice", { "an owner is told once an hour", test_an_owner_is_told_once_an_hour },
	  { "each rule has an hour of its own", test_each_rule_has_an_hour_of_its_own },
	  { "nobody is told of a rule without owner", test_nobody_is_told_of_a_rule_without_owner },
	  { "owners may be several", test_owners_may_be_several },
	  { "what people wrote is inert in it", test_what_people_wrote_is_inert_in_it },
	  { "what Slack refuses is told", test_what_slack_refuses_is_told },
	  { "a rule that may not act tells nothing", test_a_rule_that_may_not_act_tells_nothing },
	  { "a reload does not begin the hour anew", test_a_reload_does_not_begin_the_hour_anew })
