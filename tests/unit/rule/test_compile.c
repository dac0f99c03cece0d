/* SPDX-License-Identifier: MIT */
#include "calendar/zone.h"
#include "lib/rules.h"
#include "lib/unit.h"
#include "pattern/pattern.h"

#define RULE "[rule r]\n"
#define ACT "react = eyes\n"

/* ---- what is read ---- */

static void test_a_whole_rule(void)
{
	struct ruleset *set = rules_good(
		"; a comment\n" RULE "on = message, mention, reaction :x:, event channel_rename\n"
		"match = a(b)\n\n  c\n"
		"words = d, \"e, f\"\n"
		"except = g\n"
		"in = #a, !#b-*, dm, C1\n"
		"from = @ana, !bots, U1\n"
		"thread = replies\nto bot = yes\npriority = -3\nthen = continue\n"
		"fallback = yes\nmode = shadow\nhelp = Helps\n"
		"limit = 1 per  user ever\n  3 per 10m\nlimit = 1 per thread\n"
		"reply = Hi {user}\nsay = x\nreply = y\nreact = :eyes:, tada\n"
		"test = \"ab\" -> fires\ntest = \"x\" -> silent\n  \"y\" -> silent\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_STRING_EQUAL(r->name, "r");
	CU_ASSERT_EQUAL(r->at.line, 2);
	CU_ASSERT_STRING_EQUAL(r->at.file, "test.ini");
	CU_ASSERT_EQUAL_FATAL(r->n_triggers, 4);
	CU_ASSERT_STRING_EQUAL(r->triggers[2].reaction, "x");
	CU_ASSERT_STRING_EQUAL(r->triggers[3].type, "channel_rename");
	CU_ASSERT_EQUAL(r->n_any, 3);
	ASSERT_STR(pattern_shown(r->any[1]), "c");
	ASSERT_STR(pattern_shown(r->any[2]), "d, e, f");
	CU_ASSERT_EQUAL(r->n_except, 1);
	CU_ASSERT_EQUAL_FATAL(r->in.n, 4);
	CU_ASSERT_TRUE(r->in.items[1].deny && r->in.items[1].glob);
	CU_ASSERT_STRING_EQUAL(r->in.items[1].name, "b-*");
	CU_ASSERT_EQUAL(r->in.items[2].channel_kind, CHANNEL_DM);
	CU_ASSERT_EQUAL(r->in.items[3].kind, SCOPE_ID);
	CU_ASSERT_EQUAL_FATAL(r->from.n, 3);
	CU_ASSERT_EQUAL(r->from.items[1].kind, SCOPE_BOTS);
	CU_ASSERT_EQUAL(r->thread, THREAD_REPLIES);
	CU_ASSERT_TRUE(r->to_bot && r->fallback);
	CU_ASSERT_EQUAL(r->priority, -3);
	CU_ASSERT_EQUAL(r->then, THEN_CONTINUE);
	CU_ASSERT_EQUAL(r->mode, MODE_SHADOW);
	CU_ASSERT_STRING_EQUAL(r->help, "Helps");
	CU_ASSERT_EQUAL_FATAL(r->n_limits, 3);
	CU_ASSERT_STRING_EQUAL(r->limits[0].text, "1 per user ever");
	CU_ASSERT_EQUAL(r->limits[1].at.line, 19);
	CU_ASSERT_EQUAL_FATAL(r->n_actions, 4);
	CU_ASSERT_EQUAL(r->actions[0].verb, VERB_REPLY);
	CU_ASSERT_EQUAL(r->actions[1].verb, VERB_SAY);
	CU_ASSERT_EQUAL(r->actions[2].verb, VERB_REPLY);
	CU_ASSERT_EQUAL_FATAL(r->actions[3].n_emoji, 2);
	CU_ASSERT_STRING_EQUAL(r->actions[3].emoji[0], "eyes");
	CU_ASSERT_EQUAL_FATAL(r->n_tests, 3);
	CU_ASSERT_EQUAL(r->tests[2].at.line, 27);
	ruleset_unref(set);
}

static void test_the_smallest_rule(void)
{
	struct ruleset *set = rules_good("[rule hello]\nmatch = Hello\nreply = Hi {user}!\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_EQUAL_FATAL(r->n_triggers, 1);
	CU_ASSERT_EQUAL(r->triggers[0].kind, EVENT_MESSAGE);
	CU_ASSERT_EQUAL(r->in.n + r->from.n + r->n_limits + r->n_tests, 0);
	CU_ASSERT_PTR_NULL(r->help);
	ruleset_unref(set);
}

static void test_case_holds_wherever_it_stands(void)
{
	struct ruleset *set = rules_good(RULE "match = abc\ncase = yes\n" ACT
					      "[rule s]\nmatch = abc\n" ACT);
	struct captures caught;

	CU_ASSERT_EQUAL(pattern_find(ruleset_rule(set, 0)->any[0], STR("ABC"), &caught),
			TRISTATE_NO);
	CU_ASSERT_EQUAL(pattern_find(ruleset_rule(set, 1)->any[0], STR("ABC"), &caught),
			TRISTATE_YES);
	ruleset_unref(set);
}

/* ---- defaults ---- */

static void test_defaults_hold_for_the_file_and_are_replaced(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\n" ACT "[defaults]\nthread = root\nlimit = 1 per user\npriority = 4\n"
		"case = yes\nin = #x\n"
		"[rule b]\nlimit = 2 per 1d\n  3 per 2d\nthread = any\npriority = 0\nin = !#y\n" ACT);
	const struct rule *a = ruleset_rule_named(set, STR("a")),
			  *b = ruleset_rule_named(set, STR("b"));

	CU_ASSERT_EQUAL(a->thread, THREAD_ROOT);
	CU_ASSERT_EQUAL(b->thread, THREAD_ANY);
	CU_ASSERT_EQUAL(a->n_limits, 1);
	CU_ASSERT_EQUAL(b->n_limits, 2);
	CU_ASSERT_EQUAL(a->priority, 4);
	CU_ASSERT_EQUAL(b->priority, 0);
	CU_ASSERT_EQUAL(a->in.n, 1);
	CU_ASSERT_EQUAL_FATAL(b->in.n, 1);
	CU_ASSERT_TRUE(b->in.items[0].deny);
	ruleset_unref(set);
}

static void test_mistakes_in_defaults_are_told_once(void)
{
	ASSERT_COMPLAINTS(
		"[defaults]\n"
		"thread = roots\n"
		"match = x\n"
		"reply = x\n"
		"test = x\n"
		"look in = rwa\n"
		"[rule a]\n"
		"react = eyes\n"
		"[rule b]\n"
		"react = eyes\n"
		"[defaults x]\n"
		"in = dm\n",
		"2: `thread` is `root`, `replies` or `any`, not `roots`\n"
		"3: `match` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"4: `reply` cannot stand in [defaults]: what a rule does stands in the rule itself\n"
		"5: `test` cannot stand in [defaults]: tests stand in the rule itself\n"
		"6: unknown part `rwa`; did you mean `raw`?\n"
		"11: [defaults] has no name: it holds for all rules of this file\n"
		"11: a second [defaults] in this file; the first is on line 1");
	ASSERT_COMPLAINTS(
		"[defaults]\n"
		"on = join\n"
		"match = a\n"
		"words = a\n"
		"phrase = a\n"
		"exact = a\n"
		"like = a\n"
		"except = a\n"
		"ignore = a\n"
		"reply = a\n"
		"wait = 1m\n"
		"on error reply = a\n"
		"blocks = []\n"
		"pick = random\n"
		"test = x\n"
		"post #x = y\n"
		"[rule a]\n"
		"say = x\n",
		"2: `on` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"3: `match` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"4: `words` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"5: `phrase` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"6: `exact` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"7: `like` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"8: `except` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"9: `ignore` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"10: `reply` cannot stand in [defaults]: what a rule does stands in the rule itself\n"
		"11: `wait` cannot stand in [defaults]: what a rule does stands in the rule itself\n"
		"12: `on error` cannot stand in [defaults]: what a rule does stands in the rule itself\n"
		"13: `blocks` cannot stand in [defaults]: what a rule does stands in the rule itself\n"
		"14: `pick` cannot stand in [defaults]: what a rule does stands in the rule itself\n"
		"15: `test` cannot stand in [defaults]: tests stand in the rule itself\n"
		"16: `post` cannot stand in [defaults]: what a rule does stands in the rule itself");
	ASSERT_COMPLAINTS("[defaults]\n"
			  "if = usr is x\n"
			  "limit = 1 per {usrr} per 1d\n"
			  "owner = ana\n"
			  "[rule a]\n"
			  "match = {person:who}\n"
			  "say = {who}\n"
			  "[rule b]\n"
			  "say = x\n",
			  "2: unknown insert `usr`; did you mean `user`?\n"
			  "3: unknown insert `usrr`; did you mean `user`?\n"
			  "4: `ana` is no person; a person is written `@name`");
	ASSERT_COMPLAINTS("[defaults]\n"
			  "if = who is x\n"
			  "[rule a]\n"
			  "match = (?<who>x)\n"
			  "say = {who}\n"
			  "[rule b]\n"
			  "say = x\n"
			  "[rule c]\n"
			  "say = x\n",
			  "2: unknown insert `who`");
}

static void test_all_defaults(void)
{
	struct ruleset *set = rules_good(
		"[defaults]\nlook in = raw\ncase = yes\nin = #x\nfrom = @a\nthread = root\nto bot = yes\n"
		"when = support\nif = who is x and karma[{who}] < 3\nworkspace = a\nlimit = 1 per {who}\n"
		"chance = 1 in 2\npriority = 1\nthen = stop\nfallback = yes\nfollow = edits\nmode = shadow\n"
		"help = x\nowner = @a\nexpires = 2099-01-01\nzone = Asia/Tokyo\n"
		"[rule a]\nmatch = {word:who}\nsay = {who}\n"
		"[rule b]\nmatch = {word:who}\nif = who is y\nlimit = 1 per user\nfollow = deletes\n"
		"owner = @b\nadd karma[{who}] = 1\nzone = UTC\n"
		"[hours support]\nopen = mon\n");
	const struct rule *a = ruleset_rule_named(set, STR("a")),
			  *b = ruleset_rule_named(set, STR("b"));

	CU_ASSERT_TRUE(a->look.raw && a->to_bot && a->fallback && a->follows_edits);
	CU_ASSERT_PTR_NOT_NULL(a->when.hours);
	CU_ASSERT_PTR_NOT_NULL(a->condition);
	CU_ASSERT_EQUAL(a->n_workspaces, 1);
	CU_ASSERT_PTR_NOT_NULL(a->limits[0].key);
	CU_ASSERT_EQUAL(a->chance_in, 2);
	CU_ASSERT_EQUAL(a->then, THEN_STOP);
	CU_ASSERT_EQUAL(a->mode, MODE_SHADOW);
	CU_ASSERT_STRING_EQUAL(a->help, "x");
	CU_ASSERT_STRING_EQUAL(zone_name(a->zone), "Asia/Tokyo");
	/* A value replaces, it never merges. */
	CU_ASSERT_EQUAL_FATAL(b->n_limits, 1);
	CU_ASSERT_PTR_NULL(b->limits[0].key);
	CU_ASSERT_TRUE(!b->follows_edits && b->follows_deletes);
	CU_ASSERT_EQUAL_FATAL(b->owners.n, 1);
	CU_ASSERT_STRING_EQUAL(b->owners.items[0].name, "b");
	/* The last day ends by the clock of the rule's own zone. */
	CU_ASSERT_EQUAL(b->expires_at.ms - a->expires_at.ms, 9 * 3600 * INT64_C(1000));
	ruleset_unref(set);
}

static uint64_t fingerprint_in(const char *text)
{
	struct ruleset *set = rules_good(text);
	uint64_t found = ruleset_rule_named(set, STR("a"))->fingerprint;

	ruleset_unref(set);
	return found;
}

static void test_the_same_text_has_the_same_fingerprint(void)
{
	uint64_t one = fingerprint_in("[rule a]\nsay = x\n");

	CU_ASSERT_EQUAL(one, fingerprint_in("; else\n[rule b]\nsay = y\n[rule a]\nsay =  x\n"));
	CU_ASSERT_NOT_EQUAL(one, fingerprint_in("[rule a]\nsay = y\n"));
	CU_ASSERT_NOT_EQUAL(one, fingerprint_in("[rule a]\nreply = x\n"));
	CU_ASSERT_NOT_EQUAL(one, fingerprint_in("[rule a]\nsay = x\n[defaults]\npriority = 1\n"));
	CU_ASSERT_NOT_EQUAL(fingerprint_in("[rule a]\nsay = x\nhelp = y\n"),
			    fingerprint_in("[rule a]\nsay = xhelp\nreply = y\n"));
}

static void test_quotes_and_signs_within_texts(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\n"
		"match = (?<q>\"a|b: c\")\n"
		"words = \"a, b\", \"x: y | z\", \"salt and pepper\"\n"
		"if = q is \"a | b: c and d\" and q is not {user or \"x and y\"}\n"
		"reply = {if q is \"a: b | c\": yes: no | else \"q | r\"} {q or \"a | b\"}\n"
		"    {pick: \"a | b\" | c: d and e}\n"
		"set note[a: b | c and \"d\"] = \"x\"\n");

	CU_ASSERT_EQUAL(ruleset_rule(set, 0)->n_actions, 2);
	CU_ASSERT_EQUAL(ruleset_rule(set, 0)->n_any, 2);
	ruleset_unref(set);
}

/* ---- mistakes ---- */

/* What stands in a line that cannot be read may be the very action that would be missed. */
static void test_unreadable_lines_are_told_once(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"match = x\n"
		"reply: y\n"
		"[rule b]\n"
		"match = x\n",
		"3: seen \"reply: y\", wanted `key = value`; a line that goes on the value above begins with a blank\n"
		"4: the rule does nothing: it needs a `reply`, `say`, `react` or another action");
	ASSERT_COMPLAINTS("[rule a]\nmatch = x\nreply = \xFF\n",
			  "3: byte 9 (0xFF) is not UTF-8; save the file as UTF-8");
}

static void test_sections(void)
{
	ASSERT_COMPLAINTS(
		"match = x\n"
		"reply = y\n"
		"[rule]\n"
		"react = eyes\n"
		"[rule Big]\n"
		"react = eyes\n"
		"[rule a b]\n"
		"react = eyes\n"
		"[hours x]\n"
		"open = y\n"
		"[list x]\n"
		"[table x]\n"
		"[ruel x]\n"
		"mtach = y\n"
		"[rule z]\n",
		"1: `match` stands before the first [rule NAME]\n"
		"3: the rule has no name: write [rule NAME]\n"
		"5: `Big` is no name for a rule: it has up to 64 small letters, digits, `_`, `.` and `-`\n"
		"7: `a b` is no name for a rule: it has up to 64 small letters, digits, `_`, `.` and `-`\n"
		"10: `y` is no day; hours are written as `mon-fri 09:00-17:30`\n"
		"11: the list is empty: it needs a line such as `people = @ana, @raj`\n"
		"12: the table is empty: it needs rows such as `billing = @ana | #billing`\n"
		"13: unknown section `ruel`; did you mean `rule`?\n"
		"15: the rule does nothing: it needs a `reply`, `say`, `react` or another action");
	ASSERT_COMPLAINTS("[rule a]\n"
			  "react = eyes\n"
			  "[rule b]\n"
			  "react = eyes\n"
			  "[rule a]\n"
			  "react = eyes\n",
			  "5: a second rule `a`; the first is at test.ini:1");
	ASSERT_COMPLAINTS("[defaults]\n"
			  "thread = root\n",
			  "0: there are no rules");
	ASSERT_COMPLAINTS("", "0: there are no rules");
}

static void test_keys(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"mtach = x\n"
		"reply =\n"
		"react = eyes\n"
		"match = a\n"
		"match = b\n"
		"match =\n"
		"Reply = x\n"
		"repl y = x\n"
		"on error = x\n"
		"on eror reply = x\n"
		"react  = eyes\n",
		"2: unknown key `mtach`; did you mean `match`?\n"
		"3: `reply` has no value\n"
		"6: `match` stands twice; the first is on line 5\n"
		"7: `match` stands twice; the first is on line 5\n"
		"8: unknown key `Reply`; did you mean `reply`?\n"
		"9: unknown key `repl y`; did you mean `reply`?\n"
		"10: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"11: unknown key `on eror reply`");
	ASSERT_COMPLAINTS("[rule r]\n"
			  "on = message\n"
			  "on = edit\n"
			  "say = x\n"
			  "in = dm\n"
			  "in = dm\n"
			  "when = mon\n"
			  "when = mon\n"
			  "if = user is x\n"
			  "if = user is x\n"
			  "chance = 1 in 2\n"
			  "chance = 1 in 2\n"
			  "pick = random\n"
			  "pick = random\n"
			  "zone = UTC\n"
			  "zone = UTC\n",
			  "3: `on` stands twice; the first is on line 2\n"
			  "6: `in` stands twice; the first is on line 5\n"
			  "8: `when` stands twice; the first is on line 7\n"
			  "10: `if` stands twice; the first is on line 9\n"
			  "12: `chance` stands twice; the first is on line 11\n"
			  "14: `pick` stands twice; the first is on line 13\n"
			  "16: `zone` stands twice; the first is on line 15");
}

static void test_patterns(void)
{
	ASSERT_COMPLAINTS(
		RULE ACT
		"match = good\n  ba(d\n  \n  al(so\nexcept = x(\nwords = ,\nphrase = \"\", \" \"\n",
		"4: the pattern is faulty at letter 5: missing closing parenthesis: ba(d\n"
		"6: the pattern is faulty at letter 6: missing closing parenthesis: al(so\n"
		"7: the pattern is faulty at letter 3: missing closing parenthesis: x(\n"
		"8: nothing stands between two commas\n"
		"9: the item is empty\n9: the item is empty");
	ASSERT_COMPLAINTS(
		RULE ACT "match = don\u2019t|.*\n",
		"3: warning: `\u2019` is never in the text that is matched; it has `'` instead\n"
		"3: warning: the pattern fits every text: don\u2019t|.*");
}

static void test_curly_signs_in_patterns_are_told_once(void)
{
	ASSERT_COMPLAINTS(
		RULE ACT "match = \u201Cx\u201D \u2013 y\u2014 don\u2019t\n",
		"3: warning: `\u201C` is never in the text that is matched; it has `\"` instead\n"
		"3: warning: `\u2013` is never in the text that is matched; it has `-` instead\n"
		"3: warning: `\u2019` is never in the text that is matched; it has `'` instead");
	ASSERT_COMPLAINTS(RULE ACT "match = [\"\u201C\u201D']don[\u2019']t\n", "");
	ASSERT_COMPLAINTS(
		RULE ACT "match = [']\u2019[\\]']\u2019\n",
		"3: warning: `\u2019` is never in the text that is matched; it has `'` instead");
}

static void test_a_faulty_pattern_makes_no_second_complaint(void)
{
	ASSERT_COMPLAINTS(
		RULE "match = (?<who>a\nreply = {who} {1} {usr}\n",
		"2: the pattern is faulty at letter 9: missing closing parenthesis: (?<who>a\n"
		"3: unknown insert `usr`; did you mean `user`?");
}

static void test_long_lists_become_several_patterns(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct captures caught;
	struct ruleset *set;
	const struct rule *r;
	bool found = false;

	buf_addz(&text, RULE ACT "words = word0");
	for (int i = 1; i < 3000; i++)
		buf_addf(&text, ", word%d", i);
	buf_addc(&text, '\0');
	set = rules_good(text.p);
	r = ruleset_rule(set, 0);
	CU_ASSERT_TRUE(r->n_any > 1);
	for (size_t i = 0; i < r->n_any; i++)
		found |= pattern_find(r->any[i], STR("a word2999!"), &caught) == TRISTATE_YES;
	CU_ASSERT_TRUE(found);
	ruleset_unref(set);
}

static void test_actions(void)
{
	ASSERT_COMPLAINTS(
		RULE
		"reply = @here {x}\n  line two {user\nreact = thumbs up, \U0001F44D, Eyes, ::, +1, \"\"\n",
		"2: `@here` notifies everyone; the configuration must allow it with `allow broadcast = yes`, and "
		"`\\@` is a plain sign\n"
		"2: unknown insert `x`\n"
		"3: the insert is not closed on its line: {user; `{{` is a plain brace\n"
		"4: `thumbs up` is no emoji: an emoji has a name such as :eyes:, and commas separate several\n"
		"4: `\U0001F44D` is no emoji: write the emoji's name instead of its picture, as in :eyes:\n"
		"4: `Eyes` is no emoji: names of emoji are in small letters\n"
		"4: `::` is no emoji: a name is missing\n"
		"4: `` is no emoji: a name is missing");
}

static void test_flow_and_care(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"react = eyes\n"
		"priority = high\n"
		"then = go\n"
		"fallback = 1\n"
		"mode = of\n"
		"help = a\n"
		"  b\n"
		"limit = often\n"
		"  1 per user\n"
		"  2 per {x}\n",
		"3: `priority` is a whole number, not `high`\n"
		"4: `then` is `stop` or `continue`, not `go`\n"
		"5: `fallback` is `yes` or `no`, not `1`\n"
		"6: `mode` is `live`, `shadow` or `off`, not `of`\n"
		"8: the value of `help` is one line\n"
		"9: `often` is no limit: it begins with how often, a number from 1 to 10000\n"
		"11: unknown insert `x`");
}

static void test_too_many_limits(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addz(&text, RULE ACT);
	for (int i = 1; i <= RULE_LIMITS_MAX + 1; i++)
		buf_addf(&text, "limit = %d per user\n", i);
	buf_addc(&text, '\0');
	ASSERT_COMPLAINTS(text.p, "19: a rule has at most 16 limits");
}

static void test_everyone_may_be_allowed(void)
{
	const struct ruleset_options options = { .allow_broadcast = true };
	struct rules r;

	rules_init_with(&r, RULE "say = @here\n", &options);
	CU_ASSERT_PTR_NOT_NULL(r.set);
	rules_deinit(&r);
}

static void test_an_indented_key_draws_a_hint(void)
{
	struct rules r;

	rules_init(&r, RULE ACT "match = a\n  in = #x\n");
	CU_ASSERT_PTR_NULL(r.set);
	rules_deinit(&r);
	rules_init(&r, RULE "reply = a\n  in = #x\n");
	CU_ASSERT_PTR_NOT_NULL(r.set);
	CU_ASSERT_TRUE(str_find(buf_str(&r.told), "3: warning: ") == 0);
	rules_deinit(&r);
}

/* Of all sectionsand keys, each with its line. */
static void test_mistakes_of_all_kinds_come_in_the_order_of_lines(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"reply = {usr}\n"
		"match = (\n"
		"in = x\n"
		"test = y\n"
		"[table t]\n"
		"a = @here\n"
		"[rule b]\n"
		"limit = z\n"
		"[hours h]\n"
		"open = x\n"
		"[rule a]\n"
		"say = {h}\n"
		"[rule c]\n"
		"match = x\n",
		"2: unknown insert `usr`; did you mean `user`?\n"
		"3: the pattern is faulty at letter 2: missing closing parenthesis: (\n"
		"4: `x` is no channel; a channel is written `#name`\n"
		"5: unknown word `y`\n"
		"7: `@here` notifies everyone; the configuration must allow it with `allow broadcast = yes`, and `\\@` is a plain sign\n"
		"8: the rule does nothing: it needs a `reply`, `say`, `react` or another action\n"
		"9: `z` is no limit: it begins with how often, a number from 1 to 10000\n"
		"11: `x` is no day; hours are written as `mon-fri 09:00-17:30`\n"
		"12: a second rule `a`; the first is at test.ini:1\n"
		"13: {h}: hours have the fields opens, closes and open, as in {support.opens}\n"
		"14: the rule does nothing: it needs a `reply`, `say`, `react` or another action");
}

UNIT_MAIN("parse", { "a whole rule", test_a_whole_rule },
	  { "the smallest rule", test_the_smallest_rule },
	  { "case holds wherever it stands", test_case_holds_wherever_it_stands },
	  { "defaults hold for the file and are replaced",
	    test_defaults_hold_for_the_file_and_are_replaced },
	  { "mistakes in defaults are told once", test_mistakes_in_defaults_are_told_once },
	  { "all defaults", test_all_defaults },
	  { "the same text has the same fingerprint", test_the_same_text_has_the_same_fingerprint },
	  { "quotes and signs within texts", test_quotes_and_signs_within_texts },
	  { "mistakes of all kinds come in the order of lines",
	    test_mistakes_of_all_kinds_come_in_the_order_of_lines },
	  { "sections", test_sections },
	  { "unreadable lines are told once", test_unreadable_lines_are_told_once },
	  { "keys", test_keys }, { "patterns", test_patterns },
	  { "curly signs in patterns are told once", test_curly_signs_in_patterns_are_told_once },
	  { "a faulty pattern makes no second complaint",
	    test_a_faulty_pattern_makes_no_second_complaint },
	  { "long lists become several patterns", test_long_lists_become_several_patterns },
	  { "actions", test_actions }, { "flow and care", test_flow_and_care },
	  { "too many limits", test_too_many_limits },
	  { "everyone may be allowed", test_everyone_may_be_allowed },
	  { "an indented key draws a hint", test_an_indented_key_draws_a_hint })
