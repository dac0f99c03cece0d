/* SPDX-License-Identifier: MIT */
#include "lib/rules.h"
#include "lib/unit.h"
#include "template/json_template.h"
#include "template/template.h"

/* ---- what is taken ---- */

static void target_is(const struct rule_action *action, const char *wanted)
{
	struct str target;

	CU_ASSERT_PTR_NOT_NULL_FATAL(action->target);
	CU_ASSERT_TRUE(template_is_literal(action->target, &target));
	ASSERT_STR(target, wanted);
}

static void test_messages(void)
{
	struct ruleset *set = rules_good("[rule a]\n"
					 "broadcast = b\n"
					 "dm = c\n"
					 "dm @ana = d\n"
					 "post #x-y = e\n"
					 "post {text} = f\n"
					 "edit = g\n"
					 "remove = yes\n"
					 "whisper = h\n");
	const struct rule *r = ruleset_rule(set, 0);
	struct str ignored;

	CU_ASSERT_EQUAL_FATAL(r->n_actions, 8);
	CU_ASSERT_EQUAL(r->actions[0].verb, VERB_BROADCAST);
	CU_ASSERT_EQUAL(r->actions[1].verb, VERB_DM);
	CU_ASSERT_PTR_NULL(r->actions[1].target);
	target_is(&r->actions[2], "@ana");
	target_is(&r->actions[3], "#x-y");
	CU_ASSERT_FALSE(template_is_literal(r->actions[4].target, &ignored));
	CU_ASSERT_EQUAL(r->actions[5].verb, VERB_EDIT);
	CU_ASSERT_EQUAL(r->actions[6].verb, VERB_REMOVE);
	CU_ASSERT_TRUE(r->keeps_answers && rule_talks(r));
	CU_ASSERT_EQUAL(r->actions[7].at.line, 9);
	ruleset_unref(set);
}

static void test_choices_of_wordings(void)
{
	struct ruleset *set = rules_good("[rule a]\n"
					 "say = one\n"
					 "    ---\n"
					 "\n"
					 "    two\n"
					 "      lines\n"
					 "\n"
					 "    ---\n"
					 "    three --- four\n"
					 "pick = in turn\n"
					 "[rule b]\nsay = a\n  ----\n  b\n");
	const struct rule_action *say = &ruleset_rule(set, 0)->actions[0];
	struct str text;

	CU_ASSERT_EQUAL_FATAL(say->n_texts, 3);
	CU_ASSERT_TRUE(template_is_literal(say->texts[1], &text));
	ASSERT_STR(text, "two\n  lines");
	CU_ASSERT_TRUE(template_is_literal(say->texts[2], &text));
	ASSERT_STR(text, "three --- four");
	CU_ASSERT_TRUE(ruleset_rule(set, 0)->pick_in_turn && !ruleset_rule(set, 1)->pick_in_turn);
	CU_ASSERT_EQUAL(ruleset_rule(set, 1)->actions[0].n_texts, 1);
	ruleset_unref(set);
}

static void test_what_is_stored(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\nset last-seen = {user}\nadd karma[ {user} ] = -1\n"
		"[rule b]\nsay = {last-seen} {karma[{user}]}\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_STRING_EQUAL(r->actions[0].name, "last-seen");
	CU_ASSERT_PTR_NULL(r->actions[0].key);
	CU_ASSERT_STRING_EQUAL(r->actions[1].name, "karma");
	CU_ASSERT_PTR_NOT_NULL(r->actions[1].key);
	CU_ASSERT_EQUAL(r->actions[1].verb, VERB_ADD);
	CU_ASSERT_FALSE(rule_talks(r));
	ruleset_unref(set);
}

static void test_webhooks_and_calls(void)
{
	static const char *const webhooks[] = { "tickets", NULL };
	const struct ruleset_options options = { .webhooks = webhooks };
	struct rules r;

	rules_init_with(&r,
			"[rule a]\n"
			"webhook tickets = {\"a\": {text|json}}\n"
			"say = {result.key}\n"
			"call pins.add = {\"channel\": \"{channel.id}\",\n"
			"    \"timestamp\": \"{ts}\"}\n"
			"on error whisper = {error}\n",
			&options);
	ASSERT_STR(buf_str(&r.told), "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(r.set);
	CU_ASSERT_STRING_EQUAL(ruleset_rule(r.set, 0)->actions[0].name, "tickets");
	CU_ASSERT_PTR_NOT_NULL(ruleset_rule(r.set, 0)->actions[0].form);
	CU_ASSERT_STRING_EQUAL(ruleset_rule(r.set, 0)->actions[2].name, "pins.add");
	CU_ASSERT_TRUE(ruleset_rule(r.set, 0)->actions[3].on_error);
	rules_deinit(&r);
	rules_init_with(&r, "[rule a]\nwebhook ticket = {}\non error webhook x = {}\n", &options);
	ASSERT_STR(
		buf_str(&r.told),
		"2: the configuration declares no webhook `ticket`; did you mean `tickets`?; it needs a section [webhook ticket]\n"
		"3: the configuration declares no webhook `x`; it needs a section [webhook x]");
	rules_deinit(&r);
}

static void test_waits_and_what_belongs_to_a_message(void)
{
	struct ruleset *set = rules_good("[rule a]\n"
					 "say = x\n"
					 "wait = 1h30m unless answered or reacted\n"
					 "reply = y\n"
					 "unfurl = yes\n"
					 "blocks = [{\"type\": \"divider\"}]\n"
					 "react = :eyes:, tada\n"
					 "unreact = eyes\n"
					 "[rule b]\nsay = x\nwait = 2d\nsay = x\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_EQUAL(r->actions[1].wait_ms, 90 * 60 * 1000);
	CU_ASSERT_EQUAL(r->actions[1].unless, UNLESS_ANSWERED | UNLESS_REACTED);
	CU_ASSERT_TRUE(r->actions[2].unfurl && !r->actions[0].unfurl);
	CU_ASSERT_PTR_NOT_NULL(r->actions[2].blocks);
	CU_ASSERT_PTR_NULL(r->actions[0].blocks);
	CU_ASSERT_EQUAL(r->actions[3].n_emoji, 2);
	CU_ASSERT_STRING_EQUAL(r->actions[4].emoji[0], "eyes");
	CU_ASSERT_EQUAL(ruleset_rule(set, 1)->actions[1].unless, 0);
	ruleset_unref(set);
}

/* ---- what is not ---- */

static void test_targets_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"post = x\n"
		"post incidents = x\n"
		"post #a b = x\n"
		"post @ana = x\n"
		"post { } = x\n"
		"post {{ = x\n"
		"post {text} = x\n"
		"post C012 = x\n"
		"dm #x = x\n"
		"dm ana = x\n"
		"dm @a b = x\n"
		"dm {usr} = x\n"
		"dm U1 = x\n"
		"post Cab = x\n",
		"2: `post` does not say where: write the channel into the key, as in `post #incidents = \u2026`\n"
		"3: `incidents` is no channel; write it as in `post #incidents = \u2026`\n"
		"4: `#a b` is no channel; write it as in `post #incidents = \u2026`\n"
		"5: `@ana` is no channel; write it as in `post #incidents = \u2026`\n"
		"6: `{ }` is no channel; write it as in `post #incidents = \u2026`\n"
		"7: `{{` is no channel; write it as in `post #incidents = \u2026`\n"
		"10: `#x` is no person; write them as in `dm @ana = \u2026`\n"
		"11: `ana` is no person; write them as in `dm @ana = \u2026`\n"
		"12: `@a b` is no person; write them as in `dm @ana = \u2026`\n"
		"13: unknown insert `usr`; did you mean `user`?\n"
		"15: `Cab` is no channel; write it as in `post #incidents = \u2026`");
}

static void test_names_that_cannot_be_stored(void)
{
	ASSERT_COMPLAINTS(
		"[table t]\n"
		"a = b\n"
		"[list l]\n"
		"people = @a\n"
		"[hours h]\n"
		"open = mon\n"
		"[rule r]\n"
		"set = x\n"
		"set A = x\n"
		"set a b = x\n"
		"set a[ = x\n"
		"set a[] = x\n"
		"set 1a = x\n"
		"set good.name = x\n"
		"set user = x\n"
		"add t = 1\n"
		"set l = x\n"
		"set h = x\n"
		"set ok[{usr}] = x\n"
		"add ok =\n"
		"add ok-2_a[{user}] = 1\n",
		"8: `set` is followed by a name of small letters, as in `set karma[{who}] = \u2026`\n"
		"9: `set` is followed by a name of small letters, as in `set karma[{who}] = \u2026`\n"
		"10: `set` is followed by a name of small letters, as in `set karma[{who}] = \u2026`\n"
		"11: `set` is followed by a name of small letters, as in `set karma[{who}] = \u2026`\n"
		"12: `set` is followed by a name of small letters, as in `set karma[{who}] = \u2026`\n"
		"13: `set` is followed by a name of small letters, as in `set karma[{who}] = \u2026`\n"
		"14: `set` is followed by a name of small letters, as in `set karma[{who}] = \u2026`\n"
		"15: `user` cannot be stored: the language itself has that name\n"
		"16: `t` cannot be stored: a table has that name\n"
		"17: `l` cannot be stored: a list has that name\n"
		"18: `h` cannot be stored: hours have that name\n"
		"19: unknown insert `usr`; did you mean `user`?\n"
		"20: `add ok` has no value");
}

static void test_what_cannot_be_sent(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"webhook = {}\n"
		"webhook A b = {}\n"
		"webhook t = {\"a\": {usr}}\n"
		"webhook u = {\"a\": \"{text\"}\n"
		"call = {}\n"
		"call foo = {}\n"
		"call chat.postMesage = {}\n"
		"call pins.add = []\n"
		"call pins.add = {\"channel\": \"{usr}\", \"timestamp\": \"1\"}\n"
		"call pins.add = nope\n"
		"call pins.add = {\"channel\": \"C1\"}\n",
		"2: `webhook` is followed by the name of one, as in `webhook tickets = {\u2026}`\n"
		"3: `webhook` is followed by the name of one, as in `webhook tickets = {\u2026}`\n"
		"4: warning: whether there is a webhook `t` is not known without the configuration (`-c FILE`)\n"
		"4: `webhook t`: {usr}: an insert outside of \"quotes\" ends in the filter json, as {text|json} does; or put it in quotes\n"
		"5: warning: whether there is a webhook `u` is not known without the configuration (`-c FILE`)\n"
		"5: the insert is not closed on its line: {text; `{{` is a plain brace\n"
		"6: `call` is followed by a method of Slack's Web API, as in `call conversations.setTopic = {\u2026}`\n"
		"7: `call` is followed by a method of Slack's Web API, as in `call conversations.setTopic = {\u2026}`\n"
		"8: unknown method `chat.postMesage`; did you mean `chat.postMessage`?\n"
		"9: the arguments of a method stand in braces, as in {\"channel\": \"{channel.id}\"}\n"
		"10: unknown insert `usr`; did you mean `user`?\n"
		"11: `call pins.add`: something that is no value, at `nope`; wanted text in \"double quotes\", a number, true, false, null, [ or {");
}

static void test_waits_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"wait = soon\n"
		"wait = 2m until\n"
		"wait = 2m unless\n"
		"wait = 2m unless answred\n"
		"wait = 2m unless answered reacted\n"
		"wait = 2m\n"
		"  3m\n"
		"wait = 1h30m unless answered or replied or reacted\n"
		"reply = x\n"
		"wait = 2m\n",
		"2: `wait` is a time such as 2m or 1h30m, perhaps with `unless answered` behind it, not `soon`\n"
		"3: behind the time may stand `unless answered`, not `2m until`\n"
		"4: `unless` is followed by answered, replied or reacted\n"
		"5: unknown word `answred`; did you mean `answered`?\n"
		"6: `or` stands between answered, replied and reacted\n"
		"8: the value of `wait` is one line\n"
		"11: nothing stands below this `wait` that could be done later");
}

static void test_what_cannot_follow_an_error(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"on error reply = x\n"
		"reply = {error}\n"
		"on error = x\n"
		"on error wait = 2m\n"
		"on error blocks = {}\n"
		"on error unfurl = yes\n"
		"on error pick = random\n"
		"on error on error reply = x\n"
		"on error foo = x\n"
		"on error match = x\n"
		"on error reply = {error} {eror}\n"
		"on error post x = y\n"
		"on error post #x = {error}\n",
		"2: no action stands above this `on error`\n"
		"3: {error}: only what stands behind `on error` knows an error\n"
		"4: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"5: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"6: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"7: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"8: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"9: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"10: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"11: `on error` is followed by what to do then, as in `on error whisper = {error}`\n"
		"12: unknown insert `eror`; did you mean `error`?\n"
		"13: `x` is no channel; write it as in `post #incidents = \u2026`");
}

static void test_blocks_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"blocks = []\n"
		"reply = x\n"
		"blocks = {}\n"
		"blocks = [{\"type\": \"divder\"}]\n"
		"blocks = @none.json\n"
		"blocks = @../secret.json\n"
		"unfurl = maybe\n"
		"react = x\n"
		"unfurl = yes\n"
		"whisper = x\n"
		"blocks = [{\"type\": \"divider\"}]\n"
		"blocks = [{\"type\": \"divider\"}]\n"
		"edit = y\n"
		"blocks = [{\"type\": \"section\", \"text\": {\"type\": \"mrkdwn\", \"text\": \"{usr} {error}\"}}]\n"
		"set a = y\n"
		"blocks = [{\"type\": \"divider\"}]\n",
		"2: `blocks` belongs to a message, such as `reply`, which stands above it\n"
		"4: `blocks` is a list of blocks: [{\"type\": \"section\", \u2026}]\n"
		"5: blocks[0].type: unknown block \"divder\"; did you mean \"divider\"?\n"
		"6: `@none.json` (none.json): there is no such file beside the rule file, or it may not be read\n"
		"7: seen `@../secret.json`, wanted a file in the folder of the rule file, such as @card.json or @cards/card.json\n"
		"8: `unfurl` is `yes` or `no`, not `maybe`\n"
		"10: `unfurl` belongs to a message, such as `reply`, which stands above it\n"
		"13: this message has `blocks` already\n"
		"15: unknown insert `usr`; did you mean `user`?\n"
		"15: {error}: only what stands behind `on error` knows an error\n"
		"17: `blocks` belongs to a message, such as `reply`, which stands above it");
}

static void test_the_error_may_stand_in_blocks(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"reply = x\n"
		"on error reply = {error}\n"
		"blocks = [{\"type\": \"section\", \"text\": {\"type\": \"mrkdwn\", \"text\": \"{error}\"}}]\n",
		"");
}

static void test_reactions_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[rule r]\n"
		"react = thumbs up, \U0001f44d, Eyes, ::, +1, \"\"\n"
		"unreact = ,\n"
		"remove = no\n"
		"remove = perhaps\n",
		"2: `thumbs up` is no emoji: an emoji has a name such as :eyes:, and commas separate several\n"
		"2: `\U0001f44d` is no emoji: write the emoji's name instead of its picture, as in :eyes:\n"
		"2: `Eyes` is no emoji: names of emoji are in small letters\n"
		"2: `::` is no emoji: a name is missing\n"
		"2: `` is no emoji: a name is missing\n"
		"3: nothing stands between two commas\n"
		"4: `remove = no` does nothing; leave the line out\n"
		"5: `remove` is `yes` or `no`, not `perhaps`");
}

static void test_wordings_that_are_empty(void)
{
	ASSERT_COMPLAINTS("[rule a]\n"
			  "say =\n"
			  "  ---\n"
			  "  a\n"
			  "  ---\n"
			  "  ---\n"
			  "  b\n"
			  "[rule b]\n"
			  "say = ---\n"
			  "[rule c]\n"
			  "say = a\n"
			  "  ---\n"
			  "[rule d]\n"
			  "say = a\n"
			  "  ---\n"
			  "\n"
			  "  b\n"
			  "pick = often\n",
			  "3: a wording beside `---` is empty\n"
			  "6: a wording beside `---` is empty\n"
			  "12: a wording beside `---` is empty\n"
			  "18: `pick` is `random` or `in turn`, not `often`");
}

UNIT_MAIN("read_action", { "messages", test_messages },
	  { "choices of wordings", test_choices_of_wordings },
	  { "what is stored", test_what_is_stored },
	  { "webhooks and calls", test_webhooks_and_calls },
	  { "waits and what belongs to a message", test_waits_and_what_belongs_to_a_message },
	  { "targets that are none", test_targets_that_are_none },
	  { "names that cannot be stored", test_names_that_cannot_be_stored },
	  { "what cannot be sent", test_what_cannot_be_sent },
	  { "waits that are none", test_waits_that_are_none },
	  { "what cannot follow an error", test_what_cannot_follow_an_error },
	  { "blocks that are none", test_blocks_that_are_none },
	  { "the error may stand in blocks", test_the_error_may_stand_in_blocks },
	  { "reactions that are none", test_reactions_that_are_none },
	  { "wordings that are empty", test_wordings_that_are_empty })
