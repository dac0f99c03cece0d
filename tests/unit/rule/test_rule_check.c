/* SPDX-License-Identifier: MIT */
#include "lib/rules.h"
#include "lib/unit.h"

static void test_what_fits_is_not_complained_about(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\non = join\nwhisper = x\nwait = 1d\ndm = y\n"
		"[rule b]\non = command /x\nreply = a\nsay = b\nwhisper = c\n"
		"[rule c]\non = \"cron 0 9 * * 1-5\"\n"
		"post #x = {count} {time|date %H}\ndm @ana = {bot}\n"
		"[rule d]\nunreact = x\n");

	CU_ASSERT_EQUAL(ruleset_n_rules(set), 4);
	CU_ASSERT_STRING_EQUAL(ruleset_rule(set, 3)->triggers[0].shown, "message");
	ruleset_unref(set);
}

static void test_moments_have_nobody(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"on = every 30m\n"
		"reply = x\n"
		"say = x\n"
		"broadcast = x\n"
		"whisper = x\n"
		"dm = x\n"
		"react = x\n"
		"unreact = x\n"
		"edit = x\n"
		"remove = yes\n"
		"post #x = {user} {channel} {text}\n"
		"dm @a = {count}\n"
		"webhook x = {\"a\": \"{link}\"}\n"
		"call api.test = {}\n"
		"set a = {time}\n"
		"add b = 1\n"
		"[rule s]\n"
		"on = message, \"cron 0 9 * * 1-5\"\n"
		"reply = {user}\n",
		"3: `reply` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"4: `say` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"5: `broadcast` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"6: `whisper` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"7: `dm` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"8: `react` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"9: `unreact` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"10: `edit` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"11: `remove` has nobody to speak to: `every 30m` comes without message, channel and author; use `post #channel` or `dm @who`\n"
		"12: {user}: `every` and `cron` have no message, no author and no channel\n"
		"12: {channel}: `every` and `cron` have no message, no author and no channel\n"
		"12: {text}: `every` and `cron` have no message, no author and no channel\n"
		"14: warning: whether there is a webhook `x` is not known without the configuration (`-c FILE`)\n"
		"14: {link}: `every` and `cron` have no message, no author and no channel\n"
		"20: `reply` has nobody to speak to: `cron 0 9 * * 1-5` comes without message, channel and author; use `post #channel` or `dm @who`");
}

static void test_emoji_need_a_message(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"on = join, leave\n"
		"say = x\n"
		"react = eyes\n"
		"[rule b]\n"
		"on = message, command /x\n"
		"unreact = eyes\n"
		"reply = y\n"
		"[rule c]\n"
		"on = edit, delete, reaction, unreaction, pin, file, mention, event x\n"
		"react = eyes\n",
		"4: `react` needs a message to put the emoji under; `join` has none\n"
		"7: `unreact` needs a message to put the emoji under; `command` has none\n"
		"11: `react` needs a message to put the emoji under; `delete` has none");
}

static void test_rules_that_do_nothing(void)
{
	ASSERT_COMPLAINTS(
		"[rule a]\n"
		"match = x\n"
		"[rule b]\n"
		"wait = 2m\n"
		"[rule c]\n"
		"pick = random\n"
		"[rule d]\n"
		"mtach = x\n"
		"[rule e]\n"
		"reply =\n"
		"[rule f]\n"
		"reply = x\n"
		"wait = 2m\n"
		"on error whisper = y\n"
		"[rule g]\n"
		"reply = x\n"
		"wait = 2m\n"
		"wait = 2m\n",
		"1: the rule does nothing: it needs a `reply`, `say`, `react` or another action\n"
		"3: the rule does nothing: it needs a `reply`, `say`, `react` or another action\n"
		"4: nothing stands below this `wait` that could be done later\n"
		"5: the rule does nothing: it needs a `reply`, `say`, `react` or another action\n"
		"8: unknown key `mtach`; did you mean `match`?\n"
		"10: `reply` has no value\n"
		"13: nothing stands below this `wait` that could be done later\n"
		"18: nothing stands below this `wait` that could be done later");
}

UNIT_MAIN("check_rule",
	  { "what fits is not complained about", test_what_fits_is_not_complained_about },
	  { "moments have nobody", test_moments_have_nobody },
	  { "emoji need a message", test_emoji_need_a_message },
	  { "rules that do nothing", test_rules_that_do_nothing })
