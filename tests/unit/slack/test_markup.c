/* SPDX-License-Identifier: MIT */
#include "slack/markup.h"

#include "lib/unit.h"

static void inert_is(struct str plain, const char *wanted)
{
	struct buf out = { 0 };

	markup_inert(&out, plain);
	ASSERT_STR(buf_str(&out), wanted);
	buf_deinit(&out);
}

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
	struct buf out = { 0 };

	CU_ASSERT(markup_mention(&out, STR("U1ANA")));
	CU_ASSERT(markup_mention(&out, STR("W012AB3CD")));
	CU_ASSERT(markup_channel_link(&out, STR("C1GENERAL")));
	CU_ASSERT(markup_channel_link(&out, STR("D024BE91L")));
	ASSERT_STR(buf_str(&out), "<@U1ANA><@W012AB3CD><#C1GENERAL><#D024BE91L>");
	buf_clear(&out);
	CU_ASSERT_FALSE(markup_mention(&out, STR("C1GENERAL")));
	CU_ASSERT_FALSE(markup_mention(&out, STR("U1|x")));
	CU_ASSERT_FALSE(markup_mention(&out, STR("U1> <!here")));
	CU_ASSERT_FALSE(markup_mention(&out, STR("u1ana")));
	CU_ASSERT_FALSE(markup_mention(&out, STR("U1")));
	CU_ASSERT_FALSE(markup_mention(&out, STR("")));
	CU_ASSERT_FALSE(markup_mention(&out, STR("\0AB")));
	CU_ASSERT_FALSE(markup_mention(&out, STR("U23456789012345678901234")));
	CU_ASSERT_FALSE(markup_channel_link(&out, STR("U1ANA")));
	CU_ASSERT_EQUAL(out.len, 0);
	buf_deinit(&out);
}

static void test_literal_and_permalink(void)
{
	struct buf out = { 0 };

	markup_literal(&out, STR("<https://x|y> *b*\a\n\t&\0 \u202E\u00E9"));
	ASSERT_STR(buf_str(&out), "<https://x|y> *b*\n\t& \u202E\u00E9");
	buf_clear(&out);
	markup_permalink(&out, STR("https://t.slack.com/"), STR("C1"), STR("1234567890.123456"),
			 STR_EMPTY);
	ASSERT_STR(buf_str(&out), "https://t.slack.com/archives/C1/p1234567890123456");
	buf_clear(&out);
	markup_permalink(&out, STR("https://t.slack.com/"), STR("C1"), STR("1234567890.123456"),
			 STR("1234567880.000100"));
	ASSERT_STR(buf_str(&out), "https://t.slack.com/archives/C1/p1234567890123456"
				  "?thread_ts=1234567880.000100&cid=C1");
	buf_clear(&out);
	markup_permalink(&out, STR("https://t/"), STR("C1> <!here>"), STR("1|2.3"), STR_EMPTY);
	ASSERT_STR(buf_str(&out), "https://t/archives/C1here/p123");
	buf_deinit(&out);
}

static void test_text_for_others_hides_nothing(void)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	markup_plain(&out, STR("<a> & @here\a\n\t\u202E\u061C\u00E9"));
	ASSERT_STR(buf_str(&out), "<a> & @here\n\t\u00E9");
}

static void test_forms_are_broken(void)
{
	static const struct {
		const char *before, *plain, *wanted;
	} cases[] = {
		{ "", "a < b <div> <3 <= x", "a < b <div> <3 <= x" },
		{ "", "<!here> <@U1|x> <#C1>",
		  "<\xE2\x81\xA0!here> <\xE2\x81\xA0@U1|x> <\xE2\x81\xA0#C1>" },
		{ "", "<Https://x|y> <MAILTO:x>",
		  "<\xE2\x81\xA0Https://x|y> <\xE2\x81\xA0MAILTO:x>" },
		{ "", "<\x01!here>", "<\xE2\x81\xA0!here>" },
		{ "<", "!here>", "<\xE2\x81\xA0!here>" },
		{ "", "a <", "a <\xE2\x81\xA0" },
		{ "", "a <https:", "a <\xE2\x81\xA0https:" },
		{ "<", "ana@x.example>", "<ana@x.example>" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(buf_deinit) struct buf out = { 0 };

		buf_addz(&out, cases[i].before);
		markup_formless(&out, str_from(cases[i].plain));
		ASSERT_STR(buf_str(&out), cases[i].wanted);
	}
}

static void test_markdown_is_escaped(void)
{
	static const struct {
		const char *plain, *wanted;
	} cases[] = {
		{ "a. b - c + d = e (f) 1.5 #7 snake_case",
		  "a. b - c + d = e (f) 1.5 #7 snake_case" },
		{ "**b** _i_ __u__ ~~s~~ `c` a|b \\",
		  "\\*\\*b\\*\\* \\_i\\_ \\_\\_u\\_\\_ \\~\\~s\\~\\~ \\`c\\` a\\|b \\\\" },
		{ "[x](https://e.example) ![y](z)", "\\[x\\](https://e.example) !\\[y\\](z)" },
		{ "# h\n - l\n+ l\n12. n\n1) n\n===\n> q",
		  "\\# h\n \\- l\n\\+ l\n12\\. n\n1\\) n\n\\===\n&gt; q" },
		{ "<!here> @here <b> &", "&lt;!here&gt; @\xE2\x81\xA0here &lt;b&gt; &amp;" },
		{ "```\nx\n```", "\\`\\`\\`\nx\n\\`\\`\\`" },
		{ "", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(buf_deinit) struct buf out = { 0 };

		markup_markdown(&out, str_from(cases[i].plain));
		ASSERT_STR(buf_str(&out), cases[i].wanted);
	}
}

UNIT_MAIN("markup", { "Markdown is escaped", test_markdown_is_escaped },
	  { "forms are broken", test_forms_are_broken },
	  { "inert text is escaped", test_inert_escapes },
	  { "inert text does not notify", test_inert_does_not_notify },
	  { "markup is made of real ids only", test_markup_needs_real_ids },
	  { "literals and permalinks", test_literal_and_permalink },
	  { "text for others hides nothing", test_text_for_others_hides_nothing })
