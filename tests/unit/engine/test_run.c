/* SPDX-License-Identifier: MIT */
/* Each story is played where nothing is kept and with a store that answers late. */
#include <stdio.h>
#include <stdlib.h>
#include "lib/engine_fixture.h"
#include "lib/journal.h"
#include "engine/inner.h"
#include "lib/unit.h"
#include "store/memory.h"

static const struct outcome done = { .kind = OUTCOME_DONE };

/* ---- order ---- */

static void test_actions_are_done_in_their_order(void)
{
	ASSERT_DOES(
		"[rule a]\nmatch = x\nreact = eyes, tada\nsay = A\ndm @raj = B\npost #incidents = C\n"
		"call chat.meMessage = {\"channel\": \"C9\", \"text\": \"D\"}\n",
		"x",
		"react C1GENERAL 1.1: eyes | react C1GENERAL 1.1: tada | say C1GENERAL: A | "
		"dm U9RAJ: B | post C2INC: C | "
		"call chat.meMessage C9: {\"channel\":\"C9\",\"text\":\"D\"}");
}

static void test_each_action_waits_for_the_one_before(void)
{
	struct store *(*const stores[])(void) = { memory_open, journal_new };

	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		struct engine_fixture h;
		struct job *first;

		fixture_init(&h, stores[i](), "[rule a]\nmatch = x\nreact = eyes\nsay = A\n");
		fixture_take(&h, said("x", "1.1"));
		for (int turn = 0; turn < 5; turn++) {
			while (h.is_late && journal_answer(h.store))
				;
			engine_commit(h.engine);
		}
		while (h.is_late && journal_answer(h.store))
			;
		first = fixture_next(&h);
		CU_ASSERT_PTR_NOT_NULL_FATAL(first);
		CU_ASSERT_EQUAL(first->kind, JOB_REACTION);
		engine_commit(h.engine);
		CU_ASSERT_PTR_NULL(fixture_next(&h));
		CU_ASSERT_EQUAL(engine_unsettled(h.engine), 1);
		engine_settled(h.engine, first, &done);
		ASSERT_STR(fixture_run(&h), "say C1GENERAL: A");
		fixture_deinit(&h);
	}
}

/* ---- results ---- */

static void play_results(struct engine_fixture *h)
{
	h->brings = "{\"key\": \"T-1\", \"list\": [{\"n\": 7}], \"evil\": \"<!channel> {user}\"}";
	fixture_say(h, "x", "1.1");
}

static void test_what_a_webhook_brings_feeds_the_next(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = x\nwebhook tickets = {\"t\": \"{text}\"}\n"
		"reply = {result.key} {result.list.0.n} {result.none or nothing} {result.evil}\n"
		"call chat.meMessage = {\"channel\": \"C9\", \"text\": \"{result.key}\"}\n",
		play_results,
		"webhook tickets: {\"t\":\"x\"} | reply C1GENERAL/1.1: T-1 7 nothing "
		"&lt;!channel&gt; {user} | call chat.meMessage C9: "
		"{\"channel\":\"C9\",\"text\":\"T-1\"}");
}

/* ---- failures ---- */

static void play_refusal(struct engine_fixture *h)
{
	h->refuses = "BAD";
	fixture_say(h, "x", "1.1");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_ACTIONS_FAILED), 1);
}

static void test_the_first_failure_ends_all_but_on_error(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = x\nreact = eyes\non error say = too early\nsay = BAD\nsay = never\n"
		"on error whisper = It said {error}.\ndm = never\non error dm @raj = also\n",
		play_refusal,
		"react C1GENERAL 1.1: eyes | say C1GENERAL: BAD | "
		"whisper C1GENERAL@U1ANA: It said no_such_thing. | dm U9RAJ: also");
}

static void play_doubt(struct engine_fixture *h)
{
	h->doubts = "BAD";
	h->probes = OUTCOME_UNKNOWN;
	fixture_say(h, "x", "1.1");
	fixture_wait(h, 60000);
}

static void test_what_may_have_happened_is_a_failure_too(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nwebhook tickets = {\"t\": \"BAD\"}\nsay = never\n"
		     "on error say = {error}\n",
		     play_doubt, "webhook tickets: {\"t\":\"BAD\"} | say C1GENERAL: no answer");
	/* A message is looked for first; that may tell nothing. */
	ASSERT_STORY("[rule a]\nmatch = x\nsay = BAD\nsay = never\non error say = {error}\n",
		     play_doubt,
		     "say C1GENERAL: BAD | looked for: BAD | say C1GENERAL: cannot look");
}

static void play_found(struct engine_fixture *h)
{
	h->doubts = "BAD";
	h->probes = OUTCOME_DONE;
	fixture_say(h, "x", "1.1");
	fixture_wait(h, 60000);
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_JOBS_FOUND), 1);
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_ACTIONS_FAILED), 0);
}

static void play_not_there(struct engine_fixture *h)
{
	h->doubts = "BAD";
	h->probes = OUTCOME_REFUSED;
	fixture_say(h, "x", "1.1");
	fixture_wait(h, 60000);
	h->doubts = NULL;
	fixture_wait(h, 60000);
}

static void test_a_message_in_doubt_is_looked_for(void)
{
	static const char *const rules =
		"[rule a]\nmatch = x\nsay = BAD\nsay = next\non error say = {error}\n";
	struct store *(*const stores[])(void) = { memory_open, journal_new };

	ASSERT_STORY(rules, play_found,
		     "say C1GENERAL: BAD | looked for: BAD | say C1GENERAL: next");
	/* A program that ends in between begins anew to look for it: tests/unit/engine/test_load. */
	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		struct engine_fixture h;

		fixture_init(&h, stores[i](), rules);
		play_not_there(&h);
		ASSERT_STR(buf_str(&h.done),
			   "say C1GENERAL: BAD | looked for: BAD | looked for: BAD | "
			   "say C1GENERAL: BAD | say C1GENERAL: next");
		fixture_deinit(&h);
	}
}

static void test_what_cannot_be_made_is_a_failure(void)
{
	ASSERT_DOES("[rule a]\nmatch = (\\w+)\nreact = eyes\npost {1} = no\nsay = never\n"
		    "on error say = {error}\n",
		    "x", "react C1GENERAL 1.1: eyes | say C1GENERAL: x is no channel");
	ASSERT_DOES("[rule a]\nmatch = (\\w+)\ndm {1} = no\nsay = never\non error say = {error}\n",
		    "x", "say C1GENERAL: there is nobody, or more than one, called x");
	ASSERT_DOES("[rule a]\nmatch = x\nadd n = much\nsay = never\non error say = {error}\n", "x",
		    "say C1GENERAL: `much` is no number to add");
	ASSERT_DOES(
		"[rule a]\nmatch = x\nset n = words\nadd n = 1\nsay = never\non error say = {error}\n",
		"x", "say C1GENERAL: what is stored there is no number");
}

static void play_double_refusal(struct engine_fixture *h)
{
	h->refuses = "BAD";
	fixture_say(h, "x", "1.1");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_ACTIONS_FAILED), 2);
}

static void test_a_failing_on_error_leaves_the_first_reason(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = x\npost #nowhere! = x\non error say = BAD {error}\n"
		"on error dm = {error}\n",
		play_double_refusal,
		"say C1GENERAL: BAD #nowhere! is no channel | dm U1ANA: #nowhere! is no channel");
}

static void play_parts_refused(struct engine_fixture *h)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	while (text.len < 7000)
		buf_addz(&text, "BAD words ");
	buf_addc(&text, '\0');
	h->refuses = "BAD";
	fixture_say(h, text.p, "1.1");
	h->done.len = 0;
	fixture_say(h, "short", "1.2");
}

static void test_all_parts_are_over_before_it_goes_on(void)
{
	ASSERT_STORY("[rule a]\nsay = {text}\non error dm = {error}\n", play_parts_refused,
		     "say C1GENERAL: short");
}

static void test_empty_texts_are_left_out(void)
{
	ASSERT_DOES("[rule a]\nmatch = x(y)?\nsay = {1}\nreact = eyes\ndm = {1}\n", "x",
		    "react C1GENERAL 1.1: eyes");
}

/* ---- wordings ---- */

static void play_four(struct engine_fixture *h)
{
	static const char *const ts[] = { "1.1", "1.2", "1.3", "1.4" };

	for (size_t i = 0; i < ARRAY_LEN(ts); i++)
		fixture_say(h, "x", ts[i]);
}

#define WORDINGS "[rule a]\nmatch = x\nsay = A\n    ---\n    B\n    ---\n    C\n"

static void test_wordings_come_in_turn(void)
{
	ASSERT_STORY(WORDINGS "pick = in turn\n", play_four,
		     "say C1GENERAL: A | say C1GENERAL: B | say C1GENERAL: C | say C1GENERAL: A");
}

static void play_turn_over_a_reload(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_use(h, WORDINGS "pick = in turn\n");
	fixture_say(h, "x", "1.2");
	fixture_use(h, "[rule a]\nmatch = x\nsay = only\n    ---\n    other\npick = in turn\n");
	fixture_say(h, "x", "1.3");
}

static void test_the_turn_survives_a_reload(void)
{
	ASSERT_STORY(WORDINGS "pick = in turn\n", play_turn_over_a_reload,
		     "say C1GENERAL: A | say C1GENERAL: B | say C1GENERAL: only");
}

static void test_random_wordings_never_repeat_at_once(void)
{
	unsigned seed = unit_seed();
	struct engine_fixture h;
	char last = 0, ts[16];
	unsigned seen = 0;

	srand(seed);
	fixture_init(&h, memory_open(), WORDINGS);
	for (int i = 0; i < 200; i++) {
		h.world.dice = (size_t)rand();
		buf_clear(&h.done);
		snprintf(ts, sizeof(ts), "%d.1", i);
		fixture_say(&h, "x", ts);
		CU_ASSERT_FATAL(h.done.len > 0);
		CU_ASSERT_NOT_EQUAL(h.done.p[h.done.len - 1], last);
		last = h.done.p[h.done.len - 1];
		seen |= 1U << ((unsigned char)last & 7U);
	}
	CU_ASSERT_EQUAL(seen, 1U << 1 | 1U << 2 | 1U << 3); /* A, B, C */
	fixture_deinit(&h);
}

/* ---- what is stored ---- */

static void play_counting(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_say(h, "nothing", "1.2");
	fixture_say(h, "x", "1.3");
	fixture_use(h, "[rule a]\nmatch = x\nsay = still {count}\n");
	fixture_say(h, "x", "1.4");
}

static void test_count_says_how_often_the_rule_fired(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nsay = {count}\nreact = eyes\ndm = {count}\n",
		     play_counting,
		     "say C1GENERAL: 1 | react C1GENERAL 1.1: eyes | dm U1ANA: 1 | "
		     "say C1GENERAL: 2 | react C1GENERAL 1.3: eyes | dm U1ANA: 2 | "
		     "say C1GENERAL: still 3");
}

static void play_shadow_count(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_use(h, "[rule a]\nmatch = x\nsay = {count}\n");
	fixture_say(h, "x", "1.2");
}

static void test_shadows_are_not_counted(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nsay = {count}\nmode = shadow\n", play_shadow_count,
		     "say C1GENERAL: 1");
}

static struct event *praised(const char *text, const char *id, const char *shown, const char *ts)
{
	struct event *ev = said(text, ts);
	size_t at = str_find(ev->text, shown), len = str_from(shown).len;

	CU_ASSERT_FATAL(at != SIZE_MAX);
	ev->pieces = arena_alloc(&ev->arena, 3 * sizeof(ev->pieces[0]));
	ev->n_pieces = 3;
	ev->pieces[0] = (struct text_piece){ str_sub(ev->text, 0, at), .part = PART_TEXT };
	ev->pieces[1] = (struct text_piece){ str_sub(ev->text, at, at + len), .part = PART_TEXT,
					     .sigil = '@',
					     .id = str_keep(&ev->arena, str_from(id)) };
	ev->pieces[2] = (struct text_piece){ str_sub(ev->text, at + len, ev->text.len),
					     .part = PART_TEXT };
	return ev;
}

static void play_karma(struct engine_fixture *h)
{
	fixture_hear(h, praised("@raj ++", "U9RAJ", "@raj", "1.1"));
	fixture_hear(h, praised("@Raj ++", "U9RAJ", "@Raj", "1.2")); /* the same person */
	fixture_hear(h, praised("@kim --", "U7KIM", "@kim", "1.3"));
	fixture_hear(h, praised("@raj --", "U9RAJ", "@raj", "1.4"));
	fixture_hear(h, praised("@ana ++", "U1ANA", "@ana", "1.5")); /* oneself */
}

static void test_people_are_keys_by_their_ids(void)
{
	ASSERT_STORY(
		"[rule karma]\nmatch = {person:who} ?(?<sign>\\+\\+|--)\nif = who is not {user}\n"
		"add karma[{who}] = {if sign is ++: 1 | else -1}\n"
		"say = {who} is at {karma[{who}]}.\n",
		play_karma,
		"say C1GENERAL: @\xE2\x81\xA0raj is at 1. | "
		"say C1GENERAL: @\xE2\x81\xA0Raj is at 2. | "
		"say C1GENERAL: @\xE2\x81\xA0kim is at -1. | "
		"say C1GENERAL: @\xE2\x81\xA0raj is at 1.");
}

static void play_duty(struct engine_fixture *h)
{
	fixture_hear(h, praised("duty @raj", "U9RAJ", "@raj", "1.1"));
	fixture_say(h, "who", "1.2");
}

static void test_a_stored_person_stays_one(void)
{
	ASSERT_STORY(
		"[rule set]\nmatch = duty {person:p}\nset duty = {p}\n"
		"[rule who]\nmatch = who\nsay = {duty} {duty.name} {duty.id} {duty.email} {duty.mention}\n"
		"dm {duty} = yours\n",
		play_duty,
		"say C1GENERAL: @\xE2\x81\xA0raj Raj U9RAJ raj@acme.example <@U9RAJ> | dm U9RAJ: yours");
}

static void play_false_person(struct engine_fixture *h)
{
	fixture_say(h, "duty \x01@U9RAJ\x01@boss", "1.1");
	fixture_say(h, "who", "1.2");
}

static void test_what_is_written_never_becomes_a_stored_person(void)
{
	ASSERT_STORY("[rule set]\nmatch = duty (.+)\nset duty = {1}\n"
		     "[rule who]\nmatch = who\nsay = {duty}, {duty.id or nobody}\n",
		     play_false_person,
		     "say C1GENERAL: @\xE2\x81\xA0U9RAJ@\xE2\x81\xA0"
		     "boss, nobody");
}

static void play_set(struct engine_fixture *h)
{
	fixture_say(h, "get", "1.1");
	fixture_say(h, "set 5", "1.2");
	fixture_say(h, "get", "1.3");
	fixture_say(h, "set", "1.4"); /* an empty value is none */
	fixture_say(h, "get", "1.5");
}

static void test_set_keeps_and_forgets(void)
{
	ASSERT_STORY("[rule set]\nmatch = ^set ?(.*)\nset n = {1}\n"
		     "[rule get]\nmatch = get\nsay = {n or none}\n",
		     play_set, "say C1GENERAL: none | say C1GENERAL: 5 | say C1GENERAL: none");
}

static void test_keys_may_need_what_is_stored(void)
{
	ASSERT_DOES("[rule a]\nmatch = x\nset first = b\nset v[b] = c\nset v[c] = end\n"
		    "say = {v[{v[{first}]}]}\n",
		    "x", "say C1GENERAL: end");
}

static void play_steps(struct engine_fixture *h)
{
	fixture_hear(h, praised("duty @raj", "U9RAJ", "@raj", "1.1"));
	ASSERT_STR(buf_str(&h->steps), "set duty = @raj | add n + 2");
}

static void test_steps_are_told_as_people_read_them(void)
{
	ASSERT_STORY("[rule set]\nmatch = duty {person:p}\nset duty = {p}\nadd n = 2\n", play_steps,
		     "");
}

/* ---- condition ---- */

static void play_condition(struct engine_fixture *h)
{
	fixture_say(h, "open", "1.1");
	fixture_say(h, "go", "1.2");
	fixture_say(h, "go", "1.3");
}

static void test_if_asks_what_is_stored(void)
{
	ASSERT_STORY(
		"[rule go]\nmatch = go\nif = door is open and n is not 1\nadd n = 1\nsay = in\n"
		"[rule open]\nmatch = open\nset door = open\n"
		"[rule no]\nmatch = go\nsay = closed\n",
		play_condition, "say C1GENERAL: in | say C1GENERAL: closed");
}

/* ---- own answers ---- */

static void play_edit(struct engine_fixture *h)
{
	h->brings = "{\"key\": \"T-1\"}";
	fixture_say(h, "x", "1.1");
}

static void test_edit_and_remove_concern_the_last_answer(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = x\nsay = wait\nwebhook tickets = {}\nedit = done: {result.key}\n"
		"dm = B\nremove = yes\nremove = yes\nremove = yes\n",
		play_edit,
		"say C1GENERAL: wait | webhook tickets: {} | edit C1GENERAL 2000.000001: done: T-1 | "
		"dm U1ANA: B | remove C1GENERAL 2000.000001");
}

static void play_later_edit(struct engine_fixture *h)
{
	struct event *reaction = reacted("x", "1.1");

	fixture_say(h, "ask", "1.1");
	fixture_hear(h, reaction);
}

static void test_a_later_event_may_edit(void)
{
	ASSERT_STORY("[rule a]\non = message, reaction :x:\nif = {event.none} is not set\n"
		     "match = ask\nedit = first {count}\nsay = now {count}\n",
		     play_later_edit, "say C1GENERAL: now 1");
}

/* ---- waits ---- */

static void play_wait(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 1);
	CU_ASSERT_EQUAL(engine_due_ms(h->engine), 120000);
	ASSERT_STR(buf_str(&h->steps), "wait ");
	fixture_wait(h, 119999);
	ASSERT_STR(buf_str(&h->done), "react C1GENERAL 1.1: eyes");
	CU_ASSERT_EQUAL(engine_due_ms(h->engine), 1);
	fixture_wait(h, 1);
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 0);
	CU_ASSERT_EQUAL(engine_due_ms(h->engine), -1);
}

static void test_what_follows_a_wait_happens_later(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nreact = eyes\nwait = 2m\nsay = {text}\n", play_wait,
		     "react C1GENERAL 1.1: eyes | say C1GENERAL: x");
}

static void play_reload_while_waiting(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_use(h, "[rule a]\nmatch = x\nsay = new\n");
	fixture_wait(h, 120000);
}

static void test_a_waiting_run_keeps_its_rule(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nwait = 2m\nsay = old\n", play_reload_while_waiting,
		     "say C1GENERAL: old");
}

/* A reload finds the rule again, or the run keeps the one rule that it is at; the set goes in any case. */
static void test_a_waiting_run_keeps_no_set(void)
{
	static const char *const same =
		"[rule a]\nmatch = x\nwait = 2m\nsay = old\n[rule b]\nmatch = y\nsay = B\n";
	struct engine_fixture h;
	const struct rule *old;
	struct run *run;

	fixture_init(&h, memory_open(), same);
	fixture_say(&h, "x", "1.1");
	run = container_of(heap_min(&h.engine->waits.due), struct run, node);
	for (int i = 0; i < 3; i++) {
		fixture_use(&h, same);
		CU_ASSERT_PTR_EQUAL(run->rule,
				    ruleset_rule_named(engine_rules(h.engine), STR("a")));
		CU_ASSERT_EQUAL(run->rule->n_refs, 2); /* the set's and the run's */
	}
	old = run->rule;
	fixture_use(&h, "[rule a]\nmatch = x\nsay = new\n");
	CU_ASSERT_PTR_EQUAL(run->rule, old);
	CU_ASSERT_EQUAL(old->n_refs, 1);
	fixture_use(&h, same); /* as it was */
	CU_ASSERT_PTR_EQUAL(run->rule, ruleset_rule_named(engine_rules(h.engine), STR("a")));
	fixture_use(&h, "[rule b]\nmatch = y\nsay = B\n");
	fixture_wait(&h, 120000);
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: old");
	fixture_deinit(&h);
}

static struct event *by(struct event *ev, const char *id)
{
	ev->user.id = str_keep(&ev->arena, str_from(id));
	if (ev->kind == EVENT_MESSAGE)
		ev->author = ev->user;
	return ev;
}

static void play_author_goes_on(struct engine_fixture *h)
{
	struct event *bot = by(replied("beep", "1.3", "1.1"), "U3CI");

	bot->from_bot = true;
	fixture_say(h, "x", "1.1");
	fixture_hear(h, replied("please", "1.2", "1.1")); /* the author's own */
	fixture_hear(h, bot);
	fixture_hear(h, by(replied("elsewhere", "1.4", "1.0"), "U9RAJ"));
	fixture_hear(h, by(said("in the channel", "1.5"), "U9RAJ"));
	fixture_hear(h, by(reacted("eyes", "1.1"), "U9RAJ"));
	fixture_wait(h, 120000);
}

static void play_somebody_answers(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_hear(h, by(replied("here you are", "1.2", "1.1"), "U9RAJ"));
	fixture_wait(h, 120000);
}

#define UNLESS(what) "[rule a]\nmatch = x\nwait = 2m unless " what "\nsay = late\n"

static void test_unless_answered(void)
{
	ASSERT_STORY(UNLESS("answered"), play_author_goes_on, "say C1GENERAL: late");
	ASSERT_STORY(UNLESS("answered"), play_somebody_answers, "");
}

static void play_bot_replies(struct engine_fixture *h)
{
	struct event *bot = by(replied("beep", "1.3", "1.1"), "U3CI");

	bot->from_bot = true;
	fixture_say(h, "x", "1.1");
	fixture_hear(h, bot);
	fixture_wait(h, 120000);
}

static void test_unless_replied(void)
{
	ASSERT_STORY(UNLESS("replied"), play_author_goes_on, "");
	ASSERT_STORY(UNLESS("replied"), play_bot_replies, "");
	ASSERT_STORY(UNLESS("answered"), play_bot_replies, "say C1GENERAL: late");
}

static void play_reaction(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_hear(h, by(reacted("eyes", "1.1"), "U9RAJ"));
	fixture_wait(h, 120000);
}

static void test_unless_reacted(void)
{
	ASSERT_STORY(UNLESS("reacted"), play_reaction, "");
	ASSERT_STORY(UNLESS("reacted"), play_somebody_answers, "say C1GENERAL: late");
	ASSERT_STORY(UNLESS("answered"), play_reaction, "say C1GENERAL: late");
	ASSERT_STORY(UNLESS("answered or reacted"), play_reaction, "");
	ASSERT_STORY(UNLESS("answered or reacted"), play_somebody_answers, "");
}

static void play_question_in_a_thread(struct engine_fixture *h)
{
	fixture_hear(h, replied("x", "1.5", "1.0"));
	fixture_hear(h, by(replied("late news of what came before", "1.4", "1.0"), "U9RAJ"));
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 1);
	fixture_hear(h, by(replied("an answer", "1.6", "1.0"), "U9RAJ"));
	CU_ASSERT_EQUAL(engine_waiting(h->engine), 0);
}

static void test_only_what_came_behind_the_question_answers_it(void)
{
	ASSERT_STORY(UNLESS("answered"), play_question_in_a_thread, "");
}

/* ---- a full outbox ---- */

enum { FULL = 20 };

static void fill(struct engine *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct job *job = job_new(JOB_REACTION, "react");

		job->channel = job_keep(job, STR("C1GENERAL"));
		engine_put(e, job);
	}
}

static void test_a_full_outbox_is_a_failure(void)
{
	struct engine_fixture h;
	struct job *job;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = x\nset n = 1\nsay = A\nset n = 2\n"
		     "on error set n = {error}\n[rule b]\nmatch = get\nsay = {n}\n");
	h.setup.limits.max = FULL;
	fixture_renew(&h);
	fill(h.engine, FULL);
	fixture_take(&h, said("x", "1.1"));
	engine_commit(h.engine);
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_JOBS_DROPPED), 1);
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_ACTIONS_FAILED), 1);
	while ((job = fixture_next(&h)) != NULL)
		engine_settled(h.engine, job, &done);
	fixture_say(&h, "get", "1.2");
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: the outbox is full");
	fixture_deinit(&h);
}

static void test_half_an_answer_is_a_failure(void)
{
	struct engine_fixture h;
	struct job *job;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = x\nreact = eyes, tada\nreact = never\n"
		     "on error dm = {error}\n");
	h.setup.limits.max = FULL;
	fixture_renew(&h);
	fill(h.engine, FULL - 1);
	fixture_take(&h, said("x", "1.1"));
	engine_commit(h.engine);
	for (size_t i = 0; i < FULL - 1; i++) {
		job = fixture_next(&h);
		engine_settled(h.engine, job, &done);
	}
	ASSERT_STR(fixture_run(&h), "react C1GENERAL 1.1: eyes | dm U1ANA: the outbox is full");
	fixture_deinit(&h);
}

/* ---- ends ---- */

/* The engine ends while something is under way, at every point of the story. */
static void test_the_engine_may_end_at_any_point(void)
{
	for (int stop = 0; stop < 60; stop++) {
		struct engine_fixture h;
		int left = stop;

		fixture_init(
			&h, journal_new(),
			"[rule a]\nmatch = x\nif = n is not 1\nlimit = 9 per user\nset n = {count}\n"
			"say = A\n    ---\n    B\nwebhook tickets = {\"n\": \"{n}\"}\nwait = 1m\n"
			"post #no! = {n}\nowner = @raj\nfollow = edits, deletes\non error say = {error}\n");
		fixture_take(&h, said("x", "1.1"));
		while (left-- > 0) {
			if (journal_answer(h.store))
				continue;
			engine_commit(h.engine);
			if (journal_answer(h.store))
				continue;
			if (!fixture_end_one(&h) && !engine_end_waits(h.engine))
				break;
		}
		CU_ASSERT_TRUE(fixture_counted(&h, METRIC_EVENTS_RECEIVED) == 1);
		fixture_deinit(&h); /* the leak checker is the judge */
	}
}

static void test_a_job_of_a_run_that_is_gone_is_nobodys(void)
{
	struct engine_fixture h;
	struct job *job = job_new(JOB_REACTION, "react");

	fixture_init(&h, memory_open(), "[rule a]\nmatch = x\nsay = A\n");
	job->run = 4711;
	engine_put(h.engine, job);
	engine_commit(h.engine);
	engine_settled(h.engine, fixture_next(&h), &done);
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_ACTIONS_FAILED), 0);
	CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	fixture_deinit(&h);
}

static void test_many_actions_are_no_recursion(void)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };

	buf_addz(&rules, "[rule a]\nmatch = x\n");
	for (int i = 0; i < 500; i++)
		buf_addz(&rules, "add n = 1\n");
	buf_addz(&rules, "say = {n}\n");
	buf_addc(&rules, '\0');
	ASSERT_DOES(rules.p, "x", "say C1GENERAL: 500");
}

/* Each look at the clock takes a while; long waits take more than all patterns of an event may. */
static int64_t patterns_ns(void *owner)
{
	return *(int64_t *)owner += 1000;
}

static void test_patterns_have_their_time_anew_after_a_wait(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct engine_fixture h;
	int64_t ns = 0;

	buf_init(&text, 0);
	while (text.len < 5000)
		buf_addc(&text, 'b');
	buf_addz(&text, "x");
	buf_addc(&text, '\0');
	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = b[^q]*bbbbbbbbbbbbbbbbbbbbx\nwait = 2m\n"
		     "say = {if text matches b[^q]*bbbbbbbbbbbbbbbbbbbbx: yes | else no}\n");
	pattern_kit_set_clock(engine_rules(h.engine)->shared->kit, patterns_ns, &ns);
	fixture_say(&h, text.p, "1.1");
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 1);
	CU_ASSERT_TRUE(ns > 0);
	ns += 1000000000;
	fixture_wait(&h, 120000);
	ASSERT_STR(buf_str(&h.done), "say C1GENERAL: yes");
	fixture_deinit(&h);
}

UNIT_MAIN(
	"run",
	{ "patterns have their time anew after a wait",
	  test_patterns_have_their_time_anew_after_a_wait },
	{ "actions are done in their order", test_actions_are_done_in_their_order },
	{ "each action waits for the one before", test_each_action_waits_for_the_one_before },
	{ "what a webhook brings feeds the next", test_what_a_webhook_brings_feeds_the_next },
	{ "the first failure ends all but on error", test_the_first_failure_ends_all_but_on_error },
	{ "what may have happened is a failure too", test_what_may_have_happened_is_a_failure_too },
	{ "a message in doubt is looked for", test_a_message_in_doubt_is_looked_for },
	{ "what cannot be made is a failure", test_what_cannot_be_made_is_a_failure },
	{ "a failing on error leaves the first reason",
	  test_a_failing_on_error_leaves_the_first_reason },
	{ "all parts are over before it goes on", test_all_parts_are_over_before_it_goes_on },
	{ "empty texts are left out", test_empty_texts_are_left_out },
	{ "wordings come in turn", test_wordings_come_in_turn },
	{ "the turn survives a reload", test_the_turn_survives_a_reload },
	{ "random wordings never repeat at once", test_random_wordings_never_repeat_at_once },
	{ "count says how often the rule fired", test_count_says_how_often_the_rule_fired },
	{ "shadows are not counted", test_shadows_are_not_counted },
	{ "people are keys by their ids", test_people_are_keys_by_their_ids },
	{ "a stored person stays one", test_a_stored_person_stays_one },
	{ "what is written never becomes a stored person",
	  test_what_is_written_never_becomes_a_stored_person },
	{ "set keeps and forgets", test_set_keeps_and_forgets },
	{ "keys may need what is stored", test_keys_may_need_what_is_stored },
	{ "steps are told as people read them", test_steps_are_told_as_people_read_them },
	{ "if asks what is stored", test_if_asks_what_is_stored },
	{ "edit and remove concern the last answer", test_edit_and_remove_concern_the_last_answer },
	{ "a later event may edit", test_a_later_event_may_edit },
	{ "what follows a wait happens later", test_what_follows_a_wait_happens_later },
	{ "a waiting run keeps its rule", test_a_waiting_run_keeps_its_rule },
	{ "a waiting run keeps no set", test_a_waiting_run_keeps_no_set },
	{ "unless answered", test_unless_answered }, { "unless replied", test_unless_replied },
	{ "unless reacted", test_unless_reacted },
	{ "only what came behind the question answers it",
	  test_only_what_came_behind_the_question_answers_it },
	{ "a full outbox is a failure", test_a_full_outbox_is_a_failure },
	{ "half an answer is a failure", test_half_an_answer_is_a_failure },
	{ "the engine may end at any point", test_the_engine_may_end_at_any_point },
	{ "a job of a run that is gone is nobody's", test_a_job_of_a_run_that_is_gone_is_nobodys },
	{ "many actions are no recursion", test_many_actions_are_no_recursion })
