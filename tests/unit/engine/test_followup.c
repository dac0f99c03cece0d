/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "engine/posted.h"
#include "lib/engine_fixture.h"
#include "lib/journal.h"
#include "lib/unit.h"
#include "store/memory.h"

/* ---- events ---- */

static struct event *changed(enum event_kind kind, const char *text, const char *ts)
{
	static int serial;
	struct event *ev = said(text, ts);

	ev->kind = kind;
	ev->key = str_keepf(&ev->arena, "change:%d", ++serial);
	return ev;
}

static void edit(struct engine_fixture *h, const char *text, const char *ts)
{
	fixture_hear(h, changed(EVENT_EDIT, text, ts));
}

static void erase(struct engine_fixture *h, const char *ts)
{
	fixture_hear(h, changed(EVENT_DELETE, "x", ts));
}

#define ECHO "[rule a]\nmatch = ^say (.+)\nreply = {1}\nfollow = edits, deletes\n"

/* ---- edits ---- */

static void play_edit(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	edit(h, "say two", "1.1");
	edit(h, "say three", "1.1");
	edit(h, "say four", "1.2"); /* never answered */
}

static void test_an_edit_renews_the_answer(void)
{
	ASSERT_STORY(ECHO, play_edit,
		     "reply C1GENERAL/1.1: one | edit C1GENERAL 2000.000001: two | "
		     "edit C1GENERAL 2000.000001: three");
}

static void play_no_longer(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	edit(h, "never mind", "1.1");
	edit(h, "say two", "1.1"); /* there is no answer any more */
}

static void test_a_question_that_is_none_any_more_loses_its_answer(void)
{
	ASSERT_STORY(ECHO, play_no_longer,
		     "reply C1GENERAL/1.1: one | remove C1GENERAL 2000.000001");
}

static void test_an_edit_may_make_a_question_where_the_rule_says_so(void)
{
	ASSERT_STORY(ECHO "on = message, edit\n", play_no_longer,
		     "reply C1GENERAL/1.1: one | remove C1GENERAL 2000.000001 | "
		     "reply C1GENERAL/1.1: two");
}

static void test_without_follow_nothing_follows(void)
{
	ASSERT_STORY("[rule a]\nmatch = ^say (.+)\nreply = {1}\n", play_no_longer,
		     "reply C1GENERAL/1.1: one");
	ASSERT_STORY("[rule a]\nmatch = ^say (.+)\nreply = {1}\nfollow = deletes\n", play_no_longer,
		     "reply C1GENERAL/1.1: one");
}

static void play_condition(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	fixture_say(h, "close", "1.2");
	edit(h, "say two", "1.1");
}

static void test_an_edit_asks_the_condition_too(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = ^say (.+)\nif = door is not closed\nreply = {1}\nfollow = edits\n"
		"[rule c]\nmatch = close\nset door = closed\n",
		play_condition, "reply C1GENERAL/1.1: one | remove C1GENERAL 2000.000001");
}

static void play_limited(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	edit(h, "say two", "1.1");
	fixture_say(h, "say three", "1.2");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_RULES_LIMITED), 1);
}

static void test_following_costs_no_limit(void)
{
	ASSERT_STORY(ECHO "limit = 1 per user\n", play_limited,
		     "reply C1GENERAL/1.1: one | edit C1GENERAL 2000.000001: two");
}

/* ---- parts ---- */

/* 40 letters a time, cut at line ends. */
static void long_text(struct buf *out, int lines)
{
	buf_addz(out, "say ");
	for (int i = 0; i < lines; i++)
		buf_addz(out, "12345678901234567890123456789012345678\n");
	buf_addz(out, "end");
	buf_addc(out, '\0');
}

static bool is_beside_bar(struct str line, size_t i)
{
	return line.p[i] == ' ' &&
	       ((i > 0 && line.p[i - 1] == '|') || (i + 1 < line.len && line.p[i + 1] == '|'));
}

/* The jobs without their texts. */
static void shorten(struct buf *line)
{
	size_t to = 0;
	bool in_text = false;

	for (size_t i = 0; i < line->len; i++) {
		if (line->p[i] == ':')
			in_text = true;
		else if (line->p[i] == '|' && in_text)
			in_text = false;
		if (!in_text && !is_beside_bar(buf_str(line), i))
			line->p[to++] = line->p[i];
	}
	line->len = to;
}

static void play_growing(struct engine_fixture *h)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(buf_deinit) struct buf longer = { 0 };

	buf_init(&text, 0);
	buf_init(&longer, 0);
	long_text(&text, 100);
	long_text(&longer, 200);
	fixture_say(h, "say one", "1.1");
	edit(h, text.p, "1.1");	  /* two parts */
	edit(h, longer.p, "1.1"); /* three */
	edit(h, "say", "1.1");	  /* no question */
	fixture_say(h, text.p, "1.2");
	edit(h, "say x", "1.2");
	edit(h, text.p, "1.2");
	erase(h, "1.2");
	shorten(&h->done);
}

static void test_answers_grow_and_shrink(void)
{
	ASSERT_STORY(ECHO, play_growing,
		     "reply C1GENERAL/1.1|edit C1GENERAL 2000.000001|say C1GENERAL/1.1|"
		     "edit C1GENERAL 2000.000001|edit C1GENERAL 2000.000002|say C1GENERAL/1.1|"
		     "remove C1GENERAL 2000.000003|remove C1GENERAL 2000.000002|"
		     "remove C1GENERAL 2000.000001|reply C1GENERAL/1.2|reply C1GENERAL/1.2|"
		     "edit C1GENERAL 2000.000004|remove C1GENERAL 2000.000005|"
		     "edit C1GENERAL 2000.000004|say C1GENERAL/1.2|"
		     "remove C1GENERAL 2000.000006|remove C1GENERAL 2000.000004");
}

static void play_two_growing(struct engine_fixture *h)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_init(&text, 0);
	long_text(&text, 100);
	fixture_say(h, "say one", "1.1");
	edit(h, text.p, "1.1");
	edit(h, "say one", "1.1");
	shorten(&h->done);
}

/* The part that an answer grows by is its own, not the last answer's. */
static void test_each_answer_keeps_its_parts(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = ^say (?s)(.+)\nreply = {1}\nsay = B\nfollow = edits\n",
		play_two_growing,
		"reply C1GENERAL/1.1|say C1GENERAL|edit C1GENERAL 2000.000001|say C1GENERAL/1.1|"
		"edit C1GENERAL 2000.000002|edit C1GENERAL 2000.000001|"
		"remove C1GENERAL 2000.000003|edit C1GENERAL 2000.000002");
}

static void play_empty(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	edit(h, "say", "1.1");
	edit(h, "say two", "1.1");
}

/* An answer that has nothing to say any more goes; the next one follows all the same. */
static void test_an_answer_that_becomes_empty_goes(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = ^say ?(.*)\nreply = {1}\nsay = B{1}\nfollow = edits\n",
		play_empty,
		"reply C1GENERAL/1.1: one | say C1GENERAL: Bone | remove C1GENERAL 2000.000001 | "
		"edit C1GENERAL 2000.000002: B | edit C1GENERAL 2000.000002: Btwo");
}

static void play_wordings(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	fixture_say(h, "say two", "1.2");
	edit(h, "say three", "1.1");
	edit(h, "say four", "1.2");
}

static void test_an_answer_keeps_its_wording(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = ^say (.+)\nsay = A {1}\n    ---\n    B {1}\npick = in turn\nfollow = edits\n",
		play_wordings,
		"say C1GENERAL: A one | say C1GENERAL: B two | "
		"edit C1GENERAL 2000.000001: A three | edit C1GENERAL 2000.000002: B four");
}

static void play_count(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	edit(h, "say two", "1.1");
	fixture_say(h, "say three", "1.2");
}

static void test_following_is_no_firing_more(void)
{
	ASSERT_STORY("[rule a]\nmatch = ^say (.+)\nsay = {count} {1}\nfollow = edits\n", play_count,
		     "say C1GENERAL: 1 one | edit C1GENERAL 2000.000001: 1 two | "
		     "say C1GENERAL: 2 three");
}

/* ---- deletions ---- */

static void play_delete(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	erase(h, "1.1");
	erase(h, "1.1");
	erase(h, "1.9");
}

static void test_a_deleted_question_takes_its_answers_along(void)
{
	ASSERT_STORY(ECHO, play_delete, "reply C1GENERAL/1.1: one | remove C1GENERAL 2000.000001");
	ASSERT_STORY("[rule a]\nmatch = ^say (.+)\nreply = {1}\npost #incidents = B\nreact = eyes\n"
		     "whisper = W\nfollow = deletes\n",
		     play_delete,
		     "reply C1GENERAL/1.1: one | post C2INC: B | react C1GENERAL 1.1: eyes | "
		     "whisper C1GENERAL@U1ANA: W | remove C1GENERAL 2000.000001");
}

/* ---- what still waits ---- */

#define LATE "[rule a]\nmatch = ^say (.+)\nwait = 2m\nreply = {1}\nfollow = edits, deletes\n"

static void play_edit_while_waiting(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	edit(h, "say two", "1.1");
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 1);
	fixture_wait(h, 119999);
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 1);
	fixture_wait(h, 1);
}

static void test_what_waits_answers_the_new_question(void)
{
	ASSERT_STORY(LATE, play_edit_while_waiting, "reply C1GENERAL/1.1: two");
}

static void play_undone_while_waiting(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	edit(h, "never mind", "1.1");
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 0);
	fixture_wait(h, 120000);
}

static void play_deleted_while_waiting(struct engine_fixture *h)
{
	fixture_say(h, "say one", "1.1");
	erase(h, "1.1");
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 0);
	fixture_wait(h, 120000);
}

static void test_what_waits_for_nothing_is_not_done(void)
{
	ASSERT_STORY(LATE, play_undone_while_waiting, "");
	ASSERT_STORY(LATE, play_deleted_while_waiting, "");
}

static void play_both(struct engine_fixture *h)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_init(&text, 0);
	long_text(&text, 100);
	fixture_say(h, "say one", "1.1");
	edit(h, text.p, "1.1"); /* the first answer gets a second part */
	fixture_wait(h, 120000);
	erase(h, "1.1");
	shorten(&h->done);
}

/* The firing that waited knows of the part that the edit added. */
static void test_what_waited_forgets_no_part(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = ^say (?s)(.+)\nreply = {1}\nwait = 2m\nsay = late\nfollow = edits, deletes\n",
		play_both,
		"reply C1GENERAL/1.1|edit C1GENERAL 2000.000001|say C1GENERAL/1.1|say C1GENERAL|"
		"remove C1GENERAL 2000.000002|remove C1GENERAL 2000.000001|"
		"remove C1GENERAL 2000.000003");
}

static void play_many_waiting(struct engine_fixture *h)
{
	char ts[16];

	for (int i = 0; i < 40; i++) {
		struct event *ev = reacted("x", "1.1");

		ev->text = ev->text_raw = ev->text_to_bot = STR("say one");
		ev->text_known = true;
		snprintf(ts, sizeof(ts), "key%d", i);
		ev->key = str_keep(&ev->arena, str_from(ts));
		fixture_hear(h, ev);
	}
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 40);
	erase(h, "1.1");
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 0);
}

static void test_all_that_wait_at_a_message_are_told(void)
{
	ASSERT_STORY(
		"[rule a]\non = reaction :x:\nmatch = ^say (.+)\nwait = 2m\nreply = {1}\nfollow = deletes\n",
		play_many_waiting, "");
}

/* ---- while it answers ---- */

static void play_edit_while_answering(struct engine_fixture *h)
{
	fixture_take(h, said("say one", "1.1"));
	fixture_take(h, changed(EVENT_EDIT, "say two", "1.1"));
	fixture_take(h, changed(EVENT_EDIT, "say three", "1.1"));
	fixture_run(h);
	fixture_take(h, said("say one", "1.2"));
	fixture_take(h, changed(EVENT_EDIT, "never mind", "1.2"));
	fixture_run(h);
	CU_ASSERT_EQUAL(h->standing, 5);
}

static void test_an_edit_waits_for_the_answer_under_way(void)
{
	ASSERT_STORY(ECHO, play_edit_while_answering,
		     "reply C1GENERAL/1.1: one | edit C1GENERAL 2000.000001: two | "
		     "edit C1GENERAL 2000.000001: three | reply C1GENERAL/1.2: one | "
		     "remove C1GENERAL 2000.000002");
}

static void play_delete_while_answering(struct engine_fixture *h)
{
	fixture_take(h, said("say one", "1.1"));
	fixture_take(h, changed(EVENT_DELETE, "x", "1.1"));
	fixture_run(h);
}

static void test_a_deletion_waits_for_the_answer_under_way(void)
{
	ASSERT_STORY(ECHO, play_delete_while_answering,
		     "reply C1GENERAL/1.1: one | remove C1GENERAL 2000.000001");
}

/* An answer that somebody deleted by hand is no failure. */
static void test_an_answer_that_is_gone_is_forgotten(void)
{
	struct engine_fixture h;
	CLEANUP(json_freep) struct json *body = NULL;
	struct outcome gone = { .kind = OUTCOME_REFUSED, .sentence = "message_not_found" };
	struct job *job;

	CU_ASSERT_EQUAL_FATAL(json_parse(&body, STR("{\"error\":\"message_not_found\"}"), NULL), 0);
	gone.body = body;
	fixture_init(&h, memory_open(), ECHO);
	fixture_say(&h, "say one", "1.1");
	fixture_take(&h, changed(EVENT_EDIT, "say two", "1.1"));
	engine_commit(h.engine);
	job = fixture_next(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->verb), "edit");
	engine_settled(h.engine, job, &gone);
	fixture_run(&h);
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_ACTIONS_FAILED), 0);
	edit(&h, "say three", "1.1"); /* nothing stands there any more */
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: one");
	fixture_deinit(&h);
}

/* ---- ends ---- */

static void test_the_engine_may_end_while_it_follows(void)
{
	for (int stop = 0; stop < 40; stop++) {
		struct engine_fixture h;
		int left = stop;

		fixture_init(
			&h, journal_new(),
			"[rule a]\nmatch = ^say (.+)\nif = n is not 1\nreply = {1} {n}\nfollow = edits, deletes\n"
			"[rule n]\nmatch = count\nadd n = 1\n");
		fixture_say(&h, "say one", "1.1");
		fixture_take(&h, changed(EVENT_EDIT, "say two", "1.1"));
		while (left-- > 0 && journal_answer(h.store))
			;
		CU_ASSERT_TRUE(h.done.len > 0);
		fixture_deinit(&h); /* the leak checker is the judge */
	}
}

/* ---- the answers themselves ---- */

static void test_answers_are_written_and_read(void)
{
	const struct posted_answer one = {
		.action = 1, .wording = 2, .channel = STR("C1"), .ts = { STR("1.1") }, .n_parts = 1
	};
	struct posted a = { 0 }, b = { 0 };
	struct posted_answer out;
	struct buf text;

	buf_init(&text, 0);
	posted_print(&a, &text);
	CU_ASSERT_EQUAL(text.len, 0);
	posted_add(&a, &one);
	posted_extend(&a, 0, STR("1.2"));
	posted_extend(&a, 1, STR("1.3")); /* there is none */
	posted_print(&a, &text);
	posted_parse(&b, buf_str(&text));
	CU_ASSERT_EQUAL_FATAL(posted_n(&b), 1);
	CU_ASSERT_TRUE(posted_at(&b, 0, &out));
	CU_ASSERT_EQUAL(out.action, 1);
	CU_ASSERT_EQUAL(out.wording, 2);
	CU_ASSERT_EQUAL(out.n_parts, 2);
	ASSERT_STR(out.channel, "C1");
	ASSERT_STR(out.ts[1], "1.2");
	CU_ASSERT_FALSE(posted_at(&b, 1, &out));
	posted_forget(&b, STR("1.1"));
	CU_ASSERT_TRUE(posted_at(&b, 0, &out));
	ASSERT_STR(out.ts[0], "1.2");
	posted_forget(&b, STR("1.2"));
	CU_ASSERT_EQUAL(posted_n(&b), 0);
	posted_deinit(&a);
	posted_deinit(&a);
	posted_deinit(&b);
	buf_deinit(&text);
}

static void test_what_is_no_answer_is_none(void)
{
	static const char *const texts[] = {
		"",
		"x",
		"{}",
		"[",
		"7",
		"null",
		"[1,null,{},[]]",
		"[{\"action\":0,\"channel\":\"C1\",\"ts\":[]}]",
		"[{\"action\":-1,\"channel\":\"C1\",\"ts\":[\"1.1\"]}]",
		"[{\"action\":0,\"wording\":-5,\"channel\":\"C1\",\"ts\":[\"1.1\"]}]",
		"[{\"action\":0,\"channel\":7,\"ts\":[\"1.1\"]}]",
		"[{\"action\":0,\"channel\":\"C1\",\"ts\":{\"a\":1}}]",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct posted a = { 0 };
		struct posted_answer out;

		posted_parse(&a, str_from(texts[i]));
		for (size_t k = 0; k < posted_n(&a); k++)
			CU_ASSERT_FALSE(posted_at(&a, k, &out));
		posted_forget(&a, STR("1.1"));
		CU_ASSERT_EQUAL(posted_n(&a), 0);
		posted_deinit(&a);
	}
}

static void test_answers_are_bounded(void)
{
	struct posted a = { 0 };
	struct posted_answer out,
		one = { .channel = STR("C1"), .ts = { STR("1.1") }, .n_parts = 1 };

	for (size_t i = 0; i < POSTED_MAX + 5; i++) {
		one.action = i;
		posted_add(&a, &one);
	}
	CU_ASSERT_EQUAL(posted_n(&a), POSTED_MAX);
	CU_ASSERT_TRUE(posted_at(&a, 0, &out));
	CU_ASSERT_EQUAL(out.action, 5);
	for (int i = 0; i < POSTED_PARTS_MAX + 5; i++)
		posted_extend(&a, 0, STR("1.2"));
	CU_ASSERT_TRUE(posted_at(&a, 0, &out));
	CU_ASSERT_EQUAL(out.n_parts, POSTED_PARTS_MAX);
	posted_deinit(&a);
}

UNIT_MAIN("follow", { "an edit renews the answer", test_an_edit_renews_the_answer },
	  { "a question that is none any more loses its answer",
	    test_a_question_that_is_none_any_more_loses_its_answer },
	  { "an edit may make a question where the rule says so",
	    test_an_edit_may_make_a_question_where_the_rule_says_so },
	  { "without follow nothing follows", test_without_follow_nothing_follows },
	  { "an edit asks the condition too", test_an_edit_asks_the_condition_too },
	  { "following costs no limit", test_following_costs_no_limit },
	  { "answers grow and shrink", test_answers_grow_and_shrink },
	  { "each answer keeps its parts", test_each_answer_keeps_its_parts },
	  { "an answer that becomes empty goes", test_an_answer_that_becomes_empty_goes },
	  { "an answer keeps its wording", test_an_answer_keeps_its_wording },
	  { "following is no firing more", test_following_is_no_firing_more },
	  { "a deleted question takes its answers along",
	    test_a_deleted_question_takes_its_answers_along },
	  { "what waits answers the new question", test_what_waits_answers_the_new_question },
	  { "what waits for nothing is not done", test_what_waits_for_nothing_is_not_done },
	  { "what waited forgets no part", test_what_waited_forgets_no_part },
	  { "all that wait at a message are told", test_all_that_wait_at_a_message_are_told },
	  { "an edit waits for the answer under way", test_an_edit_waits_for_the_answer_under_way },
	  { "a deletion waits for the answer under way",
	    test_a_deletion_waits_for_the_answer_under_way },
	  { "an answer that is gone is forgotten", test_an_answer_that_is_gone_is_forgotten },
	  { "the engine may end while it follows", test_the_engine_may_end_while_it_follows },
	  { "answers are written and read", test_answers_are_written_and_read },
	  { "what is no answer is none", test_what_is_no_answer_is_none },
	  { "answers are bounded", test_answers_are_bounded })
