/* SPDX-License-Identifier: MIT */
#include "slack/text.h"

#include <stdlib.h>
#include <string.h>
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

static void inert_is(struct str plain, const char *wanted)
{
	struct buf out;

	buf_init(&out, 0);
	text_inert(&out, plain);
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

/* ---- inert text ---- */

static void test_inert_escapes(void)
{
	inert_is(STR("<!channel> & <@U1ANA>"), "&lt;!channel&gt; &amp; &lt;@\u2060U1ANA&gt;");
	inert_is(STR("&lt;!channel&gt;"), "&amp;lt;!channel&amp;gt;");
	inert_is(STR("a\0b\x1b[31mc\r\n\td\x7F"), "ab[31mc\n\td");
	inert_is(STR("\u202Eevil\u202C\u2066x\u2069\u200E\u200F\u061C"), "evilx");
	inert_is(STR("\xC2\x85\xC2\x9Fx"), "x");
	inert_is(STR("*bold* \u201Cquoted\u201D :tada:"), "*bold* \u201Cquoted\u201D :tada:");
}

static void test_inert_does_not_notify(void)
{
	inert_is(STR("@here"), "@\u2060here");
	inert_is(STR("(@channel)"), "(@\u2060channel)");
	inert_is(STR("@Everyone!"), "@\u2060Everyone!");
	inert_is(STR("x@here y@channel.z"), "x@\u2060here y@\u2060channel.z");
	inert_is(STR("@@here"), "@@\u2060here");
	inert_is(STR("@\u202Ehere"), "@\u2060here"); /* what is dropped hides nothing */
	inert_is(STR("@\u202E"), "@");
	inert_is(STR("me@mail.example, @ 3 pm, @"), "me@mail.example, @ 3 pm, @");
	inert_is(STR("me@mail @ana"), "me@\u2060mail @\u2060ana");
	inert_is(STR("@\u00E9cole"), "@\u2060\u00E9cole");
}

static void test_markup_needs_real_ids(void)
{
	struct buf out;

	buf_init(&out, 0);
	CU_ASSERT(text_mention(&out, STR("U1ANA")));
	CU_ASSERT(text_mention(&out, STR("W012AB3CD")));
	CU_ASSERT(text_channel_link(&out, STR("C1GENERAL")));
	CU_ASSERT(text_channel_link(&out, STR("D024BE91L")));
	ASSERT_STR(buf_str(&out), "<@U1ANA><@W012AB3CD><#C1GENERAL><#D024BE91L>");
	buf_clear(&out);
	CU_ASSERT_FALSE(text_mention(&out, STR("C1GENERAL")));
	CU_ASSERT_FALSE(text_mention(&out, STR("U1|x")));
	CU_ASSERT_FALSE(text_mention(&out, STR("U1> <!here")));
	CU_ASSERT_FALSE(text_mention(&out, STR("u1ana")));
	CU_ASSERT_FALSE(text_mention(&out, STR("U1")));
	CU_ASSERT_FALSE(text_mention(&out, STR("")));
	CU_ASSERT_FALSE(text_mention(&out, STR("\0AB")));
	CU_ASSERT_FALSE(text_mention(&out, STR("U23456789012345678901234")));
	CU_ASSERT_FALSE(text_channel_link(&out, STR("U1ANA")));
	CU_ASSERT_EQUAL(out.len, 0);
	buf_deinit(&out);
}

static void test_literal_and_permalink(void)
{
	struct buf out;

	buf_init(&out, 0);
	text_literal(&out, STR("<https://x|y> *b*\a\n\t&\0 \u202E\u00E9"));
	ASSERT_STR(buf_str(&out), "<https://x|y> *b*\n\t& \u202E\u00E9");
	buf_clear(&out);
	text_permalink(&out, STR("https://t.slack.com/"), STR("C1"), STR("1234567890.123456"),
		       STR_EMPTY);
	ASSERT_STR(buf_str(&out), "https://t.slack.com/archives/C1/p1234567890123456");
	buf_clear(&out);
	text_permalink(&out, STR("https://t.slack.com/"), STR("C1"), STR("1234567890.123456"),
		       STR("1234567880.000100"));
	ASSERT_STR(buf_str(&out), "https://t.slack.com/archives/C1/p1234567890123456"
				  "?thread_ts=1234567880.000100&cid=C1");
	buf_clear(&out);
	text_permalink(&out, STR("https://t/"), STR("C1> <!here>"), STR("1|2.3"), STR_EMPTY);
	ASSERT_STR(buf_str(&out), "https://t/archives/C1here/p123");
	buf_deinit(&out);
}

/* ---- splitting ---- */

static void fill(struct buf *b, const char *piece, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_addz(b, piece);
}

/* Splits, checks each part's size, and joins the parts with `|`. */
static size_t split(struct str text, struct buf *joined)
{
	CLEANUP(buf_deinit) struct buf part;
	bool in_code = false;
	size_t n = 0;

	buf_init(&part, 0);
	while (text_split(&text, &in_code, &part)) {
		CU_ASSERT(utf8_utf16_units(buf_str(&part)) <= 3500);
		CU_ASSERT(part.len > 0);
		if (n++ > 0)
			buf_addc(joined, '|');
		buf_add(joined, buf_str(&part));
		if (n > 1000)
			break;
	}
	return n;
}

static void test_split_leaves_short_text_whole(void)
{
	CLEANUP(buf_deinit) struct buf joined, text;

	buf_init(&joined, 0);
	buf_init(&text, 0);
	CU_ASSERT_EQUAL(split(STR("one\n\n  two ```code"), &joined), 1);
	ASSERT_STR(buf_str(&joined), "one\n\n  two ```code");
	CU_ASSERT_EQUAL(split(STR(""), &joined), 0);
	CU_ASSERT_EQUAL(split(STR(" \n\t\n"), &joined), 0);
	fill(&text, "x", 3500);
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 1);
	buf_addc(&text, 'y');
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
}

static void test_split_prefers_line_ends(void)
{
	CLEANUP(buf_deinit) struct buf joined, text, wanted;

	buf_init(&joined, 0);
	buf_init(&text, 0);
	buf_init(&wanted, 0);
	fill(&text, "a b ", 500);
	buf_addz(&text, "end\n\nnext ");
	fill(&text, "c d ", 500);
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	fill(&wanted, "a b ", 500);
	buf_addz(&wanted, "end|next ");
	fill(&wanted, "c d ", 500);
	wanted.len--;
	buf_addc(&wanted, '\0');
	ASSERT_STR(buf_str(&joined), wanted.p);
}

static void test_split_at_blanks_and_letters(void)
{
	CLEANUP(buf_deinit) struct buf joined, text;
	size_t bar;

	buf_init(&joined, 0);
	buf_init(&text, 0);
	fill(&text, "word ", 1000);
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	bar = str_find_char(buf_str(&joined), '|');
	CU_ASSERT_EQUAL(bar, 3499);
	CU_ASSERT_EQUAL(joined.p[bar + 1], 'w');
	buf_clear(&text);
	buf_clear(&joined);
	fill(&text, "\U0001F600", 1751); /* two units each */
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	CU_ASSERT_EQUAL(str_find_char(buf_str(&joined), '|'), 7000);
}

static void test_split_keeps_markup_whole(void)
{
	CLEANUP(buf_deinit) struct buf joined, text;

	buf_init(&joined, 0);
	buf_init(&text, 0);
	fill(&text, "x", 3497);
	buf_addz(&text, "&amp;y");
	split(buf_str(&text), &joined);
	ASSERT_STR(str_sub(buf_str(&joined), 3490, joined.len), "xxxxxxx|&amp;y");
	buf_clear(&text);
	buf_clear(&joined);
	fill(&text, "x", 3480);
	buf_addz(&text, "<https://x.example|a long label>y");
	split(buf_str(&text), &joined);
	ASSERT_STR(str_sub(buf_str(&joined), 3478, joined.len),
		   "xx|<https://x.example|a long label>y");
}

static void test_split_closes_code(void)
{
	CLEANUP(buf_deinit) struct buf joined, text;
	struct str s;
	size_t bar;

	buf_init(&joined, 0);
	buf_init(&text, 0);
	buf_addz(&text, "```\n");
	fill(&text, "some code\n", 400);
	buf_addz(&text, "```\nafter");
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	s = buf_str(&joined);
	bar = str_find_char(s, '|');
	CU_ASSERT_FATAL(bar != SIZE_MAX);
	ASSERT_STR(str_sub(s, bar - 7, bar), "code```");
	CU_ASSERT(str_starts(str_sub(s, bar + 1, s.len), "```some code"));
	CU_ASSERT(str_ends(s, "```\nafter"));
}

static void test_split_with_code_ending_at_the_cut(void)
{
	CLEANUP(buf_deinit) struct buf joined, text;

	buf_init(&joined, 0);
	buf_init(&text, 0);
	buf_addz(&text, "```");
	fill(&text, "x", 3494);
	buf_addz(&text, "\n```\nafter");
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 2);
	CU_ASSERT(str_ends(buf_str(&joined), "xxx```|after"));
}

static void test_split_survives_odd_texts(void)
{
	static const char *const pieces[] = { "```",	    "<",	">",  "&amp;",
					      " ",	    "\n",	"x",  "\u00E9",
					      "\U0001F600", "<@U1ANA>", "``", "word" };
	CLEANUP(buf_deinit) struct buf joined, text;
	unsigned seed = unit_seed();

	buf_init(&joined, 0);
	buf_init(&text, 0);
	for (size_t round = 0; round < 100; round++) {
		buf_clear(&text);
		buf_clear(&joined);
		for (size_t i = 0; i < 4000; i++)
			buf_addz(&text, pieces[(size_t)rand_r(&seed) % (round % 2 ? 12 : 3)]);
		CU_ASSERT(split(buf_str(&text), &joined) < 100);
	}
	buf_clear(&text);
	fill(&text, " ", 10000);
	buf_addc(&text, 'x');
	CU_ASSERT_EQUAL(split(buf_str(&text), &joined), 1);
}

UNIT_MAIN("text", { "entities are decoded once", test_entities },
	  { "mentions become names", test_mentions },
	  { "links and dates show what a person sees", test_links_and_dates },
	  { "what is no markup stays", test_what_is_no_markup },
	  { "typography becomes ASCII", test_typography },
	  { "mentions are found", test_finding_mentions },
	  { "a leading mention is taken off", test_leading_mention },
	  { "inert text is escaped", test_inert_escapes },
	  { "inert text does not notify", test_inert_does_not_notify },
	  { "markup is made of real ids only", test_markup_needs_real_ids },
	  { "literals and permalinks", test_literal_and_permalink },
	  { "short text stays whole", test_split_leaves_short_text_whole },
	  { "text is cut at line ends", test_split_prefers_line_ends },
	  { "else at blanks, else between letters", test_split_at_blanks_and_letters },
	  { "markup is not cut", test_split_keeps_markup_whole },
	  { "code is closed and opened again", test_split_closes_code },
	  { "code that ends at the cut", test_split_with_code_ending_at_the_cut },
	  { "odd texts", test_split_survives_odd_texts })
