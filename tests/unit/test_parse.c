/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "lib/rules.h"
#include "lib/unit.h"
#include "rule/pattern.h"

#define RULE "[rule r]\n"
#define ACT "react = eyes\n"

/* ---- what is read ---- */

static void test_a_whole_rule(void)
{
	struct set *set = rules_good(
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
	const struct rule *r = set_rule(set, 0);

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
	set_unref(set);
}

static void test_the_smallest_rule(void)
{
	struct set *set = rules_good("[rule hello]\nmatch = Hello\nreply = Hi {user}!\n");
	const struct rule *r = set_rule(set, 0);

	CU_ASSERT_EQUAL_FATAL(r->n_triggers, 1);
	CU_ASSERT_EQUAL(r->triggers[0].kind, EVENT_MESSAGE);
	CU_ASSERT_EQUAL(r->in.n + r->from.n + r->n_limits + r->n_tests, 0);
	CU_ASSERT_PTR_NULL(r->help);
	set_unref(set);
}

static void test_case_holds_wherever_it_stands(void)
{
	struct set *set = rules_good(RULE "match = abc\ncase = yes\n" ACT
					  "[rule s]\nmatch = abc\n" ACT);
	const struct stopwatch none = { 0 };
	struct captures caught;

	CU_ASSERT_EQUAL(pattern_find(set_rule(set, 0)->any[0], STR("ABC"), &none, &caught),
			ANSWER_NO);
	CU_ASSERT_EQUAL(pattern_find(set_rule(set, 1)->any[0], STR("ABC"), &none, &caught),
			ANSWER_YES);
	set_unref(set);
}

/* ---- defaults ---- */

static void test_defaults_hold_for_the_file_and_are_replaced(void)
{
	struct set *set = rules_good(
		"[rule a]\n" ACT "[defaults]\nthread = root\nlimit = 1 per user\npriority = 4\n"
		"case = yes\nin = #x\n"
		"[rule b]\nlimit = 2 per 1d\n  3 per 2d\nthread = any\npriority = 0\nin = !#y\n" ACT);
	const struct rule *a = set_rule_named(set, STR("a")), *b = set_rule_named(set, STR("b"));

	CU_ASSERT_EQUAL(a->thread, THREAD_ROOT);
	CU_ASSERT_EQUAL(b->thread, THREAD_ANY);
	CU_ASSERT_EQUAL(a->n_limits, 1);
	CU_ASSERT_EQUAL(b->n_limits, 2);
	CU_ASSERT_EQUAL(a->priority, 4);
	CU_ASSERT_EQUAL(b->priority, 0);
	CU_ASSERT_EQUAL(a->in.n, 1);
	CU_ASSERT_EQUAL_FATAL(b->in.n, 1);
	CU_ASSERT_TRUE(b->in.items[0].deny);
	set_unref(set);
}

static void test_mistakes_in_defaults_are_told_once(void)
{
	ASSERT_COMPLAINTS(
		"[defaults]\nthread = roots\nmatch = x\nreply = x\ntest = x\nlook in = raw\n[rule a]\n" ACT
		"[rule b]\n" ACT "[defaults x]\nin = dm\n",
		"2: `thread` is `root`, `replies` or `any`, not `roots`\n"
		"3: `match` cannot stand in [defaults]: what a rule waits for stands in the rule itself\n"
		"4: `reply` cannot stand in [defaults]: what a rule does stands in the rule itself\n"
		"5: `test` cannot stand in [defaults]: tests stand in the rule itself\n"
		"6: the key `look in` is not in this version of retort\n"
		"11: [defaults] has no name: it holds for all rules of this file\n"
		"11: a second [defaults] in this file; the first is on line 1");
}

/* ---- mistakes ---- */

/* What stands in a line that cannot be read may be the very action that would be missed. */
static void test_unreadable_lines_are_told_once(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\nmatch = x\nreply: y\n[rule b]\nmatch = x\n",
		"3: seen \"reply: y\", wanted `key = value`; a line that goes on the value above begins with a blank\n"
		"4: the rule does nothing: it needs a `reply`, `say`, `whisper` or `react`");
	ASSERT_COMPLAINTS("[rule a]\nmatch = x\nreply = \xFF\n",
			  "3: byte 9 (0xFF) is not UTF-8; save the file as UTF-8");
}

static void test_sections(void)
{
	ASSERT_COMPLAINTS(
		"match = x\nreply = y\n[rule]\n" ACT "[rule Big]\n" ACT "[rule a b]\n" ACT
		"[hours x]\nopen = y\n[list x]\n[table x]\n[ruel x]\nmtach = y\n[rule z]\n",
		"1: `match` stands before the first [rule NAME]\n"
		"3: the rule has no name: write [rule NAME]\n"
		"5: `Big` is no name for a rule: it has up to 64 small letters, digits, `_`, `.` and `-`\n"
		"7: `a b` is no name for a rule: it has up to 64 small letters, digits, `_`, `.` and `-`\n"
		"9: the section `hours` is not in this version of retort\n"
		"11: the section `list` is not in this version of retort\n"
		"12: the section `table` is not in this version of retort\n"
		"13: unknown section `ruel`; did you mean `rule`?\n"
		"15: the rule does nothing: it needs a `reply`, `say`, `whisper` or `react`");
	ASSERT_COMPLAINTS("[rule a]\n" ACT "[rule b]\n" ACT "[rule a]\n" ACT,
			  "5: a second rule `a`; the first is at test.ini:1");
	ASSERT_COMPLAINTS(
		"[rule a]\non = join, leave\nsay = x\nreact = eyes\n",
		"4: `react` needs a message to put the emoji under; a join or a leave has none");
	ASSERT_COMPLAINTS("[rule a]\non = join, message\nreact = eyes\n", "");
	ASSERT_COMPLAINTS(
		"[rule a]\non = reaction Eyes, reaction :a b:, unreaction \U0001F44D, reaction :x::skin-tone-2:\nsay = x\n",
		"2: `Eyes` is no emoji: names of emoji are in small letters\n"
		"2: `:a b:` is no emoji: an emoji has a name such as :eyes:, and commas separate several\n"
		"2: `\U0001F44D` is no emoji: write the emoji's name instead of its picture, as in :eyes:");
	ASSERT_COMPLAINTS("", "0: there are no rules");
	ASSERT_COMPLAINTS("[defaults]\nthread = root\n", "0: there are no rules");
}

static void test_keys(void)
{
	ASSERT_COMPLAINTS(RULE "mtach = x\nreply =\n" ACT "match = a\nmatch = b\nmatch =\n",
			  "2: unknown key `mtach`; did you mean `match`?\n"
			  "3: `reply` has no value\n"
			  "6: `match` stands twice; the first is on line 5\n"
			  "7: `match` stands twice; the first is on line 5");
	ASSERT_COMPLAINTS(
		RULE ACT
		"post #x = y\ndm = z\nset a = b\nadd karma[{who}] = 1\nwebhook t = {}\n"
		"call chat.delete = {}\non error reply = x\nwait = 2m\nwhen = x\nif = y\nexact = z\nlike = *\n"
		"ignore = x\nworkspace = x\nbroadcast = x\nunreact = x\nedit = x\nremove = yes\nblocks = {}\n"
		"unfurl = yes\nchance = 1 in 5\npick = random\nfollow = edits\nowner = @a\nexpires = x\nzone = y\n",
		"3: the key `post #x` is not in this version of retort\n"
		"4: the key `dm` is not in this version of retort\n"
		"5: the key `set a` is not in this version of retort\n"
		"6: the key `add karma[{who}]` is not in this version of retort\n"
		"7: the key `webhook t` is not in this version of retort\n"
		"8: the key `call chat.delete` is not in this version of retort\n"
		"9: the key `on error reply` is not in this version of retort\n"
		"10: the key `wait` is not in this version of retort\n"
		"11: the key `when` is not in this version of retort\n"
		"12: the key `if` is not in this version of retort\n"
		"13: the key `exact` is not in this version of retort\n"
		"14: the key `like` is not in this version of retort\n"
		"15: the key `ignore` is not in this version of retort\n"
		"16: the key `workspace` is not in this version of retort\n"
		"17: the key `broadcast` is not in this version of retort\n"
		"18: the key `unreact` is not in this version of retort\n"
		"19: the key `edit` is not in this version of retort\n"
		"20: the key `remove` is not in this version of retort\n"
		"21: the key `blocks` is not in this version of retort\n"
		"22: the key `unfurl` is not in this version of retort\n"
		"23: the key `chance` is not in this version of retort\n"
		"24: the key `pick` is not in this version of retort\n"
		"25: the key `follow` is not in this version of retort\n"
		"26: the key `owner` is not in this version of retort\n"
		"27: the key `expires` is not in this version of retort\n"
		"28: the key `zone` is not in this version of retort");
}

static void test_events(void)
{
	ASSERT_COMPLAINTS(
		RULE ACT
		"on = mesage, command /x, every 30m, join now,\n  cron 0 9 * * *, event, event A b\n"
		"  event app_mention\n",
		"3: unknown event `mesage`; did you mean `message`?\n"
		"3: the event `command` is not in this version of retort\n"
		"3: the event `every` is not in this version of retort\n"
		"3: `now` stands behind a complete event; a comma separates events\n"
		"4: the event `cron` is not in this version of retort\n"
		"4: `event` is followed by the name of an event, as in `event channel_rename`\n"
		"4: `event` is followed by the name of an event, as in `event channel_rename`\n"
		"5: `event app_mention` is written `mention`");
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
	const struct stopwatch none = { 0 };
	struct captures caught;
	struct set *set;
	const struct rule *r;
	bool found = false;

	buf_init(&text, 0);
	buf_addz(&text, RULE ACT "words = word0");
	for (int i = 1; i < 3000; i++)
		buf_addf(&text, ", word%d", i);
	buf_addc(&text, '\0');
	set = rules_good(text.p);
	r = set_rule(set, 0);
	CU_ASSERT_TRUE(r->n_any > 1);
	for (size_t i = 0; i < r->n_any; i++)
		found |= pattern_find(r->any[i], STR("a word2999!"), &none, &caught) == ANSWER_YES;
	CU_ASSERT_TRUE(found);
	set_unref(set);
}

static void test_scopes(void)
{
	ASSERT_COMPLAINTS(
		RULE ACT
		"in = general, pubilc, #a b, #, !#ok, [x], S012, @ana\n"
		"from = ana, peple, guests, [oncall], @a*, #x, B1, W1\nthread = roots\nto bot = maybe\n",
		"3: `general` is no channel; a channel is written `#name`\n"
		"3: `pubilc` is no channel; did you mean `public`?\n"
		"3: `#a b` is no name of a channel\n"
		"3: `#` is no name of a channel\n"
		"3: lists as `[x]` are not in this version of retort\n"
		"3: groups of people as `S012` are not in this version of retort\n"
		"3: `@ana` is no channel; a channel is written `#name`\n"
		"4: `ana` is no person; a person is written `@name`\n"
		"4: `peple` is no person; did you mean `people`?\n"
		"4: the word `guests` is not in this version of retort\n"
		"4: lists as `[oncall]` are not in this version of retort\n"
		"4: `@a*` is no name of a person\n"
		"4: `#x` is no person; a person is written `@name`\n"
		"5: `thread` is `root`, `replies` or `any`, not `roots`\n"
		"6: `to bot` is `yes` or `no`, not `maybe`");
	ASSERT_COMPLAINTS(RULE ACT "in = DM, C12, CABCDEFGH\nfrom = BOTS, UABCDEFGH\n",
			  "3: `DM` is no channel; did you mean `dm`?\n"
			  "4: `BOTS` is no person; did you mean `bots`?");
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
		RULE ACT "priority = high\nthen = go\nfallback = 1\nmode = of\nhelp = a\n  b\n"
			 "limit = often\n  1 per user\n  2 per {x}\n",
		"3: `priority` is a whole number, not `high`\n"
		"4: `then` is `stop` or `continue`, not `go`\n"
		"5: `fallback` is `yes` or `no`, not `1`\n"
		"6: `mode` is `live`, `shadow` or `off`, not `of`\n"
		"8: the value of `help` is one line\n"
		"9: `often` is no limit: it begins with how often, a number from 1 to 10000\n"
		"11: `2 per {x}` is no limit: limits by an insert are not in this version of retort");
}

static void test_too_many_limits(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_init(&text, 0);
	buf_addz(&text, RULE ACT);
	for (int i = 1; i <= RULE_LIMITS_MAX + 1; i++)
		buf_addf(&text, "limit = %d per user\n", i);
	buf_addc(&text, '\0');
	ASSERT_COMPLAINTS(text.p, "19: a rule has at most 16 limits");
}

static void test_everyone_may_be_allowed(void)
{
	const struct set_options options = { .allow_broadcast = true };
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

UNIT_MAIN("parse", { "a whole rule", test_a_whole_rule },
	  { "the smallest rule", test_the_smallest_rule },
	  { "case holds wherever it stands", test_case_holds_wherever_it_stands },
	  { "defaults hold for the file and are replaced",
	    test_defaults_hold_for_the_file_and_are_replaced },
	  { "mistakes in defaults are told once", test_mistakes_in_defaults_are_told_once },
	  { "sections", test_sections },
	  { "unreadable lines are told once", test_unreadable_lines_are_told_once },
	  { "keys", test_keys }, { "events", test_events }, { "patterns", test_patterns },
	  { "curly signs in patterns are told once", test_curly_signs_in_patterns_are_told_once },
	  { "a faulty pattern makes no second complaint",
	    test_a_faulty_pattern_makes_no_second_complaint },
	  { "long lists become several patterns", test_long_lists_become_several_patterns },
	  { "scopes", test_scopes }, { "actions", test_actions },
	  { "flow and care", test_flow_and_care }, { "too many limits", test_too_many_limits },
	  { "everyone may be allowed", test_everyone_may_be_allowed },
	  { "an indented key draws a hint", test_an_indented_key_draws_a_hint })
