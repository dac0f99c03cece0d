/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "base/arena.h"
#include "calendar/zone.h"
#include "lib/unit.h"
#include "rule/test_event.h"
#include "rule/test_line.h"

struct desk {
	struct arena arena;
	struct diag diag;
	struct rule_test test;
	bool good;
};

static void desk_init(struct desk *d, const char *line)
{
	*d = (struct desk){ .test = { .at = { "t.ini", 7 } } };
	arena_init(&d->arena);
	diag_init(&d->diag);
	d->good = test_line_read(&d->test, str_from(line), zone_utc(), &d->arena, &d->diag);
}

static void desk_deinit(struct desk *d)
{
	event_free(d->test.event);
	diag_deinit(&d->diag);
	arena_deinit(&d->arena);
}

/* What the event of a test is, in a line. */
static void check(const char *line, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct desk d;
	const struct event *ev;

	desk_init(&d, line);
	if (!d.good)
		diag_print(&d.diag, stdout);
	CU_ASSERT_TRUE_FATAL(d.good);
	ev = d.test.event;
	buf_addf(&seen, "%s(%.*s) #%.*s(%.*s,%d) @%.*s(%.*s)%s%s%s%s [%.*s][%.*s]",
		 event_kind_name(ev->kind), STR_ARG(ev->type), STR_ARG(ev->channel_name),
		 STR_ARG(ev->channel), (int)ev->channel_kind, STR_ARG(ev->user.handle),
		 STR_ARG(ev->user.id), ev->from_bot ? " bot" : "",
		 ev->mentions_bot ? " mention" : "", ev->has_files ? " file" : "",
		 event_is_reply(ev) ? " reply" : "", STR_ARG(ev->text), STR_ARG(ev->text_to_bot));
	if (ev->reaction.len > 0)
		buf_addf(&seen, " :%.*s:", STR_ARG(ev->reaction));
	if (ev->command.len > 0)
		buf_addf(&seen, " %.*s", STR_ARG(ev->command));
	ASSERT_STR(buf_str(&seen), wanted);
	CU_ASSERT_TRUE(ev->key.len > 0 && ev->team.len > 0 && ev->text_known);
	CU_ASSERT_TRUE(str_eq(ev->user.id, ev->author.id));
	desk_deinit(&d);
}

static void aims(const char *line, enum test_expect expect, const char *target, const char *says)
{
	struct desk d;

	desk_init(&d, line);
	CU_ASSERT_TRUE_FATAL(d.good);
	CU_ASSERT_EQUAL(d.test.expect, expect);
	CU_ASSERT_STRING_EQUAL(d.test.target, target);
	ASSERT_STR(str_from(d.test.says), says);
	CU_ASSERT_STRING_EQUAL(d.test.line, line);
	desk_deinit(&d);
}

static void expects(const char *line, enum test_expect expect, const char *says)
{
	aims(line, expect, "", says);
}

static void happens_at(const char *line, int64_t seconds)
{
	struct desk d;

	desk_init(&d, line);
	CU_ASSERT_TRUE_FATAL(d.good);
	CU_ASSERT_EQUAL(d.test.event->time.ms, seconds * 1000);
	desk_deinit(&d);
}

static void refused(const char *line, const char *told)
{
	struct desk d;

	desk_init(&d, line);
	CU_ASSERT_FALSE(d.good);
	CU_ASSERT_EQUAL_FATAL(d.diag.n_errors, 1);
	ASSERT_STR(str_from(d.diag.entries[0].text), told);
	CU_ASSERT_EQUAL(d.diag.entries[0].line, 7);
	desk_deinit(&d);
}

static void test_without_more_words_it_is_somebody_in_test(void)
{
	check("\"Hello\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) [Hello][Hello]");
	check("\"\"->silent", "message(message) #test(CTEST,1) @someone(USOMEONE) [][]");
}

static void test_places_and_people(void)
{
	check("in #it-help from @ana.b \"x\" -> fires",
	      "message(message) #it-help(CIT02DHELP,1) @ana.b(UANA02EB) [x][x]");
	check("in dm \"x\" -> fires", "message(message) #(DTEST,3) @someone(USOMEONE) [x][x]");
	check("in group \"x\" -> fires",
	      "message(message) #test(GTEST,4) @someone(USOMEONE) [x][x]");
	check("in private in #x \"x\" -> fires",
	      "message(message) #x(CX,2) @someone(USOMEONE) [x][x]");
	check("in C0ABC \"x\" -> fires",
	      "message(message) #test(C0ABC,1) @someone(USOMEONE) [x][x]");
	check("from U0ABC \"x\" -> fires", "message(message) #test(CTEST,1) @U0ABC(U0ABC) [x][x]");
	check("from bots \"x\" -> fires",
	      "message(message) #test(CTEST,1) @somebot(USOMEBOT) bot [x][x]");
	check("in thread \"x\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) reply [x][x]");
}

static void test_mentions_of_the_bot(void)
{
	check("\"@bot: coffee\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) mention [@bot: coffee][coffee]");
	check("\"a @bot b\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) mention [a @bot b][a @bot b]");
	check("\"x@bot @bottle @bot2\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) [x@bot @bottle @bot2][x@bot @bottle @bot2]");
	check("\"@bottle and @bot.\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) mention [@bottle and @bot.][@bottle and @bot.]");
	check("to bot \"x\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) mention [x][x]");
}

static void test_other_events(void)
{
	check("reaction :x: on \"y\" -> fires",
	      "reaction(reaction_added) #test(CTEST,1) @someone(USOMEONE) [y][y] :x:");
	check("reaction :x: -> fires",
	      "reaction(reaction_added) #test(CTEST,1) @someone(USOMEONE) [][] :x:");
	check("unreaction :x: \"y\" -> fires",
	      "unreaction(reaction_removed) #test(CTEST,1) @someone(USOMEONE) [y][y] :x:");
	check("join -> fires",
	      "join(member_joined_channel) #test(CTEST,1) @someone(USOMEONE) [][]");
	check("leave from @a in #b -> silent", "leave(member_left_channel) #b(CB,1) @a(UA) [][]");
	check("file -> fires", "message(message) #test(CTEST,1) @someone(USOMEONE) file [][]");
	check("file \"x\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) file [x][x]");
	check("edit \"x\" -> fires", "edit(message) #test(CTEST,1) @someone(USOMEONE) [x][x]");
	check("delete \"x\" -> fires", "delete(message) #test(CTEST,1) @someone(USOMEONE) [x][x]");
	check("pin \"x\" -> fires", "pin(pin_added) #test(CTEST,1) @someone(USOMEONE) [x][x]");
	check("event channel_rename -> fires",
	      "event(channel_rename) #test(CTEST,1) @someone(USOMEONE) [][]");
	check("command /lunch \"pizza\" -> fires",
	      "command(slash_command) #test(CTEST,1) @someone(USOMEONE) [pizza][pizza] /lunch");
	check("command /lunch -> fires",
	      "command(slash_command) #test(CTEST,1) @someone(USOMEONE) [][] /lunch");
	check("every -> posts #a", "time(time) #(,0) @() [][]");
	check("cron at 09:00 -> posts #a", "time(time) #(,0) @() [][]");
}

static void test_when_it_happens(void)
{
	happens_at("\"x\" -> fires", 1767787200);
	happens_at("at 2026-11-21 23:00 \"x\" -> fires", 1795302000);
	happens_at("at 2026-11-21 \"x\" -> fires", 1795262400);
	happens_at("at 00:00 \"x\" -> fires", 1767744000);
	happens_at("\"x\" at 12:00:05 -> fires", 1767787205);
}

static void test_targets_of_outcomes(void)
{
	aims("\"x\" -> posts #a", EXPECT_POSTS, "#a", "");
	aims("\"x\" -> posts #a \"b c\"", EXPECT_POSTS, "#a", "b c");
	aims("\"x\" -> dms", EXPECT_DMS, "", "");
	aims("\"x\" -> dms \"b\"", EXPECT_DMS, "", "b");
	aims("\"x\" -> dms @ana \"b\"", EXPECT_DMS, "@ana", "b");
	aims("\"x\" -> reacts", EXPECT_REACTS, "", "");
	aims("\"x\" -> reacts :thumbsup:", EXPECT_REACTS, "+1", "");
	aims("\"x\" -> calls webhook tickets", EXPECT_CALLS, "webhook tickets", "");
	aims("\"x\" -> calls webhook  tickets \"a\"", EXPECT_CALLS, "webhook tickets", "a");
	aims("\"x\" -> calls pins.add", EXPECT_CALLS, "pins.add", "");
	aims("\"x\" -> sets karma", EXPECT_SETS, "karma", "");
	aims("\"x\" -> whispers \"b\"", EXPECT_WHISPERS, "", "b");
}

static void test_an_event_alone(void)
{
	const struct place at = { "t.ini", 7 };
	struct arena arena = { 0 };
	struct diag diag = { 0 };
	struct event *ev;

	ev = test_line_event(STR("in #a from guests \"x\""), zone_utc(), at, &arena, &diag);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ev);
	ASSERT_STR(ev->channel_name, "a");
	CU_ASSERT_TRUE(ev->user.is_guest && !ev->from_bot);
	event_free(ev);
	CU_ASSERT_PTR_NULL(test_line_event(STR("\"x\" -> fires"), zone_utc(), at, &arena, &diag));
	CU_ASSERT_PTR_NULL(test_line_event(STR("in #a"), zone_utc(), at, &arena, &diag));
	CU_ASSERT_EQUAL_FATAL(diag.n_errors, 2);
	ASSERT_STR(str_from(diag.entries[1].text), "`in #a`: it has no text in quotes");
	diag_deinit(&diag);
	arena_deinit(&arena);
}

static void test_two_names_never_have_one_id(void)
{
	struct arena arena = { 0 };

	ASSERT_STR(test_event_id(&arena, 'U', STR("ana")), "UANA");
	ASSERT_STR(test_event_id(&arena, 'C', STR("it-help")), "CIT02DHELP");
	ASSERT_STR(test_event_id(&arena, 'U', STR("\u00e9")), "U0C30A9");
	ASSERT_STR(test_event_id(&arena, 'U', STR("")), "U");
	arena_deinit(&arena);
}

static void test_outcomes_and_quotes(void)
{
	expects("\"x\" -> fires", EXPECT_FIRES, "");
	expects("\"x\" -> silent ", EXPECT_SILENT, "");
	expects("\"say \\\"hi\\\" \\n\" -> says \"a \\\"b\\\" -> c\"", EXPECT_SAYS, "a \"b\" -> c");
	check("\"say \\\"hi\\\" -> \\n\" -> fires",
	      "message(message) #test(CTEST,1) @someone(USOMEONE) [say \"hi\" -> \\n][say \"hi\" -> \\n]");
}

static void test_mistakes(void)
{
	refused("", "`` is no test: it ends in `-> fires`, `-> silent` or `-> says \"\u2026\"`");
	refused("\"x\"",
		"`\"x\"` is no test: it ends in `-> fires`, `-> silent` or `-> says \"\u2026\"`");
	refused("\"x\" ->",
		"`\"x\" ->` is no test: it ends in `-> fires`, `-> silent` or `-> says \"\u2026\"`");
	refused("\"x\" fires", "`\"x\" fires` is no test: `->` is missing in front of its outcome");
	refused("\"x -> fires", "`\"x -> fires` is no test: a quote is not closed");
	refused("\"x\" -> fire", "unknown outcome `fire`; did you mean `fires`?");
	refused("\"x\" -> fires twice",
		"`\"x\" -> fires twice` is no test: something stands behind its end, which is written as `-> fires`");
	refused("\"x\" -> says y",
		"`\"x\" -> says y` is no test: `says` is followed by a text in quotes");
	refused("\"x\" \"y\" -> fires", "`\"x\" \"y\" -> fires` is no test: it has two texts");
	refused("in here \"x\" -> fires",
		"`in here \"x\" -> fires` is no test: `in` is followed by #channel, an id, dm, group, public, private or thread");
	refused("from ana \"x\" -> fires",
		"`from ana \"x\" -> fires` is no test: `from` is followed by @name, an id, people, guests or bots");
	refused("frm @ana \"x\" -> fires", "unknown word `frm`; did you mean `from`?");
	refused("to ana \"x\" -> fires",
		"`to ana \"x\" -> fires` is no test: `to` is followed by `bot`");
	refused("“x y” -> fires",
		"`“x y” -> fires` is no test: texts stand between straight double quotes, as in \"text\"");
	refused("\"x\" => fires", "`\"x\" => fires` is no test: the arrow is written `->`");
	refused("\"x\" → fires", "`\"x\" → fires` is no test: the arrow is written `->`");
	refused("-> fires", "`-> fires` is no test: it has no text in quotes");
	refused("join pin -> fires", "`join pin -> fires` is no test: it says twice what happened");
	refused("reaction x -> fires",
		"`reaction x -> fires` is no test: `reaction` is followed by the name of an emoji, as in `reaction :x: on \"text\"`");
	refused("at noon \"x\" -> fires",
		"`at noon \"x\" -> fires` is no test: `at` is followed by a day and a time, as in `at 2026-11-21 23:00`");
	refused("at 2026-02-30 \"x\" -> fires",
		"`at 2026-02-30 \"x\" -> fires` is no test: `at` is followed by a day and a time, as in `at 2026-11-21 23:00`");
	refused("\"x\" -> posts",
		"`\"x\" -> posts` is no test: its outcome does not say where, as `posts #channel` does");
	refused("\"x\" -> sets \"y\"",
		"`\"x\" -> sets \"y\"` is no test: its outcome does not say where, as `posts #channel` does");
	refused("\"x\" -> whispers",
		"`\"x\" -> whispers` is no test: `whispers` is followed by a text in quotes");
	refused("\"x\" -> posts #a \"b\" c",
		"`\"x\" -> posts #a \"b\" c` is no test: something stands behind its end, which is written as `-> posts #channel`");
	refused("command lunch -> fires",
		"`command lunch -> fires` is no test: `command` is followed by the command, as in `command /lunch`");
	refused("command -> fires",
		"`command -> fires` is no test: `command` is followed by the command, as in `command /lunch`");
	refused("event", "`event` is no test: `event` is followed by the name of an event");
}

static void test_every_cut_of_a_test_is_told(void)
{
	static const char whole[] = "in #a from @b reaction :x: on \"y\" -> says \"z\"";

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		CLEANUP(mem_freep) char *cut = mem_strndup(whole, len);
		struct desk d;

		desk_init(&d, cut);
		CU_ASSERT_FALSE(d.good);
		CU_ASSERT_EQUAL(d.diag.n_errors, 1);
		desk_deinit(&d);
	}
}

UNIT_MAIN("selftest",
	  { "without more words it is somebody in test",
	    test_without_more_words_it_is_somebody_in_test },
	  { "places and people", test_places_and_people },
	  { "mentions of the bot", test_mentions_of_the_bot },
	  { "other events", test_other_events }, { "when it happens", test_when_it_happens },
	  { "targets of outcomes", test_targets_of_outcomes },
	  { "an event alone", test_an_event_alone },
	  { "two names never have one id", test_two_names_never_have_one_id },
	  { "outcomes and quotes", test_outcomes_and_quotes }, { "mistakes", test_mistakes },
	  { "every cut of a test is told", test_every_cut_of_a_test_is_told })
