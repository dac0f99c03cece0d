/* SPDX-License-Identifier: MIT */
/*
 * A program that dies at any point, and begins anew with what its store has: what stood is not forgotten, what did not
 * stand was not acknowledged and comes again, and what may have left is looked for before it is sent a second time. (That every story
 * ends the same when the program dies between its sentences, lib/engine_fixture sees to.)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include "base/log.h"
#include "engine/inner.h"
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "store/memory.h"

static const struct outcome done = { .kind = OUTCOME_DONE };

#define HELLO "[rule hello]\nmatch = Hello\nreply = Hi {user.name}!\n"

static void begin(struct engine_fixture *h, const char *rules)
{
	log_set_level(LOG_ERROR);
	fixture_init(h, journal_new(), rules);
}

/* One commit: handed over, and answered. */
static void stand(struct engine_fixture *h)
{
	engine_commit(h->engine);
	CU_ASSERT_TRUE(journal_answer(h->store));
}

/* ---- where it dies ---- */

static void test_what_was_not_stored_comes_again(void)
{
	struct engine_fixture h;

	begin(&h, HELLO);
	fixture_take(&h, said("Hello", "1.1"));
	engine_commit(h.engine);
	fixture_crash(&h);
	CU_ASSERT_EQUAL(h.standing, 0);
	ASSERT_STR(fixture_run(&h), "");
	fixture_say(&h, "Hello", "1.1"); /* Slack has no acknowledgement, and sends it again */
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: Hi Ana!");
	fixture_deinit(&h);
}

static void test_what_stands_is_done(void)
{
	struct engine_fixture h;

	begin(&h, HELLO);
	fixture_take(&h, said("Hello", "1.1"));
	stand(&h);
	fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "reply C1GENERAL/1.1: Hi Ana!");
	fixture_say(&h, "Hello", "1.1");
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: Hi Ana!");
	fixture_deinit(&h);
}

/* Its turn comes, and that stands; whether it then left, nobody knows. */
static void mark(struct engine_fixture *h, bool leaves)
{
	struct job *job = outbox_lease(engine_outbox(h->engine));

	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	CU_ASSERT_EQUAL(engine_turn(h->engine, job), ENGINE_TURN_WAIT);
	CU_ASSERT_PTR_NULL(outbox_ready(engine_outbox(h->engine)));
	stand(h);
	if (leaves)
		CU_ASSERT_PTR_EQUAL(outbox_ready(engine_outbox(h->engine)), job);
}

static void test_what_may_have_left_is_looked_for(void)
{
	static const char *const ends[] = {
		[OUTCOME_DONE] = "looked for: A | say C1GENERAL: B",
		[OUTCOME_REFUSED] =
			"looked for: A | looked for: A | say C1GENERAL: A | say C1GENERAL: B",
		[OUTCOME_UNKNOWN] = "looked for: A | dm U1ANA: cannot look",
	};
	struct engine_fixture h;

	for (size_t i = 0; i < 2 * ARRAY_LEN(ends); i++) {
		if (ends[i / 2] == NULL)
			continue;
		begin(&h, "[rule a]\nmatch = x\nsay = A\nsay = B\non error dm = {error}\n");
		h.probes = (enum outcome_kind)(i / 2);
		fixture_take(&h, said("x", "1.1"));
		stand(&h);
		mark(&h, i % 2 != 0);
		fixture_crash(&h);
		fixture_wait(&h, 59999); /* it may arrive yet */
		ASSERT_STR(buf_str(&h.done), "");
		fixture_wait(&h, 1);
		fixture_wait(&h, 60000);
		ASSERT_STR(buf_str(&h.done), ends[i / 2]);
		CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
		fixture_deinit(&h);
	}
}

/* What is in doubt when the program ends is so when it begins anew, as often as that may be. */
static void test_a_doubt_outlives_the_program(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nsay = A\n");
	h.probes = OUTCOME_REFUSED;
	fixture_take(&h, said("x", "1.1"));
	stand(&h);
	mark(&h, true);
	fixture_crash(&h);
	fixture_wait(&h, 60000);
	fixture_crash(&h); /* it was looked for once */
	fixture_wait(&h, 60000);
	ASSERT_STR(buf_str(&h.done), "looked for: A | looked for: A");
	fixture_wait(&h, 60000);
	ASSERT_STR(buf_str(&h.done),
		   "looked for: A | looked for: A | looked for: A | say C1GENERAL: A");
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
	fixture_deinit(&h);
}

static void test_what_does_no_more_than_once_goes_again(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nreact = eyes\nsay = B\non error dm = {error}\n");
	fixture_take(&h, said("x", "1.1"));
	stand(&h);
	mark(&h, true);
	fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "react C1GENERAL 1.1: eyes | say C1GENERAL: B");
	fixture_deinit(&h);
}

static void test_what_cannot_be_found_is_not_sent_again(void)
{
	static const char *const rules[] = {
		"[rule a]\nmatch = x\nwebhook tickets = {}\nsay = B\non error dm = {error}\n",
		"[rule a]\nmatch = x\nwhisper = A\nsay = B\non error dm = {error}\n",
		("[rule a]\nmatch = x\ncall chat.meMessage = {\"channel\": \"C9\", \"text\": \"A\"}\n"
		 "say = B\non error dm = {error}\n"),
	};
	struct engine_fixture h;

	for (size_t i = 0; i < 2 * ARRAY_LEN(rules); i++) {
		begin(&h, rules[i / 2]);
		fixture_take(&h, said("x", "1.1"));
		stand(&h);
		mark(&h, i % 2 != 0);
		fixture_crash(&h);
		ASSERT_STR(fixture_run(&h),
			   "dm U1ANA: it was under way when the program ended, and may or may not "
			   "have got through");
		CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_ACTIONS_FAILED), 1);
		CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
		fixture_deinit(&h);
	}
}

static void test_what_never_left_is_sent(void)
{
	struct engine_fixture h;
	struct job *job;

	begin(&h, HELLO);
	fixture_take(&h, said("Hello", "1.1"));
	stand(&h);
	job = fixture_next(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	engine_give_back(h.engine, job); /* an orderly end */
	stand(&h);
	fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "reply C1GENERAL/1.1: Hi Ana!");
	fixture_deinit(&h);
}

/* What an end brought and that it came stand together. */
static void test_an_end_that_did_not_stand_is_none(void)
{
	struct engine_fixture h;
	struct job *job;

	begin(&h,
	      "[rule a]\nmatch = x\nwebhook tickets = {}\nset n = 1\nsay = B\non error say = {n or none}\n");
	fixture_take(&h, said("x", "1.1"));
	stand(&h);
	job = fixture_next(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	engine_settled(h.engine, job, &done);
	engine_commit(h.engine);
	fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "say C1GENERAL: none");
	fixture_deinit(&h);
}

/* ---- runs ---- */

static void test_a_wait_goes_on(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = (?<w>x+)\nwait = 2m\nsay = {w} {user.name} {count}\n");
	fixture_say(&h, "xx", "1.1");
	fixture_wait(&h, 50000);
	fixture_crash(&h);
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 1);
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 70000);
	fixture_wait(&h, 69999);
	ASSERT_STR(buf_str(&h.done), "");
	fixture_wait(&h, 1);
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: xx Ana 1");
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
	fixture_deinit(&h);
}

static void test_what_was_due_meanwhile_is_due(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nwait = 2m\nsay = late\n");
	fixture_say(&h, "x", "1.1");
	fakeclock_pass(&h.world.clock, 3600000); /* nobody was there */
	fixture_crash(&h);
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 0);
	fixture_wait(&h, 0);
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: late");
	fixture_deinit(&h);
}

static void test_a_run_finds_its_rule_or_ends(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nwait = 2m\ndm = A\n[rule b]\nmatch = x\nwait = 2m\ndm = B\n"
		  "[rule c]\nmatch = x\nwait = 2m\ndm = C\n");
	fixture_say(&h, "x", "1.1");
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 3);
	/* While the program is down, b is written anew, c is gone, and a has another place. */
	journal_kill(h.store);
	engine_free(h.engine);
	h.engine = engine_new(&h.setup);
	log_set_level(LOG_ERROR);
	fixture_use(
		&h,
		"[rule b]\nmatch = x\nwait = 2m\ndm = new\n[rule a]\nmatch = x\nwait = 2m\ndm = A\n");
	CU_ASSERT_EQUAL(engine_load(h.engine), 0);
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 1);
	fixture_wait(&h, 120000);
	ASSERT_STR(buf_str(&h.done), "dm U1ANA: A");
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
	fixture_deinit(&h);
}

static struct event *edited(const char *text, const char *ts)
{
	struct event *ev = said(text, ts);

	ev->kind = EVENT_EDIT;
	ev->key = str_keepf(&ev->arena, "edit:%s", text);
	return ev;
}

/* An edit that came while the rule answered waits at the run, and outlives the program with it. */
static void test_what_came_while_it_answered_is_followed(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = ^say (.+)\nreply = {1}\nfollow = edits, deletes\n");
	fixture_take(&h, said("say one", "1.1"));
	fixture_take(&h, edited("say two", "1.1"));
	fixture_take(&h, edited("say three", "1.1"));
	stand(&h);
	fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "reply C1GENERAL/1.1: one | edit C1GENERAL 2000.000001: two | "
				    "edit C1GENERAL 2000.000001: three");
	CU_ASSERT_EQUAL(h.engine->n_followups, 0);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
	fixture_deinit(&h);
}

static void test_jobs_of_no_run_are_sent_too(void)
{
	struct engine_fixture h;
	struct event *help = said("help", "1.1");

	help->mentions_bot = true;
	begin(&h, "[rule a]\nmatch = z\nsay = Z\nhelp = yes\n");
	fixture_take(&h, help);
	stand(&h);
	fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "reply C1GENERAL/1.1: I can help with:\n\xE2\x80\xA2 yes");
	fixture_deinit(&h);
}

/* ---- the store ---- */

static int cannot_load(struct store *s, struct str namespace, store_row_fn *on_row, void *owner)
{
	(void)s;
	(void)namespace;
	(void)on_row;
	(void)owner;
	return -1;
}

static void test_a_store_that_cannot_be_read_is_told(void)
{
	struct engine_fixture h;
	struct store *store = memory_open();
	struct store_ops ops = *store->ops;
	struct store broken = { .ops = &ops };
	struct engine *engine;

	begin(&h, HELLO);
	ops.load = cannot_load;
	h.setup.store = &broken;
	engine = engine_new(&h.setup);
	engine_set_rules(engine, engine_rules(h.engine));
	CU_ASSERT_TRUE(engine_load(engine) < 0);
	engine_free(engine);
	fixture_deinit(&h);
}

static void test_strange_rows_are_left_alone(void)
{
	struct engine_fixture h;

	begin(&h, HELLO);
	batch_put(&h.engine->batch, STORE_RUN, STR("1"), STR("{\"from\":\"the future\"}"));
	batch_put(&h.engine->batch, STORE_JOB, STR("1"), STR("x"));
	batch_put(&h.engine->batch, STORE_SEEN, STR("m:T1:C1GENERAL:1.1"), STR("x"));
	stand(&h);
	fixture_crash(&h);
	fixture_say(&h, "Hello", "1.1");
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/1.1: Hi Ana!");
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 1);
	fixture_deinit(&h);
}

/* What cannot be stored for long must not fill the memory: it is left to Slack. */
static void put_again(void *owner, enum store_table table, struct str key, struct str value)
{
	(void)key;
	if (table == STORE_RUN || table == STORE_JOB)
		batch_put(owner, table, STR("7"), value);
}

/* Done once under its own number, it would be there for ever under the other. */
static void test_rows_of_another_number_are_left_alone(void)
{
	struct engine_fixture h;

	begin(&h, "[rule a]\nmatch = x\nsay = A\nsay = B\n");
	fixture_take(&h, said("x", "1.1"));
	stand(&h);
	h.store->ops->load(h.store, STR("T1"), put_again, &h.engine->batch);
	stand(&h);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 2);
	CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 2);
	fixture_crash(&h);
	ASSERT_STR(fixture_run(&h), "say C1GENERAL: A | say C1GENERAL: B");
	fixture_deinit(&h);
}

static void test_a_store_far_behind_holds_events_off(void)
{
	struct engine_fixture h;
	struct event *ev;
	char ts[16];
	int taken = 0;

	begin(&h, "[rule a]\nmatch = nothing\nif = {count} is 99\nsay = never\n" HELLO);
	engine_commit(h.engine);
	journal_break(h.store, true);
	for (int i = 0;; i++) {
		snprintf(ts, sizeof(ts), "%d.1", i);
		ev = said("nothing", ts);
		if (!engine_take(h.engine, ev, NULL, NULL, NULL))
			break;
		taken++;
	}
	CU_ASSERT_EQUAL(taken, ENGINE_ROWS_MAX);
	journal_break(h.store, false);
	fixture_run(&h);
	fixture_say(&h, "Hello", "0.9");
	ASSERT_STR(buf_str(&h.done), "reply C1GENERAL/0.9: Hi Ana!");
	fixture_deinit(&h);
}

/* ---- dying anywhere ---- */

enum { EVENTS = 20 };

struct ledger {
	int answers[EVENTS]; /* of each message, as they left */
	bool told[EVENTS];
};

static void on_told(void *owner, void *tag)
{
	((struct ledger *)owner)->told[(uintptr_t)tag] = true;
}

static int64_t number_of(const struct job *job)
{
	int64_t number = -1;

	CU_ASSERT_TRUE_FATAL(str_int(str_from(job->message.text), &number));
	return number;
}

static void look_for_one(struct engine_fixture *h, const struct ledger *l)
{
	struct job *job = outbox_probe(engine_outbox(h->engine), clock_mono(&h->world.clock.clock));
	struct outcome outcome = { .kind = OUTCOME_REFUSED };

	if (job == NULL)
		return;
	if (l->answers[number_of(job)] > 0)
		outcome = done;
	engine_probed(h->engine, job, &outcome);
}

static void send_one(struct engine_fixture *h, struct ledger *l)
{
	struct job *job = outbox_ready(engine_outbox(h->engine));

	if (job == NULL) {
		job = outbox_lease(engine_outbox(h->engine));
		if (job != NULL)
			engine_turn(h->engine, job);
		return;
	}
	l->answers[number_of(job)]++;
	if (rand() % 4 == 0)
		fixture_crash(h); /* before anybody hears of it */
	else
		engine_settled(h->engine, job, &done);
}

static void hear(struct engine_fixture *h, struct ledger *l, int i)
{
	char text[16], ts[16];
	struct event *ev;

	snprintf(text, sizeof(text), "%d", i);
	snprintf(ts, sizeof(ts), "%d.1", i + 1);
	ev = said(text, ts);
	ev->time = clock_wall(&h->world.clock.clock);
	engine_take(h->engine, ev, on_told, l, (void *)(uintptr_t)i);
}

static void drain(struct engine_fixture *h, struct ledger *l)
{
	for (;;) {
		engine_commit(h->engine);
		while (journal_answer(h->store))
			engine_commit(h->engine);
		if (engine_unsettled(h->engine) == 0)
			return;
		send_one(h, l);
		look_for_one(h, l);
		fakeclock_pass(&h->world.clock, 500);
	}
}

/* Slack sends what is not acknowledged again, and shows what it was sent. In the end every message was answered once. */
static void test_a_message_is_answered_once_wherever_it_dies(void)
{
	unsigned seed = unit_seed();
	int errors = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);

	dup2(nowhere, STDERR_FILENO); /* of commits that fail */
	for (unsigned round = 0; round < 200; round++) {
		struct engine_fixture h;
		struct ledger l = { .told = { false } };

		srand(seed + round);
		begin(&h,
		      "[rule a]\nmatch = (\\d+)\nsay = {1}\nlimit = 100 per user\nset last = {1}\n");
		for (int step = 0; step < 400; step++) {
			int i = rand() % EVENTS;

			switch (rand() % 7) {
			case 0:
				if (!l.told[i])
					hear(&h, &l, i);
				break;
			case 1:
				engine_commit(h.engine);
				break;
			case 2:
				journal_answer(h.store);
				break;
			case 3:
				send_one(&h, &l);
				break;
			case 4:
				look_for_one(&h, &l);
				break;
			case 5:
				if (rand() % 5 == 0)
					journal_break(h.store, rand() % 2 == 0);
				fakeclock_pass(&h.world.clock, 5000);
				break;
			default:
				if (rand() % 8 == 0)
					fixture_crash(&h);
				break;
			}
		}
		journal_break(h.store, false);
		fakeclock_pass(&h.world.clock, 5000);
		for (int i = 0; i < EVENTS; i++) {
			if (!l.told[i])
				hear(&h, &l, i);
		}
		drain(&h, &l);
		for (int i = 0; i < EVENTS; i++) {
			CU_ASSERT_TRUE_FATAL(l.told[i]);
			CU_ASSERT_EQUAL(l.answers[i], 1);
		}
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_JOB), 0);
		CU_ASSERT_EQUAL(journal_n_rows(h.store, STORE_RUN), 0);
		fixture_deinit(&h);
	}
	dup2(errors, STDERR_FILENO);
	close(errors);
	close(nowhere);
}

UNIT_MAIN("load", { "what was not stored comes again", test_what_was_not_stored_comes_again },
	  { "what stands is done", test_what_stands_is_done },
	  { "what may have left is looked for", test_what_may_have_left_is_looked_for },
	  { "a doubt outlives the program", test_a_doubt_outlives_the_program },
	  { "what does no more than once goes again", test_what_does_no_more_than_once_goes_again },
	  { "what cannot be found is not sent again", test_what_cannot_be_found_is_not_sent_again },
	  { "what never left is sent", test_what_never_left_is_sent },
	  { "an end that did not stand is none", test_an_end_that_did_not_stand_is_none },
	  { "a wait goes on", test_a_wait_goes_on },
	  { "what was due meanwhile is due", test_what_was_due_meanwhile_is_due },
	  { "a run finds its rule or ends", test_a_run_finds_its_rule_or_ends },
	  { "what came while it answered is followed",
	    test_what_came_while_it_answered_is_followed },
	  { "jobs of no run are sent too", test_jobs_of_no_run_are_sent_too },
	  { "a store that cannot be read is told", test_a_store_that_cannot_be_read_is_told },
	  { "strange rows are left alone", test_strange_rows_are_left_alone },
	  { "rows of another number are left alone", test_rows_of_another_number_are_left_alone },
	  { "a store far behind holds events off", test_a_store_far_behind_holds_events_off },
	  { "a message is answered once wherever it dies",
	    test_a_message_is_answered_once_wherever_it_dies })
