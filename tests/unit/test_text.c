/* SPDX-License-Identifier: MIT */
#include "slack/text.h"

#include "lib/unit.h"

/* ---- a small workspace ---- */

static bool user_name(void *owner, struct str id, struct str *name)
{
	(void)owner;
	*name = STR("ana");
	return str_is(id, "U1ANA");
}

static bool channel_name(void *owner, struct str id, struct str *name)
{
	(void)owner;
	*name = STR("general");
	return str_is(id, "C1GENERAL");
}

static bool group_name(void *owner, struct str id, struct str *handle)
{
	(void)owner;
	*handle = STR("helpers");
	return str_is(id, "S1HELP");
}

static const struct text_names names = { NULL, user_name, channel_name, group_name };

struct pair {
	const char *in;
	const char *out;
};

static void seen_is(const char *raw, const char *wanted)
{
	struct buf out;

	buf_init(&out, 0);
	text_seen(&out, str_from(raw), &names);
	ASSERT_STR(buf_str(&out), wanted);
	buf_deinit(&out);
}

static void check_seen(const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		seen_is(pairs[i].in, pairs[i].out);
}

/* ---- what is seen ---- */

static void test_entities(void)
{
	static const struct pair pairs[] = {
		{ "a &amp; b &lt;c&gt;", "a & b <c>" },
		{ "&amp;lt;", "&lt;" }, /* decoded once */
		{ "&amp;amp;", "&amp;" },
		{ "&quot; &#39; & &am &lt", "&quot; &#39; & &am &lt" },
		{ "&lt;@U1ANA&gt;", "<@U1ANA>" }, /* typed, not a mention */
		{ "&lt;!channel&gt;", "<!channel>" },
		{ "", "" },
	};

	check_seen(pairs, ARRAY_LEN(pairs));
}

static void test_mentions(void)
{
	static const struct pair pairs[] = {
		{ "hi <@U1ANA>!", "hi @ana!" },
		{ "hi <@U1ANA|old.name>!", "hi @ana!" },
		{ "hi <@U9NOBODY>", "hi @U9NOBODY" },
		{ "hi <@U9NOBODY|raj>", "hi @raj" },
		{ "hi <@U9NOBODY|@raj>", "hi @raj" },
		{ "hi <@W9NOBODY|>", "hi @W9NOBODY" },
		{ "in <#C1GENERAL>", "in #general" },
		{ "in <#C1GENERAL|gone>", "in #general" },
		{ "in <#C9|help>", "in #help" },
		{ "in <#C9|>", "in #C9" },
		{ "<!here> <!channel> <!everyone>", "@here @channel @everyone" },
		{ "<!here|here> <!channel|@channel>", "@here @channel" },
		{ "<!subteam^S1HELP>", "@helpers" },
		{ "<!subteam^S9|@grp>", "@grp" },
		{ "<!subteam^S9>", "@S9" },
	};

	check_seen(pairs, ARRAY_LEN(pairs));
}

static void test_links_and_dates(void)
{
	static const struct pair pairs[] = {
		{ "<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2" },
		{ "<https://x.example|the &lt;docs&gt;>", "the <docs>" },
		{ "<https://x.example|>", "https://x.example" },
		{ "<http://example.com|example.com>", "example.com" },
		{ "<mailto:a@b.example|a@b.example> <mailto:a@b.example>",
		  "a@b.example a@b.example" },
		{ "<tel:+4412345>", "+4412345" },
		{ "<!date^1392734382^{date} at {time}^https://x|Feb 18>", "Feb 18" },
		{ "<!date^1392734382^{date}>", "<!date^1392734382^{date}>" },
		{ "<!new|something>", "something" },
	};

	check_seen(pairs, ARRAY_LEN(pairs));
}

static void test_what_is_no_markup(void)
{
	static const struct pair pairs[] = {
		{ "a < b", "a < b" },
		{ "a <b", "a <b" },
		{ "<", "<" },
		{ "<>", "<>" },
		{ "<<@U1ANA>", "<@ana" },
		{ "<https://x\n>", "<https://x\n>" },
		{ "<@>", "<@>" },
		{ "<b>", "<b>" },
		{ "> quote", "> quote" },
	};

	check_seen(pairs, ARRAY_LEN(pairs));
}

static void test_typography(void)
{
	static const struct pair pairs[] = {
		{ "don\u2019t \u2018x\u2019 \u201Cy\u201D \u201Ez\u201F", "don't 'x' \"y\" \"z\"" },
		{ "a\u2013b\u2014c\u2212d\u2011e", "a-b-c-d-e" },
		{ "a\u00A0b\u202Fc\u2007d", "a b c d" },
		{ "a\u200Bb\u200Dc\uFEFFd\u2060e\u00ADf", "abcdef" },
		{ "\u202Eabc\u202C\u2066d\u2069\u200F", "abcd" },
		{ "one\r\ntwo\u2028three", "one\ntwo\nthree" },
		{ "a\tb\x01"
		  "c\x7F",
		  "a\tbc" },
		{ "\u00E9 \u4E2D\u6587 \U0001F600 :tada: :wave::skin-tone-3:",
		  "\u00E9 \u4E2D\u6587 \U0001F600 :tada: :wave::skin-tone-3:" },
		{ "<https://x|don\u2019t>", "don't" },
		{ "hid\U000E0041den", "hidden" },
	};
	struct buf out;

	check_seen(pairs, ARRAY_LEN(pairs));
	buf_init(&out, 0);
	text_seen(&out, STR("a\0b"), &names);
	ASSERT_STR(buf_str(&out), "ab");
	buf_deinit(&out);
}

/* ---- mentions in raw text ---- */

static void count(void *owner, struct str id)
{
	(void)id;
	++*(int *)owner;
}

static void test_plain_text_may_look_like_markup(void)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_init(&out, 0);
	text_plain(&out, STR("it\u2019s <@U1ANA> &amp; wi\u2013fi"));
	ASSERT_STR(buf_str(&out), "it's <@U1ANA> &amp; wi-fi");
}

static void test_finding_mentions(void)
{
	int n = 0;

	CU_ASSERT(text_mentions(STR("hi <@UBOT>"), STR("UBOT")));
	CU_ASSERT(text_mentions(STR("hi <@UBOT|bot>, you"), STR("UBOT")));
	CU_ASSERT_FALSE(text_mentions(STR("hi <@UBOT2>"), STR("UBOT")));
	CU_ASSERT_FALSE(text_mentions(STR("hi &lt;@UBOT&gt;"), STR("UBOT")));
	CU_ASSERT_FALSE(text_mentions(STR("hi <@UBOT"), STR("UBOT")));
	CU_ASSERT_FALSE(text_mentions(STR("<@>"), STR("")));
	text_each_mention(STR("<@U1ANA> and <@U2RAJ|raj>, <#C1> <!here> <@> <@U1ANA>"), count, &n);
	CU_ASSERT_EQUAL(n, 3);
}

static void test_leading_mention(void)
{
	static const struct pair pairs[] = {
		{ "<@UBOT> help", "help" },
		{ " <@UBOT>: help", "help" },
		{ "<@UBOT|bot>,\u00A0help", "help" },
		{ "<@UBOT>\nhelp ", "help " },
		{ "<@UBOT>", "" },
		{ "<@UBOT> <@UBOT>", "<@UBOT>" },
		{ "<@UBOT>:, x", ", x" },
		{ "<@U1ANA> <@UBOT> help", "<@U1ANA> <@UBOT> help" },
		{ "hey <@UBOT> help", "hey <@UBOT> help" },
		{ " plain", " plain" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		ASSERT_STR(text_without_leading_mention(str_from(pairs[i].in), STR("UBOT")),
			   pairs[i].out);
	ASSERT_STR(text_without_leading_mention(STR("<@> x"), STR_EMPTY), "<@> x");
}

UNIT_MAIN("text", { "entities are decoded once", test_entities },
	  { "mentions become names", test_mentions },
	  { "links and dates show what a person sees", test_links_and_dates },
	  { "what is no markup stays", test_what_is_no_markup },
	  { "typography becomes ASCII", test_typography },
	  { "plain text may look like markup", test_plain_text_may_look_like_markup },
	  { "mentions are found", test_finding_mentions },
	  { "a leading mention is taken off", test_leading_mention })
