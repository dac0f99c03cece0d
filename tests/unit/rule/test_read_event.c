/* SPDX-License-Identifier: MIT */
#include "lib/rules.h"
#include "lib/unit.h"
#include "calendar/cron.h"
#include "pattern/pattern.h"

/* ---- what is taken ---- */

static void test_events(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\n"
		"on = message, mention, file,\n"
		"  reaction :thumbsup:, unreaction eyes::skin-tone-2:, reaction\n"
		"  event channel_rename, command /Lunch, pin\n"
		"say = x\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_EQUAL_FATAL(r->n_triggers, 9);
	CU_ASSERT_EQUAL(r->triggers[1].kind, EVENT_MESSAGE);
	CU_ASSERT_TRUE(r->triggers[1].mention && !r->triggers[0].mention);
	CU_ASSERT_TRUE(r->triggers[2].file && !r->triggers[1].file);
	CU_ASSERT_STRING_EQUAL(r->triggers[3].reaction, "+1");
	CU_ASSERT_STRING_EQUAL(r->triggers[4].reaction, "eyes");
	CU_ASSERT_PTR_NULL(r->triggers[5].reaction);
	CU_ASSERT_STRING_EQUAL(r->triggers[6].type, "channel_rename");
	CU_ASSERT_STRING_EQUAL(r->triggers[7].command, "/Lunch");
	CU_ASSERT_STRING_EQUAL(r->triggers[7].shown, "command /Lunch");
	CU_ASSERT_EQUAL(r->triggers[7].at.line, 4);
	CU_ASSERT_FALSE(rule_is_timed(r));
	ruleset_unref(set);
}

static void test_times(void)
{
	struct ruleset *set = rules_good("[rule a]\n"
					 "on = every 1h30m, \"cron 0,30 9 * * 1-5\", cron @daily\n"
					 "post #x = y\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_EQUAL_FATAL(r->n_triggers, 3);
	CU_ASSERT_EQUAL(r->triggers[0].kind, EVENT_TIME);
	CU_ASSERT_EQUAL(r->triggers[0].cron->every_s, 5400);
	CU_ASSERT_EQUAL(r->triggers[1].cron->minutes, (uint64_t)1 | (uint64_t)1 << 30);
	CU_ASSERT_EQUAL(r->triggers[2].cron->hours, 1);
	CU_ASSERT_TRUE(rule_is_timed(r));
	ruleset_unref(set);
}

/* Does one of the rule's patterns fit the text? */
static bool fits(const char *keys, const char *text)
{
	CLEANUP(buf_deinit) struct buf rule = { 0 };
	struct captures caught;
	struct ruleset *set;
	bool found = false;

	buf_addf(&rule, "[rule a]\n%s\nsay = x\n", keys);
	buf_addc(&rule, '\0');
	set = rules_good(rule.p);
	for (size_t i = 0; i < ruleset_rule(set, 0)->n_any; i++)
		found |= pattern_find(ruleset_rule(set, 0)->any[i], str_from(text), &caught) ==
			 TRISTATE_YES;
	ruleset_unref(set);
	return found;
}

static void test_wordings(void)
{
	CU_ASSERT_TRUE(fits("exact = good morning\n  hi", " GOOD  morning "));
	CU_ASSERT_TRUE(fits("exact = good morning\n  hi", "Hi"));
	CU_ASSERT_FALSE(fits("exact = good morning\n  hi", "hi all"));
	CU_ASSERT_TRUE(fits("exact = well, actually", "Well, actually"));
	CU_ASSERT_TRUE(fits("exact = \"quoted\"", "\"quoted\""));
	CU_ASSERT_FALSE(fits("exact = a\ncase = yes", "A"));
	CU_ASSERT_TRUE(fits("like = vpn*, \"*down, again\"", "it is down, again"));
	CU_ASSERT_TRUE(fits("like = vpn*, ?x", "VPN x"));
	CU_ASSERT_FALSE(fits("like = vpn*, ?x", "the vpn"));
	CU_ASSERT_TRUE(fits("words = a \\\"b\\\" c", "a \\\"b\\\" c"));
	CU_ASSERT_TRUE(fits("words = \"say \\\"hi\\\"\"", "do say \"hi\" now"));
	CU_ASSERT_TRUE(fits("match = ^a$\nwords = b\nphrase = c\nexact = d\nlike = e?", "xcx"));
	CU_ASSERT_TRUE(fits("match = {number:n} {word:w}", "12 apples"));
}

static void test_looks(void)
{
	struct ruleset *set = rules_good("[rule a]\nlook in = text, links\nignore = b, c\nsay = x\n"
					 "[rule b]\nlook in = field attachments.0.title\nsay = x\n"
					 "[rule c]\nlook in = raw\nsay = x\n[rule d]\nsay = x\n");

	CU_ASSERT_EQUAL(ruleset_rule(set, 0)->look.parts, PART_TEXT | PART_LINK);
	CU_ASSERT_EQUAL(ruleset_rule(set, 0)->look.n_ignore, 1);
	CU_ASSERT_STRING_EQUAL(ruleset_rule(set, 1)->look.field, "attachments.0.title");
	CU_ASSERT_TRUE(ruleset_rule(set, 2)->look.raw);
	CU_ASSERT_EQUAL(ruleset_rule(set, 3)->look.parts, PART_TEXT | PART_CODE | PART_QUOTE);
	ruleset_unref(set);
}

static void test_too_many_patterns(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct rules r;

	buf_addz(&text, "[rule a]\nreply = {1} {usr}\nexcept = a\nmatch = (x)\n");
	for (int i = 0; i < RULE_PATTERNS_MAX + 5; i++)
		buf_addz(&text, i % 2 == 0 ? "  b\n" : "  {word:w}\n");
	buf_addc(&text, '\0');
	rules_init(&r, text.p);
	ASSERT_STR(buf_str(&r.told), "2: unknown insert `usr`; did you mean `user`?\n"
				     "1003: a rule has at most 1000 patterns");
	rules_deinit(&r);
}

/* ---- what is not ---- */

static void test_events_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"react = eyes\n"
		"on = mesage, event, event A b, event app_mention, join now, \"\", reaction ::, reaction Eyes\n",
		"3: unknown event `mesage`; did you mean `message`?\n"
		"3: `event` is followed by the name of an event, as in `event channel_rename`\n"
		"3: `event` is followed by the name of an event, as in `event channel_rename`\n"
		"3: `event app_mention` is written `mention`\n"
		"3: `now` stands behind a complete event; a comma separates events\n"
		"3: unknown event ``\n"
		"3: `::` is no emoji: a name is missing\n"
		"3: `Eyes` is no emoji: names of emoji are in small letters");
}

static void test_commands_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"say = x\n"
		"on = command, command lunch, command /, command /a b, Command /x\n",
		"3: `command` is followed by the command with its slash, as in `command /lunch`, not by ``\n"
		"3: `command` is followed by the command with its slash, as in `command /lunch`, not by `lunch`\n"
		"3: `command` is followed by the command with its slash, as in `command /lunch`, not by `/`\n"
		"3: `command` is followed by the command with its slash, as in `command /lunch`, not by `/a b`\n"
		"3: unknown event `Command`; did you mean `command`?");
}

static void test_times_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"post #x = y\n"
		"on = every, every 5s, every 0m, every day, every 30m x\n"
		"  cron, cron 0 9 * *, cron 0 9 * * 1,2, cron 61 * * * *, cron 0 9 31 2 *, cron @fortnightly\n",
		"3: `every` is no time: a period is written as `30m`, `1h30m` or `1d`, up to ten years\n"
		"3: `every 5s` is no time: the shortest period is `1m`\n"
		"3: `every 0m` is no time: a period is written as `30m`, `1h30m` or `1d`, up to ten years\n"
		"3: `every day` is no time: a period is written as `30m`, `1h30m` or `1d`, up to ten years\n"
		"3: `every 30m x` is no time: a period is written as `30m`, `1h30m` or `1d`, up to ten years\n"
		"4: `cron` is no time: it has five fields: minute, hour, day of the month, month, day of the week, as in `0 9 * * 1-5`; a time that holds commas stands in double quotes\n"
		"4: `cron 0 9 * *` is no time: it has five fields: minute, hour, day of the month, month, day of the week, as in `0 9 * * 1-5`; a time that holds commas stands in double quotes\n"
		"4: unknown event `2`\n"
		"4: `cron 61 * * * *` is no time: the first field is the minute, 0-59, as `0`, `*/15` or `0,30`; a time that holds commas stands in double quotes\n"
		"4: `cron 0 9 31 2 *` is no time: there is no such date, so it would never happen; a time that holds commas stands in double quotes\n"
		"4: `cron @fortnightly` is no time: the words are `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly`; a time that holds commas stands in double quotes");
}

static void test_wordings_that_are_none(void)
{
	ASSERT_COMPLAINTS("[rule r]\n"
			  "react = eyes\n"
			  "words = , a,, b\n"
			  "phrase = \"\", \" \", \"x\n"
			  "like = \"\"\n"
			  "exact = a\n"
			  "\n"
			  "  b\n"
			  "ignore = \"a\" b\n"
			  "except = x(\n",
			  "3: nothing stands between two commas\n"
			  "3: nothing stands between two commas\n"
			  "4: the item is empty\n"
			  "4: the item is empty\n"
			  "4: the quote is not closed: \"x\n"
			  "5: the item is empty\n"
			  "9: `b` stands behind a closing quote; a comma separates items\n"
			  "10: the pattern is faulty at letter 3: missing closing parenthesis: x(");
}

static void test_looks_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"say = x\n"
		"look in = txet, code x, field, field .a, field a., field a[0], field {x}\n"
		"[rule b]\n"
		"say = x\n"
		"look in = text, raw\n"
		"[rule c]\n"
		"say = x\n"
		"look in = field a, field b\n"
		"[rule d]\n"
		"say = x\n"
		"look in = ,\n"
		"[rule e]\n"
		"say = x\n"
		"case = maybe\n",
		"3: unknown part `txet`; did you mean `text`?\n"
		"3: `x` stands behind a complete part; commas separate parts\n"
		"3: `field` is followed by a path in the event, as in `field attachments.0.title`\n"
		"3: `field` is followed by a path in the event, as in `field attachments.0.title`\n"
		"3: `field` is followed by a path in the event, as in `field attachments.0.title`\n"
		"3: `field` is followed by a path in the event, as in `field attachments.0.title`\n"
		"3: `field` is followed by a path in the event, as in `field attachments.0.title`\n"
		"6: `raw` stands alone in `look in`\n"
		"9: `field` stands alone in `look in`\n"
		"12: nothing stands between two commas\n"
		"15: `case` is `yes` or `no`, not `maybe`");
}

static void test_building_blocks_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"match = {persn:who}\n"
		"  {person:}\n"
		"  {number:n} {number:n}\n"
		"  fine {word:w}\n"
		"  {word:w}(\n"
		"say = {who} {n} {w} {wx}\n",
		"2: unknown building block `persn`; did you mean `person`?\n"
		"3: {person:}: behind the colon stands a name of letters, digits and `_`, as in {person:it}\n"
		"4: the pattern is faulty: two groups have the same name; give them two names, or make two patterns of it: {number:n} {number:n}\n"
		"6: the pattern is faulty: missing closing parenthesis: {word:w}(\n"
		"7: unknown insert `wx`; did you mean `w`?");
}

static void test_curly_signs_are_warned_of(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"match = don\u2019t\n"
		"words = \u201ca b\u201d\n"
		"say = x\n",
		"2: warning: `\u2019` is never in the text that is matched; it has `'` instead\n"
		"3: warning: the curly quote belongs to the item `\u201ca b\u201d`; only straight quotes (\") hold an item together");
}

UNIT_MAIN("read_event", { "events", test_events }, { "times", test_times },
	  { "wordings", test_wordings }, { "looks", test_looks },
	  { "too many patterns", test_too_many_patterns },
	  { "events that are none", test_events_that_are_none },
	  { "commands that are none", test_commands_that_are_none },
	  { "times that are none", test_times_that_are_none },
	  { "wordings that are none", test_wordings_that_are_none },
	  { "looks that are none", test_looks_that_are_none },
	  { "building blocks that are none", test_building_blocks_that_are_none },
	  { "curly signs are warned of", test_curly_signs_are_warned_of })
