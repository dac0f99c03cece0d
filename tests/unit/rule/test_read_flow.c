/* SPDX-License-Identifier: MIT */
#include "lib/rules.h"
#include "lib/unit.h"

/* ---- what is taken ---- */

static void test_limits(void)
{
	struct ruleset *set = rules_good("[rule a]\nmatch = (?<ticket>x)\nsay = x\n"
					 "limit = 1 per {ticket} per 1d\n"
					 "  2 per user  per {if ticket is x: a | else b}\n"
					 "limit = 3 per hour\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_EQUAL_FATAL(r->n_limits, 3);
	CU_ASSERT_PTR_NOT_NULL(r->limits[0].key);
	CU_ASSERT_STRING_EQUAL(r->limits[0].text, "1 per {ticket} per 1d");
	CU_ASSERT_EQUAL(r->limits[0].window_ms, 86400000);
	CU_ASSERT_PTR_NOT_NULL(r->limits[1].key);
	CU_ASSERT_STRING_EQUAL(r->limits[1].text, "2 per user per {if ticket is x: a | else b}");
	CU_ASSERT_EQUAL(r->limits[1].by, BY_USER);
	CU_ASSERT_EQUAL(r->limits[1].at.line, 5);
	CU_ASSERT_PTR_NULL(r->limits[2].key);
	ruleset_unref(set);
}

static void test_chance_follow_and_owner(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\nsay = x\nchance =  1  in 5\nfollow = edits, deletes\n"
		"owner = @ana, U012, [ops]\n"
		"[rule b]\nsay = x\nfollow = deletes\nchance = 5 in 5\n"
		"[rule c]\nsay = x\n"
		"[list ops]\npeople = @raj\n");
	const struct rule *a = ruleset_rule(set, 0), *b = ruleset_rule(set, 1),
			  *c = ruleset_rule(set, 2);

	CU_ASSERT_EQUAL(a->chance_of, 1);
	CU_ASSERT_EQUAL(a->chance_in, 5);
	CU_ASSERT_EQUAL(c->chance_in, 0);
	CU_ASSERT_TRUE(a->follows_edits && a->follows_deletes && a->keeps_answers);
	CU_ASSERT_TRUE(!b->follows_edits && b->follows_deletes && b->keeps_answers);
	CU_ASSERT_FALSE(c->keeps_answers);
	CU_ASSERT_EQUAL(a->owners.n, 3);
	CU_ASSERT_TRUE(ruleset_follows(set));
	ruleset_unref(set);
}

/* The day counts to its end, by the clock of the rule. */
static void test_days_and_zones(void)
{
	const struct ruleset_options options = { .zone = "Europe/Paris" };
	struct rules r;

	rules_init_with(&r,
			"[rule a]\nsay = x\nexpires = 2099-12-31\n"
			"[rule b]\nsay = x\nexpires = 2099-12-31\nzone = UTC\n"
			"[rule c]\nsay = x\nexpires = 2020-02-29\n",
			&options);
	ASSERT_STR(buf_str(&r.told),
		   "8: warning: the rule `c` has expired on 2020-02-29 and is off");
	CU_ASSERT_PTR_NOT_NULL_FATAL(r.set);
	CU_ASSERT_EQUAL_FATAL(ruleset_n_rules(r.set), 2);
	CU_ASSERT_EQUAL(ruleset_rule(r.set, 1)->expires_at.ms, INT64_C(4102444800000));
	CU_ASSERT_EQUAL(ruleset_rule(r.set, 0)->expires_at.ms, INT64_C(4102441200000));
	CU_ASSERT_STRING_EQUAL(ruleset_rule(r.set, 0)->expires, "2099-12-31");
	rules_deinit(&r);
}

/* ---- what is not ---- */

static void test_limits_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"react = eyes\n"
		"limit = often\n"
		"  1 per user\n"
		"  1 per moon\n"
		"limit = 1 per {usr}\n"
		"  1 per { x}\n"
		"  1 per {{\n"
		"  1 per {user}x\n"
		"limit = 1 per {user} per {link} per 1h\n"
		"  1 per {result.x}\n"
		"  0 per user\n",
		"3: `often` is no limit: it begins with how often, a number from 1 to 10000\n"
		"5: `1 per moon` is no limit: `per` is followed by user, channel, thread, message, an insert, or a time such as 4h\n"
		"6: unknown insert `usr`; did you mean `user`?\n"
		"7: `1 per { x}` is no limit: `{ x}` is no insert\n"
		"8: `1 per {{` is no limit: `{` is no insert\n"
		"9: `1 per {user}x` is no limit: it is written as `3 per channel per 10m` or `1 per user ever`\n"
		"10: `1 per {user} per {link} per 1h` is no limit: it counts by one insert at most\n"
		"11: {result.x}: no `webhook` or `call` above it gives a result\n"
		"12: `0 per user` is no limit: it begins with how often, a number from 1 to 10000");
}

static void test_chances_that_are_none(void)
{
	ASSERT_COMPLAINTS("[rule a]\n"
			  "say = x\n"
			  "chance = 1 of 5\n"
			  "[rule b]\n"
			  "say = x\n"
			  "chance = 6 in 5\n"
			  "[rule c]\n"
			  "say = x\n"
			  "chance = 0 in 5\n"
			  "[rule d]\n"
			  "say = x\n"
			  "chance = 1 in 5 x\n"
			  "[rule e]\n"
			  "say = x\n"
			  "chance = 1 in 9999999\n"
			  "[rule f]\n"
			  "say = x\n"
			  "chance = 1 in 5\n"
			  "  1 in 6\n",
			  "3: `chance` is written as in `1 in 5`, not `1 of 5`\n"
			  "6: `chance` is written as in `1 in 5`, not `6 in 5`\n"
			  "9: `chance` is written as in `1 in 5`, not `0 in 5`\n"
			  "12: `chance` is written as in `1 in 5`, not `1 in 5 x`\n"
			  "15: `chance` is written as in `1 in 5`, not `1 in 9999999`\n"
			  "19: the value of `chance` is one line");
}

static void test_words_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"react = eyes\n"
		"priority = high\n"
		"then = go\n"
		"fallback = 1\n"
		"follow = edit, edits, deletes x\n"
		"mode = of\n"
		"help = a\n"
		"  b\n"
		"owner = ana, !@b, people, bots, guests, [x], U1, #c, @ok\n"
		"expires = 2026-02-30\n"
		"zone = Mars\n",
		"3: `priority` is a whole number, not `high`\n"
		"4: `then` is `stop` or `continue`, not `go`\n"
		"5: `fallback` is `yes` or `no`, not `1`\n"
		"6: unknown word `edit`; did you mean `edits`?\n"
		"6: unknown word `deletes x`; did you mean `deletes`?\n"
		"7: `mode` is `live`, `shadow` or `off`, not `of`\n"
		"9: the value of `help` is one line\n"
		"10: `ana` is no person; a person is written `@name`\n"
		"10: unknown list `x`\n"
		"10: `#c` is no person; a person is written `@name`\n"
		"10: `owner` names people, as in `@ana, @raj`\n"
		"10: `owner` names people, as in `@ana, @raj`\n"
		"10: `owner` names people, as in `@ana, @raj`\n"
		"10: `owner` names people, as in `@ana, @raj`\n"
		"11: `expires` is a day that there is, as in 2026-12-31, not `2026-02-30`\n"
		"12: `Mars` is no time zone: there is no such time zone; they are named as `Europe/London`, `America/New_York`, `UTC`");
}

static void test_days_and_zones_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"say = x\n"
		"expires = tomorrow\n"
		"zone = Europe/Lndon\n"
		"[rule b]\n"
		"say = x\n"
		"expires = 2099-1-1\n"
		"[rule c]\n"
		"say = x\n"
		"expires = 2099-12-31 12:00\n"
		"[rule d]\n"
		"say = x\n"
		"priority = 99999999999999999999\n",
		"3: `expires` is a day that there is, as in 2026-12-31, not `tomorrow`\n"
		"4: `Europe/Lndon` is no time zone; did you mean `Europe/London`?\n"
		"7: `expires` is a day that there is, as in 2026-12-31, not `2099-1-1`\n"
		"10: `expires` is a day that there is, as in 2026-12-31, not `2099-12-31 12:00`\n"
		"13: `priority` is a whole number, not `99999999999999999999`");
}

UNIT_MAIN("read_flow", { "limits", test_limits },
	  { "chance follow and owner", test_chance_follow_and_owner },
	  { "days and zones", test_days_and_zones },
	  { "limits that are none", test_limits_that_are_none },
	  { "chances that are none", test_chances_that_are_none },
	  { "words that are none", test_words_that_are_none },
	  { "days and zones that are none", test_days_and_zones_that_are_none })
