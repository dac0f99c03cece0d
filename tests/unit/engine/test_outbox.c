/* SPDX-License-Identifier: MIT */
#include "engine/outbox.h"

#include <stdio.h>
#include <unistd.h>
#include "base/log.h"
#include "lib/logcatch.h"
#include "lib/unit.h"

enum { MINUTE_MS = 60000 };

/* ---- helpers ---- */

static struct outbox o;
static struct batch batch;
static const struct outbox_limits plain = { 0 };

static struct mono at(int64_t ms)
{
	return (struct mono){ (1000 + ms) * 1000000 };
}

static void begin_with(bool keeps, const struct outbox_limits *limits)
{
	log_set_level(LOG_ERROR);
	batch_init(&batch);
	outbox_init(&o, keeps ? &batch : NULL, limits);
}

static void begin(bool keeps)
{
	begin_with(keeps, &plain);
}

static void end(void)
{
	outbox_deinit(&o);
	batch_clear(&batch);
}

static struct job *job_of(enum job_kind kind, const char *verb, const char *channel)
{
	struct job *job = job_new(kind, verb);

	job->channel = job_keep(job, str_from(channel));
	job->key = job_keep(job, STR("k"));
	job->rule = job_keep(job, STR("r"));
	job->file = job_keep(job, STR("f.ini"));
	return job;
}

/* A message; thread NULL = in none. */
static struct job *message(const char *channel, const char *thread, const char *text)
{
	struct job *job = job_of(JOB_MESSAGE, "say", channel);

	job->message.text = job_keep(job, str_from(text));
	if (thread != NULL)
		job->message.thread_ts = job_keep(job, str_from(thread));
	return job;
}

static struct job *reaction(const char *channel)
{
	struct job *job = job_of(JOB_REACTION, "react", channel);

	job->reaction.ts = job_keep(job, STR("1.1"));
	job->reaction.emoji = job_keep(job, STR("eyes"));
	return job;
}

static struct job *webhook(void)
{
	struct job *job = job_of(JOB_WEBHOOK, "webhook", "");

	job->webhook.name = job_keep(job, STR("tickets"));
	job->webhook.body = job_keep(job, STR("{}"));
	return job;
}

static void put(const char *channel, const char *thread, const char *text)
{
	CU_ASSERT_TRUE(outbox_put(&o, message(channel, thread, text), at(0)));
}

/* One commit. */
static void stand(void)
{
	outbox_seal(&o);
	batch_clear(&batch);
	outbox_stands(&o);
}

static struct str text_of(const struct job *job)
{
	return job == NULL	     ? STR("(none)") :
	       job_body(job) != NULL ? str_from(job_body(job)) :
				       str_from(job->verb);
}

static struct job *lease(const char *wanted)
{
	struct job *job = outbox_lease(&o);

	ASSERT_STR(text_of(job), wanted);
	return job;
}

/* It is on its way. */
static struct job *leave(const char *wanted)
{
	struct job *job = lease(wanted);

	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	if (!outbox_mark(&o, job)) {
		stand();
		CU_ASSERT_PTR_EQUAL(outbox_ready(&o), job);
	}
	return job;
}

static struct job *probe(int64_t ms, const char *wanted)
{
	struct job *job = outbox_probe(&o, at(ms));

	ASSERT_STR(text_of(job), wanted);
	return job;
}

static void is_row(size_t i, const char *text, enum job_state state)
{
	struct job *job = NULL;

	CU_ASSERT_TRUE_FATAL(i < batch.n);
	CU_ASSERT_EQUAL_FATAL(job_read(&job, batch.rows[i].value), 0);
	ASSERT_STR(text_of(job), text);
	CU_ASSERT_EQUAL(job->state, state);
	job_free(job);
}

static bool has_probe_at(int64_t ms)
{
	struct mono when;

	return outbox_probe_at(&o, &when) && when.ns == at(ms).ns;
}

/* ---- two commits ---- */

static void test_where_nothing_is_kept_one_commit_is_enough(void)
{
	struct job *job;

	begin(false);
	put("C1", NULL, "a");
	lease("(none)");
	stand();
	job = lease("a");
	CU_ASSERT_EQUAL(job->state, JOB_PENDING); /* its turn may be long in coming */
	CU_ASSERT_EQUAL(o.n_in_flight, 0);
	CU_ASSERT_TRUE(outbox_mark(&o, job));
	CU_ASSERT_EQUAL(job->state, JOB_IN_FLIGHT);
	CU_ASSERT_EQUAL(job->attempts, 1);
	CU_ASSERT_EQUAL(o.n_in_flight, 1);
	CU_ASSERT_TRUE(outbox_mark(&o, job)); /* asked again, it is no further attempt */
	CU_ASSERT_EQUAL(job->attempts, 1);
	CU_ASSERT_EQUAL(o.n_in_flight, 1);
	outbox_settle(&o, job);
	CU_ASSERT_EQUAL(o.n, 0);
	CU_ASSERT_EQUAL(o.n_in_flight, 0);
	end();
}

static void test_that_it_is_in_flight_stands_before_it_leaves(void)
{
	struct job *job;

	begin(true);
	put("C1", NULL, "a");
	CU_ASSERT_EQUAL(batch.n, 1);
	is_row(0, "a", JOB_PENDING);
	stand();
	job = lease("a");
	CU_ASSERT_FALSE(outbox_mark(&o, job));
	CU_ASSERT_EQUAL(batch.n, 1);
	is_row(0, "a", JOB_IN_FLIGHT);
	CU_ASSERT_PTR_NULL(outbox_ready(&o));
	outbox_seal(&o);
	CU_ASSERT_PTR_NULL(outbox_ready(&o));
	outbox_falls(&o); /* the store could not; the row is in the next batch */
	CU_ASSERT_PTR_NULL(outbox_ready(&o));
	stand();
	CU_ASSERT_PTR_EQUAL(outbox_ready(&o), job);
	CU_ASSERT_PTR_NULL(outbox_ready(&o));
	CU_ASSERT_TRUE(outbox_mark(&o, job)); /* held back by Slack, it may go again at once */
	CU_ASSERT_EQUAL(batch.n, 0);
	outbox_settle(&o, job);
	CU_ASSERT_EQUAL_FATAL(batch.n, 1);
	CU_ASSERT_PTR_NULL(batch.rows[0].value.p);
	end();
}

static void test_what_falls_keeps_its_place(void)
{
	begin(false);
	put("C1", NULL, "a");
	put("C1", NULL, "b");
	outbox_seal(&o);
	put("C1", NULL, "c");
	outbox_falls(&o);
	lease("(none)");
	stand();
	outbox_settle(&o, lease("a"));
	outbox_settle(&o, lease("b"));
	outbox_settle(&o, lease("c"));
	end();
}

/* ---- turns ---- */

static void test_a_channel_has_one_under_way_and_channels_take_turns(void)
{
	struct job *a1, *b1;

	begin(true);
	put("C1", NULL, "a1");
	put("C1", "1.1", "a2");
	put("C1", NULL, "a3");
	put("C2", NULL, "b1");
	put("C2", NULL, "b2");
	stand();
	a1 = lease("a1");
	b1 = lease("b1");
	lease("(none)");
	outbox_settle(&o, b1);
	outbox_settle(&o, a1);
	a1 = lease("a2"); /* of those whose turn may come the one that was put first */
	b1 = lease("b2");
	lease("(none)");
	CU_ASSERT_EQUAL(o.n_waiting, 1);
	outbox_settle(&o, a1);
	lease("a3");
	CU_ASSERT_EQUAL(o.n_waiting, 0);
	CU_ASSERT_EQUAL(o.n, 2);
	CU_ASSERT_EQUAL(o.channels.n, 2);
	outbox_settle(&o, b1);
	CU_ASSERT_EQUAL(o.channels.n, 1); /* what is empty is forgotten */
	end();
}

static void test_what_is_bound_to_no_channel_waits_for_nothing(void)
{
	begin_with(true, &(struct outbox_limits){ .max_per_channel = 2 });
	for (int i = 0; i < 3; i++)
		CU_ASSERT_TRUE(outbox_put(&o, webhook(), at(0)));
	stand();
	for (int i = 0; i < 3; i++)
		lease("{}");
	lease("(none)");
	end();
}

static void test_what_comes_back_is_the_next_of_its_channel(void)
{
	struct job *a, *w;

	begin(true);
	put("C1", NULL, "a");
	put("C1", NULL, "b");
	outbox_put(&o, webhook(), at(0));
	stand();
	a = lease("a");
	w = lease("{}");
	outbox_give_back(&o, w);
	outbox_give_back(&o, a);
	CU_ASSERT_EQUAL(batch.n, 0); /* that they wait is what stands */
	CU_ASSERT_EQUAL(o.n_waiting, 3);
	a = leave("a");
	lease("{}");
	CU_ASSERT_EQUAL(o.n_in_flight, 1);
	outbox_give_back(&o, a);
	CU_ASSERT_EQUAL(o.n_in_flight, 0);
	CU_ASSERT_EQUAL(batch.n, 1);
	is_row(0, "a", JOB_PENDING);
	a = leave("a");
	CU_ASSERT_EQUAL(a->attempts, 2);
	outbox_settle(&o, a);
	lease("b");
	end();
}

/* Marked, and its commit not answered yet: it must not turn up twice. */
static void test_what_comes_back_before_its_mark_stands(void)
{
	for (int sealed = 0; sealed < 2; sealed++) {
		struct job *a;

		begin(true);
		put("C1", NULL, "a");
		stand();
		a = lease("a");
		outbox_mark(&o, a);
		if (sealed)
			outbox_seal(&o);
		outbox_give_back(&o, a);
		outbox_stands(&o);
		stand();
		CU_ASSERT_PTR_NULL(outbox_ready(&o));
		CU_ASSERT_EQUAL(o.n_waiting, 1);
		leave("a");
		lease("(none)");
		end();
	}
}

/* ---- what may have got through ---- */

static void test_what_is_in_doubt_is_looked_for_later(void)
{
	struct job *a;

	begin(true);
	put("C1", NULL, "a");
	stand();
	a = leave("a");
	outbox_doubt(&o, a, at(0));
	CU_ASSERT_EQUAL(o.n_in_flight, 0);
	CU_ASSERT_EQUAL(o.n, 1);
	CU_ASSERT_EQUAL(batch.n, 0); /* that it may have left stands */
	CU_ASSERT_TRUE(has_probe_at(MINUTE_MS));
	probe(MINUTE_MS - 1, "(none)"); /* it may land yet */
	probe(MINUTE_MS, "a");
	probe(10 * MINUTE_MS, "(none)"); /* once at a time */
	CU_ASSERT_FALSE(has_probe_at(MINUTE_MS));
	outbox_settle(&o, a); /* found */
	CU_ASSERT_EQUAL(o.n, 0);
	CU_ASSERT_EQUAL(batch.n, 1);
	end();
}

static void test_what_is_not_there_twice_waits_again_in_its_place(void)
{
	struct job *a;

	begin_with(true, &(struct outbox_limits){ .probe_after_ms = 5000 });
	put("C1", NULL, "a");
	put("C1", NULL, "b");
	stand();
	outbox_doubt(&o, leave("a"), at(0));
	lease("(none)");
	outbox_doubt(&o, probe(5000, "a"), at(6000));
	lease("(none)");
	CU_ASSERT_TRUE(has_probe_at(11000));
	probe(10999, "(none)");
	outbox_doubt(&o, probe(11000, "a"), at(11000));
	CU_ASSERT_EQUAL_FATAL(batch.n, 1);
	is_row(0, "a", JOB_PENDING);
	a = leave("a");
	CU_ASSERT_EQUAL(a->attempts, 2);
	outbox_doubt(&o, a, at(12000)); /* and again */
	outbox_doubt(&o, probe(17000, "a"), at(17000));
	CU_ASSERT_TRUE(has_probe_at(22000)); /* twice again */
	outbox_settle(&o, probe(22000, "a"));
	outbox_settle(&o, leave("b"));
	CU_ASSERT_EQUAL(o.n, 0);
	end();
}

static void test_a_message_in_doubt_holds_up_its_thread_and_nothing_else(void)
{
	struct job *a;

	begin(true);
	put("C1", "1.1", "a1");
	put("C1", "1.1", "a2");
	put("C1", "2.2", "b1");
	put("C1", NULL, "c1");
	put("C2", "1.1", "other");
	stand();
	outbox_doubt(&o, leave("a1"), at(0));
	outbox_settle(&o, leave("b1"));
	outbox_doubt(&o, leave("c1"), at(1000));
	outbox_settle(&o, leave("other"));
	put("C1", "3.3", "d1");
	put("C1", NULL, "c2");
	put("C1", "1.1", "a3");
	stand();
	outbox_settle(&o, leave("d1"));
	lease("(none)");
	a = probe(MINUTE_MS, "a1");
	lease("(none)"); /* not while it is being looked for either */
	outbox_settle(&o, a);
	outbox_settle(&o, leave("a2"));
	outbox_settle(&o, leave("a3"));
	lease("(none)");
	outbox_settle(&o, probe(MINUTE_MS + 1000, "c1"));
	outbox_settle(&o, leave("c2"));
	CU_ASSERT_EQUAL(o.n, 0);
	end();
}

static void test_it_holds_up_what_comes_after_it_alone(void)
{
	struct job *a;

	begin(true);
	put("C1", NULL, "a");
	put("C1", NULL, "b");
	stand();
	a = lease("a");
	outbox_give_back(&o, a);
	a = leave("a");
	outbox_doubt(&o, a, at(0));
	outbox_doubt(&o, probe(MINUTE_MS, "a"), at(MINUTE_MS));
	outbox_doubt(&o, probe(2 * MINUTE_MS, "a"), at(2 * MINUTE_MS));
	outbox_settle(&o, leave("a"));
	lease("b");
	end();
}

/* ---- bounds ---- */

static void test_a_channel_is_bounded_and_so_are_all(void)
{
	begin_with(true, &(struct outbox_limits){ .max = 5, .max_per_channel = 2 });
	put("C1", NULL, "a");
	put("C1", NULL, "b");
	CU_ASSERT_FALSE(outbox_put(&o, message("C1", NULL, "too much"), at(0)));
	put("C2", NULL, "c");
	put("C3", NULL, "d");
	CU_ASSERT_TRUE(outbox_put(&o, webhook(), at(0)));
	CU_ASSERT_FALSE(outbox_put(&o, webhook(), at(0)));
	CU_ASSERT_FALSE(outbox_put(&o, message("C4", NULL, "too much"), at(0)));
	CU_ASSERT_EQUAL(o.n, 5);
	CU_ASSERT_EQUAL(batch.n, 5);
	CU_ASSERT_EQUAL(o.channels.n, 4); /* nothing of the last one */
	stand();
	outbox_settle(&o, lease("a"));
	put("C1", NULL, "e");
	CU_ASSERT_FALSE(outbox_put(&o, message("C4", NULL, "too much"), at(0)));
	CU_ASSERT_EQUAL(o.last_id, 6); /* what was not taken has no number */
	end();
}

/* Lines on standard error while so many jobs, each for a channel of its own, find no room. */
static size_t lines_about(int n, int64_t ms)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO), c;
	size_t lines = 0;
	char channel[16];

	dup2(fileno(file), STDERR_FILENO);
	for (int i = 0; i < n; i++) {
		snprintf(channel, sizeof(channel), "D%d", i);
		CU_ASSERT_FALSE(outbox_put(&o, message(channel, NULL, "too much"), at(ms)));
	}
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	while ((c = fgetc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static void test_a_full_outbox_does_not_fill_the_log(void)
{
	begin_with(true, &(struct outbox_limits){ .max = 2 });
	put("C1", NULL, "a");
	put("C1", NULL, "b");
	CU_ASSERT_EQUAL(lines_about(100, 0), 1);
	CU_ASSERT_EQUAL(lines_about(100, 9999), 0);
	CU_ASSERT_EQUAL(lines_about(100, 10000), 1);
	stand();
	outbox_settle(&o, lease("a"));
	outbox_settle(&o, lease("b"));
	put("C1", NULL, "c");
	put("C1", NULL, "d");
	CU_ASSERT_EQUAL(lines_about(100, 10001), 1); /* it is another time */
	end();
}

/* ---- back from the store ---- */

static void load(struct job *take, uint64_t id, enum job_state state)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };

	take->id = id;
	take->state = state;
	job_write(take, true, &line);
	job_free(take);
	CU_ASSERT_FALSE(outbox_load(&o, (int64_t)id + 1, buf_str(&line), at(0)));
	CU_ASSERT_TRUE(outbox_load(&o, (int64_t)id, buf_str(&line), at(0)));
}

static void test_what_waited_waits_in_its_order(void)
{
	begin(true);
	load(message("C1", NULL, "d"), 12, JOB_PENDING); /* in the order of a store */
	load(message("C1", NULL, "c"), 9, JOB_PENDING);
	load(message("C2", NULL, "e"), 13, JOB_PENDING);
	CU_ASSERT_FALSE(outbox_load(&o, 1, STR("{}"), at(0)));
	o.last_id = 13;
	outbox_loaded(&o, at(0));
	CU_ASSERT_EQUAL(o.n, 3);
	CU_ASSERT_EQUAL(batch.n, 0);
	CU_ASSERT_PTR_NULL(outbox_lost_sight(&o));
	put("C1", NULL, "new");
	stand();
	outbox_settle(&o, lease("c"));
	outbox_settle(&o, lease("d"));
	outbox_settle(&o, lease("e"));
	CU_ASSERT_EQUAL(lease("new")->id, 14);
	end();
}

static void test_a_message_that_was_in_flight_is_looked_for(void)
{
	begin(true);
	load(message("C1", "1.1", "a2"), 5, JOB_PENDING);
	load(message("C1", "1.1", "a1"), 4, JOB_IN_FLIGHT);
	load(message("C1", "2.2", "b1"), 6, JOB_PENDING);
	load(message("C2", NULL, "c"), 2, JOB_IN_FLIGHT);
	o.last_id = 6;
	outbox_loaded(&o, at(0));
	CU_ASSERT_EQUAL(o.n_in_flight, 0);
	CU_ASSERT_PTR_NULL(outbox_lost_sight(&o));
	outbox_settle(&o, leave("b1"));
	lease("(none)");
	probe(MINUTE_MS - 1, "(none)");
	outbox_settle(&o, probe(MINUTE_MS, "c"));
	outbox_doubt(&o, probe(MINUTE_MS, "a1"), at(MINUTE_MS));
	outbox_doubt(&o, probe(2 * MINUTE_MS, "a1"), at(2 * MINUTE_MS));
	is_row(batch.n - 1, "a1", JOB_PENDING);
	outbox_settle(&o, leave("a1"));
	outbox_settle(&o, leave("a2"));
	CU_ASSERT_EQUAL(o.n, 0);
	end();
}

static struct job *call(const char *method)
{
	struct job *job = job_of(JOB_CALL, "call", "C1");

	job->call.method = job_keep(job, str_from(method));
	job->call.args = job_keep(job, STR("{}"));
	return job;
}

static void test_what_can_be_repeated_goes_again(void)
{
	struct job *edit = job_of(JOB_CHANGE, "edit", "C2");

	edit->change.ts = job_keep(edit, STR("1.1"));
	edit->change.text = job_keep(edit, STR("new"));
	begin(true);
	load(reaction("C1"), 1, JOB_IN_FLIGHT);
	load(edit, 2, JOB_IN_FLIGHT);
	load(call("users.info"), 3, JOB_IN_FLIGHT);
	load(call("pins.add"), 4, JOB_IN_FLIGHT);
	outbox_loaded(&o, at(0));
	CU_ASSERT_PTR_NULL(outbox_lost_sight(&o));
	CU_ASSERT_FALSE(outbox_probe_at(&o, &(struct mono){ 0 }));
	CU_ASSERT_EQUAL(o.n_in_flight, 0);
	outbox_settle(&o, leave("eyes"));
	outbox_settle(&o, leave("new"));
	outbox_settle(&o, leave("{}"));
	outbox_settle(&o, leave("{}"));
	CU_ASSERT_EQUAL(o.n, 0);
	end();
}

static struct job *edit_of(const char *ts, const char *text)
{
	struct job *edit = job_of(JOB_CHANGE, "edit", "C1");

	edit->change.ts = job_keep(edit, str_from(ts));
	edit->change.text = job_keep(edit, str_from(text));
	return edit;
}

/* An old edit that goes again must not overwrite a newer one, whatever order the rows come in, and whatever else of the
 * channel is looked for. */
static void test_what_goes_again_is_ahead_of_what_is_newer(void)
{
	struct job *late;

	begin(true);
	load(edit_of("1.1", "third"), 7, JOB_PENDING);
	load(message("C1", "0.5", "unsure"), 3, JOB_IN_FLIGHT);
	load(edit_of("1.1", "second"), 6, JOB_PENDING);
	load(message("C1", "0.5", "behind it"), 4, JOB_PENDING);
	load(edit_of("1.1", "first"), 5, JOB_IN_FLIGHT);
	o.last_id = 7;
	outbox_loaded(&o, at(0));
	late = leave("first");
	lease("(none)"); /* one after the other */
	outbox_give_back(&o, late);
	outbox_settle(&o, leave("first"));
	outbox_put(&o, edit_of("1.1", "fourth"), at(0));
	stand();
	outbox_settle(&o, leave("second"));
	outbox_settle(&o, leave("third"));
	outbox_settle(&o, leave("fourth"));
	lease("(none)");
	outbox_settle(&o, probe(MINUTE_MS, "unsure"));
	outbox_settle(&o, leave("behind it"));
	CU_ASSERT_EQUAL(o.n, 0);
	end();
}

static void test_of_what_cannot_be_found_sight_is_lost(void)
{
	struct job *whisper = message("C1", NULL, "whisper"), *command = message("C1", NULL, "cmd");
	struct job *job;
	size_t n = 0;

	whisper->message.user = job_keep(whisper, STR("U1"));
	command->message.response_url = job_keep(command, STR("https://h/1"));
	begin(true);
	load(whisper, 1, JOB_IN_FLIGHT);
	load(command, 2, JOB_IN_FLIGHT);
	load(webhook(), 3, JOB_IN_FLIGHT);
	load(call("chat.meMessage"), 4, JOB_IN_FLIGHT);
	load(call("no.such.method"), 5, JOB_IN_FLIGHT);
	load(message("C1", NULL, "next"), 6, JOB_PENDING);
	outbox_loaded(&o, at(0));
	lease("(none)"); /* it comes after them */
	for (; (job = outbox_lost_sight(&o)) != NULL; n++) {
		CU_ASSERT_EQUAL(job->id, n + 1);
		outbox_settle(&o, job);
	}
	CU_ASSERT_EQUAL(n, 5);
	CU_ASSERT_EQUAL(batch.n, 5);
	CU_ASSERT_EQUAL(o.n_in_flight, 0);
	outbox_settle(&o, leave("next"));
	CU_ASSERT_EQUAL(o.n, 0);
	end();
}

/* ---- all of them ---- */

static void count(void *owner, struct job *job)
{
	(void)job;
	++*(size_t *)owner;
}

static void test_each_job_is_found_wherever_it_is(void)
{
	static const char *const channels[] = { "C1", "C2", "C3", "C4", "C5", "C6" };
	struct job *job;
	size_t n = 0;

	begin(true);
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		put(channels[i], NULL, "x");
	stand();
	outbox_doubt(&o, leave("x"), at(0));
	job = lease("x");
	outbox_mark(&o, job);
	stand(); /* ready */
	job = lease("x");
	outbox_mark(&o, job); /* fresh */
	job = lease("x");
	outbox_mark(&o, job);
	outbox_seal(&o);
	lease("x");
	put("C7", NULL, "x");
	outbox_each(&o, count, &n);
	CU_ASSERT_EQUAL(n, 7);
	CU_ASSERT_EQUAL(o.n, 7);
	end();
}

/* ---- names of channels ---- */

static void test_a_job_goes_to_the_channel_of_its_name(void)
{
	struct job *job;

	begin(true);
	put("C1", NULL, "first");
	put("#ops", NULL, "second");
	put("#ops", NULL, "third");
	put("C1", NULL, "fourth");
	stand();
	leave("first");
	outbox_readdress(&o, lease("second"), STR("C1"));
	outbox_readdress(&o, lease("third"), STR("C1"));
	CU_ASSERT_PTR_NULL(outbox_lease(&o)); /* all behind the first one */
	CU_ASSERT_EQUAL(outbox_n_in(&o, STR("#ops")), 0);
	CU_ASSERT_EQUAL(outbox_n_in(&o, STR("C1")), 4);
	while (o.n > 0) {
		static const char *const texts[] = { "fourth", "third", "second", "first" };

		job = o.n == 4 ? list_entry(o.leased.next, struct job, link) :
				 leave(texts[o.n - 1]);
		CU_ASSERT_STRING_EQUAL(job->channel, "C1");
		outbox_settle(&o, job);
	}
	end();
}

static void test_names_are_held(void)
{
	struct job *job;

	begin(true);
	put("#ops", NULL, "by name");
	put("C1", NULL, "by id");
	stand();
	job = lease("by name");
	outbox_give_back(&o, job);
	outbox_hold_names(&o, true);
	lease("by id");
	CU_ASSERT_PTR_NULL(outbox_lease(&o));
	put("#ops", NULL, "later");
	stand();
	CU_ASSERT_PTR_NULL(outbox_lease(&o));
	outbox_hold_names(&o, false);
	lease("by name");
	end();
}

/* The one that is on its way counts: it may be Slack that holds it up. */
static void test_a_channel_that_is_behind_is_told(void)
{
	struct job *job;

	begin(true);
	log_set_level(LOG_INFO);
	put("C1", NULL, "alone");
	stand();
	job = lease("alone");
	logcatch_begin();
	outbox_tell(&o, at(29000));
	outbox_tell(&o, at(41000));
	logcatch_end();
	CU_ASSERT_EQUAL(logcatch_count("answers wait"), 1);
	CU_ASSERT_EQUAL(logcatch_count("1 answers wait, the oldest for 41 s channel=C1"), 1);
	logcatch_begin();
	CU_ASSERT_TRUE(outbox_put(&o, message("C1", NULL, "new"), at(41000)));
	stand();
	outbox_tell(&o, at(42000));
	logcatch_end();
	CU_ASSERT_EQUAL(logcatch_count("caught up"), 0); /* the first one is still under way */
	logcatch_begin();
	outbox_settle(&o, job);
	outbox_tell(&o, at(43000));
	logcatch_end();
	CU_ASSERT_EQUAL(logcatch_count("answers have caught up channel=C1"), 1);
	end();
}

UNIT_MAIN("outbox", { "a channel that is behind is told", test_a_channel_that_is_behind_is_told },
	  { "a job goes to the channel of its name", test_a_job_goes_to_the_channel_of_its_name },
	  { "names are held", test_names_are_held },
	  { "where nothing is kept one commit is enough",
	    test_where_nothing_is_kept_one_commit_is_enough },
	  { "that it is in flight stands before it leaves",
	    test_that_it_is_in_flight_stands_before_it_leaves },
	  { "what falls keeps its place", test_what_falls_keeps_its_place },
	  { "a channel has one under way and channels take turns",
	    test_a_channel_has_one_under_way_and_channels_take_turns },
	  { "what is bound to no channel waits for nothing",
	    test_what_is_bound_to_no_channel_waits_for_nothing },
	  { "what comes back is the next of its channel",
	    test_what_comes_back_is_the_next_of_its_channel },
	  { "what comes back before its mark stands", test_what_comes_back_before_its_mark_stands },
	  { "what is in doubt is looked for later", test_what_is_in_doubt_is_looked_for_later },
	  { "what is not there twice waits again in its place",
	    test_what_is_not_there_twice_waits_again_in_its_place },
	  { "a message in doubt holds up its thread and nothing else",
	    test_a_message_in_doubt_holds_up_its_thread_and_nothing_else },
	  { "it holds up what comes after it alone", test_it_holds_up_what_comes_after_it_alone },
	  { "a channel is bounded and so are all", test_a_channel_is_bounded_and_so_are_all },
	  { "a full outbox does not fill the log", test_a_full_outbox_does_not_fill_the_log },
	  { "what waited waits in its order", test_what_waited_waits_in_its_order },
	  { "a message that was in flight is looked for",
	    test_a_message_that_was_in_flight_is_looked_for },
	  { "what can be repeated goes again", test_what_can_be_repeated_goes_again },
	  { "what goes again is ahead of what is newer",
	    test_what_goes_again_is_ahead_of_what_is_newer },
	  { "of what cannot be found sight is lost", test_of_what_cannot_be_found_sight_is_lost },
	  { "each job is found wherever it is", test_each_job_is_found_wherever_it_is })
