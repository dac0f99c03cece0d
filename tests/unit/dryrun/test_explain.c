/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "dryrun/explain.h"
#include "lib/unit.h"
#include "lib/world.h"

/* The first test of the first written rule, explained as text and as JSON. */
static void check(const char *rules, const char *text, const char *json, unsigned line)
{
	struct ruleset *set = world_rules(rules);
	struct simulation *r = simulate_new(set);
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	char printed[8192] = "";
	FILE *file = fmemopen(printed, sizeof(printed) - 1, "w");
	struct explanation e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	explain(&e, r, set, simulate_event(r, ruleset_written(set, 0)->tests[0].event));
	explain_print(&e, file);
	fclose(file);
	unit_str_is(str_from(printed), text, __FILE__, line);
	explain_json(&e, &seen);
	if (json != NULL)
		unit_str_is(buf_str(&seen), json, __FILE__, line);
	explanation_deinit(&e);
	explanation_deinit(&e);
	simulate_free(r);
	ruleset_unref(set);
}

static void test_what_fires_and_what_it_does(void)
{
	check("[rule a]\nmatch = x\nreply = one\n    two\nset n = 1\ndm @raj = D\nwebhook tickets = {}\n"
	      "limit = 1 per user\nchance = 1 in 5\nmode = shadow\ntest = \"x\" -> fires\n",
	      "FIRES  a (test.ini:1)\n"
	      "    reply in #test, in the thread: \"one\n            two\"\n"
	      "    set n: \"n = 1\"\n"
	      "    dm @raj: \"D\"\n"
	      "    call webhook tickets: \"{}\"\n"
	      "    if its limit allows: 1 per user\n"
	      "    with a chance of 1 in 5\n"
	      "    in shadow mode: it only says so in the log\n",
	      "[{\"rule\":\"a\",\"file\":\"test.ini\",\"line\":1,\"fires\":true,\"does\":["
	      "{\"verb\":\"reply\",\"where\":\"#test\",\"text\":\"one\\ntwo\",\"in_thread\":true},"
	      "{\"verb\":\"set\",\"where\":\"n\",\"text\":\"n = 1\",\"in_thread\":false},"
	      "{\"verb\":\"dm\",\"where\":\"@raj\",\"text\":\"D\",\"in_thread\":false},"
	      "{\"verb\":\"webhook\",\"where\":\"webhook tickets\",\"text\":\"{}\",\"in_thread\":false}]}]\n",
	      __LINE__);
}

static void test_the_nearest_misses_come_first(void)
{
	check("[rule far]\non = join\nsay = A\ntest = \"x\" -> silent\n"
	      "[rule near]\nmatch = y\nsay = B\n[rule hit]\nmatch = x\nsay = C\n",
	      "FIRES  hit (test.ini:8)\n    say in #test: \"C\"\n"
	      "silent near (test.ini:5)\n    `match` says no: seen \"x\", wanted \"y\"\n"
	      "silent far (test.ini:1)\n    `on` says no: seen \"message\", wanted \"join\"\n",
	      "[{\"rule\":\"hit\",\"file\":\"test.ini\",\"line\":8,\"fires\":true,\"does\":["
	      "{\"verb\":\"say\",\"where\":\"#test\",\"text\":\"C\",\"in_thread\":false}]},"
	      "{\"rule\":\"near\",\"file\":\"test.ini\",\"line\":5,\"fires\":false,\"question\":\"match\","
	      "\"answer\":\"no\",\"seen\":\"x\",\"wanted\":\"y\",\"does\":[]},"
	      "{\"rule\":\"far\",\"file\":\"test.ini\",\"line\":1,\"fires\":false,\"question\":\"on\","
	      "\"answer\":\"no\",\"seen\":\"message\",\"wanted\":\"join\",\"does\":[]}]\n",
	      __LINE__);
}

static void test_precedence_is_a_reason(void)
{
	check("[rule a]\nmatch = x\nsay = A\ntest = \"x\" -> fires\n[rule b]\nmatch = x\nsay = B\n",
	      "FIRES  a (test.ini:1)\n    say in #test: \"A\"\n"
	      "silent b (test.ini:5)\n    `then` says no: seen \"the rule a, which was asked earlier\", wanted "
	      "\"no earlier answer\"\n",
	      NULL, __LINE__);
}

static void test_a_condition_is_shown_with_what_it_compared(void)
{
	struct ruleset *set = world_rules("[rule a]\nmatch = x\nif = user is @raj\nsay = A\n"
					  "test = from @ana \"x\" -> silent\n");
	struct simulation *r = simulate_new(set);
	struct explanation e;

	explain(&e, r, set, simulate_event(r, ruleset_rule(set, 0)->tests[0].event));
	CU_ASSERT_EQUAL_FATAL(e.n, 1);
	CU_ASSERT_FALSE(e.rules[0].fires);
	CU_ASSERT_STRING_EQUAL(e.rules[0].question, "if");
	CU_ASSERT_PTR_NOT_NULL(strstr(e.rules[0].seen, "@ana"));
	CU_ASSERT_PTR_NOT_NULL(strstr(e.rules[0].wanted, "@raj"));
	explanation_deinit(&e);
	simulate_free(r);
	ruleset_unref(set);
}

static void test_nothing_to_say(void)
{
	check("[rule a]\nmatch = x(y)?\nsay = {1}\ntest = \"x\" -> fires\n",
	      "FIRES  a (test.ini:1)\n    but it has nothing to say\n", NULL, __LINE__);
}

static void test_terminals_are_not_commanded(void)
{
	struct ruleset *set = world_rules(
		"[rule a]\nmatch = y\nsay = A\n[rule b]\nmatch = (.+)\nsay = B{1}\n");
	struct simulation *r = simulate_new(set);
	struct event *ev = event_new();
	char printed[4096] = "";
	FILE *file = fmemopen(printed, sizeof(printed) - 1, "w");
	struct explanation e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	ev->kind = EVENT_MESSAGE;
	ev->type = STR("message");
	ev->text = ev->text_raw = ev->text_to_bot = STR("\x1B[2Jx\x07");
	ev->text_known = true;
	ev->ts = STR("1.1");
	ev->key = STR("k");
	ev->channel = STR("C1");
	ev->user.id = ev->author.id = STR("U1");
	ev->user.handle = STR("\x1B[1mana");
	explain(&e, r, set, ev);
	explain_print(&e, file);
	fclose(file);
	CU_ASSERT_PTR_NULL(strchr(printed, '\x1B'));
	CU_ASSERT_PTR_NULL(strchr(printed, '\x07'));
	CU_ASSERT_PTR_NOT_NULL(strstr(printed, "silent a"));
	explanation_deinit(&e);
	simulate_free(r);
	ruleset_unref(set);
}

UNIT_MAIN("explanation", { "what fires and what it does", test_what_fires_and_what_it_does },
	  { "the nearest misses come first", test_the_nearest_misses_come_first },
	  { "precedence is a reason", test_precedence_is_a_reason },
	  { "a condition is shown with what it compared",
	    test_a_condition_is_shown_with_what_it_compared },
	  { "nothing to say", test_nothing_to_say },
	  { "terminals are not commanded", test_terminals_are_not_commanded })
