/* SPDX-License-Identifier: MIT */
/* What could not be done in time is not worth doing any more; what follows it may be. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "lib/engine_fixture.h"
#include "lib/journal.h"
#include "lib/unit.h"
#include "store/memory.h"

enum { MINUTE_MS = 60000 };

/* What a reply says ages within a quarter of an hour. */
static void begin(struct engine_fixture *h, struct store *store, const char *rules)
{
	log_set_level(LOG_ERROR);
	fixture_init(h, store, rules);
	h->setup.answer_within_ms = 15 * MINUTE_MS;
	fixture_renew(h);
}

static struct event *said_ago(struct engine_fixture *h, const char *text, const char *ts,
			      int64_t ms)
{
	struct event *ev = said(text, ts);

	ev->time = (struct wall){ clock_wall(&h->world.clock.clock).ms - ms };
	return ev;
}

/* What is done about a message that is so old. */
static void check(const char *rules, int64_t ago_ms, const char *wanted)
{
	struct engine_fixture h;

	begin(&h, memory_open(), rules);
	fixture_hear(&h, said_ago(&h, "x", "1.1", ago_ms));
	ASSERT_STR(buf_str(&h.done), wanted);
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	fixture_deinit(&h);
}

#define RULE "[rule a]\nmatch = x\n"

/* ---- which ---- */

static void test_what_talks_ages(void)
{
	static const struct {
		const char *rules, *done;
	} cases[] = {
		{ RULE "reply = A\n", "reply C1GENERAL/1.1: A" },
		{ RULE "say = A\n", "say C1GENERAL: A" },
		{ RULE "broadcast = A\n", "broadcast C1GENERAL/1.1 broadcast: A" },
		{ RULE "whisper = A\n", "whisper C1GENERAL@U1ANA: A" },
		{ RULE "react = eyes\n", "react C1GENERAL 1.1: eyes" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check(cases[i].rules, 0, cases[i].done);
		check(cases[i].rules, 15 * MINUTE_MS, cases[i].done);
		check(cases[i].rules, 15 * MINUTE_MS + 1, "");
	}
}

static void test_what_is_for_others_does_not_age(void)
{
	check(RULE "post #incidents = A\n", 1000 * MINUTE_MS, "post C2INC: A");
	check(RULE "dm @raj = A\n", 1000 * MINUTE_MS, "dm U9RAJ: A");
	check(RULE "webhook tickets = {}\n", 1000 * MINUTE_MS, "webhook tickets: {}");
	check(RULE "call chat.meMessage = {\"channel\": \"C9\", \"text\": \"A\"}\n",
	      1000 * MINUTE_MS, "call chat.meMessage C9: {\"channel\":\"C9\",\"text\":\"A\"}");
	check(RULE "set n = 1\npost #incidents = {n}\n", 1000 * MINUTE_MS, "post C2INC: 1");
}

static void test_a_rule_may_say_how_long(void)
{
	check(RULE "reply = A\nwithin = 2h\n", 120 * MINUTE_MS, "reply C1GENERAL/1.1: A");
	check(RULE "reply = A\nwithin = 2h\n", 121 * MINUTE_MS, "");
	check(RULE "reply = A\nwithin = 1m\n", 2 * MINUTE_MS, "");
	check(RULE "dm @raj = A\nwithin = 2h\n", 121 * MINUTE_MS, "");
	check("[defaults]\nwithin = 2h\n" RULE "reply = A\n", 60 * MINUTE_MS,
	      "reply C1GENERAL/1.1: A");
}

static void test_without_a_limit_nothing_ages(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(), RULE "reply = A\n");
	fixture_hear(&h, said_ago(&h, "x", "1.1", 100000 * (int64_t)MINUTE_MS));
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: A");
	fixture_deinit(&h);
}

/* ---- before it is decided ---- */

static void test_a_rule_that_would_do_all_too_late_does_not_fire(void)
{
	struct engine_fixture h;

	begin(&h, memory_open(),
	      "[rule a]\nmatch = x\nwithin = 1m\nlimit = 1 per user ever\nreply = A {count}\n"
	      "[rule b]\nmatch = x\nreply = B\n");
	fixture_hear(&h, said_ago(&h, "x", "1.1", 2 * MINUTE_MS));
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: B"); /* who is in time may talk */
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_RULES_FIRED), 1);
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_JOBS_LATE), 1);
	fixture_say(&h, "x", "1.2"); /* the limit is not spent, and it is the first time */
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: B | reply C1GENERAL/1.2: A 1");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_RULES_LIMITED), 0);
	fixture_deinit(&h);
}

static void test_what_follows_a_late_action_still_happens(void)
{
	check(RULE "reply = A\npost #incidents = B\nsay = C\nset n = 1\n"
		   "on error dm = never\n",
	      20 * MINUTE_MS, "post C2INC: B");
}

/* ---- in the outbox ---- */

static void wait_too_long(struct store *store, bool crashes)
{
	struct engine_fixture h;

	begin(&h, store, RULE "reply = A\nsay = B\npost #incidents = C\n");
	fixture_take(&h, said_ago(&h, "x", "1.1", 0));
	engine_commit(h.engine);
	while (h.is_late && journal_answer(h.store))
		;
	fakeclock_pass(&h.world.clock, 16 * MINUTE_MS);
	if (crashes)
		fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "post C2INC: C");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_JOBS_LATE), 2);
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_ACTIONS_FAILED), 0);
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	if (h.is_late) {
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
	}
	fixture_deinit(&h);
}

static void test_what_waits_too_long_is_dropped(void)
{
	wait_too_long(memory_open(), false);
	wait_too_long(journal_new(), false);
	wait_too_long(journal_new(), true);
}

/* Slack held it back; when it comes to its turn again it is too late. */
static void test_it_is_asked_again_when_its_turn_comes_again(void)
{
	struct engine_fixture h;
	struct job *job;

	begin(&h, journal_new(), RULE "reply = A\n");
	fixture_take(&h, said_ago(&h, "x", "1.1", 0));
	do
		engine_commit(h.engine);
	while (journal_answer(h.store));
	job = fixture_next(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	fakeclock_pass(&h.world.clock, 15 * MINUTE_MS);
	CU_ASSERT_EQUAL(engine_turn(h.engine, job), ENGINE_TURN_GO);
	fakeclock_pass(&h.world.clock, 1);
	CU_ASSERT_EQUAL(engine_turn(h.engine, job), ENGINE_TURN_OVER);
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	CU_ASSERT_EQUAL(engine_in_flight(h.engine), 0);
	fixture_run(&h);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
	fixture_deinit(&h);
}

/* It stands there or it does not, however late that is known. */
static void test_what_is_in_doubt_is_looked_for_even_so(void)
{
	struct engine_fixture h;

	begin(&h, journal_new(), RULE "within = 90s\nreply = A\npost #incidents = B\n");
	h.doubts = "A";
	h.probes = OUTCOME_REFUSED;
	fixture_hear(&h, said_ago(&h, "x", "1.1", 0));
	fixture_wait(&h, 2 * MINUTE_MS);
	/* It is not there, and not worth saying any more; nor is what comes after it. */
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: A | looked for: A | looked for: A");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_JOBS_LATE), 2);
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	fixture_deinit(&h);
}

/* ---- waits ---- */

static void play_wait(struct engine_fixture *h)
{
	fixture_hear(h, said_ago(h, "x", "1.1", 10 * MINUTE_MS));
	fixture_wait(h, 60 * MINUTE_MS);
}

static void test_after_a_wait_it_counts_from_its_end(void)
{
	struct store *(*const stores[])(void) = { memory_open, journal_new, journal_new };

	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		struct engine_fixture h;

		begin(&h, stores[i](), RULE "reply = A\nwait = 1h\nreply = B\n");
		h.crashes = i == 2;
		play_wait(&h);
		ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: A | reply C1GENERAL/1.1: B");
		fixture_deinit(&h);
	}
}

static void test_a_wait_that_ended_while_nobody_was_there(void)
{
	struct engine_fixture h;

	for (int late = 0; late < 2; late++) {
		begin(&h, journal_new(), RULE "wait = 1h\nreply = B\n");
		fixture_hear(&h, said_ago(&h, "x", "1.1", 0));
		fakeclock_pass(&h.world.clock, 75 * MINUTE_MS + late);
		fixture_crash(&h);
		fixture_wait(&h, 0);
		ASSERT_STR(buf_str(&h.done), late ? "" : "reply C1GENERAL/1.1: B");
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
		fixture_deinit(&h);
	}
}

/* Its first answer is too late, and its second will not be. */
static void test_what_comes_after_a_wait_is_in_time(void)
{
	struct engine_fixture h;

	begin(&h, memory_open(), RULE "reply = A\nwait = 1h\nreply = B\n");
	fixture_hear(&h, said_ago(&h, "x", "1.1", 20 * MINUTE_MS));
	ASSERT_STR(buf_str(&h.done), "");
	fixture_wait(&h, 60 * MINUTE_MS);
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: B");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_JOBS_LATE), 1);
	fixture_deinit(&h);
}

/* ---- what is told ---- */

static void read_back(FILE *file, struct buf *out)
{
	int c;

	rewind(file);
	while ((c = fgetc(file)) != EOF)
		buf_addc(out, (char)c);
	buf_addc(out, '\0');
}

static void check_lines(bool ends)
{
	CLEANUP(buf_deinit) struct buf lines = { 0 };
	struct engine_fixture h;
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	char ts[16];

	begin(&h, memory_open(), RULE "reply = A\n");
	log_set_level(LOG_WARN);
	dup2(fileno(file), STDERR_FILENO);
	for (int i = 0; i < 50; i++) {
		struct event *ev;

		snprintf(ts, sizeof(ts), "%d.1", i);
		ev = said_ago(&h, "x", ts, 20 * MINUTE_MS);
		if (i % 5 == 0)
			ev->channel = STR("C2INC");
		fixture_hear(&h, ev);
	}
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 2000);
	if (ends)
		engine_finish(h.engine);
	else
		fixture_wait(&h, 10 * MINUTE_MS);
	dup2(saved, STDERR_FILENO);
	close(saved);
	read_back(file, &lines);
	fclose(file);
	CU_ASSERT_PTR_NOT_NULL(strstr(lines.p, "dropped answers=40 channel=C1GENERAL\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(lines.p, "dropped answers=10 channel=C2INC\n"));
	ASSERT_STR(str_from(strchr(strchr(lines.p, '\n') + 1, '\n')), "\n"); /* two lines */
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_JOBS_LATE), 50);
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), -1);
	fixture_deinit(&h);
}

static void test_a_line_a_channel_says_how_many(void)
{
	check_lines(false);
	check_lines(true); /* the program ends meanwhile */
}

/* ---- followed answers ---- */

/* What was never said is not edited either. */
static void test_an_answer_that_was_too_late_is_not_followed(void)
{
	struct engine_fixture h;
	struct event *edit;

	begin(&h, memory_open(), RULE "reply = {text}\nfollow = edits, deletes\n");
	fixture_take(&h, said_ago(&h, "x one", "1.1", 0));
	engine_commit(h.engine);
	fakeclock_pass(&h.world.clock, 16 * MINUTE_MS);
	fixture_run(&h);
	edit = said_ago(&h, "x two", "1.1", 0);
	edit->kind = EVENT_EDIT;
	edit->key = STR("edit");
	fixture_hear(&h, edit);
	ASSERT_STR(buf_str(&h.done), "");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_ACTIONS_FAILED), 0);
	fixture_deinit(&h);
}

static void test_a_late_job_of_no_run_just_ends(void)
{
	struct engine_fixture h;
	struct job *job;

	begin(&h, memory_open(), "[rule a]\nmatch = x\nowner = @raj\nreply = A\n");
	fixture_take(&h, said_ago(&h, "x", "1.1", 0));
	engine_commit(h.engine);
	job = outbox_lease(engine_outbox(h.engine));
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	CU_ASSERT_EQUAL(job->run, 0);
	CU_ASSERT_EQUAL((int64_t)job->late_ms,
			clock_wall(&h.world.clock.clock).ms + 15 * MINUTE_MS);
	fakeclock_pass(&h.world.clock, 16 * MINUTE_MS);
	CU_ASSERT_EQUAL(engine_turn(h.engine, job), ENGINE_TURN_OVER);
	ASSERT_STR(fixture_run(&h), ""); /* the owner is not told of a failure */
	fixture_deinit(&h);
}

UNIT_MAIN("late", { "what talks ages", test_what_talks_ages },
	  { "what is for others does not age", test_what_is_for_others_does_not_age },
	  { "a rule may say how long", test_a_rule_may_say_how_long },
	  { "without a limit nothing ages", test_without_a_limit_nothing_ages },
	  { "a rule that would do all too late does not fire",
	    test_a_rule_that_would_do_all_too_late_does_not_fire },
	  { "what follows a late action still happens",
	    test_what_follows_a_late_action_still_happens },
	  { "what waits too long is dropped", test_what_waits_too_long_is_dropped },
	  { "it is asked again when its turn comes again",
	    test_it_is_asked_again_when_its_turn_comes_again },
	  { "what is in doubt is looked for even so", test_what_is_in_doubt_is_looked_for_even_so },
	  { "after a wait it counts from its end", test_after_a_wait_it_counts_from_its_end },
	  { "a wait that ended while nobody was there",
	    test_a_wait_that_ended_while_nobody_was_there },
	  { "what comes after a wait is in time", test_what_comes_after_a_wait_is_in_time },
	  { "a line a channel says how many", test_a_line_a_channel_says_how_many },
	  { "an answer that was too late is not followed",
	    test_an_answer_that_was_too_late_is_not_followed },
	  { "a late job of no run just ends", test_a_late_job_of_no_run_just_ends })
