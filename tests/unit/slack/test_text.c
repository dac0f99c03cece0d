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
	struct buf out = { 0 };

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
	struct buf out = { 0 };

	check_seen(pairs, ARRAY_LEN(pairs));
	text_seen(&out, STR("a\0b"), &names);
	ASSERT_STR(buf_str(&out), "ab");
	buf_deinit(&out);
}

/* ---- pieces ---- */

struct shown {
	struct buf text;
	struct buf *to;
	size_t end;
};

/* `T:text`, `C:code`, `Q:quote`; with @id, #id or =address of what stands for itself. */
static void show(void *owner, const struct text_run *run)
{
	struct shown *shown = owner;
	struct str text = str_sub(buf_str(&shown->text), run->from, run->to);

	CU_ASSERT_EQUAL(run->from, shown->end); /* no gaps */
	CU_ASSERT(run->to > run->from || run->address.len > 0);
	shown->end = run->to;
	buf_addc(shown->to, '[');
	buf_addc(shown->to, run->part == PART_CODE ? 'C' : run->part == PART_QUOTE ? 'Q' : 'T');
	if (run->sigil != '\0')
		buf_addf(shown->to, "%c%.*s", run->sigil, STR_ARG(run->id));
	if (run->address.len > 0) {
		buf_addc(shown->to, '=');
		text_address(shown->to, run->address);
	}
	buf_addf(shown->to, ":%.*s]", STR_ARG(text));
}

static void check_pieces(const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(buf_deinit) struct buf out = { 0 }, seen = { 0 };
		struct shown shown = { .to = &out };

		buf_init(&out, 0);
		buf_init(&shown.text, 0);
		text_read(&shown.text, str_from(pairs[i].in), &names, show, &shown);
		ASSERT_STR(buf_str(&out), pairs[i].out);
		CU_ASSERT_EQUAL(shown.end, shown.text.len);
		text_seen(&seen, str_from(pairs[i].in), &names);
		CU_ASSERT(str_eq(buf_str(&shown.text), buf_str(&seen)));
		buf_deinit(&shown.text);
	}
}

static void test_code(void)
{
	static const struct pair pairs[] = {
		{ "", "" },
		{ "plain", "[T:plain]" },
		{ "run `ls -l` now", "[T:run ][C:`ls -l`][T: now]" },
		{ "`a``b`", "[C:`a``b`]" },
		{ "`a &amp; b`", "[C:`a & b`]" },
		{ "an open ` mark", "[T:an open ` mark]" },
		{ "over `two\nlines` here", "[T:over `two\nlines` here]" },
		{ "`\n`", "[T:`\n`]" },
		{ "empty `` marks `x`", "[T:empty `` marks ][C:`x`]" },
		{ "a\n```\nint x;\n`y`\n```\nb", "[T:a\n][C:```\nint x;\n`y`\n```][T:\nb]" },
		{ "```one``` and ```two```", "[C:```one```][T: and ][C:```two```]" },
		{ "```never `closed` \n&gt; x", "[T:```never ][C:`closed`][T: \n][Q:> x]" },
		{ "``````", "[T:``````]" },
		{ "```````", "[C:```````]" },
		{ "`a ```b```", "[T:`a ][C:```b```]" },
		{ "```\n&gt; not a quote\n```", "[C:```\n> not a quote\n```]" },
		{ "`", "[T:`]" },
	};

	check_pieces(pairs, ARRAY_LEN(pairs));
}

static void test_quotes(void)
{
	static const struct pair pairs[] = {
		{ "&gt; he said\nno", "[Q:> he said][T:\nno]" },
		{ "a\n&gt;b\n&gt;c", "[T:a\n][Q:>b][T:\n][Q:>c]" },
		{ "a &gt; b", "[T:a > b]" },
		{ " &gt; b", "[T: > b]" },
		{ "> raw", "[T:> raw]" },
		{ "&gt; with `code` and <@U1ANA>", "[Q:> with `code` and ][Q@U1ANA:@ana]" },
		{ "x\n&gt;&gt;&gt; all\nthe `rest`", "[T:x\n][Q:>>> all\nthe `rest`]" },
		{ "&gt;&gt; two\nx", "[Q:>> two][T:\nx]" },
		{ "&gt;", "[Q:>]" },
		{ "&gt;\n", "[Q:>][T:\n]" },
	};

	check_pieces(pairs, ARRAY_LEN(pairs));
}

static void test_what_stands_for_itself(void)
{
	static const struct pair pairs[] = {
		{ "hi <@U1ANA>, see <#C1GENERAL|x>",
		  "[T:hi ][T@U1ANA:@ana][T:, see ][T#C1GENERAL:#general]" },
		{ "<@U9|raj><@U9>", "[T@U9:@raj][T@U9:@U9]" },
		{ "`ask <@U1ANA>`", "[C:`ask ][C@U1ANA:@ana][C:`]" },
		{ "<https://x.example/?a=1&amp;b=2>",
		  "[T=https://x.example/?a=1&b=2:https://x.example/?a=1&b=2]" },
		{ "<https://x.example/&amp;amp;|the &lt;docs&gt;> here",
		  "[T=https://x.example/&amp;:the <docs>][T: here]" },
		{ "<mailto:a@b.example|a@b.example>", "[T=mailto:a@b.example:a@b.example]" },
		{ "a<https://x|\u200B>b", "[T:a][T=https://x:][T:b]" }, /* a link that hides */
		{ "<!here> <!subteam^S1HELP> <!date^1^{date}|May>", "[T:@here @helpers May]" },
		{ "<b> <b|c> <@> a < b", "[T:<b> c <@> a < b]" },
		{ "<https://x|`> not code `", "[T=https://x:`][T: not code `]" },
		{ "a `b <https://x|`> c` d", "[T:a ][C:`b ][C=https://x:`][C: c`][T: d]" },
		{ "\u200B`x`", "[C:`x`]" }, /* what is not seen is no piece */
	};

	check_pieces(pairs, ARRAY_LEN(pairs));
}

static void test_prose_is_told_from_markup(void)
{
	CU_ASSERT(text_is_prose(STR("")));
	CU_ASSERT(text_is_prose(STR("a &gt; b &amp; c\n don't")));
	CU_ASSERT_FALSE(text_is_prose(STR("&gt; a")));
	CU_ASSERT_FALSE(text_is_prose(STR("a\n&gt; b")));
	CU_ASSERT_FALSE(text_is_prose(STR("`")));
	CU_ASSERT_FALSE(text_is_prose(STR("<@U1>")));
}

/* ---- mentions in raw text ---- */

static void test_plain_text_may_look_like_markup(void)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	text_plain(&out, STR("it\u2019s <@U1ANA> &amp; wi\u2013fi"));
	ASSERT_STR(buf_str(&out), "it's <@U1ANA> &amp; wi-fi");
}

static bool mentions(struct str raw, struct str user)
{
	struct str id;

	while (text_next_mention(&raw, &id)) {
		if (str_eq(id, user))
			return true;
	}
	return false;
}

static void test_finding_mentions(void)
{
	struct str rest = STR("<@U1ANA> and <@U2RAJ|raj>, <#C1> <!here> <@> <@U1ANA>"), id;
	int n = 0;

	CU_ASSERT(mentions(STR("hi <@UBOT>"), STR("UBOT")));
	CU_ASSERT(mentions(STR("hi <@UBOT|bot>, you"), STR("UBOT")));
	CU_ASSERT_FALSE(mentions(STR("hi <@UBOT2>"), STR("UBOT")));
	CU_ASSERT_FALSE(mentions(STR("hi &lt;@UBOT&gt;"), STR("UBOT")));
	CU_ASSERT_FALSE(mentions(STR("hi <@UBOT"), STR("UBOT")));
	CU_ASSERT_FALSE(mentions(STR("<@>"), STR("")));
	while (text_next_mention(&rest, &id))
		n++;
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
	  { "typography becomes ASCII", test_typography }, { "code", test_code },
	  { "quotes", test_quotes }, { "what stands for itself", test_what_stands_for_itself },
	  { "prose is told from markup", test_prose_is_told_from_markup },
	  { "plain text may look like markup", test_plain_text_may_look_like_markup },
	  { "mentions are found", test_finding_mentions },
	  { "a leading mention is taken off", test_leading_mention })
