/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>
#include "base/log.h"
#include "lib/engine_fixture.h"
#include "lib/journal.h"
#include "lib/unit.h"
#include "store/memory.h"

/* ---- helpers ---- */

static const struct outcome done = { .kind = OUTCOME_DONE };

static struct str leave(struct engine_fixture *h)
{
	buf_clear(&h->short_done);
	engine_commit(h->engine);
	while (fixture_end_one(h))
		engine_commit(h->engine);
	return buf_str(&h->short_done);
}

/* The jobs that these rules make of one event. */
static void check(const char *rules, struct event *ev, const char *wanted)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(), rules);
	fixture_take(&h, ev);
	ASSERT_STR(leave(&h), wanted);
	CU_ASSERT_EQUAL(h.standing, 1);
	fixture_deinit(&h);
}

#define HELLO "[rule hello]\nmatch = Hello\nreply = Hi {user}!\n"

/* ---- answers ---- */

static void test_hello_is_answered_in_the_thread(void)
{
	struct engine_fixture h;
	struct job *job;

	fixture_init(&h, memory_open(), HELLO);
	fixture_take(&h, said("well, hello there", "1700000000.000100"));
	CU_ASSERT_PTR_NULL(fixture_next(&h)); /* nothing leaves before the commit */
	CU_ASSERT_EQUAL(h.standing, 0);
	engine_commit(h.engine);
	CU_ASSERT_EQUAL(h.standing, 1);
	job = fixture_next(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->message.text), "Hi <@U1ANA>!");
	ASSERT_STR(str_from(job->channel), "C1GENERAL");
	ASSERT_STR(str_from(job->message.thread_ts), "1700000000.000100");
	ASSERT_STR(str_from(job->rule), "hello");
	CU_ASSERT_EQUAL(job->line, 1);
	engine_settled(h.engine, job, &done);
	CU_ASSERT_PTR_NULL(fixture_next(&h));
	fixture_deinit(&h);
}

static void test_other_messages_are_left_alone(void)
{
	check(HELLO, said("good morning", "1.1"), "");
	check(HELLO, reacted("wave", "1.1"), "");
}

static void test_own_and_hidden_events_are_left_alone(void)
{
	struct event *own = said("Hello", "1.1");
	struct event *hidden = said("Hello", "1.1");

	own->from_self = true;
	hidden->hidden = true;
	check(HELLO, own, "");
	check(HELLO, hidden, "");
}

static void test_bots_are_answered_only_where_a_rule_says_so(void)
{
	struct event *bot = said("Hello", "1.1");

	bot->from_bot = true;
	check(HELLO, bot, "");
	bot = said("Hello", "1.1");
	bot->from_bot = true;
	check(HELLO "from = bots\n", bot, "reply:Hi <@U1ANA>!");
}

/* ---- once ---- */

static void test_the_same_message_acts_once(void)
{
	struct engine_fixture h;
	struct event *again = said("Hello", "1.1");

	fixture_init(&h, memory_open(), HELLO);
	fixture_take(&h, said("Hello", "1.1"));
	again->event_id = STR("EvOTHER");
	again->type = STR("app_mention");
	fixture_take(&h, again); /* within the turn */
	ASSERT_STR(leave(&h), "reply:Hi <@U1ANA>!");
	fixture_take(&h, said("Hello", "1.1")); /* and later */
	ASSERT_STR(leave(&h), "");
	CU_ASSERT_EQUAL(h.standing, 3); /* every copy is acknowledged all the same */
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_EVENTS_REPEATED), 2);
	fixture_take(&h, said("Hello", "1.2"));
	ASSERT_STR(leave(&h), "reply:Hi <@U1ANA>!");
	fixture_deinit(&h);
}

/* ---- precedence ---- */

static void test_one_message_gets_one_visible_answer(void)
{
	check("[rule a]\nmatch = x\nsay = A\n[rule b]\nmatch = x\nsay = B\n", said("x", "1.1"),
	      "say:A");
}

static void test_quiet_rules_always_go_on(void)
{
	check("[rule a]\nmatch = x\nreact = eyes\n[rule b]\nmatch = x\nsay = B\n[rule c]\nmatch = x\nreact = tada\n",
	      said("x", "1.1"), "react:eyes say:B react:tada");
}

static void test_priority_beats_order(void)
{
	check("[rule a]\nmatch = x\nsay = A\n[rule b]\nmatch = x\nsay = B\npriority = 5\n",
	      said("x", "1.1"), "say:B");
}

static void test_then_continue_lets_later_talk(void)
{
	check("[rule a]\nmatch = x\nsay = A\nthen = continue\n[rule b]\nmatch = x\nsay = B\n"
	      "[rule c]\nmatch = x\nsay = C\n",
	      said("x", "1.1"), "say:A say:B");
}

static void test_then_stop_ends_everything(void)
{
	check("[rule a]\nmatch = x\nreact = eyes\nthen = stop\n[rule b]\nmatch = x\nsay = B\n"
	      "[rule c]\nmatch = x\nreact = tada\n[rule d]\nsay = D\nfallback = yes\n",
	      said("x", "1.1"), "react:eyes");
}

static void test_fallback_speaks_when_nobody_did(void)
{
	const char *rules = "[rule d]\nsay = D\nfallback = yes\n[rule a]\nmatch = x\nsay = A\n"
			    "[rule q]\nmatch = q\nreact = eyes\n";

	check(rules, said("x", "1.1"), "say:A");
	check(rules, said("q", "1.2"), "react:eyes say:D");
	check(rules, said("z", "1.3"), "say:D");
}

static void test_shadow_posts_nothing_and_ends_nothing(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = x\nsay = A\nmode = shadow\nthen = stop\n"
		     "[rule b]\nmatch = x\nsay = B\n");
	fixture_take(&h, said("x", "1.1"));
	ASSERT_STR(leave(&h), "say:B");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_RULES_SHADOWED), 1);
	fixture_deinit(&h);
}

static void test_a_rule_out_of_its_limit_lets_the_next_talk(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = x\nsay = A\nlimit = 1 per user\n"
		     "[rule b]\nmatch = x\nsay = B\n");
	fixture_take(&h, said("x", "1.1"));
	fixture_take(&h, said("x", "1.2"));
	ASSERT_STR(leave(&h), "say:A say:B");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_RULES_LIMITED), 1);
	fixture_deinit(&h);
}

static void test_a_limit_is_spent_only_when_the_rule_fires(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = x\nsay = A\n"
		     "[rule b]\nsay = B\nlimit = 1 per user\n");
	fixture_take(&h, said("x", "1.1")); /* a talks first: b must not pay for it */
	fixture_take(&h, said("y", "1.2"));
	fixture_take(&h, said("y", "1.3"));
	ASSERT_STR(leave(&h), "say:A say:B");
	fixture_deinit(&h);
}

static void test_a_limit_is_not_spent_on_an_empty_answer(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = ^say ?(.*)\nsay = {1}\nlimit = 1 per user ever\n");
	fixture_take(&h, said("say", "1.1"));
	fixture_take(&h, said("say A", "1.2"));
	fixture_take(&h, said("say B", "1.3"));
	ASSERT_STR(leave(&h), "say:A");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_RULES_LIMITED), 1);
	fixture_deinit(&h);
}

/* ---- where answers stand ---- */

static void thread_of(const char *rules, struct event *ev, const char *wanted)
{
	struct engine_fixture h;
	struct job *job;

	fixture_init(&h, memory_open(), rules);
	fixture_take(&h, ev);
	engine_commit(h.engine);
	job = fixture_next(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->message.thread_ts), wanted);
	fixture_deinit(&h);
}

static void test_answers_stand_where_they_should(void)
{
	struct event *dm = said("x", "1.1");

	dm->channel_kind = CHANNEL_DM;
	thread_of("[rule a]\nreply = A\n", said("x", "1.1"), "1.1");
	thread_of("[rule a]\nreply = A\n", replied("x", "1.2", "1.1"), "1.1");
	thread_of("[rule a]\nreply = A\n", dm, "");
	thread_of("[rule a]\nsay = A\n", said("x", "1.1"), "");
	thread_of("[rule a]\nsay = A\n", replied("x", "1.2", "1.1"), "1.1");
	thread_of("[rule a]\nwhisper = A\n", said("x", "1.1"), "");
	thread_of("[rule a]\nwhisper = A\n", replied("x", "1.2", "1.1"), "1.1");
	thread_of("[rule a]\non = reaction :eyes:\nreply = A\n", reacted("eyes", "1.1"), "1.1");
}

/* ---- a store that answers late ---- */

static void test_nothing_is_told_or_leaves_before_it_stands(void)
{
	struct engine_fixture h;
	struct job *job;

	fixture_init(&h, journal_new(), "[rule a]\nmatch = x\nsay = A\nlimit = 5 per user\n");
	fixture_take(&h, said("x", "1.1"));
	fixture_take(&h, said("x", "1.1"));
	fixture_take(&h, said("x", "1.2"));
	ASSERT_STR(leave(&h), "");
	CU_ASSERT_EQUAL(h.standing, 0); /* the commit is not answered */
	CU_ASSERT_TRUE(journal_answer(h.store));
	CU_ASSERT_EQUAL(h.standing, 3);
	job = outbox_lease(engine_outbox(h.engine));
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	CU_ASSERT_EQUAL(engine_turn(h.engine, job), ENGINE_TURN_WAIT);
	engine_commit(h.engine);
	CU_ASSERT_PTR_NULL(
		outbox_ready(engine_outbox(h.engine))); /* that it is on its way must stand too */
	CU_ASSERT_TRUE(journal_answer(h.store));
	CU_ASSERT_PTR_EQUAL(outbox_ready(engine_outbox(h.engine)), job);
	CU_ASSERT_EQUAL(engine_turn(h.engine, job), ENGINE_TURN_GO); /* as often as it comes */
	CU_ASSERT_PTR_NULL(outbox_lease(engine_outbox(h.engine)));   /* one at a time */
	engine_settled(h.engine, job, &done);
	ASSERT_STR(leave(&h), "say:A");
	fixture_deinit(&h);
}

static void test_a_turn_that_changed_nothing_costs_no_commit(void)
{
	struct engine_fixture h;
	struct event *own = said("Hello", "1.2");

	fixture_init(&h, journal_new(), HELLO);
	fixture_take(&h, said("Hello", "1.1"));
	fixture_run(&h);
	CU_ASSERT_EQUAL(journal_n_commits(h.store), 3); /* decided, on its way, done */
	fixture_take(&h, said("Hello", "1.1"));
	own->from_self = true;
	fixture_take(&h, own);
	engine_commit(h.engine);
	CU_ASSERT_EQUAL(h.standing, 3);
	CU_ASSERT_EQUAL(journal_n_commits(h.store), 3);
	fixture_deinit(&h);
}

/* What is seen again is acknowledged when what was seen first stands, not earlier. */
static void test_a_repetition_waits_for_the_first(void)
{
	struct engine_fixture h;

	fixture_init(&h, journal_new(), HELLO);
	fixture_take(&h, said("Hello", "1.1"));
	engine_commit(h.engine);
	fixture_take(&h, said("Hello", "1.1"));
	engine_commit(h.engine);
	CU_ASSERT_EQUAL(h.standing, 0);
	CU_ASSERT_TRUE(journal_answer(h.store));
	CU_ASSERT_EQUAL(h.standing, 1);
	fixture_run(&h);
	CU_ASSERT_EQUAL(h.standing, 2);
	fixture_deinit(&h);
}

static void test_a_commit_that_fails_is_tried_again(void)
{
	struct engine_fixture h;

	fixture_init(&h, journal_new(), HELLO);
	journal_break(h.store, true);
	fixture_take(&h, said("Hello", "1.1"));
	engine_commit(h.engine);
	fixture_take(&h, said("Hello", "1.2"));
	CU_ASSERT_TRUE(journal_answer(h.store));
	CU_ASSERT_EQUAL(h.standing, 0);
	CU_ASSERT_PTR_NULL(fixture_next(&h));
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 1000);
	engine_commit(h.engine); /* not yet */
	CU_ASSERT_FALSE(journal_answer(h.store));
	fakeclock_pass(&h.world.clock, 1000);
	engine_commit(h.engine);
	CU_ASSERT_TRUE(journal_answer(h.store));
	CU_ASSERT_EQUAL(h.standing, 0);
	journal_break(h.store, false);
	fakeclock_pass(&h.world.clock, 1000);
	ASSERT_STR(fixture_run(&h),
		   "reply C1GENERAL/1.1: Hi <@U1ANA>! | reply C1GENERAL/1.2: Hi <@U1ANA>!");
	CU_ASSERT_EQUAL(h.standing, 2);
	fixture_deinit(&h);
}

static void test_a_run_ends_with_the_rule_it_began_with(void)
{
	struct engine_fixture h;

	fixture_init(&h, journal_new(), "[rule a]\nmatch = x\nsay = old\n");
	fixture_take(&h, said("x", "1.1"));
	fixture_use(&h, "[rule a]\nmatch = x\nsay = new\n");
	fixture_take(&h, said("x", "1.2"));
	ASSERT_STR(fixture_run(&h), "say C1GENERAL: old | say C1GENERAL: new");
	fixture_deinit(&h);
}

/* ---- cannot tell ---- */

static void test_a_name_not_known_keeps_the_rule_silent_and_is_counted(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(), "[rule a]\nfrom = @nobody-knows\nsay = A\n");
	fixture_take(&h, said("x", "1.1"));
	ASSERT_STR(leave(&h), "");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_RULES_UNSURE), 1);
	fixture_deinit(&h);
}

static void test_a_text_that_cannot_be_read_is_no_strike_against_the_pattern(void)
{
	struct engine_fixture h;
	char ts[16];

	fixture_init(&h, memory_open(), "[rule a]\non = reaction :eyes:\nmatch = x\nsay = A\n");
	for (int i = 0; i < 4; i++) {
		struct event *ev;

		snprintf(ts, sizeof(ts), "1.%d", i);
		ev = reacted("eyes", ts);
		ev->text = STR("x");
		ev->text_known = i == 3;
		fixture_take(&h, ev);
	}
	ASSERT_STR(leave(&h), "say:A");
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_RULES_UNSURE), 3);
	fixture_deinit(&h);
}

/* ---- trace ---- */

static void note_question(void *owner, const struct rule *rule, const char *question,
			  enum tristate answer, struct str seen, struct str wanted)
{
	(void)seen;
	(void)wanted;
	if (answer == TRISTATE_NO)
		buf_addf(owner, "%s:%s ", rule->name, question);
}

static void test_the_witness_hears_the_first_failure_of_every_rule(void)
{
	struct engine_fixture h;
	CLEANUP(buf_deinit) struct buf heard;
	const struct trace trace = { &heard, note_question };

	buf_init(&heard, 0);
	fixture_init_with(&h, memory_open(),
			  "[rule a]\non = join\nsay = A\n[rule b]\nmatch = zzz\nsay = B\n"
			  "[rule c]\nmatch = x\nsay = C\n[rule d]\nmatch = x\nsay = D\n",
			  &trace);
	fixture_take(&h, said("x", "1.1"));
	ASSERT_STR(buf_str(&heard), "a:on b:match d:then ");
	fixture_deinit(&h);
}

/* ---- literal names ---- */

static void test_names_in_literal_text_become_mentions(void)
{
	check("[rule a]\nsay = ask @raj. or (@raj), not x@raj or `@raj` or @nobody\n",
	      said("x", "1.1"), "say:ask <@U9RAJ>. or (<@U9RAJ>), not x@raj or `@raj` or @nobody");
}

static void test_names_within_addresses_stay(void)
{
	check("[rule a]\nsay = see https://x.example/@raj/y or @raj\n", said("x", "1.1"),
	      "say:see https://x.example/@raj/y or <@U9RAJ>");
}

static void test_a_caught_mention_has_fields(void)
{
	check("[rule a]\nmatch = ask (?<who>@\\w+)\nsay = {who}: {who.name} {who.id} {who.email} {1.id}\n",
	      said("ask @raj", "1.1"),
	      "say:@\xE2\x81\xA0"
	      "raj: raj U9RAJ raj@"
	      "acme.example U9RAJ");
	check("[rule a]\nmatch = ask (?<who>@\\w+)\nsay = {who.id or nobody}\n",
	      said("ask @kim", "1.1"), "say:nobody");
}

/* ---- doubts ---- */

/* How many lines go to standard error while this many messages are in doubt. */
static size_t lines_about_doubts(struct engine_fixture *h, int n)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO), c;
	size_t lines = 0;
	char ts[16];

	dup2(fileno(file), STDERR_FILENO);
	for (int i = 0; i < n; i++) {
		snprintf(ts, sizeof(ts), "%d.1", i);
		fixture_take(h, said("x", ts));
	}
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	while ((c = fgetc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static void test_many_doubts_do_not_fill_the_log(void)
{
	struct engine_fixture h;

	fixture_init(&h, memory_open(), "[rule a]\nfrom = @nobody-knows\nsay = A\n");
	CU_ASSERT_EQUAL(lines_about_doubts(&h, 200), 10);
	CU_ASSERT_EQUAL(fixture_counted(&h, METRIC_RULES_UNSURE), 200);
	fixture_deinit(&h);
}

/* ---- candidates ---- */

static void answers_to(struct buf *out, const char *rules, const char *text, bool ask_all)
{
	struct engine_fixture h;

	fixture_init_asking(&h, memory_open(), rules, ask_all);
	fixture_take(&h, said(text, "1.1"));
	buf_add(out, leave(&h));
	fixture_deinit(&h);
}

/* Rules of all sorts, more than a word has bits; each talks of one digit. */
static void make_rules(struct buf *out)
{
	static const struct {
		const char *before, *behind;
	} keys[] = {
		{ "match = topic", "\\b" },	{ "match = topic9|", "?x" },
		{ "words = hm, topic", "" },	{ "match = (?=.*topic)", "" },
		{ "except = topic", "" },	{ "match = (?!topic)", "" },
		{ "match = topic(?:77)?", "" }, { "match = topics?\\s*", "" },
	};

	for (int i = 0; i < 150; i++) {
		size_t k = (size_t)i % ARRAY_LEN(keys);

		buf_addf(out, "[rule r%d]\nreply = %d\nthen = continue\n%s%d%s\n", i, i,
			 keys[k].before, i % 10, keys[k].behind);
	}
	buf_addc(out, '\0');
}

/* Asking the candidates alone changes nothing. */
static void test_candidates_decide_as_all_rules_do(void)
{
	static const char *const texts[] = { "topic7",	"TOPIC8 9",  "hm",
					     "7 topic", "topic77 8", "topic\xC5\xBF 4" };
	CLEANUP(buf_deinit) struct buf rules = { 0 };

	buf_init(&rules, 0);
	make_rules(&rules);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP(buf_deinit) struct buf all = { 0 };
		CLEANUP(buf_deinit) struct buf some = { 0 };

		buf_init(&all, 0);
		buf_init(&some, 0);
		answers_to(&all, rules.p, texts[i], true);
		answers_to(&some, rules.p, texts[i], false);
		CU_ASSERT_TRUE(all.len > 0);
		CU_ASSERT_TRUE(str_eq(buf_str(&some), buf_str(&all)));
	}
}

static void test_what_is_inserted_into_an_address_stays_in_it(void)
{
	check("[rule a]\nmatch = go (.+)\nsay = <https://a.example/{1}|the docs> https://b.example/{1}, {1}\n",
	      said("go x|click <@U2> me", "1.1"),
	      "say:<https://a.example/x%7Cclick%20%3C%40U2%3E%20me|the docs> "
	      "https://b.example/x%7Cclick%20%3C%40U2%3E%20me, x|click &lt;@\xE2\x81\xA0U2&gt; me");
	check("[rule a]\nmatch = (.+)\nsay = <{link}|here> <https://a.example/|{1}>\n",
	      said("a b", "1.1"),
	      "say:<https://acme.slack.com/archives/C1GENERAL/p11|here> <https://a.example/|a b>");
}

static void test_long_code_is_whole_in_every_part(void)
{
	CLEANUP(buf_deinit) struct buf text;
	struct engine_fixture h;
	struct job *job;
	size_t parts = 0;

	buf_init(&text, 0);
	while (text.len < 9000)
		buf_addz(&text, "word ");
	buf_addc(&text, '\0');
	fixture_init(&h, memory_open(), "[rule a]\nsay = {text|code}\n");
	fixture_take(&h, said(text.p, "1.1"));
	engine_commit(h.engine);
	while ((job = fixture_next(&h)) != NULL) {
		CU_ASSERT_TRUE(str_starts(str_from(job->message.text), "```"));
		CU_ASSERT_TRUE(str_ends(str_trim(str_from(job->message.text)), "```"));
		engine_settled(h.engine, job, &done);
		parts++;
	}
	CU_ASSERT_EQUAL(parts, 3);
	fixture_deinit(&h);
}

static void test_a_bracket_that_opens_no_markup_is_a_plain_one(void)
{
	check("[rule a]\nsay = if a < b <here or <!date^1^x|y> then <#C1> > c\n", said("x", "1.1"),
	      "say:if a &lt; b &lt;here or <!date^1^x|y> then <#C1> > c");
}

UNIT_MAIN("engine", { "hello is answered in the thread", test_hello_is_answered_in_the_thread },
	  { "other messages are left alone", test_other_messages_are_left_alone },
	  { "own and hidden events are left alone", test_own_and_hidden_events_are_left_alone },
	  { "bots are answered only where a rule says so",
	    test_bots_are_answered_only_where_a_rule_says_so },
	  { "the same message acts once", test_the_same_message_acts_once },
	  { "one message gets one visible answer", test_one_message_gets_one_visible_answer },
	  { "quiet rules always go on", test_quiet_rules_always_go_on },
	  { "priority beats order", test_priority_beats_order },
	  { "then continue lets later talk", test_then_continue_lets_later_talk },
	  { "then stop ends everything", test_then_stop_ends_everything },
	  { "fallback speaks when nobody did", test_fallback_speaks_when_nobody_did },
	  { "shadow posts nothing and ends nothing", test_shadow_posts_nothing_and_ends_nothing },
	  { "a rule out of its limit lets the next talk",
	    test_a_rule_out_of_its_limit_lets_the_next_talk },
	  { "a limit is spent only when the rule fires",
	    test_a_limit_is_spent_only_when_the_rule_fires },
	  { "a limit is not spent on an empty answer",
	    test_a_limit_is_not_spent_on_an_empty_answer },
	  { "answers stand where they should", test_answers_stand_where_they_should },
	  { "nothing is told or leaves before it stands",
	    test_nothing_is_told_or_leaves_before_it_stands },
	  { "a turn that changed nothing costs no commit",
	    test_a_turn_that_changed_nothing_costs_no_commit },
	  { "a repetition waits for the first", test_a_repetition_waits_for_the_first },
	  { "a commit that fails is tried again", test_a_commit_that_fails_is_tried_again },
	  { "a run ends with the rule it began with", test_a_run_ends_with_the_rule_it_began_with },
	  { "a name not known keeps the rule silent",
	    test_a_name_not_known_keeps_the_rule_silent_and_is_counted },
	  { "a text that cannot be read is no strike against the pattern",
	    test_a_text_that_cannot_be_read_is_no_strike_against_the_pattern },
	  { "the trace hears the first failure of every rule",
	    test_the_witness_hears_the_first_failure_of_every_rule },
	  { "names in literal text become mentions", test_names_in_literal_text_become_mentions },
	  { "names within addresses stay", test_names_within_addresses_stay },
	  { "what is inserted into an address stays in it",
	    test_what_is_inserted_into_an_address_stays_in_it },
	  { "long code is whole in every part", test_long_code_is_whole_in_every_part },
	  { "a bracket that opens no markup is a plain one",
	    test_a_bracket_that_opens_no_markup_is_a_plain_one },
	  { "a caught mention has fields", test_a_caught_mention_has_fields },
	  { "many doubts do not fill the log", test_many_doubts_do_not_fill_the_log },
	  { "candidates decide as all rules do", test_candidates_decide_as_all_rules_do })
