/* SPDX-License-Identifier: MIT */
#include "lib/rules.h"
#include "lib/unit.h"
#include "template/condition.h"
#include "calendar/hours.h"
#include "template/symbols.h"

/* ---- what is taken ---- */

static void test_places_and_people(void)
{
	struct ruleset *set = rules_good("[rule a]\n"
					 "in = #it-*, ! #x, C012, private, [ops]\n"
					 "from = [ops], S012, guests, @ana.maria, ![ops]\n"
					 "workspace = main, \"other, too\"\n"
					 "say = x\n"
					 "[list ops]\nchannels = #ops\npeople = @raj, bots\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_EQUAL_FATAL(r->in.n, 5);
	CU_ASSERT_TRUE(r->in.items[0].glob && !r->in.items[0].deny);
	CU_ASSERT_TRUE(r->in.items[1].deny && !r->in.items[1].glob);
	CU_ASSERT_STRING_EQUAL(r->in.items[1].name, "x");
	CU_ASSERT_EQUAL(r->in.items[2].kind, SCOPE_ID);
	CU_ASSERT_EQUAL(r->in.items[3].channel_kind, CHANNEL_PRIVATE);
	CU_ASSERT_EQUAL(r->in.items[4].list->channels.n, 1);
	CU_ASSERT_EQUAL_FATAL(r->from.n, 5);
	CU_ASSERT_EQUAL(r->from.items[0].list->people.n, 2);
	CU_ASSERT_EQUAL(r->from.items[1].kind, SCOPE_GROUP_ID);
	CU_ASSERT_EQUAL(r->from.items[2].kind, SCOPE_GUESTS);
	CU_ASSERT_STRING_EQUAL(r->from.items[3].name, "ana.maria");
	CU_ASSERT_TRUE(r->from.items[4].deny);
	CU_ASSERT_EQUAL_FATAL(r->n_workspaces, 2);
	CU_ASSERT_STRING_EQUAL(r->workspaces[1], "other, too");
	CU_ASSERT_TRUE(ruleset_wants_groups(set) && ruleset_wants_names(set));
	ruleset_unref(set);
}

static void test_hours(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\nwhen = support\nsay = x\n"
		"[rule b]\nwhen = not  support\nsay = x\n"
		"[rule c]\nwhen = mon-fri 09:00-17:00 Europe/Paris\nsay = x\n"
		"[rule d]\nwhen = not sat sun\nzone = Asia/Tokyo\nsay = x\n"
		"[rule e]\nwhen = sat\nsay = x\n"
		"[hours support]\nopen = mon\n[hours satt]\nopen = mon\n");
	const struct when *a = &ruleset_rule(set, 0)->when, *b = &ruleset_rule(set, 1)->when;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a->hours);
	CU_ASSERT_PTR_EQUAL(a->hours, b->hours);
	CU_ASSERT_TRUE(!a->closed && b->closed);
	CU_ASSERT_STRING_EQUAL(zone_name(hours_zone(ruleset_rule(set, 2)->when.hours)),
			       "Europe/Paris");
	CU_ASSERT_STRING_EQUAL(zone_name(hours_zone(ruleset_rule(set, 3)->when.hours)),
			       "Asia/Tokyo");
	CU_ASSERT_TRUE(ruleset_rule(set, 3)->when.closed);
	/* A day is a day, however near a name may be. */
	CU_ASSERT_PTR_NOT_NULL(ruleset_rule(set, 4)->when.hours);
	ruleset_unref(set);
}

static void test_conditions(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\nif = karma[{who}] > 10 and\n  who is not {user}\n"
		"match = (?<who>x)\nadd karma[{who}] = 1\n"
		"[rule b]\nsay = x\n");

	CU_ASSERT_PTR_NOT_NULL(ruleset_rule(set, 0)->condition);
	CU_ASSERT_PTR_NULL(ruleset_rule(set, 1)->condition);
	ruleset_unref(set);
}

/* ---- what is not ---- */

static void test_places_and_people_that_are_none(void)
{
	ASSERT_COMPLAINTS("[list onc]\n"
			  "people = @a\n"
			  "[rule r]\n"
			  "react = x\n"
			  "in = general, pubilc, #a b, #, !#ok, [onc], [onx], S012, @ana, DM, !\n"
			  "from = ana, peple, @a*, #x, C012, [oncal], [], BOTS, !@\n"
			  "thread = roots\n"
			  "to bot = maybe\n"
			  "workspace = a,, b\n",
			  "5: `general` is no channel; a channel is written `#name`\n"
			  "5: `pubilc` is no channel; did you mean `public`?\n"
			  "5: `#a b` is no name of a channel\n"
			  "5: `#` is no name of a channel\n"
			  "5: the list `onc` (test.ini:1) names no channels\n"
			  "5: unknown list `onx`; did you mean `onc`?\n"
			  "5: `S012` is no channel; a channel is written `#name`\n"
			  "5: `@ana` is no channel; a channel is written `#name`\n"
			  "5: `DM` is no channel; did you mean `dm`?\n"
			  "5: `` is no channel; a channel is written `#name`\n"
			  "6: `ana` is no person; a person is written `@name`\n"
			  "6: `peple` is no person; did you mean `people`?\n"
			  "6: `@a*` is no name of a person\n"
			  "6: `#x` is no person; a person is written `@name`\n"
			  "6: `C012` is no person; a person is written `@name`\n"
			  "6: unknown list `oncal`; did you mean `onc`?\n"
			  "6: unknown list ``\n"
			  "6: `BOTS` is no person; did you mean `bots`?\n"
			  "6: `@` is no name of a person\n"
			  "7: `thread` is `root`, `replies` or `any`, not `roots`\n"
			  "8: `to bot` is `yes` or `no`, not `maybe`\n"
			  "9: nothing stands between two commas");
}

static void test_hours_that_are_none(void)
{
	ASSERT_COMPLAINTS("[hours support]\n"
			  "open = mon-fri 09:00-17:00\n"
			  "[hours satt]\n"
			  "open = sat\n"
			  "[rule a]\n"
			  "say = x\n"
			  "when = suport\n"
			  "[rule b]\n"
			  "say = x\n"
			  "when = not suport\n"
			  "[rule c]\n"
			  "say = x\n"
			  "when = mon-xx\n"
			  "[rule d]\n"
			  "say = x\n"
			  "when = not\n"
			  "[rule e]\n"
			  "say = x\n"
			  "when = a\n"
			  "  b\n"
			  "[rule f]\n"
			  "say = x\n"
			  "when = mon-fri 09:00-17:00 Europe/Lndon\n"
			  "[rule g]\n"
			  "say = x\n"
			  "when = 25:00-26:00\n",
			  "7: unknown hours `suport`; did you mean `support`?\n"
			  "10: unknown hours `suport`; did you mean `support`?\n"
			  "13: `xx` is no day; hours are written as `mon-fri 09:00-17:30`\n"
			  "16: `not` is no day; hours are written as `mon-fri 09:00-17:30`\n"
			  "20: the value of `when` is one line\n"
			  "23: `Europe/Lndon` is no time zone; did you mean `Europe/London`?\n"
			  "26: `25:00-26:00` is no range of times; it is written as `09:00-17:30`");
}

static void test_conditions_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"say = x\n"
		"if = who\n"
		"[rule b]\n"
		"say = x\n"
		"if = who is x and\n"
		"  user is\n"
		"[rule c]\n"
		"match = (?<who>x)\n"
		"if = whoo is x and text has {usr}\n"
		"say = x\n"
		"[rule d]\n"
		"webhook x = {}\n"
		"if = result.ok is true\n"
		"[rule e]\n"
		"on = every 30m\n"
		"post #x = y\n"
		"if = user is @ana\n"
		"[rule f]\n"
		"say = x\n"
		"if = error is x\n",
		"3: `who` is no test: behind the name stands one of `is`, `is not`, `has`, `has not`, `>`, `<`, `matches`\n"
		"6: unknown insert `who`\n"
		"6: `user is` is no test: nothing stands behind its comparison\n"
		"10: unknown insert `whoo`; did you mean `who`?\n"
		"10: unknown insert `usr`; did you mean `user`?\n"
		"13: warning: whether there is a webhook `x` is not known without the configuration (`-c FILE`)\n"
		"14: {result.ok}: no `webhook` or `call` above it gives a result\n"
		"18: {user}: `every` and `cron` have no message, no author and no channel\n"
		"21: {error}: only what stands behind `on error` knows an error");
}

UNIT_MAIN("read_scope", { "places and people", test_places_and_people }, { "hours", test_hours },
	  { "conditions", test_conditions },
	  { "places and people that are none", test_places_and_people_that_are_none },
	  { "hours that are none", test_hours_that_are_none },
	  { "conditions that are none", test_conditions_that_are_none })
