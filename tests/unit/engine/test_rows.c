/* SPDX-License-Identifier: MIT */
/* What is written down, and what need not be: events of which nothing came, runs that have nothing more to do. And what
 * a job that is written down must say so that it can be looked for. */
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "engine/inner.h"
#include "lib/engine_fixture.h"
#include "lib/journal.h"
#include "lib/unit.h"

static void begin(struct engine_fixture *h, const char *rules)
{
	log_set_level(LOG_ERROR);
	fixture_init(h, journal_new(), rules);
}

static void stand(struct engine_fixture *h)
{
	do
		engine_commit(h->engine);
	while (journal_answer(h->store));
}

/* ---- what was seen ---- */

static void note(const char *rules, struct event *ev, size_t wanted)
{
	struct engine_fixture h;

	begin(&h, rules);
	fixture_hear(&h, ev);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_SEEN), wanted);
	fixture_deinit(&h);
}

static struct event *asked_for_help(void)
{
	struct event *ev = said("help", "1.1");

	ev->mentions_bot = true;
	return ev;
}

static void test_an_event_is_noted_where_a_rule_matched(void)
{
	note("[rule a]\nmatch = y\nsay = A\n", said("x", "1.1"), 0);
	note("[rule a]\nmatch = x\nsay = A\n", said("x", "1.1"), 1);
	note("[rule a]\nmatch = x\nset n = 1\n", said("x", "1.1"), 1);
	note("[rule a]\nmatch = x\nsay = A\nmode = shadow\n", said("x", "1.1"), 1);
	note("[rule a]\nmatch = x\nsay = A\nchance = 1 in 1000000\n", said("x", "1.1"), 1);
	note("[rule a]\nmatch = y\nsay = A\nhelp = yes\n", asked_for_help(), 1);
	note("[rule a]\nmatch = y\nsay = A\n", asked_for_help(), 0);
}

static void test_what_nothing_came_of_may_come_again(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = y\nsay = A\n");
	fixture_say(&h, "x", "1.1");
	fixture_say(&h, "x", "1.1");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_EVENTS_REPEATED), 1);
	CU_ASSERT_EQUAL(journal_n_commits(h.store), 0);
	fixture_crash(&h);
	fixture_say(&h, "x", "1.1");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_EVENTS_REPEATED), 1);
	ASSERT_STR(buf_str(&h.done), "");
	fixture_deinit(&h);
}

static void test_what_ended_a_wait_is_noted(void)
{
	struct engine_fixture h;
	struct event *reply = replied("done", "1.2", "1.1");

	begin(&h, "[rule a]\nmatch = x\nwait = 1m unless answered\nsay = A\n");
	fixture_say(&h, "x", "1.1");
	reply->user.id = reply->author.id = STR("U9RAJ");
	fixture_hear(&h, reply);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_SEEN), 2);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
	fixture_deinit(&h);
}

/* ---- runs ---- */

/* How many runs stand beside the jobs of one message. */
static void runs(const char *rules, size_t n_runs, size_t n_jobs)
{
	struct engine_fixture h;

	begin(&h, rules);
	fixture_take(&h, said("x", "1.1"));
	stand(&h);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), n_runs);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), n_jobs);
	fixture_run(&h);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
	fixture_deinit(&h);
}

static void test_a_run_ends_with_its_last_action(void)
{
	runs("[rule a]\nmatch = x\nsay = A\n", 0, 1);
	runs("[rule a]\nmatch = x\nset n = 1\nreact = a, b, c\n", 0, 3);
	runs("[rule a]\nmatch = x\nsay = A\nsay = B\n", 1, 1);
	runs("[rule a]\nmatch = x\nsay = A\nset n = 1\n", 1, 1);
	runs("[rule a]\nmatch = x\nsay = A\non error say = B\n", 1, 1);
	runs("[rule a]\nmatch = x\nreply = A\nfollow = edits\n", 1, 1);
	runs("[rule a]\nmatch = x\nsay = A\n[rule b]\nmatch = x\nreact = b\n", 0, 2);
}

static void test_what_ends_alone_may_fail(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nowner = @raj\nsay = A\n");
	h.refuses = "A";
	fixture_say(&h, "x", "1.1");
	ASSERT_STR(buf_str(&h.done),
		   "say C1GENERAL: A | dm U9RAJ: :warning: The rule `a` (test.ini:1) needs you: "
		   "no_such_thing");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_ACTIONS_FAILED), 1);
	fixture_deinit(&h);
}

static void test_what_ends_alone_outlives_its_rule(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nowner = @raj\nsay = A\n");
	h.refuses = "A";
	fixture_take(&h, said("x", "1.1"));
	stand(&h);
	fixture_use(&h, "[rule b]\nmatch = z\nsay = B\n");
	fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "say C1GENERAL: A");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_ACTIONS_FAILED), 1);
	fixture_deinit(&h);
}

/* ---- how far back a job is looked for ---- */

static void is_caused(struct engine_fixture *h, const char *wanted)
{
	struct job *job = fixture_next(h);

	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->cause_ts), wanted);
	engine_settled(h->engine, job, &(struct outcome){ .kind = OUTCOME_DONE });
	stand(h);
}

/* Slack's clock says it where there is a message, ours with some room else. */
static void test_a_job_knows_when_it_was_caused(void)
{
	struct engine_fixture h;
	struct event *command = said("x", "1.2");

	command->ts = STR_EMPTY;
	command->event_ts = STR_EMPTY;
	begin(&h, "[rule a]\nmatch = x\nsay = A\nhelp = yes\n");
	fixture_take(&h, said("x", "1700000000.000100"));
	stand(&h);
	is_caused(&h, "1700000000.000100");
	fixture_take(&h, command);
	stand(&h);
	is_caused(&h, "1699999880.000000");
	fixture_take(&h, asked_for_help());
	stand(&h);
	is_caused(&h, "1.1");
	fixture_deinit(&h);
}

static void test_a_notice_is_not_looked_for_in_all_that_was_ever_said(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nowner = @raj\nsay = A\n");
	h.refuses = "A";
	fixture_take(&h, said("x", "1700000000.000100"));
	stand(&h);
	fixture_end_one(&h);
	stand(&h);
	is_caused(&h, "1699999880.000000");
	fixture_deinit(&h);
}

UNIT_MAIN("rows",
	  { "an event is noted where a rule matched", test_an_event_is_noted_where_a_rule_matched },
	  { "what nothing came of may come again", test_what_nothing_came_of_may_come_again },
	  { "what ended a wait is noted", test_what_ended_a_wait_is_noted },
	  { "a run ends with its last action", test_a_run_ends_with_its_last_action },
	  { "what ends alone may fail", test_what_ends_alone_may_fail },
	  { "what ends alone outlives its rule", test_what_ends_alone_outlives_its_rule },
	  { "a job knows when it was caused", test_a_job_knows_when_it_was_caused },
	  { "a notice is not looked for in all that was ever said",
	    test_a_notice_is_not_looked_for_in_all_that_was_ever_said })
