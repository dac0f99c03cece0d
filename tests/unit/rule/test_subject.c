/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "rule/shared.h"
#include "rule/subject.h"

#include "lib/events.h"
#include "lib/rules.h"
#include "lib/unit.h"

/* ---- a message made of pieces ---- */

static const struct text_piece pieces[] = {
	{ .shown = STR("see "), .part = PART_TEXT },
	{ .shown = STR("@ana"), .part = PART_TEXT, .sigil = '@', .id = STR("U1ANA") },
	{ .shown = STR(" and "), .part = PART_TEXT },
	{ .shown = STR("the page"), .part = PART_TEXT, .url = STR("https://x/p") },
	{ .shown = STR(" or "), .part = PART_TEXT },
	{ .shown = STR("https://y"), .part = PART_TEXT, .url = STR("https://y") },
	{ .shown = STR("\n"), .part = PART_TEXT },
	{ .shown = STR("make all"), .part = PART_CODE },
	{ .shown = STR("\n"), .part = PART_TEXT },
	{ .shown = STR("quoted words"), .part = PART_QUOTE },
};

static struct event *rich(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct text_piece *own;
	struct event *ev;
	const char *p;

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		buf_add(&text, pieces[i].shown);
	buf_addc(&text, '\0');
	ev = said(text.p, "1.1");
	ev->text_raw = STR("as sent");
	own = arena_alloc(&ev->arena, sizeof(pieces));
	p = ev->text.p;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		own[i] = pieces[i];
		own[i].shown.p = p;
		p += own[i].shown.len;
	}
	ev->pieces = own;
	ev->n_pieces = ARRAY_LEN(pieces);
	return ev;
}

/* Pieces lie one behind the other and are all of the text. */
static void check_pieces(const struct subject *seen)
{
	const char *end = seen->text.p;

	if (seen->n_pieces == 0)
		return;
	for (size_t i = 0; i < seen->n_pieces; i++) {
		const char *from = seen->pieces[i].shown.p;

		CU_ASSERT_PTR_EQUAL(from, end);
		end = from + seen->pieces[i].shown.len;
	}
	CU_ASSERT_PTR_EQUAL(end, seen->text.p + seen->text.len);
}

static struct ruleset *rule_with(const char *keys)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addf(&text, "[rule r]\n%s\nsay = x\n", keys);
	buf_addc(&text, '\0');
	return rules_good(text.p);
}

static int64_t standing(void *owner)
{
	(void)owner;
	return 1;
}

/* What the keys let be seen of the event, which it takes; mentions among it in braces. */
static void sees(const char *keys, struct event *ev, bool to_bot, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf shown = { 0 };
	struct ruleset *set = rule_with(keys);
	struct subject seen;
	const char *at;

	pattern_kit_set_clock(set->shared->kit, standing, NULL);
	CU_ASSERT_EQUAL(subject_make(&seen, ev, &ruleset_rule(set, 0)->look, to_bot), TRISTATE_YES);
	check_pieces(&seen);
	at = seen.text.p;
	for (size_t i = 0; i < seen.n_pieces; i++) {
		const struct text_piece *piece = &seen.pieces[i];

		if (piece->sigil == 0 || piece->shown.p < at)
			continue;
		buf_add(&shown, str_make(at, (size_t)(piece->shown.p - at)));
		buf_addf(&shown, "{%.*s}", STR_ARG(piece->shown));
		at = piece->shown.p + piece->shown.len;
	}
	buf_add(&shown, str_make(at, (size_t)(seen.text.p + seen.text.len - at)));
	ASSERT_STR(buf_str(&shown), wanted);
	ruleset_unref(set);
	event_free(ev);
}

/* ---- look in ---- */

static void test_parts(void)
{
	sees("case = no", rich(), false,
	     "see {@ana} and the page or https://y\nmake all\nquoted words");
	sees("look in = text", rich(), false, "see {@ana} and the page or https://y\n \n ");
	sees("look in = code", rich(), false, " make all ");
	sees("look in = quotes", rich(), false, " quoted words");
	sees("look in = links", rich(), false, " https://x/p https://y ");
	sees("look in = text, links", rich(), false,
	     "see {@ana} and the page https://x/p or https://y\n \n ");
	sees("look in = raw", rich(), false, "as sent");
}

static void test_a_text_without_pieces_is_text(void)
{
	sees("look in = text", said("all of it", "1.1"), false, "all of it");
	sees("look in = code", said("all of it", "1.1"), false, " ");
	sees("look in = code", said("", "1.1"), false, "");
}

static void test_a_leading_mention_of_the_bot_is_left_out(void)
{
	struct event *ev = rich();

	ev->text_to_bot = str_sub(ev->text, 4, ev->text.len);
	sees("look in = text", ev, false, "see {@ana} and the page or https://y\n \n ");
	ev = rich();
	ev->text_to_bot = str_sub(ev->text, 4, ev->text.len);
	sees("look in = text", ev, true, "{@ana} and the page or https://y\n \n ");
}

static void test_fields(void)
{
	static const char body[] = "{\"a\": [{\"t\": \"deep\"}, 7, null, true], \"s\": \"x\"}";
	const char *const rows[][2] = {
		{ "look in = field a.0.t", "deep" }, { "look in = field a.1", "7" },
		{ "look in = field a.2", "" },	     { "look in = field a.3", "true" },
		{ "look in = field a.9", "" },	     { "look in = field s", "x" },
		{ "look in = field s.t", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct event *ev = said("text", "1.1");

		CU_ASSERT_EQUAL_FATAL(json_parse(&ev->payload, str_from(body), NULL), 0);
		sees(rows[i][0], ev, false, rows[i][1]);
	}
	sees("look in = field a", said("text", "1.1"), false, "");
}

/* ---- ignore ---- */

static void test_phrases_become_a_blank(void)
{
	sees("ignore = planned outage", said("a Planned  outage now", "1.1"), false, "a  now");
	sees("ignore = planned outage", said("an unplanned outage", "1.1"), false,
	     "an unplanned outage");
	sees("ignore = b", said("b", "1.1"), false, " ");
	sees("ignore = b", said("b b b", "1.1"), false, "   ");
	sees("ignore = a, a b", said("a b c", "1.1"), false, "  c");
	sees("ignore = planned, planned outage, c", said("planned outage b", "1.1"), false, "  b");
	sees("ignore = c++", said("c++ and c++, c", "1.1"), false, "  and , c");
	sees("ignore = b", said("", "1.1"), false, "");
	sees("ignore = b\ncase = yes", said("b B", "1.1"), false, "  B");
}

static void test_a_mention_that_is_cut_is_none(void)
{
	sees("ignore = see", rich(), false,
	     "  {@ana} and the page or https://y\nmake all\nquoted words");
	sees("ignore = @ana", rich(), false,
	     "see  and the page or https://y\nmake all\nquoted words");
	sees("ignore = ana", rich(), false,
	     "see @  and the page or https://y\nmake all\nquoted words");
	sees("look in = text\nignore = and the", rich(), false,
	     "see {@ana}  page or https://y\n \n ");
}

/* The list is too long for one pattern. */
static void test_many_phrases_in_many_patterns(void)
{
	CLEANUP(buf_deinit) struct buf keys = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(buf_deinit) struct buf wanted = { 0 };

	buf_addz(&keys, "ignore = word0");
	for (int i = 1; i < 1000; i++)
		buf_addf(&keys, ", word%d", i);
	for (int i = 0; i < 4000; i++) {
		buf_addf(&text, "word%d,x;", 999 - i % 1000);
		buf_addz(&wanted, " ,x;");
	}
	buf_addc(&keys, '\0');
	buf_addc(&text, '\0');
	buf_addc(&wanted, '\0');
	sees(keys.p, said(text.p, "1.1"), false, wanted.p);
}

static int64_t racing(void *owner)
{
	return *(int64_t *)owner += 1000000000;
}

static void test_what_cannot_be_found_in_time_cannot_be_told(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct ruleset *set = rule_with("ignore = zzz");
	int64_t clock = 0;
	struct subject seen;
	struct event *ev;

	pattern_kit_set_clock(set->shared->kit, racing, &clock);
	for (int i = 0; i < 10000; i++)
		buf_addz(&text, "zzzz ");
	buf_addc(&text, '\0');
	ev = said(text.p, "1.1");
	CU_ASSERT_EQUAL(subject_make(&seen, ev, &ruleset_rule(set, 0)->look, false),
			TRISTATE_UNKNOWN);
	event_free(ev);
	ruleset_unref(set);
}

static void plain_is(const char *keys, bool wanted)
{
	struct ruleset *set = rule_with(keys);

	CU_ASSERT_EQUAL(look_is_plain(&ruleset_rule(set, 0)->look), wanted);
	ruleset_unref(set);
}

static void test_a_plain_look(void)
{
	plain_is("case = no", true);
	plain_is("look in = quotes, code, text", true);
	plain_is("look in = text", false);
	plain_is("look in = text, code, quotes, links", false);
	plain_is("look in = raw", false);
	plain_is("look in = field a", false);
	plain_is("ignore = x", false);
}

UNIT_MAIN("view", { "parts", test_parts },
	  { "a text without pieces is text", test_a_text_without_pieces_is_text },
	  { "a leading mention of the bot is left out",
	    test_a_leading_mention_of_the_bot_is_left_out },
	  { "fields", test_fields }, { "phrases become a blank", test_phrases_become_a_blank },
	  { "a mention that is cut is none", test_a_mention_that_is_cut_is_none },
	  { "many phrases in many patterns", test_many_phrases_in_many_patterns },
	  { "what cannot be found in time cannot be told",
	    test_what_cannot_be_found_in_time_cannot_be_told },
	  { "a plain look", test_a_plain_look })
