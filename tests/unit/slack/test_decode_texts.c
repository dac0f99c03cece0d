/* SPDX-License-Identifier: MIT */
#include "slack/decode.h"

#include "lib/unit.h"

static const struct identity me = { .user_id = (char *)"UBOT" };

static bool no_name(void *owner, struct str id, struct str *name)
{
	(void)owner;
	(void)id;
	(void)name;
	return false;
}

static const struct text_names no_names = { NULL, no_name, no_name, no_name };

static struct event *read_as_sent(const char *raw)
{
	struct event *ev = event_new();

	ev->text_raw = str_keep(&ev->arena, str_from(raw));
	decode_texts(ev, &me, &no_names);
	return ev;
}

static void piece_is(const struct event *ev, size_t i, enum text_part part, const char *shown,
		     const char *id, const char *url)
{
	CU_ASSERT_FATAL(i < ev->n_pieces);
	CU_ASSERT_EQUAL(ev->pieces[i].part, part);
	ASSERT_STR(ev->pieces[i].shown, shown);
	ASSERT_STR(ev->pieces[i].id, id);
	ASSERT_STR(ev->pieces[i].url, url);
}

static void test_pieces(void)
{
	struct event *ev = read_as_sent("<@UBOT>: see <https://x/?a&amp;b|it> `x <#C2>`\n&gt; q");
	const char *end = ev->text.p;

	ASSERT_STR(ev->text, "@UBOT: see it `x #C2`\n> q");
	CU_ASSERT_EQUAL_FATAL(ev->n_pieces, 9);
	piece_is(ev, 0, PART_TEXT, "@UBOT", "UBOT", "");
	piece_is(ev, 1, PART_TEXT, ": see ", "", "");
	piece_is(ev, 2, PART_TEXT, "it", "", "https://x/?a&b");
	piece_is(ev, 3, PART_TEXT, " ", "", "");
	piece_is(ev, 4, PART_CODE, "`x ", "", "");
	piece_is(ev, 5, PART_CODE, "#C2", "C2", "");
	piece_is(ev, 6, PART_CODE, "`", "", "");
	piece_is(ev, 7, PART_TEXT, "\n", "", "");
	piece_is(ev, 8, PART_QUOTE, "> q", "", "");
	CU_ASSERT_EQUAL(ev->pieces[0].sigil, '@');
	CU_ASSERT_EQUAL(ev->pieces[5].sigil, '#');
	CU_ASSERT_EQUAL(ev->pieces[2].sigil, '\0');
	for (size_t i = 0; i < ev->n_pieces; i++) { /* slices of the text itself, without gaps */
		CU_ASSERT_PTR_EQUAL(ev->pieces[i].shown.p, end);
		end += ev->pieces[i].shown.len;
	}
	CU_ASSERT_PTR_EQUAL(end, ev->text.p + ev->text.len);
	ASSERT_STR(ev->text_to_bot, "see it `x #C2`\n> q");
	CU_ASSERT_PTR_EQUAL(ev->text_to_bot.p + ev->text_to_bot.len, end);
	event_free(ev);
}

static void test_plain_text_has_no_pieces(void)
{
	struct event *ev = read_as_sent("a &amp; b");

	CU_ASSERT_EQUAL(ev->n_pieces, 0);
	CU_ASSERT_PTR_NULL(ev->pieces);
	CU_ASSERT_PTR_EQUAL(ev->text_to_bot.p, ev->text.p);
	event_free(ev);
	ev = read_as_sent("<!here> a < b `");
	CU_ASSERT_EQUAL(ev->n_pieces, 0);
	event_free(ev);
	ev = read_as_sent("<@U2RAJ>"); /* a single one that says more */
	CU_ASSERT_EQUAL(ev->n_pieces, 1);
	decode_texts(ev, &me, &no_names); /* once more, as when names came */
	piece_is(ev, 0, PART_TEXT, "@U2RAJ", "U2RAJ", "");
	event_free(ev);
}

/* A text that is nothing but marks gives no more pieces than is good for us. */
static void test_too_many_pieces(void)
{
	CLEANUP(buf_deinit) struct buf raw = { 0 };
	struct event *ev = event_new();
	const char *end;

	buf_init(&raw, 0);
	for (int i = 0; i < 15000; i++)
		buf_addz(&raw, "`a`b");
	ev->text_raw = str_keep(&ev->arena, buf_str(&raw));
	decode_texts(ev, &me, &no_names);
	CU_ASSERT_EQUAL_FATAL(ev->n_pieces, 20000);
	end = ev->text.p;
	for (size_t i = 0; i < ev->n_pieces; i++) {
		CU_ASSERT_PTR_EQUAL_FATAL(ev->pieces[i].shown.p, end);
		end += ev->pieces[i].shown.len;
	}
	CU_ASSERT_PTR_EQUAL(end, ev->text.p + ev->text.len);
	CU_ASSERT_EQUAL(ev->pieces[19999].part, PART_TEXT);
	event_free(ev);
}

static void mentions_bot(const char *raw, bool wanted)
{
	struct event *ev = read_as_sent(raw);

	CU_ASSERT_EQUAL(ev->mentions_bot, wanted);
	event_free(ev);
}

static void test_the_bot_is_mentioned_anywhere(void)
{
	mentions_bot("hi <@UBOT>", true);
	mentions_bot("hi <@UBOT|bot>, you", true);
	mentions_bot("`<@UBOT>`", true);
	mentions_bot("&gt; <@UBOT>", true);
	mentions_bot("hi <@UBOT2> and <#UBOT>", false);
	mentions_bot("hi &lt;@UBOT&gt;", false);
	mentions_bot("<@>", false);
}

UNIT_MAIN("decode_texts", { "pieces", test_pieces },
	  { "plain text has no pieces", test_plain_text_has_no_pieces },
	  { "too many pieces", test_too_many_pieces },
	  { "the bot is mentioned anywhere", test_the_bot_is_mentioned_anywhere })
