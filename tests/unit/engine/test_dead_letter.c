/* SPDX-License-Identifier: MIT */
/* What is kept of jobs that were not done, and what a person can make of them, and of those that wait. */
#include <string.h>
#include "base/log.h"
#include "engine/inner.h"
#include "engine/outbox_view.h"
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "store/memory.h"

#define HELLO "[rule hello]\nmatch = Hello (?<who>.*)\nreply = Hi {who}!\n"

static const int64_t DAY_MS = 86400000;

static void begin(struct engine_fixture *h, const char *rules)
{
	log_set_level(LOG_ERROR);
	fixture_init(h, journal_new(), rules);
}

/* "1 dead why, 2 waiting": those that are there, in their order. */
static void tell(void *owner, const struct outbox_entry *entry)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	CLEANUP(json_freep) struct json *json = NULL;
	struct buf *out = owner;

	outbox_entry_write(entry, "", false, &line);
	CU_ASSERT_EQUAL_FATAL(json_parse(&json, buf_str(&line), NULL), 0);
	buf_addf(out, "%s%.*s %.*s", out->len > 0 ? ", " : "", STR_ARG(json_str(json, "id")),
		 STR_ARG(json_str(json, "state")));
	if (entry->why != NULL)
		buf_addf(out, " %.*s", STR_ARG(json_str(json, "why")));
}

static void entries_are(struct engine_fixture *h, const char *wanted, unsigned line)
{
	CLEANUP(buf_deinit) struct buf all = { 0 };

	engine_each_entry(h->engine, tell, &all);
	unit_str_is(buf_str(&all), wanted, __FILE__, line);
}
#define ENTRIES_ARE(h, wanted) entries_are(h, wanted, __LINE__)

static size_t n_kept(const struct engine_fixture *h)
{
	return journal_n_rows(h->store, STORE_DEAD_LETTER);
}

static int retry(struct engine_fixture *h, uint64_t id, uint64_t *new_id)
{
	*new_id = id;
	return engine_retry_job(h->engine, new_id);
}

/* ---- what is kept ---- */

static void test_what_was_refused_is_kept(void)
{
	struct engine_fixture h;

	begin(&h, HELLO);
	h.refuses = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	fixture_say(&h, "Hello Bob", "1.2");
	ENTRIES_ARE(&h, "1 dead no_such_thing");
	CU_ASSERT_EQUAL(n_kept(&h), 1);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
	fixture_crash(&h);
	ENTRIES_ARE(&h, "1 dead no_such_thing");
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	fixture_say(&h, "Hello Raj", "1.3");
	CU_ASSERT_TRUE(h.engine->outbox.last_id > 1); /* its number does not come twice */
	fixture_deinit(&h);
}

static void test_where_nothing_is_kept_memory_has_it(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(), HELLO);
	h.refuses = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	ENTRIES_ARE(&h, "1 dead no_such_thing");
	fixture_deinit(&h);
}

/* An emoji cannot be looked for, nor be told to be there. */
static void test_what_is_unsure_for_good_is_kept(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nwhisper = psst\n");
	h.doubts = "psst";
	fixture_say(&h, "x", "1.1");
	ENTRIES_ARE(&h, "1 dead no answer");
	fixture_deinit(&h);
}

static void test_what_came_too_late_is_not_kept(void)
{
	struct engine_fixture h;
	struct job *job;

	begin(&h, "[rule a]\nmatch = x\nwithin = 1m\nreply = y\n");
	fixture_take(&h, said("x", "1.1"));
	engine_commit(h.engine);
	while (journal_answer(h.store))
		;
	job = outbox_lease(engine_outbox(h.engine));
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	fakeclock_pass(&h.world.clock, 61000);
	CU_ASSERT_EQUAL(engine_turn(h.engine, job), ENGINE_TURN_OVER);
	ENTRIES_ARE(&h, "");
	fixture_deinit(&h);
}

static void test_a_trial_keeps_none(void)
{
	struct engine_fixture h;

	begin(&h, HELLO);
	engine_free(h.engine);
	h.setup.trial = true;
	h.engine = engine_new(&h.setup);
	fixture_use(&h, HELLO);
	h.refuses = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	ENTRIES_ARE(&h, "");
	fixture_deinit(&h);
}

static void test_a_command_s_address_is_no_matter_of_anybody(void)
{
	struct dead_letters d;
	struct batch batch;
	struct job *job = job_new(JOB_MESSAGE, "reply");
	struct dead_letter *letter;

	job->id = 7;
	job->rule = job->file = job->key = job->channel = job_keep(job, STR("x"));
	job->message.text = job_keep(job, STR("a \"b\"\x1b"));
	job->message.response_url = job_keep(job, STR("https://hooks.slack.com/commands/secret"));
	batch_init(&batch);
	dead_letters_init(&d, &batch);
	dead_letters_keep(&d, job, NULL, (struct wall){ 5000 });
	CU_ASSERT_PTR_NOT_NULL(job->message.response_url);
	CU_ASSERT_EQUAL_FATAL(batch.n, 1);
	ASSERT_STR(batch.rows[0].key, "7");
	CU_ASSERT_EQUAL(str_find(batch.rows[0].value, "secret"), SIZE_MAX);
	letter = dead_letters_find(&d, 7);
	CU_ASSERT_PTR_NOT_NULL_FATAL(letter);
	CU_ASSERT_PTR_NULL(letter->job->message.response_url);
	ASSERT_STR(str_from(letter->job->message.text), "a \"b\"\x1b");
	ASSERT_STR(str_from(letter->why), "no reason given");
	CU_ASSERT_EQUAL(letter->when.ms, 5000);
	dead_letters_deinit(&d);
	batch_clear(&batch);
	job_free(job);
}

/* ---- how many, and how long ---- */

static void test_the_newest_are_kept(void)
{
	struct dead_letters d, again;
	struct batch batch;
	struct job *job = job_new(JOB_REACTION, "react");

	job->rule = job->file = job->key = job->channel = job_keep(job, STR("x"));
	job->reaction.ts = job->reaction.emoji = job->key;
	batch_init(&batch);
	dead_letters_init(&d, &batch);
	for (job->id = 1; job->id <= DEAD_LETTERS_MAX + 2; job->id++)
		dead_letters_keep(&d, job, "why", (struct wall){ (int64_t)job->id });
	CU_ASSERT_EQUAL(d.n, DEAD_LETTERS_MAX);
	CU_ASSERT_PTR_NULL(dead_letters_find(&d, 2));
	CU_ASSERT_PTR_NOT_NULL(dead_letters_find(&d, 3));
	CU_ASSERT_EQUAL(batch.n, DEAD_LETTERS_MAX + 4);
	/* Rows come in any order. */
	dead_letters_init(&again, NULL);
	for (size_t i = batch.n; i > 0; i--) {
		const struct batch_row *row = &batch.rows[i - 1];
		int64_t id = 0;

		if (row->value.p == NULL)
			continue;
		CU_ASSERT_TRUE_FATAL(str_int(row->key, &id));
		CU_ASSERT_FALSE(dead_letters_load(&again, id + 1, row->value));
		CU_ASSERT_TRUE(dead_letters_load(&again, id, row->value));
	}
	dead_letters_forget(&again, (struct wall){ 2000 });
	CU_ASSERT_EQUAL(again.n, DEAD_LETTERS_MAX);
	CU_ASSERT_PTR_NULL(dead_letters_find(&again, 2));
	CU_ASSERT_PTR_NOT_NULL(dead_letters_find(&again, 3));
	dead_letters_deinit(&again);
	dead_letters_deinit(&d);
	batch_clear(&batch);
	job_free(job);
}

static void test_they_go_after_a_while(void)
{
	struct engine_fixture h;

	begin(&h, HELLO);
	h.refuses = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	fakeclock_pass(&h.world.clock, DEAD_LETTERS_DAYS * DAY_MS);
	engine_tick(h.engine);
	ENTRIES_ARE(&h, "1 dead no_such_thing");
	fakeclock_pass(&h.world.clock, 1);
	engine_tick(h.engine);
	fixture_run(&h);
	ENTRIES_ARE(&h, "");
	CU_ASSERT_EQUAL(n_kept(&h), 0);
	fixture_deinit(&h);
}

static void test_rows_that_are_none(void)
{
	static const char *const rows[] = {
		"",
		"x",
		"{}",
		"{\"job\":{},\"why\":\"x\",\"when\":1}",
		"{\"job\":\"x\",\"when\":1}",
		"{\"why\":\"x\",\"when\":1}",
		"{\"job\":{\"kind\":\"message\"},\"why\":7,\"when\":\"x\"}",
		"[]",
	};
	struct dead_letters d;

	dead_letters_init(&d, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CU_ASSERT_FALSE(dead_letters_load(&d, 0, str_from(rows[i])));
	CU_ASSERT_EQUAL(d.n, 0);
	dead_letters_deinit(&d);
}

/* ---- trying again ---- */

static void test_a_letter_is_tried_again(void)
{
	struct engine_fixture h;
	uint64_t id;

	begin(&h, "[rule hello]\nmatch = Hello (?<who>.*)\nwithin = 1m\nreply = Hi {who}!\n");
	h.refuses = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	fakeclock_pass(&h.world.clock, 3600000); /* it is worth saying: somebody asked for it */
	h.refuses = NULL;
	CU_ASSERT_EQUAL(retry(&h, 1, &id), 0);
	CU_ASSERT_EQUAL(id, 2);
	ENTRIES_ARE(&h, "2 waiting");
	ASSERT_STR(fixture_run(&h), "reply C1GENERAL/1.1: Hi Ana! | reply C1GENERAL/1.1: Hi Ana!");
	ENTRIES_ARE(&h, "");
	CU_ASSERT_EQUAL(n_kept(&h), 0);
	CU_ASSERT_EQUAL(retry(&h, 1, &id), OUTBOX_NO_SUCH_JOB);
	fixture_deinit(&h);
}

static void test_a_letter_from_before_the_start_is_tried_again(void)
{
	struct engine_fixture h;
	uint64_t id;

	begin(&h, HELLO);
	h.refuses = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	fixture_crash(&h);
	CU_ASSERT_EQUAL(retry(&h, 1, &id), 0);
	fixture_run(&h); /* and is refused again */
	ENTRIES_ARE(&h, "2 dead no_such_thing");
	CU_ASSERT_EQUAL(n_kept(&h), 1);
	fixture_deinit(&h);
}

static void test_a_full_outbox_takes_no_letter(void)
{
	struct engine_fixture h;
	uint64_t id;

	begin(&h, HELLO);
	h.refuses = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	h.engine->outbox.limits.max = 0;
	CU_ASSERT_EQUAL(retry(&h, 1, &id), OUTBOX_NO_ROOM);
	ENTRIES_ARE(&h, "1 dead no_such_thing");
	fixture_deinit(&h);
}

static void test_what_is_in_doubt_is_sent_again(void)
{
	struct engine_fixture h;
	uint64_t id;

	begin(&h, HELLO);
	h.doubts = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	ENTRIES_ARE(&h, "1 in doubt");
	h.doubts = NULL;
	CU_ASSERT_EQUAL(retry(&h, 1, &id), 0);
	CU_ASSERT_EQUAL(id, 1);
	ASSERT_STR(fixture_run(&h), "reply C1GENERAL/1.1: Hi Ana! | reply C1GENERAL/1.1: Hi Ana!");
	ENTRIES_ARE(&h, "");
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	fixture_deinit(&h);
}

static void test_what_waits_is_not_tried_again(void)
{
	struct engine_fixture h;
	struct job *job;
	uint64_t id;

	begin(&h, HELLO);
	fixture_take(&h, said("Hello Ana", "1.1"));
	CU_ASSERT_EQUAL(retry(&h, 1, &id), OUTBOX_WAITS_ALREADY);
	engine_commit(h.engine);
	CU_ASSERT_TRUE(journal_answer(h.store));
	CU_ASSERT_EQUAL(retry(&h, 1, &id), OUTBOX_WAITS_ALREADY);
	job = outbox_lease(engine_outbox(h.engine));
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	CU_ASSERT_EQUAL(engine_turn(h.engine, job), ENGINE_TURN_WAIT);
	ENTRIES_ARE(&h, "1 in flight");
	CU_ASSERT_EQUAL(retry(&h, 1, &id), OUTBOX_ON_ITS_WAY);
	CU_ASSERT_EQUAL(engine_drop_job(h.engine, 1), OUTBOX_ON_ITS_WAY);
	fixture_deinit(&h);
}

/* ---- dropping ---- */

static void test_a_letter_is_dropped(void)
{
	struct engine_fixture h;

	begin(&h, HELLO);
	h.refuses = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	CU_ASSERT_EQUAL(engine_drop_job(h.engine, 1), 0);
	fixture_run(&h);
	ENTRIES_ARE(&h, "");
	CU_ASSERT_EQUAL(n_kept(&h), 0);
	CU_ASSERT_EQUAL(engine_drop_job(h.engine, 1), OUTBOX_NO_SUCH_JOB);
	fixture_deinit(&h);
}

/* As if it had been refused; and nothing is kept of what was thrown away. */
static void test_what_waits_is_dropped_and_its_run_goes_on(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nreply = A\nreply = B\non error dm = {error}\n");
	fixture_take(&h, said("x", "1.1"));
	CU_ASSERT_EQUAL(engine_drop_job(h.engine, 1), OUTBOX_ON_ITS_WAY); /* to the store */
	engine_commit(h.engine);
	CU_ASSERT_TRUE(journal_answer(h.store));
	ENTRIES_ARE(&h, "1 waiting");
	CU_ASSERT_EQUAL(engine_drop_job(h.engine, 1), 0);
	ASSERT_STR(fixture_run(&h), "dm U1ANA: it was dropped by hand");
	ENTRIES_ARE(&h, "");
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	CU_ASSERT_EQUAL(h.engine->outbox.n_waiting, 0);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
	fixture_deinit(&h);
}

static void test_what_is_in_doubt_is_dropped(void)
{
	struct engine_fixture h;

	begin(&h, HELLO);
	h.doubts = "Ana";
	fixture_say(&h, "Hello Ana", "1.1");
	fixture_say(&h, "Hello Bob", "1.2");
	CU_ASSERT_EQUAL(engine_drop_job(h.engine, 1), 0);
	fixture_run(&h);
	ENTRIES_ARE(&h, "");
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
	fixture_deinit(&h);
}

/* ---- without an engine ---- */

static void test_rows_are_read_without_an_engine(void)
{
	static const char *const row =
		"{\"kind\":\"reaction\",\"state\":\"%s\",\"id\":3,\"verb\":\"react\","
		"\"rule\":\"r\",\"file\":\"f\",\"line\":1,\"key\":\"k\",\"channel\":\"C1\","
		"\"run\":0,\"cause\":\"60.000100\",\"attempts\":0,\"ts\":\"1.1\",\"emoji\":\"x\"}";
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(buf_deinit) struct buf all = { 0 };
	struct wall now = { 90000 };

	buf_addf(&text, row, "pending");
	CU_ASSERT_TRUE(outbox_row_entry(STORE_JOB, buf_str(&text), now, tell, &all));
	buf_clear(&text);
	buf_addf(&text, row, "in flight");
	CU_ASSERT_TRUE(outbox_row_entry(STORE_JOB, buf_str(&text), now, tell, &all));
	CU_ASSERT_FALSE(outbox_row_entry(STORE_JOB, STR("{}"), now, tell, &all));
	CU_ASSERT_FALSE(outbox_row_entry(STORE_RUN, buf_str(&text), now, tell, &all));
	CU_ASSERT_FALSE(outbox_row_entry(STORE_DEAD_LETTER, buf_str(&text), now, tell, &all));
	ASSERT_STR(buf_str(&all), "3 waiting, 3 in doubt");
}

static void test_one_person_has_a_share(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct dead_letters d;

	for (int i = 0; i < 40000; i++)
		buf_addc(&text, 'x');
	dead_letters_init(&d, NULL);
	for (uint64_t i = 1; i <= 502; i++) {
		struct job *job = job_new(JOB_MESSAGE, "say");

		job->id = i;
		job->person = job_keep(job, i < 501 ? STR("U1ANA") : STR("U9RAJ"));
		job->key = job->rule = job->file = job->channel = "x";
		job->message.text = job_keep(job, buf_str(&text));
		dead_letters_keep(&d, job, NULL, (struct wall){ 1000 + (int64_t)i });
		job_free(job);
	}
	CU_ASSERT_TRUE(d.n > 40 && d.n < 60);
	CU_ASSERT_TRUE(d.sizes.held < 3 << 20);
	CU_ASSERT_PTR_NOT_NULL(dead_letters_find(&d, 501));
	CU_ASSERT_PTR_NOT_NULL(dead_letters_find(&d, 502));
	dead_letters_forget(&d, (struct wall){ 8 * DAY_MS });
	CU_ASSERT_EQUAL(d.sizes.held, 0);
	CU_ASSERT_EQUAL(d.sizes.holders.n, 0);
	dead_letters_deinit(&d);
}

UNIT_MAIN("dead_letter", { "one person has a share", test_one_person_has_a_share },
	  { "what was refused is kept", test_what_was_refused_is_kept },
	  { "where nothing is kept memory has it", test_where_nothing_is_kept_memory_has_it },
	  { "what is unsure for good is kept", test_what_is_unsure_for_good_is_kept },
	  { "what came too late is not kept", test_what_came_too_late_is_not_kept },
	  { "a trial keeps none", test_a_trial_keeps_none },
	  { "a command's address is no matter of anybody",
	    test_a_command_s_address_is_no_matter_of_anybody },
	  { "the newest are kept", test_the_newest_are_kept },
	  { "they go after a while", test_they_go_after_a_while },
	  { "rows that are none", test_rows_that_are_none },
	  { "a letter is tried again", test_a_letter_is_tried_again },
	  { "a letter from before the start is tried again",
	    test_a_letter_from_before_the_start_is_tried_again },
	  { "a full outbox takes no letter", test_a_full_outbox_takes_no_letter },
	  { "what is in doubt is sent again", test_what_is_in_doubt_is_sent_again },
	  { "what waits is not tried again", test_what_waits_is_not_tried_again },
	  { "a letter is dropped", test_a_letter_is_dropped },
	  { "what waits is dropped and its run goes on",
	    test_what_waits_is_dropped_and_its_run_goes_on },
	  { "what is in doubt is dropped", test_what_is_in_doubt_is_dropped },
	  { "rows are read without an engine", test_rows_are_read_without_an_engine })
