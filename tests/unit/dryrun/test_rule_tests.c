/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "lib/unit.h"
#include "dryrun/rule_tests.h"

/* Runs the tests in the rules; gives the complaints joined, and checks the counts. */
static void check(const char *rules, size_t passed, size_t failed, const char *wanted)
{
	const struct ruleset_options options = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct ruleset *set = NULL;
	struct rule_tests_result result;

	CU_ASSERT_EQUAL_FATAL(ruleset_load_text(&set, str_from(rules), "t.ini", &options, &diag),
			      0);
	result = rule_tests_run(set, &diag);
	CU_ASSERT_EQUAL(result.passed, passed);
	CU_ASSERT_EQUAL(result.failed, failed);
	if (result.passed != passed || result.failed != failed)
		diag_print(&diag, stdout);
	if (wanted != NULL) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(diag.entries);
		if (strstr(diag.entries[0].text, wanted) == NULL)
			printf("\n  seen: %s\n  wanted: %s\n", diag.entries[0].text, wanted);
		CU_ASSERT_PTR_NOT_NULL(strstr(diag.entries[0].text, wanted));
	}
	ruleset_unref(set);
}

static void test_fires_and_silent(void)
{
	check("[rule a]\nmatch = vpn\nreply = yes\ntest = \"the VPN\" -> fires\ntest = \"lunch\" -> silent\n",
	      2, 0, NULL);
}

static void test_a_failure_says_what_was_seen(void)
{
	check("[rule a]\nmatch = vpn\nreply = yes\ntest = \"lunch\" -> fires\n", 0, 1,
	      "because of `match`");
	check("[rule a]\nmatch = vpn\nreply = yes\ntest = \"vpn\" -> silent\n", 0, 1,
	      "the rule fires");
	check("[rule a]\nmatch = vpn\nin = #it\nreply = yes\ntest = in #hr \"vpn\" -> fires\n", 0,
	      1, "because of `in`");
	check("[rule a]\nmatch = vpn\nreply = yes\ntest = \"vpn\" -> says \"no\"\n", 0, 1,
	      "the rule says \"yes\"");
}

static void test_another_rule_that_takes_the_message_is_named(void)
{
	check("[rule a]\nmatch = vpn\nreply = A\n[rule b]\nmatch = vpn\nreply = B\ntest = \"vpn\" -> fires\n",
	      0, 1, "rule \"a\" (t.ini:1) takes this message first");
}

static void test_says_reads_like_a_person(void)
{
	check("[rule a]\nmatch = (\\w+) down\nreply = {user}: {1} & <https://status.example|status> of {channel.name}\n"
	      "test = in #ops from @ana \"mail down\" -> says \"@ana: mail & status of ops\"\n",
	      1, 0, NULL);
}

static void test_typographic_signs_are_plain_as_in_slack(void)
{
	check("[rule a]\nwords = it's, wi-fi\nreply = Don’t “worry”\n"
	      "test = \"it’s\" -> fires\ntest = \"wi–fi\" -> fires\n"
	      "test = \"it's\" -> says \"Don’t “worry”\"\ntest = \"it's\" -> says \"Don't\"\n",
	      4, 0, NULL);
	check("[rule a]\nto bot = yes\nmatch = ^it's$\nreply = x\ntest = \"@bot it’s\" -> fires\n",
	      1, 0, NULL);
}

static void test_limits_and_shadow_do_not_count(void)
{
	check("[rule a]\nmatch = x\nreply = yes\nmode = shadow\nlimit = 1 per user ever\n"
	      "test = \"x\" -> fires\ntest = \"x\" -> says \"yes\"\n",
	      2, 0, NULL);
}

static void test_rules_that_are_off_are_not_tested(void)
{
	check("[rule a]\nmatch = x\nreply = yes\nmode = off\ntest = \"x\" -> fires\n[rule b]\nreply = z\n",
	      0, 0, NULL);
}

static void test_every_pick_is_tried(void)
{
	check("[rule a]\nmatch = x\nreply = {pick: red | green} {pick: ant | bee}\n    ---\n    a {pick: cat | dog}\n"
	      "post #zoo = {pick: elk | fox | hen}\n"
	      "test = \"x\" -> says \"green ant\"\ntest = \"x\" -> says \"red bee\"\n"
	      "test = \"x\" -> says \"a dog\"\ntest = \"x\" -> posts #zoo \"hen\"\n"
	      "test = \"x\" -> says \"a bee\"\n",
	      4, 1, "says \"a bee\"");
}

static void test_one_of_several_wordings_is_enough(void)
{
	static const char *const picks[] = { "random", "in turn" };

	for (size_t i = 0; i < ARRAY_LEN(picks); i++) {
		char rules[200];

		snprintf(
			rules, sizeof(rules),
			"[rule a]\nmatch = hi\nreply = one\n  ---\n  two\n  ---\n  three\npick = %s\n"
			"test = \"hi\" -> says \"three\"\ntest = \"hi\" -> says \"four\"\n",
			picks[i]);
		check(rules, 1, 1, "says \"four\"");
	}
}

static void test_every_outcome(void)
{
	check("[rule a]\nmatch = x\nreply = R\nwhisper = W\npost #ops = P\ndm @raj = D\nreact = eyes\n"
	      "call pins.add = {\"channel\": \"C1\"}\nset n = 5\nadd m = 1\nwait = 1m\nsay = later\n"
	      "test = \"x\" -> says \"R\"\ntest = \"x\" -> says \"later\"\n"
	      "test = \"x\" -> whispers \"W\"\ntest = \"x\" -> posts #ops\n"
	      "test = \"x\" -> posts #ops \"P\"\ntest = \"x\" -> dms @raj\n"
	      "test = \"x\" -> reacts :eyes:\ntest = \"x\" -> calls pins.add\n"
	      "test = \"x\" -> sets n \"5\"\ntest = \"x\" -> sets m\n",
	      10, 0, NULL);
	check("[rule a]\nmatch = x\npost #ops = P\ntest = \"x\" -> posts #it\n", 0, 1,
	      "what the rule does: post #ops \"P\"");
	check("[rule a]\nmatch = x\nreact = eyes\ntest = \"x\" -> reacts :tada:\n", 0, 1,
	      "what the rule does: react #test \"eyes\"");
	check("[rule a]\nmatch = x(y)?\nsay = {1}\ntest = \"x\" -> says \"A\"\n", 0, 1,
	      "what the rule does: nothing");
}

static void test_any_of_several_wordings_will_do(void)
{
	check("[rule a]\nmatch = x\nsay = A\n    ---\n    B\ntest = \"x\" -> says \"A\"\ntest = \"x\" -> says \"B\"\n"
	      "test = \"x\" -> says \"C\"\n",
	      2, 1, "the rule says \"A\"");
	check("[rule a]\nmatch = x\nsay = A\n    ---\n    B\npick = in turn\n"
	      "test = \"x\" -> says \"A\"\ntest = \"x\" -> says \"B\"\n",
	      2, 0, NULL);
}

static void test_a_condition_that_keeps_it_silent_is_named(void)
{
	check("[rule a]\nmatch = x\nif = user is @raj\nsay = A\ntest = from @ana \"x\" -> fires\n"
	      "test = from @raj \"x\" -> fires\n",
	      1, 1, "because of `if`");
}

static void test_moments_are_of_the_rule_that_is_tested(void)
{
	check("[rule a]\non = every 1h\npost #ops = A\ntest = every -> posts #ops \"A\"\n"
	      "[rule b]\non = every 1h\npost #ops = B\ntest = every -> posts #ops \"B\"\n",
	      2, 0, NULL);
}

UNIT_MAIN("trial", { "fires and silent", test_fires_and_silent },
	  { "a failure says what was seen", test_a_failure_says_what_was_seen },
	  { "another rule that takes the message is named",
	    test_another_rule_that_takes_the_message_is_named },
	  { "says reads like a person", test_says_reads_like_a_person },
	  { "typographic signs are plain as in Slack",
	    test_typographic_signs_are_plain_as_in_slack },
	  { "limits and shadow do not count", test_limits_and_shadow_do_not_count },
	  { "rules that are off are not tested", test_rules_that_are_off_are_not_tested },
	  { "every pick is tried", test_every_pick_is_tried },
	  { "one of several wordings is enough", test_one_of_several_wordings_is_enough },
	  { "every outcome", test_every_outcome },
	  { "any of several wordings will do", test_any_of_several_wordings_will_do },
	  { "a condition that keeps it silent is named",
	    test_a_condition_that_keeps_it_silent_is_named },
	  { "moments are of the rule that is tested", test_moments_are_of_the_rule_that_is_tested })
