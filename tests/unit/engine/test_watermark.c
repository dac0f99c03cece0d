/* SPDX-License-Identifier: MIT */
/* How far each channel has been heard, on its own and as the engine keeps it. */
#include "engine/watermark.h"

#include <stdio.h>
#include "base/log.h"
#include "engine/inner.h"
#include "lib/engine_fixture.h"
#include "lib/journal.h"
#include "lib/unit.h"
#include "store/memory.h"

static struct mono at(int64_t ms)
{
	return (struct mono){ ms * 1000000 };
}

#define IS(w, channel, wanted) ASSERT_STR(watermark_of(w, STR(channel)), wanted)

/* ---- alone ---- */

static void test_a_mark_moves_forward_alone(void)
{
	struct watermarks w;

	watermarks_init(&w);
	IS(&w, "C1", "");
	IS(&w, "", "");
	watermarks_move(&w, STR("C1"), STR("1700000002.000001"), at(0));
	watermarks_move(&w, STR("C1"), STR("1700000001.000009"), at(0));
	watermarks_move(&w, STR("C2"), STR("1700000003.000000"), at(0));
	watermarks_move(&w, STR("C1"), STR("1700000002.000002"), at(0));
	watermarks_move(&w, STR_EMPTY, STR("1700000002.500000"), at(0));
	IS(&w, "C1", "1700000002.000002");
	IS(&w, "C2", "1700000003.000000");
	IS(&w, "", "1700000003.000000"); /* the newest of all */
	CU_ASSERT_EQUAL(w.marks.n, 3);
	watermarks_deinit(&w);
}

static void test_what_is_no_timestamp_moves_nothing(void)
{
	static const char *const texts[] = { "",
					     "1.1",
					     "now",
					     "17000000020000001",
					     "1700000002.00000",
					     "1700000002.0000011",
					     "170000000x.000001",
					     "1700000002.00000x",
					     "1700000002,000001" };
	struct watermarks w;

	watermarks_init(&w);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		watermarks_move(&w, STR("C1"), str_from(texts[i]), at(0));
	CU_ASSERT_EQUAL(w.marks.n, 0);
	CU_ASSERT_TRUE(list_is_empty(&w.unwritten));
	watermarks_deinit(&w);
}

static void test_it_is_written_once_and_read_back(void)
{
	struct watermarks w, back;
	struct batch batch;

	batch_init(&batch);
	watermarks_init(&w);
	watermarks_init(&back);
	watermarks_move(&w, STR("C1"), STR("1700000001.000001"), at(5));
	CU_ASSERT_EQUAL(w.written_by.ns, at(30005).ns);
	watermarks_move(&w, STR("C1"), STR("1700000001.000002"), at(20000));
	CU_ASSERT_EQUAL(w.written_by.ns, at(30005).ns); /* since the first */
	watermarks_write(&w, &batch);
	CU_ASSERT_EQUAL_FATAL(batch.n, 2); /* its own, and that of all */
	for (size_t i = 0; i < batch.n; i++) {
		CU_ASSERT_EQUAL(batch.rows[i].table, STORE_WATERMARK);
		ASSERT_STR(batch.rows[i].value, "\"1700000001.000002\"");
		CU_ASSERT_TRUE(watermarks_load(&back, batch.rows[i].key, batch.rows[i].value));
	}
	IS(&back, "C1", "1700000001.000002");
	IS(&back, "", "1700000001.000002");
	CU_ASSERT_TRUE(list_is_empty(&back.unwritten)); /* that is written */
	batch_clear(&batch);
	watermarks_write(&w, &batch);
	watermarks_move(&w, STR("C1"), STR("1700000001.000001"), at(0));
	watermarks_write(&w, &batch);
	CU_ASSERT_EQUAL(batch.n, 0);
	CU_ASSERT_FALSE(watermarks_load(&back, STR("C1"), STR("1700000001.000002")));
	CU_ASSERT_FALSE(watermarks_load(&back, STR("C1"), STR("\"\"")));
	CU_ASSERT_FALSE(watermarks_load(&back, STR("C1"), STR_EMPTY));
	watermarks_deinit(&w);
	watermarks_deinit(&back);
	batch_clear(&batch);
}

/* ---- in the engine ---- */

#define RULES "[rule a]\nmatch = hello\nsay = A\n"

#define HEARD(h, channel, wanted) ASSERT_STR(engine_heard((h)->engine, STR(channel)), wanted)

static void begin(struct engine_fixture *h, struct store *store)
{
	log_set_level(LOG_ERROR);
	fixture_init(h, store, RULES);
}

static void test_every_event_moves_it_whatever_comes_of_it(void)
{
	struct engine_fixture h;
	struct event *own = said("own", "1700000003.000000");

	begin(&h, memory_open());
	ASSERT_STR(engine_heard(h.engine, STR_EMPTY), "");
	fixture_say(&h, "nothing", "1700000001.000000");
	ASSERT_STR(engine_heard(h.engine, STR_EMPTY), "1700000001.000000");
	fixture_say(&h, "hello", "1700000002.000000");
	own->from_self = true;
	fixture_hear(&h, own);
	ASSERT_STR(engine_heard(h.engine, STR_EMPTY), "1700000003.000000");
	engine_begin_hearing(h.engine, STR("1700000002.500000"));
	ASSERT_STR(engine_heard(h.engine, STR_EMPTY), "1700000003.000000");
	engine_begin_hearing(h.engine, STR("1700000004.000000"));
	ASSERT_STR(engine_heard(h.engine, STR_EMPTY), "1700000004.000000");
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), -1); /* nothing is kept: nothing is written */
	fixture_deinit(&h);
}

static void test_it_is_written_with_other_rows_or_after_a_while(void)
{
	struct engine_fixture h;
	size_t n;

	begin(&h, journal_new());
	fixture_say(&h, "nothing", "1700000001.000000");
	CU_ASSERT_EQUAL(journal_n_commits(h.store), 0);
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 30000);
	fixture_wait(&h, 29999);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_WATERMARK), 0);
	fixture_wait(&h, 1);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_WATERMARK), 2);
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), -1);
	n = journal_n_commits(h.store);
	fixture_say(&h, "nothing", "1700000002.000000");
	fixture_wait(&h, 1000);
	CU_ASSERT_EQUAL(journal_n_commits(h.store), n);
	fixture_take(&h, said("hello", "1700000003.000000"));
	engine_commit(h.engine);
	CU_ASSERT_TRUE(journal_answer(h.store));
	fixture_crash(&h);
	ASSERT_STR(engine_heard(h.engine, STR_EMPTY), "1700000003.000000");
	fixture_deinit(&h);
}

/* A death may take it back; then more is read twice, and nothing is missed. */
static void test_it_is_never_ahead_of_what_was_decided(void)
{
	struct engine_fixture h;

	begin(&h, journal_new());
	fixture_say(&h, "hello", "1700000001.000000");
	fixture_take(&h, said("hello", "1700000002.000000"));
	engine_commit(h.engine);
	fixture_take(&h, said("hello", "1700000003.000000"));
	CU_ASSERT_TRUE(journal_answer(h.store));
	fixture_crash(&h);
	ASSERT_STR(engine_heard(h.engine, STR_EMPTY), "1700000002.000000");
	fixture_deinit(&h);
}

static struct event *said_in(const char *channel, const char *text, const char *ts)
{
	struct event *ev = said(text, ts);

	ev->channel = str_keep(&ev->arena, str_from(channel));
	ev->key = str_keepf(&ev->arena, "m:T1:%s:%s", channel, ts);
	return ev;
}

static void on_channel(void *owner, struct str channel)
{
	struct engine_fixture *h = owner;

	buf_addf(&h->steps, "%s%.*s %.*s", h->steps.len > 0 ? " | " : "", STR_ARG(channel),
		 STR_ARG(engine_heard(h->engine, channel)));
}

static void test_each_channel_has_its_own_the_newest_first(void)
{
	struct engine_fixture h;

	begin(&h, journal_new());
	fixture_hear(&h, said_in("C3", "hello", "1700000002.000000"));
	fixture_hear(&h, said_in("C2", "hello", "1700000004.000000"));
	fixture_hear(&h, said_in("C1", "hello", "1700000001.000000"));
	fixture_hear(&h, said_in("C4", "hello", "1700000003.000000"));
	fixture_crash(&h);
	engine_each_heard(h.engine, on_channel, &h);
	CU_ASSERT_TRUE(
		str_ends(buf_str(&h.steps),
			 "C4 1700000003.000000 | C3 1700000002.000000 | C1 1700000001.000000"));
	CU_ASSERT_TRUE(str_find(buf_str(&h.steps), "C2 1700000004.000000") != SIZE_MAX);
	fixture_deinit(&h);
}

/* ---- the end ---- */

static void test_at_the_end_all_is_written(void)
{
	struct engine_fixture h;

	begin(&h, journal_new());
	fixture_take(&h, said("hello", "1700000001.000000"));
	engine_commit(h.engine); /* at the store, while more is decided */
	fixture_take(&h, said("hello", "1700000002.000000"));
	engine_finish(h.engine);
	CU_ASSERT_EQUAL(h.standing, 2);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 2);
	fixture_run(&h);
	fixture_say(&h, "nothing", "1700000003.000000");
	engine_finish(h.engine); /* and be it a mark alone */
	fixture_crash(&h);
	ASSERT_STR(engine_heard(h.engine, STR_EMPTY), "1700000003.000000");
	engine_finish(h.engine); /* with nothing to do */
	fixture_deinit(&h);
}

static void test_at_the_end_a_store_that_cannot_is_left(void)
{
	struct engine_fixture h;
	uint64_t failed;

	begin(&h, journal_new());
	log_set_level(LOG_ERROR);
	fixture_take(&h, said("hello", "1700000001.000000"));
	journal_break(h.store, true);
	engine_finish(h.engine);
	CU_ASSERT_EQUAL(h.standing, 0);
	failed = journal_n_commits(h.store);
	CU_ASSERT_EQUAL(failed, 1);
	engine_commit(h.engine); /* its time is not come */
	CU_ASSERT_EQUAL(journal_n_commits(h.store), failed);
	journal_break(h.store, false);
	engine_finish(h.engine); /* one more time, at once */
	CU_ASSERT_EQUAL(h.standing, 1);
	fixture_deinit(&h);
}

/* While a channel is read back, a death must find its mark as it was before, and that of all. */
static void test_a_mark_that_is_held_stays(void)
{
	struct engine_fixture h;

	begin(&h, journal_new());
	fixture_say(&h, "nothing", "1700000001.000000");
	engine_finish(h.engine);
	engine_hold_mark(h.engine, STR("C1GENERAL"));
	engine_hold_mark(h.engine, STR("C1GENERAL"));
	fixture_say(&h, "hello", "1700000009.000000");
	engine_finish(h.engine);
	engine_release_mark(h.engine, STR("C1GENERAL"));
	engine_finish(h.engine);
	fixture_crash(&h);
	HEARD(&h, "", "1700000001.000000");
	HEARD(&h, "C1GENERAL", "1700000001.000000");
	engine_hold_mark(h.engine, STR_EMPTY); /* not all, but this one */
	fixture_say(&h, "nothing", "1700000010.000000");
	HEARD(&h, "C1GENERAL", "1700000010.000000");
	engine_finish(h.engine);
	HEARD(&h, "", "1700000001.000000");
	engine_release_mark(h.engine, STR_EMPTY);
	engine_finish(h.engine);
	fixture_crash(&h);
	HEARD(&h, "", "1700000010.000000");
	HEARD(&h, "C1GENERAL", "1700000010.000000");
	fixture_deinit(&h);
}

/* One that is heard for the first time meanwhile may have said something before. */
static void test_while_one_is_held_no_mark_begins(void)
{
	struct watermarks w;

	watermarks_init(&w);
	watermarks_move(&w, STR("C1"), STR("1700000001.000000"), at(0));
	watermarks_hold(&w, STR_EMPTY);
	watermarks_move(&w, STR("C2"), STR("1700000005.000000"), at(0));
	IS(&w, "C2", "");
	watermarks_hold(&w, STR("C2"));
	IS(&w, "C2", "1700000001.000000");
	watermarks_move(&w, STR("C2"), STR("1700000006.000000"), at(0));
	watermarks_release(&w, STR_EMPTY, at(0));
	IS(&w, "C2", "1700000001.000000");
	IS(&w, "", "1700000001.000000");
	watermarks_release(&w, STR("C2"), at(0));
	IS(&w, "C2", "1700000006.000000");
	IS(&w, "", "1700000006.000000");
	watermarks_deinit(&w);
}

/* ---- a store that cannot ---- */

/* More than it waits for the store, which takes nothing. */
static void fall_behind(struct engine_fixture *h)
{
	char key[24];

	journal_break(h->store, true);
	for (int i = 0; i < ENGINE_ROWS_MAX; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		batch_put(&h->engine->batch, STORE_VARIABLE, str_from(key), STR("\"1\""));
	}
	CU_ASSERT_TRUE(engine_is_behind(h->engine));
}

static void recover(struct engine_fixture *h)
{
	journal_break(h->store, false);
	fixture_wait(h, 1000);
	CU_ASSERT_FALSE(engine_is_behind(h->engine));
}

static void test_no_mark_passes_what_was_refused(void)
{
	struct engine_fixture h;
	struct str channel;

	begin(&h, journal_new());
	log_set_level(LOG_ERROR);
	fixture_say(&h, "nothing", "1700000001.000000");
	fixture_hear(&h, said_in("C2", "nothing", "1700000002.000000"));
	fall_behind(&h);
	fixture_take(&h, said("hello", "1700000003.000000"));
	fixture_take(&h, said("hello", "1700000004.000000"));
	fixture_take(&h, said_in("C3", "hello", "1700000005.000000"));
	engine_commit(h.engine);
	CU_ASSERT_TRUE(journal_answer(h.store));
	CU_ASSERT_FALSE(engine_take_missed(h.engine, &channel)); /* it would be refused again */
	recover(&h);
	fixture_say(&h, "hello", "1700000006.000000");
	fixture_hear(&h, said_in("C2", "hello", "1700000007.000000"));
	fixture_hear(&h, said_in("C3", "hello", "1700000008.000000"));
	HEARD(&h, "C1GENERAL", "1700000001.000000");
	HEARD(&h, "C2", "1700000007.000000"); /* of it nothing was refused */
	HEARD(&h, "C3", "1700000002.000000"); /* all that was heard before */
	HEARD(&h, "", "1700000002.000000");
	CU_ASSERT_TRUE_FATAL(engine_take_missed(h.engine, &channel));
	ASSERT_STR(channel, "C1GENERAL");
	engine_release_mark(h.engine, channel);
	HEARD(&h, "C1GENERAL", "1700000006.000000");
	HEARD(&h, "", "1700000002.000000");
	CU_ASSERT_TRUE_FATAL(engine_take_missed(h.engine, &channel));
	ASSERT_STR(channel, "C3");
	CU_ASSERT_FALSE(engine_take_missed(h.engine, &channel));
	engine_finish(h.engine);
	fixture_crash(&h); /* it was not read back */
	HEARD(&h, "C1GENERAL", "1700000006.000000");
	HEARD(&h, "C3", "");
	HEARD(&h, "", "1700000002.000000");
	fixture_deinit(&h);
}

/* The store says itself when it has room again; nothing may be left to commit that would tell. */
static void test_what_a_full_disk_refused_needs_no_commit(void)
{
	struct engine_fixture h;
	struct str channel;

	begin(&h, journal_new());
	fixture_say(&h, "nothing", "1700000001.000000");
	h.store->is_short = true;
	fixture_take(&h, said("hello", "1700000003.000000"));
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_EVENTS_LEFT), 1);
	CU_ASSERT_FALSE(engine_take_missed(h.engine, &channel));
	h.store->is_short = false;
	CU_ASSERT_TRUE_FATAL(engine_take_missed(h.engine, &channel));
	ASSERT_STR(channel, "C1GENERAL");
	fixture_deinit(&h);
}

UNIT_MAIN("watermark",
	  { "what a full disk refused needs no commit",
	    test_what_a_full_disk_refused_needs_no_commit },
	  { "a mark moves forward alone", test_a_mark_moves_forward_alone },
	  { "what is no timestamp moves nothing", test_what_is_no_timestamp_moves_nothing },
	  { "it is written once and read back", test_it_is_written_once_and_read_back },
	  { "every event moves it whatever comes of it",
	    test_every_event_moves_it_whatever_comes_of_it },
	  { "it is written with other rows or after a while",
	    test_it_is_written_with_other_rows_or_after_a_while },
	  { "it is never ahead of what was decided", test_it_is_never_ahead_of_what_was_decided },
	  { "each channel has its own, the newest first",
	    test_each_channel_has_its_own_the_newest_first },
	  { "a mark that is held stays", test_a_mark_that_is_held_stays },
	  { "while one is held no mark begins", test_while_one_is_held_no_mark_begins },
	  { "no mark passes what was refused", test_no_mark_passes_what_was_refused },
	  { "at the end all is written", test_at_the_end_all_is_written },
	  { "at the end a store that cannot is left", test_at_the_end_a_store_that_cannot_is_left })
