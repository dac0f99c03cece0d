/* SPDX-License-Identifier: MIT */
/* Whose jobs wait in a channel, how many, and behind whose. */
#include "engine/outbox.h"

#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "base/metric.h"
#include "lib/unit.h"

static struct outbox o;
static struct batch batch;

static void begin(const struct outbox_limits *limits)
{
	log_set_level(LOG_ERROR);
	batch_init(&batch);
	outbox_init(&o, &batch, limits);
}

static void end(void)
{
	outbox_deinit(&o);
	batch_clear(&batch);
}

static struct job *message(const char *person, const char *channel, const char *text)
{
	struct job *job = job_new(JOB_MESSAGE, "say");

	job->channel = job_keep(job, str_from(channel));
	job->person = job_keep(job, str_from(person));
	job->key = job_keep(job, STR("k"));
	job->rule = job_keep(job, STR("r"));
	job->file = job_keep(job, STR("f.ini"));
	job->message.text = job_keep(job, str_from(text));
	return job;
}

static bool put(const char *person, const char *channel, const char *text)
{
	return outbox_put(&o, message(person, channel, text), (struct mono){ 0 });
}

static size_t put_many(const char *person, const char *channel, size_t most)
{
	char text[32];
	size_t n = 0;

	do
		snprintf(text, sizeof(text), "%s%zu", person, n + 1);
	while (n < most && put(person, channel, text) && ++n < most);
	return n;
}

static void stand(void)
{
	outbox_seal(&o);
	batch_clear(&batch);
	outbox_stands(&o);
}

/* The next ones of the channel leave: "a1 a2 b1". */
static void leave(size_t n, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct job *job;

	buf_init(&seen, 0);
	while (n-- > 0 && (job = outbox_lease(&o)) != NULL) {
		buf_addf(&seen, "%s%s", seen.len > 0 ? " " : "", job_body(job));
		outbox_settle(&o, job);
	}
	ASSERT_STR(buf_str(&seen), wanted);
}

static void test_a_person_leaves_room_for_others(void)
{
	uint64_t refused = metric_counts[METRIC_SHARES_REFUSED];

	begin(&(struct outbox_limits){ 0 });
	CU_ASSERT_EQUAL(put_many("a", "C1", 1000), 250);
	CU_ASSERT_EQUAL(put_many("b", "C1", 1000), 125);
	CU_ASSERT_EQUAL(put_many("c", "C1", 10), 10);
	CU_ASSERT_EQUAL(put_many("a", "C2", 10), 10);	/* elsewhere it is another line */
	CU_ASSERT_EQUAL(put_many("", "C3", 1000), 500); /* what nobody caused */
	CU_ASSERT_EQUAL(metric_counts[METRIC_SHARES_REFUSED] - refused, 2);
	stand();
	leave(1, "a1");
	CU_ASSERT_FALSE(put("b", "C1", "x"));
	end();
	CU_ASSERT_EQUAL(o.sizes.holders.n, 0);
}

static void test_others_wait_for_few_of_a_person(void)
{
	begin(&(struct outbox_limits){ 0 });
	put_many("a", "C1", 13);
	stand();
	put_many("b", "C1", 2);
	put("", "C1", "nobody's");
	put("a", "C1", "a14");
	stand();
	leave(8, "a1 a2 a3 a4 a5 a6 a7 a8");
	put("c", "C1", "c1");
	put("a", "C1", "a15"); /* few, but some before it let others pass */
	stand();
	put("d", "C1", "d1");
	stand();
	leave(99, "a9 a10 b1 b2 nobody's c1 d1 a11 a12 a13 a14 a15");
	put("a", "C1", "again");
	put("b", "C1", "b3");
	stand();
	leave(99, "again b3");
	CU_ASSERT_EQUAL(o.sizes.held, 0);
	end();
}

static void test_a_person_has_a_share_of_the_bytes(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	size_t n = 0;
	char channel[16];

	buf_init(&text, 0);
	for (int i = 0; i < 40000; i++)
		buf_addc(&text, 'x');
	buf_addc(&text, '\0');
	begin(&(struct outbox_limits){ 0 });
	do
		snprintf(channel, sizeof(channel), "C%zu", n++ % 100);
	while (put("a", channel, text.p));
	CU_ASSERT_TRUE(n > 40 && n < 60);
	CU_ASSERT_TRUE(o.sizes.held < 2 << 20);
	CU_ASSERT_TRUE(put("b", "C1", text.p));
	CU_ASSERT_TRUE(put("a", "C1", "little"));
	end();
}

static bool load_row(const struct batch_row *row)
{
	int64_t id = 0;

	return str_int(row->key, &id) && outbox_load(&o, id, row->value, (struct mono){ 0 });
}

static void is_loaded(const struct batch *rows)
{
	for (size_t i = rows->n; i > 0; i--) /* in an order of the store's own */
		CU_ASSERT_TRUE(load_row(&rows->rows[i - 1]));
	o.last_id = rows->n;
	outbox_loaded(&o, (struct mono){ 0 });
}

static void test_it_is_so_after_a_restart(void)
{
	struct batch rows;

	begin(&(struct outbox_limits){ .max_per_channel = 30 });
	CU_ASSERT_EQUAL(put_many("a", "C1", 100), 15);
	put_many("b", "C1", 2);
	rows = batch;
	batch_init(&batch);
	end();
	begin(&(struct outbox_limits){ .max_per_channel = 30 });
	is_loaded(&rows);
	CU_ASSERT_FALSE(put("a", "C1", "more"));
	leave(99, "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 b1 b2 a11 a12 a13 a14 a15");
	CU_ASSERT_TRUE(put("a", "C1", "more"));
	end();
	/* Fewer may wait now: what was promised stays. */
	begin(&(struct outbox_limits){ .max_per_channel = 10 });
	is_loaded(&rows);
	CU_ASSERT_EQUAL(o.n, 17);
	CU_ASSERT_FALSE(put("b", "C1", "more"));
	leave(10, "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10");
	end();
	batch_clear(&rows);
}

static void test_a_name_that_is_known_now_moves_the_share(void)
{
	struct job *job;

	begin(&(struct outbox_limits){ .max_per_channel = 4 });
	CU_ASSERT_EQUAL(put_many("a", "#x", 9), 2);
	CU_ASSERT_EQUAL(put_many("a", "C1", 9), 2);
	stand();
	job = outbox_lease(&o);
	outbox_readdress(&o, job, STR("C1"));
	CU_ASSERT_TRUE(put("a", "#x", "more"));
	stand();
	leave(1, "a1");
	CU_ASSERT_FALSE(put("a", "C1", "more"));
	end();
}

UNIT_MAIN("outbox channel",
	  { "a person leaves room for others", test_a_person_leaves_room_for_others },
	  { "others wait for few of a person", test_others_wait_for_few_of_a_person },
	  { "a person has a share of the bytes", test_a_person_has_a_share_of_the_bytes },
	  { "it is so after a restart", test_it_is_so_after_a_restart },
	  { "a name that is known now moves the share",
	    test_a_name_that_is_known_now_moves_the_share })
