/* SPDX-License-Identifier: MIT */
#include "engine/outbox.h"
#include "lib/unit.h"

static struct job *job_with(const char *text)
{
	struct job *job = job_new(JOB_MESSAGE, "say");

	job->channel = job_keep(job, STR("C1"));
	job->key = job_keep(job, STR("k"));
	job->rule = job_keep(job, STR("r"));
	job->file = job_keep(job, STR("f.ini"));
	job->message.text = job_keep(job, str_from(text));
	return job;
}

static void stand(struct outbox *o)
{
	outbox_seal(o);
	if (o->batch != NULL)
		batch_clear(o->batch);
	outbox_stands(o);
}

static struct str next(struct outbox *o)
{
	struct job *job = outbox_lease(o);

	return job != NULL ? str_from(job->message.text) : STR("(none)");
}

/* Where nothing is kept one commit is enough. */
static void test_a_job_leaves_when_it_stands(void)
{
	struct outbox o;
	struct job *job;

	outbox_init(&o, NULL);
	CU_ASSERT_TRUE(outbox_put(&o, job_with("a")));
	CU_ASSERT_PTR_NULL(outbox_lease(&o));
	stand(&o);
	job = outbox_lease(&o);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	CU_ASSERT_EQUAL(job->state, JOB_IN_FLIGHT);
	CU_ASSERT_EQUAL(job->attempts, 1);
	CU_ASSERT_PTR_NULL(outbox_lease(&o)); /* once */
	stand(&o);
	CU_ASSERT_PTR_NULL(outbox_lease(&o));
	CU_ASSERT_EQUAL(o.n, 1);
	outbox_settle(&o, job);
	CU_ASSERT_EQUAL(o.n, 0);
	outbox_deinit(&o);
}

static void test_that_it_is_on_its_way_stands_before_it_leaves(void)
{
	struct batch batch;
	struct outbox o;
	struct job *job, *read = NULL;

	batch_init(&batch);
	outbox_init(&o, &batch);
	outbox_put(&o, job_with("a"));
	CU_ASSERT_EQUAL(batch.n, 1);
	outbox_seal(&o);
	batch_clear(&batch);
	outbox_put(&o, job_with("b")); /* of the next turn */
	outbox_stands(&o);
	CU_ASSERT_PTR_NULL(outbox_lease(&o));
	CU_ASSERT_EQUAL_FATAL(batch.n, 2);
	CU_ASSERT_EQUAL_FATAL(job_read(&read, batch.rows[1].value), 0);
	CU_ASSERT_EQUAL(read->state, JOB_IN_FLIGHT);
	ASSERT_STR(str_from(read->message.text), "a");
	job_free(read);
	stand(&o);
	job = outbox_lease(&o);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->message.text), "a");
	CU_ASSERT_PTR_NULL(outbox_lease(&o)); /* b is one commit behind */
	batch_clear(&batch);
	outbox_settle(&o, job);
	CU_ASSERT_EQUAL_FATAL(batch.n, 1);
	CU_ASSERT_PTR_NULL(batch.rows[0].value.p);
	stand(&o);
	ASSERT_STR(next(&o), "b");
	outbox_deinit(&o);
	batch_deinit(&batch);
}

static void test_the_order_is_kept(void)
{
	static const char *const texts[] = { "a", "b", "c", "d" };
	struct outbox o;

	outbox_init(&o, NULL);
	for (size_t i = 0; i < 2; i++)
		outbox_put(&o, job_with(texts[i]));
	outbox_seal(&o);
	for (size_t i = 2; i < 4; i++)
		outbox_put(&o, job_with(texts[i]));
	outbox_falls(&o); /* and is tried again with the others */
	CU_ASSERT_PTR_NULL(outbox_lease(&o));
	stand(&o);
	for (size_t i = 0; i < 4; i++)
		ASSERT_STR(next(&o), texts[i]);
	outbox_deinit(&o);
}

static void test_a_job_that_comes_back_is_the_first(void)
{
	struct outbox o;
	struct job *a, *b;

	outbox_init(&o, NULL);
	outbox_put(&o, job_with("a"));
	outbox_put(&o, job_with("b"));
	outbox_put(&o, job_with("c"));
	stand(&o);
	a = outbox_lease(&o);
	b = outbox_lease(&o);
	outbox_give_back(&o, b); /* the newest first */
	outbox_give_back(&o, a);
	CU_ASSERT_EQUAL(a->state, JOB_PENDING);
	CU_ASSERT_EQUAL(o.n, 3);
	stand(&o);
	ASSERT_STR(next(&o), "c"); /* which stood already */
	ASSERT_STR(next(&o), "a");
	CU_ASSERT_EQUAL(a->attempts, 2);
	ASSERT_STR(next(&o), "b");
	outbox_deinit(&o);
}

static void test_the_outbox_is_bounded(void)
{
	struct outbox o;

	outbox_init(&o, NULL);
	for (int i = 0; i < OUTBOX_MAX; i++)
		CU_ASSERT_TRUE_FATAL(outbox_put(&o, job_new(JOB_REACTION, "react")));
	CU_ASSERT_FALSE(outbox_put(&o, job_new(JOB_REACTION, "react")));
	stand(&o);
	CU_ASSERT_FALSE(outbox_put(&o, job_new(JOB_REACTION, "react")));
	outbox_settle(&o, outbox_lease(&o));
	CU_ASSERT_TRUE(outbox_put(&o, job_new(JOB_REACTION, "react")));
	outbox_deinit(&o);
}

/* ---- back from the store ---- */

static void load(struct outbox *o, uint64_t id, enum job_state state, const char *text)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	struct job *job = job_with(text);

	job->id = id;
	job->state = state;
	job_write(job, &line);
	job_free(job);
	CU_ASSERT_TRUE(outbox_load(o, buf_str(&line)));
}

static void test_what_waited_is_sent_and_what_was_sent_is_unsure(void)
{
	struct batch batch;
	struct outbox o;
	struct job *job;

	batch_init(&batch);
	outbox_init(&o, &batch);
	load(&o, 12, JOB_PENDING, "d"); /* in the order of a store */
	load(&o, 9, JOB_PENDING, "c");
	load(&o, 4, JOB_IN_FLIGHT, "b");
	load(&o, 3, JOB_IN_FLIGHT, "a");
	CU_ASSERT_FALSE(outbox_load(&o, STR("{}")));
	outbox_loaded(&o);
	CU_ASSERT_EQUAL(o.n, 4);
	CU_ASSERT_PTR_NULL(outbox_lease(&o)); /* that they are on their way must stand first */
	stand(&o);
	ASSERT_STR(next(&o), "c");
	ASSERT_STR(next(&o), "d");
	outbox_deinit(&o);
	outbox_init(&o, &batch);
	load(&o, 4, JOB_IN_FLIGHT, "b");
	load(&o, 3, JOB_IN_FLIGHT, "a");
	outbox_loaded(&o);
	stand(&o);
	CU_ASSERT_PTR_NULL(outbox_lease(&o)); /* never again */
	job = outbox_unsure(&o);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->message.text), "a");
	outbox_settle(&o, job);
	job = outbox_unsure(&o);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->message.text), "b");
	outbox_settle(&o, job);
	CU_ASSERT_PTR_NULL(outbox_unsure(&o));
	outbox_deinit(&o);
	batch_deinit(&batch);
}

UNIT_MAIN("outbox", { "a job leaves when it stands", test_a_job_leaves_when_it_stands },
	  { "that it is on its way stands before it leaves",
	    test_that_it_is_on_its_way_stands_before_it_leaves },
	  { "the order is kept", test_the_order_is_kept },
	  { "a job that comes back is the first", test_a_job_that_comes_back_is_the_first },
	  { "the outbox is bounded", test_the_outbox_is_bounded },
	  { "what waited is sent and what was sent is unsure",
	    test_what_waited_is_sent_and_what_was_sent_is_unsure })
