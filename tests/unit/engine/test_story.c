/* SPDX-License-Identifier: MIT */
/*
 * The engine as a whole: what rules do together, and a property. Whatever happens, a store that answers late brings
 * the same jobs in the same order as one that answers at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "lib/engine_fixture.h"
#include "lib/journal.h"
#include "lib/unit.h"
#include "store/memory.h"

/* ---- chance ---- */

static void play_dice(struct engine_fixture *h)
{
	static const char *const ts[] = { "1.0", "1.1", "1.2", "1.3", "1.4" };

	for (size_t i = 0; i < ARRAY_LEN(ts); i++) {
		h->world.dice = i;
		fixture_say(h, "x", ts[i]);
	}
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_RULES_UNLUCKY), 3);
}

static void test_chance_lets_the_next_one_talk(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = x\nsay = A\nchance = 2 in 5\n[rule b]\nmatch = x\nsay = B\n",
		play_dice,
		"say C1GENERAL: A | say C1GENERAL: A | say C1GENERAL: B | say C1GENERAL: B | "
		"say C1GENERAL: B");
}

static void play_unlucky(struct engine_fixture *h)
{
	h->world.dice = 1;
	fixture_say(h, "x", "1.1");
	h->world.dice = 0;
	fixture_say(h, "x", "1.2");
	fixture_say(h, "x", "1.3");
}

static void test_bad_luck_costs_no_limit(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nsay = A\nchance = 1 in 2\nlimit = 1 per user\n",
		     play_unlucky, "say C1GENERAL: A");
}

/* ---- if ---- */

static void play_one(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
}

static void test_if_decides_before_anything_is_spent(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nif = user is @raj\nsay = A\nthen = stop\n"
		     "[rule b]\nmatch = x\nif = user is @ana and text has X\nsay = B\n",
		     play_one, "say C1GENERAL: B");
}

static void test_later_rules_see_what_earlier_ones_set(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = x\nset n = 1\n[rule b]\nmatch = x\nif = n is 1\nsay = B{n}\n",
		play_one, "say C1GENERAL: B1");
}

static void test_jobs_leave_in_the_order_of_the_rules(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nif = m is not 2\nset m = 1\npost #incidents = a{m}\n"
		     "[rule b]\nmatch = x\nreact = b\n[rule c]\nmatch = x\nreact = c\n",
		     play_one, "post C2INC: a1 | react C1GENERAL 1.1: b | react C1GENERAL 1.1: c");
}

/* ---- what ends the search ---- */

static void test_what_has_nothing_to_do_still_talks(void)
{
	ASSERT_STORY("[rule a]\nmatch = x(y)?\nsay = {1}\n[rule b]\nmatch = x\nsay = B\n", play_one,
		     "");
}

static void test_a_waiting_rule_ends_the_search(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nwait = 1m\nsay = A\n[rule b]\nmatch = x\nsay = B\n"
		     "[rule f]\nsay = F\nfallback = yes\n",
		     play_one, "");
}

static void play_refused(struct engine_fixture *h)
{
	h->refuses = "A";
	fixture_say(h, "x", "1.1");
}

static void test_a_refusal_does_not_reopen_it(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nsay = A\n[rule b]\nmatch = x\nsay = B\n", play_refused,
		     "say C1GENERAL: A");
}

static void test_on_error_actions_and_dms_do_not_talk(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = x\ndm = A\non error say = no\n[rule b]\nmatch = x\nsay = B\n",
		play_one, "dm U1ANA: A | say C1GENERAL: B");
}

static void play_twice(struct engine_fixture *h)
{
	fixture_say(h, "x", "1.1");
	fixture_say(h, "x", "1.2");
}

static void test_fallbacks_talk_when_a_limit_keeps_the_others_silent(void)
{
	ASSERT_STORY(
		"[rule a]\nmatch = x\nsay = A\nlimit = 1 per user\n[rule f]\nsay = F\nfallback = yes\n"
		"[rule g]\nsay = G\nfallback = yes\n",
		play_twice, "say C1GENERAL: A | say C1GENERAL: F");
}

static void test_a_shadow_never_ends_the_search_nor_acts(void)
{
	ASSERT_STORY("[rule a]\nmatch = x\nset n = 1\nadd m = 1\nsay = A\nwebhook tickets = {}\n"
		     "mode = shadow\nthen = stop\npriority = 9\n"
		     "[rule b]\nmatch = x\nsay = {n or none} {m or none}\n",
		     play_one, "say C1GENERAL: none none");
}

/* ---- a trace ---- */

static void note_no(void *owner, const struct rule *rule, const char *question,
		    enum tristate answer, struct str seen, struct str wanted)
{
	(void)seen;
	(void)wanted;
	if (answer != TRISTATE_YES)
		buf_addf(owner, "%s:%s ", rule->name, question);
}

static void hear(const char *rules, size_t dice, const char *wanted, const char *done)
{
	struct store *(*const stores[])(void) = { memory_open, journal_new };

	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		CLEANUP(buf_deinit) struct buf heard = { 0 };
		const struct trace trace = { &heard, note_no };
		struct engine_fixture h;

		buf_init(&heard, 0);
		fixture_init_with(&h, stores[i](), rules, &trace);
		h.world.dice = dice;
		fixture_say(&h, "x", "1.1");
		ASSERT_STR(buf_str(&heard), wanted);
		ASSERT_STR(buf_str(&h.done), done);
		fixture_deinit(&h);
	}
}

static void test_a_witness_changes_nothing(void)
{
	hear("[rule a]\nmatch = x\nreact = eyes\nthen = stop\n[rule b]\nmatch = x\nsay = B\n"
	     "[rule c]\nmatch = y\nsay = C\n[rule f]\nsay = F\nfallback = yes\n",
	     0, "b:then c:match f:then ", "react C1GENERAL 1.1: eyes");
	hear("[rule a]\nmatch = x\nif = user is @raj\nsay = A\n"
	     "[rule b]\nmatch = x\nchance = 1 in 5\nsay = B\n"
	     "[rule c]\nmatch = x\nsay = C\n[rule f]\nsay = F\nfallback = yes\n",
	     4, "a:if b:chance f:fallback ", "say C1GENERAL: C");
}

/* ---- reloads ---- */

static void test_rules_may_change_at_any_point(void)
{
	for (int at = 0; at < 40; at++) {
		struct engine_fixture h;
		int left = at;

		fixture_init(
			&h, journal_new(),
			"[rule a]\nmatch = x\nif = n is not 1\nset n = 1\nsay = old {count}\nsay = old too\n");
		fixture_take(&h, said("x", "1.1"));
		while (left-- > 0) {
			if (journal_answer(h.store))
				continue;
			engine_commit(h.engine);
			if (!journal_answer(h.store) && !fixture_end_one(&h))
				break;
		}
		fixture_use(&h, "[rule b]\nmatch = x\nsay = new\n");
		fixture_run(&h);
		ASSERT_STR(buf_str(&h.done), "say C1GENERAL: old 1 | say C1GENERAL: old too");
		fixture_say(&h, "x", "1.2");
		CU_ASSERT_TRUE(str_ends(buf_str(&h.done), "| say C1GENERAL: new"));
		fixture_deinit(&h);
	}
}

/* ---- what is put behind a commit ---- */

static void test_what_is_put_behind_a_commit_is_due_at_once(void)
{
	const struct outcome dead = { .kind = OUTCOME_REFUSED, .sentence = "no" };
	struct engine_fixture h;
	struct job *job;

	fixture_init(&h, memory_open(),
		     "[rule a]\nmatch = x\nwebhook tickets = {}\non error say = {error}\n");
	fixture_take(&h, said("x", "1.1"));
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 0);
	engine_commit(h.engine);
	job = fixture_next(&h);
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), -1);
	engine_settled(h.engine, job, &dead); /* within the same turn */
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), 0);
	ASSERT_STR(fixture_run(&h), "say C1GENERAL: no");
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), -1);
	fixture_deinit(&h);
}

static void test_a_commit_under_way_is_waited_for(void)
{
	struct engine_fixture h;

	fixture_init(&h, journal_new(), "[rule a]\nmatch = x\nsay = A\n");
	fixture_take(&h, said("x", "1.1"));
	engine_commit(h.engine);
	fixture_take(&h, said("x", "1.2"));
	CU_ASSERT_EQUAL(engine_due_ms(h.engine), -1);
	engine_commit(h.engine); /* nothing happens */
	CU_ASSERT_TRUE(journal_answer(h.store));
	CU_ASSERT_EQUAL(h.standing, 1);
	ASSERT_STR(fixture_run(&h), "say C1GENERAL: A | say C1GENERAL: A");
	CU_ASSERT_EQUAL(h.standing, 2);
	fixture_deinit(&h);
}

/* ---- patterns that take too long ---- */

static void say_slowly(struct engine_fixture *h, const char *by, size_t len, const char *ts)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct event *ev;

	buf_init(&text, 0);
	while (text.len < len)
		buf_addc(&text, 'a');
	buf_addz(&text, "! x");
	buf_addc(&text, '\0');
	ev = said(text.p, ts);
	ev->user.id = str_keep(&ev->arena, str_from(by));
	fixture_hear(h, ev);
}

#define SLOW                                                   \
	"[rule slow]\nmatch = (a+)+$\nsay = S\nowner = @raj\n" \
	"[rule x]\nmatch = ^x$\nsay = X\npriority = 1\n"

static void play_slow(struct engine_fixture *h)
{
	static const char *const guest[] = { "1.01", "1.02", "1.03", "1.04", "1.05" };

	h->crashes = false; /* a program that begins is patient with all rules again */
	for (size_t i = 0; i < ARRAY_LEN(guest); i++)
		say_slowly(h, "U666", 400, guest[i]); /* one person's, however many */
	say_slowly(h, "U1", 400, "1.1");
	say_slowly(h, "U2", 3000, "1.2"); /* nobody's ordinary message */
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_RULES_UNSURE), 7);
	fixture_say(h, "aaa", "1.3"); /* not yet */
	say_slowly(h, "U3", 400, "1.4");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_RULES_UNSURE), 8);
	fixture_say(h, "aaa", "1.5"); /* from now on */
	fixture_say(h, "x", "1.6");
	fixture_wait(h, 5 * 60 * 1000);
	fixture_say(h, "aaa", "1.7"); /* it has had its rest */
}

static void test_a_slow_pattern_gives_its_rule_a_rest(void)
{
	ASSERT_STORY(
		SLOW, play_slow,
		"say C1GENERAL: S | dm U9RAJ: :warning: The rule `slow` (test.ini:1) needs you: "
		"ordinary messages of three people within an hour were too much for its pattern; it "
		"rests for a while | say C1GENERAL: X | say C1GENERAL: S");
}

/* Together they would take a second, and the others' time. */
static void write_many_lines(struct buf *rules)
{
	buf_addz(rules, "[rule slow]\nmatch =\n");
	for (int i = 0; i < 200; i++)
		buf_addf(rules, "    (a+)+[b%d]$\n", i);
	buf_addz(rules, "say = S\nthen = continue\n[rule x]\nmatch = x\nsay = X\n");
}

static void play_many_lines(struct engine_fixture *h)
{
	h->crashes = false;
	say_slowly(h, "U1", 400, "1.1");
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_RULES_UNSURE), 1);
}

static void test_many_slow_lines_leave_the_other_rules_their_time(void)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };

	buf_init(&rules, 0);
	write_many_lines(&rules);
	buf_addc(&rules, '\0');
	ASSERT_STORY(rules.p, play_many_lines, "say C1GENERAL: X");
}

/* ---- the property ---- */

static unsigned throw(unsigned *state, unsigned n)
{
	*state = *state * 1103515245U + 12345U;
	return (*state >> 16) % n;
}

static const char *const keys[] = {
	"say = {text} {count}\n",
	"reply = {n or 0} {v[{user}] or 0}\n",
	"react = eyes, tada\n",
	"dm @raj = {user.name}: {last or nobody}\n",
	"set last = {user}\n",
	"set v[{user}] = {n}\n",
	"add n = 1\n",
	"add last = 1\n",
	"post {last} = x\n",
	"post #incidents = A{n}\n    ---\n    B{n}\n    ---\n    {v[none]}\n",
	"webhook tickets = {\"n\": \"{n}\"}\n",
	"edit = edited {n}\n",
	"remove = yes\n",
	"wait = \n",
	"wait =  unless answered or reacted\n",
	"on error say = {error}\n",
};

static const char *const once[] = {
	"if = n is not 2\n",
	"if = v[{user}] > 1\n",
	"limit = 2 per user per 5m\n",
	"limit = 1 per {n}\n    3 per channel per 10m\n",
	"then = continue\n",
	"then = stop\n",
	"pick = in turn\n",
	"follow = edits, deletes\n",
	"fallback = yes\n",
	"mode = shadow\n",
	"chance = 1 in 2\n",
};

/* No two waits, nor sums of them, are of the same length. */
static void add_action(struct buf *out, const char *key, unsigned *n_waits)
{
	if (!str_starts(str_from(key), "wait = "))
		buf_addz(out, key);
	else if (*n_waits < 12)
		buf_addf(out, "wait = %us%s", 1U << (*n_waits)++, key + strlen("wait = "));
}

static void make_rules(struct buf *out, unsigned *state)
{
	unsigned n = 1 + throw(state, 5), n_waits = 0;

	buf_addz(out, "[rule start]\nmatch = zzzz\nadd n = 1\nset last = x\nset v[x] = 1\n");
	for (unsigned i = 0; i < n; i++) {
		unsigned used = 0, n_keys = 1 + throw(state, 6);

		buf_addf(out, "[rule r%u]\nmatch = %s\nunreact = first\n", i,
			 throw(state, 2) ? "x" : "x|y");
		for (unsigned k = 0; k < n_keys; k++)
			add_action(out, keys[throw(state, ARRAY_LEN(keys))], &n_waits);
		for (unsigned k = throw(state, 3); k > 0; k--) {
			unsigned which = throw(state, ARRAY_LEN(once));

			/* `if`, `limit` and `then` may stand once. */
			which -= which == 1 || which == 3 || which == 5;
			if ((used & (1U << which)) == 0)
				buf_addz(out, once[which]);
			used |= 1U << which;
		}
		buf_addz(out, "react = seen\n");
	}
	buf_addc(out, '\0');
}

static struct event *make_event(unsigned *state, int i)
{
	static const char *const texts[] = { "x", "y", "z", "x y" };
	static const char *const ts[] = { "1.1", "1.2", "1.3" };
	const char *text = texts[throw(state, ARRAY_LEN(texts))], *at = ts[throw(state, 3)];
	unsigned kind = throw(state, 8);
	struct event *ev;

	if (kind == 0)
		ev = reacted("eyes", at);
	else if (kind == 1)
		ev = replied(text, "1.8", at);
	else
		ev = said(text, at);
	if (kind == 2 || kind == 3)
		ev->kind = kind == 2 ? EVENT_EDIT : EVENT_DELETE;
	if (kind == 5 || kind == 1)
		ev->user.id = ev->author.id = STR("U9RAJ");
	ev->key = str_keepf(&ev->arena, "%d", i);
	return ev;
}

static void play_random(struct engine_fixture *h, unsigned state)
{
	unsigned last = 0, heard;

	for (int i = 0, number = 0; i < 12; i++) {
		h->world.dice = throw(&state, 7);
		h->refuses = throw(&state, 4) == 0 ? "1" : NULL;
		fakeclock_pass(&h->world.clock, 1); /* nothing is due at once with something else */
		if (i > 0 && throw(&state, 10) == 0) {
			heard = last; /* the same once more */
			fixture_hear(h, make_event(&heard, number));
		} else {
			last = state;
			number = i;
			fixture_hear(h, make_event(&state, i));
		}
		if (throw(&state, 3) == 0)
			fixture_wait(h, 30000 * (1 + throw(&state, 5)));
	}
	fixture_wait(h, INT64_C(20000000));
}

/* Played where nothing is kept first, and then in another way, it ends the same and counts the same. */
static void same(struct engine_fixture *seen, struct engine_fixture *quick, const uint64_t *counts,
		 const char *rules, unsigned round, unsigned seed)
{
	if (!str_eq(buf_str(&quick->done), buf_str(&seen->done)))
		printf("\n  round %u of seed %u:\n%s\n  quick: %.*s\n  %s: %.*s\n", round, seed,
		       rules, STR_ARG(buf_str(&quick->done)), seen->crashes ? "crashing" : "late",
		       STR_ARG(buf_str(&seen->done)));
	CU_ASSERT_TRUE_FATAL(str_eq(buf_str(&quick->done), buf_str(&seen->done)));
	for (enum metric m = 0; m < N_METRICS; m++) {
		/* What nothing came of is heard again as if it were new. */
		if (!seen->crashes || m != METRIC_EVENTS_REPEATED)
			CU_ASSERT_EQUAL(counts[m], fixture_counted(seen, m));
	}
}

/* So does one from which the engine is loaded again and again. */
static void test_a_late_store_ends_as_a_quick_one(void)
{
	unsigned seed = unit_seed(), acted = 0;

	log_set_level(LOG_ERROR);
	for (unsigned round = 0; round < 400; round++) {
		CLEANUP(buf_deinit) struct buf rules = { 0 };
		unsigned state = seed + round * 7919;
		struct engine_fixture quick, other;
		uint64_t counts[N_METRICS];

		make_rules(&rules, &state);
		fixture_init(&quick, memory_open(), rules.p);
		play_random(&quick, state);
		for (enum metric m = 0; m < N_METRICS; m++)
			counts[m] = fixture_counted(&quick, m);
		for (int crashes = 0; crashes < 2; crashes++) {
			fixture_init(&other, journal_new(), rules.p);
			other.crashes = crashes;
			play_random(&other, state);
			same(&other, &quick, counts, rules.p, round, seed);
			fixture_deinit(&other);
		}
		acted += quick.done.len > 0;
		fixture_deinit(&quick);
	}
	CU_ASSERT_TRUE(acted > 200);
}

/* ---- disorder ---- */

/* Anything may happen between any two steps of anything else. */
static void one_step(struct engine_fixture *h, unsigned *state, int i, const char *rules,
		     int *n_taken)
{
	switch (throw(state, 8)) {
	case 0:
	case 1:
		fixture_take(h, make_event(state, throw(state, 10) == 0 ? i / 2 : i));
		++*n_taken;
		break;
	case 2:
		engine_commit(h->engine);
		break;
	case 3:
		fixture_end_one(h);
		break;
	case 4:
		fakeclock_pass(&h->world.clock, 1000 * (1 + throw(state, 200)));
		engine_tick(h->engine);
		break;
	case 5:
		if (throw(state, 10) == 0)
			fixture_use(h, rules);
		else if (throw(state, 10) == 0)
			h->world.clock.wall_ms -= 3600000;
		break;
	default:
		for (unsigned n = throw(state, 6); h->is_late && n > 0; n--)
			journal_answer(h->store);
		break;
	}
}

static void play_disorder(struct store *store, unsigned state, bool to_the_end, bool crashes)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct engine_fixture h;
	int n_taken = 0;

	buf_init(&rules, 0);
	make_rules(&rules, &state);
	fixture_init(&h, store, rules.p);
	for (int i = 0; i < 120; i++) {
		h.refuses = throw(&state, 4) == 0 ? "1" : NULL;
		h.doubts = throw(&state, 9) == 0 ? "A" : NULL;
		h.probes = throw(&state, 2) == 0 ? OUTCOME_REFUSED : OUTCOME_DONE;
		one_step(&h, &state, i, rules.p, &n_taken);
		if (crashes && throw(&state, 10) == 0)
			fixture_crash(&h);
	}
	if (to_the_end) {
		h.doubts = NULL;
		fixture_run(&h);
		fixture_wait(&h, INT64_C(20000000));
		CU_ASSERT_EQUAL(engine_waiting(h.engine), 0);
		CU_ASSERT_TRUE(crashes ? h.standing <= n_taken : h.standing == n_taken);
		CU_ASSERT_EQUAL(engine_unsettled(h.engine), 0);
	}
	fixture_deinit(&h); /* the sanitizers are the judges */
}

static void test_disorder_ends_in_order(void)
{
	unsigned seed = unit_seed();

	log_set_level(LOG_ERROR);
	for (unsigned round = 0; round < 300; round++) {
		play_disorder(memory_open(), seed + round, round % 2 == 0, false);
		play_disorder(journal_new(), seed + round, round % 2 == 0, false);
		play_disorder(journal_new(), seed + round, round % 2 == 0, true);
	}
}

UNIT_MAIN("story", { "chance lets the next one talk", test_chance_lets_the_next_one_talk },
	  { "bad luck costs no limit", test_bad_luck_costs_no_limit },
	  { "if decides before anything is spent", test_if_decides_before_anything_is_spent },
	  { "later rules see what earlier ones set", test_later_rules_see_what_earlier_ones_set },
	  { "jobs leave in the order of the rules", test_jobs_leave_in_the_order_of_the_rules },
	  { "what has nothing to do still talks", test_what_has_nothing_to_do_still_talks },
	  { "a waiting rule ends the search", test_a_waiting_rule_ends_the_search },
	  { "a refusal does not reopen it", test_a_refusal_does_not_reopen_it },
	  { "on error actions and dms do not talk", test_on_error_actions_and_dms_do_not_talk },
	  { "fallbacks talk when a limit keeps the others silent",
	    test_fallbacks_talk_when_a_limit_keeps_the_others_silent },
	  { "a shadow never ends the search nor acts",
	    test_a_shadow_never_ends_the_search_nor_acts },
	  { "a trace changes nothing", test_a_witness_changes_nothing },
	  { "rules may change at any point", test_rules_may_change_at_any_point },
	  { "what is put behind a commit is due at once",
	    test_what_is_put_behind_a_commit_is_due_at_once },
	  { "a commit under way is waited for", test_a_commit_under_way_is_waited_for },
	  { "a slow pattern gives its rule a rest", test_a_slow_pattern_gives_its_rule_a_rest },
	  { "many slow lines leave the other rules their time",
	    test_many_slow_lines_leave_the_other_rules_their_time },
	  { "disorder ends in order", test_disorder_ends_in_order },
	  { "a late store ends as a quick one", test_a_late_store_ends_as_a_quick_one })
