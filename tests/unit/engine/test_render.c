/* SPDX-License-Identifier: MIT */
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "engine/render.h"

#define WJ "\xE2\x81\xA0" /* breaks a word that would notify */

/* The rule's first text in Slack's markup. */
static void check(const char *text, struct event *ev, const char *wanted, unsigned line)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct world w;
	struct view v;

	world_init(&w);
	buf_init(&rules, 0);
	buf_init(&out, 0);
	buf_addf(&rules,
		 "[rule a]\nmatch = go (?s)(?<x>.*)\nsay = %s\n[list oncall]\npeople = @ana, @kim\n"
		 "[table t]\na = ask @raj in #general, <https://a.example|here> & there\n",
		 text);
	buf_addc(&rules, '\0');
	view_init(&v, &w, rules.p, ev);
	render_text(v.values.rule->actions[0].texts[0], &v.values, &out);
	unit_str_is(buf_str(&out), wanted, __FILE__, line);
	view_deinit(&v);
}

#define PUTS(text, said_text, wanted) check(text, said(said_text, "1.1"), wanted, __LINE__)

static void test_mentions(void)
{
	PUTS("{user} {user.name} {channel} {channel.name} {bot} {author}", "go x",
	     "<@U1ANA> Ana <#C1GENERAL> general <@UBOT> <@U1ANA>");
	PUTS("{user|upper} {user|short 3}", "go x", "@" WJ "ANA @" WJ "A…");
	PUTS("{x.mention or none}", "go raj", "<@U9RAJ>");
	PUTS("{x.mention or none}", "go #incidents", "<#C2INC>");
	PUTS("{x.mention or none}", "go nobody", "nobody");
}

static void test_names_in_literal_text(void)
{
	PUTS("@raj, (@raj) @raj. @raj.. #general! \\@raj x@raj @kim #nowhere @Raj", "go x",
	     "<@U9RAJ>, (<@U9RAJ>) <@U9RAJ>. <@U9RAJ>.. <#C1GENERAL>! @" WJ
	     "raj x@raj @kim #nowhere @Raj");
	PUTS("`@raj` ```@raj``` @raj", "go x", "`@raj` ```@raj``` <@U9RAJ>");
	PUTS("https://x.example/@raj#general <https://x.example/#general|@raj> @raj", "go x",
	     "https://x.example/@raj#general <https://x.example/#general|@raj> <@U9RAJ>");
	PUTS("{x}@raj {x} @raj", "go a", "a@raj a <@U9RAJ>");
	PUTS("{t[a].1}", "go x", "ask <@U9RAJ> in <#C1GENERAL>, <https://a.example|here> & there");
	PUTS("{oncall}", "go x", "<@U1ANA>, @kim");
}

static void test_what_people_wrote_is_inert(void)
{
	PUTS("{x}", "go <!channel> @here @channel &lt; <@U1> > *b*",
	     "&lt;!channel&gt; @" WJ "here @" WJ "channel &amp;lt; &lt;@" WJ "U1&gt; &gt; *b*");
	PUTS("{x|upper}", "go @here", "@" WJ "HERE");
	PUTS("@{x}", "go here", "@" WJ "here");
	PUTS("{x}{x|lower}", "go @", "@" WJ "@");
	PUTS("a@{x}", "go here", "a@" WJ "here");
}

static void test_code_and_quote_hold_what_they_wrap(void)
{
	PUTS("{x|code}", "go a `b` ```c", "`a ˋbˋ ˋˋˋc`");
	PUTS("{x|code}", "go a\nb", "```a\nb```");
	PUTS("{x|quote}", "go a\n> b\nc", "> a\n> &gt; b\n> c");
	PUTS("see {x|quote} end", "go a\nb", "see \n> a\n> b\n end");
	PUTS("{x|quote}", "go <!here>", "> &lt;!here&gt;");
}

static void test_what_goes_into_an_address_stays_in_it(void)
{
	PUTS("<https://a.example/?q={x}|label {x}>", "go a|b> <c",
	     "<https://a.example/?q=a%7Cb%3E%20%3Cc|label a|b&gt; &lt;c>");
	PUTS("https://a.example/{x} {x}", "go a b|c", "https://a.example/a%20b%7Cc a b|c");
}

/* ---- JSON ---- */

static void check_form(const char *form, const char *text, const char *wanted, unsigned line)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct json *json;
	struct world w;
	struct view v;
	const struct rule_action *action;

	world_init(&w);
	buf_init(&rules, 0);
	buf_init(&out, 0);
	buf_addf(&rules, "[rule a]\nmatch = go (?s)(?<x>.*)\n%s\n", form);
	buf_addc(&rules, '\0');
	view_init(&v, &w, rules.p, said(text, "1.1"));
	action = &v.values.rule->actions[0];
	if (action->verb == VERB_WEBHOOK)
		json = render_plain_form(action->form, &v.values);
	else
		json = render_form(action->blocks != NULL ? action->blocks : action->form,
				   &v.values);
	json_print(json, &out);
	json_free(json);
	unit_str_is(buf_str(&out), wanted, __FILE__, line);
	view_deinit(&v);
}

static void test_no_text_breaks_out_of_a_string(void)
{
	check_form("webhook tickets = {\"t\": \"{x}\", \"u\": \"{user}\", \"@raj\": \"@raj\"}",
		   "go \", \"admin\": \"yes\\",
		   "{\"t\":\"\\\", \\\"admin\\\": \\\"yes\\\\\",\"u\":\"@Ana\",\"@raj\":\"@raj\"}",
		   __LINE__);
	check_form("webhook tickets = {\"t\": \"{x}\"}", "go <!channel> & a\nb \x01\xE2\x80\xAE",
		   "{\"t\":\"<\xE2\x81\xA0!channel> & a\\nb \"}", __LINE__);
	check_form("webhook tickets = {\"t\": {x|json}}", "go 7", "{\"t\":\"7\"}", __LINE__);
}

static void test_blocks_are_markup_and_plain_text(void)
{
	check_form(
		"say = x\nblocks = [{\"type\": \"section\", \"text\": {\"type\": \"mrkdwn\", \"text\": \"{user} {x} @raj\"}},"
		" {\"type\": \"header\", \"text\": {\"type\": \"plain_text\", \"text\": \"{user} {x} @raj\"}}]",
		"go <!here>",
		"[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"<@U1ANA> &lt;!here&gt; <@U9RAJ>\"}},"
		"{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"@Ana <!here> @raj\"}}]",
		__LINE__);
}

static void test_each_string_begins_anew(void)
{
	check_form(
		"say = x\nblocks = [{\"type\": \"section\", \"fields\": [{\"type\": \"mrkdwn\", \"text\": \"` {x}\"},"
		" {\"type\": \"mrkdwn\", \"text\": \"@raj\"}]}]",
		"go y",
		"[{\"type\":\"section\",\"fields\":[{\"type\":\"mrkdwn\",\"text\":\"` y\"},"
		"{\"type\":\"mrkdwn\",\"text\":\"<@U9RAJ>\"}]}]",
		__LINE__);
}

/* One long message, inserted again and again. */
static void fills(const char *placeholder, size_t times, const char *letter, size_t least,
		  size_t most)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct world w;
	struct view v;

	world_init(&w);
	buf_addz(&text, "go ");
	while (text.len < 40000)
		buf_addz(&text, letter);
	buf_addc(&text, '\0');
	buf_addz(&rules, "[rule a]\nmatch = go (?s)(?<x>.*)\nsay =\n");
	for (size_t i = 0; i < times; i++)
		buf_addf(&rules, "\t%s\n", placeholder);
	buf_addc(&rules, '\0');
	view_init(&v, &w, rules.p, said(text.p, "1.1"));
	render_text(v.values.rule->actions[0].texts[0], &v.values, &out);
	CU_ASSERT_TRUE(out.len >= least);
	CU_ASSERT_TRUE(out.len <= TEMPLATE_TEXT_MAX + most);
	view_deinit(&v);
}

static void test_what_is_inserted_has_a_bound(void)
{
	fills("{x}", 1000, "a", TEMPLATE_TEXT_MAX, 40000);
	fills("{x}", 1000, "&amp;&lt;", TEMPLATE_TEXT_MAX, 5 * 40000);
	fills("{x|upper}{text|lower}", 1000, "a", 4 * 40000, 40000);
	fills("{x|upper|short 3} ", 1000, "a", 4, 100); /* none of the thousand lines but five */
	fills("{x|url|url|url|url|url|url|url|url}", 8, "%%", 0, 0);
}

UNIT_MAIN("render", { "what is inserted has a bound", test_what_is_inserted_has_a_bound },
	  { "mentions", test_mentions }, { "names in literal text", test_names_in_literal_text },
	  { "what people wrote is inert", test_what_people_wrote_is_inert },
	  { "code and quote hold what they wrap", test_code_and_quote_hold_what_they_wrap },
	  { "what goes into an address stays in it", test_what_goes_into_an_address_stays_in_it },
	  { "no text breaks out of a string", test_no_text_breaks_out_of_a_string },
	  { "blocks are markup and plain text", test_blocks_are_markup_and_plain_text },
	  { "each string begins anew", test_each_string_begins_anew })
