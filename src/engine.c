/* SPDX-License-Identifier: MIT */
/*
 * A decision is a small state machine: every question to the store may be answered within the call or much
 * later, and both look the same here. decision_run goes on until it has to wait; the answer's
 * callback wakes it up.
 */
#include "engine.h"

#include <stdlib.h>
#include "base/bits.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "limits.h"
#include "quarantine.h"
#include "slack/pace.h"

/* While Slack does not answer, every rule may be in doubt about every message: told are ten, then ten a minute. */
enum { DOUBTS_AT_ONCE = 10, DOUBT_EVERY_MS = 6000 };

enum step { STEP_CLAIM, STEP_CLAIMED, STEP_ASK, STEP_SPENT, STEP_DONE };

struct decision {
	struct list link; // engine::open, then engine::made
	struct engine *engine;
	struct event *ev;
	struct set *set;
	enum step step;
	bool waiting;	  /* for the store's answer */
	bool running;	  /* decision_run is on the stack */
	bool yes;	  /* the store's answer */
	size_t next;	  /* the rule to ask next */
	bool talked;	  /* a talking rule fired */
	bool talk_closed; /* no further talking rule may */
	bool stopped;	  /* no further rule at all */
	const struct rule *firing;
	struct list jobs; /* what the firing rule wants done */
	struct captures captures;
	void (*on_decided)(void *owner, void *tag, bool standing);
	void *owner;
	void *tag;
	uint64_t candidates[]; /* rules worth asking, a bit each */
};

struct engine {
	struct engine_setup setup;
	struct set *set;
	struct quarantine quarantine;
	struct pace doubts;
	uint64_t untold_doubts;
	struct list open; /* decisions that wait for the store */
	struct list made; /* decisions of this turn, not committed */
	struct list committing;
	size_t n_undecided;
	struct engine_stats stats;
};

static void decision_run(struct decision *d);

static void drop_jobs(struct list *jobs)
{
	list_each (link, jobs) {
		list_remove(link);
		job_free(list_entry(link, struct job, link));
	}
}

static void decision_free(struct decision *d)
{
	list_remove(&d->link);
	drop_jobs(&d->jobs);
	event_free(d->ev);
	set_unref(d->set);
	free(d);
}

static void free_all(struct list *decisions)
{
	list_each (link, decisions)
		decision_free(list_entry(link, struct decision, link));
}

/* ---- asking the store ---- */

static void on_answer(void *owner, bool yes)
{
	struct decision *d = owner;

	d->yes = yes;
	d->waiting = false;
	if (!d->running)
		decision_run(d);
}

static void claim(struct decision *d)
{
	struct engine *e = d->engine;
	struct str key = d->ev->key.len > 0 ? d->ev->key : d->ev->event_id;

	d->step = STEP_CLAIMED;
	if (key.len == 0) { /* nothing to know it again by */
		d->yes = true;
		return;
	}
	d->waiting = true;
	e->setup.store->ops->claim(e->setup.store, key, clock_wall(e->setup.clock), on_answer, d);
}

static bool is_shadow(const struct decision *d, const struct rule *rule)
{
	return rule->mode == MODE_SHADOW && !d->engine->setup.trial;
}

static void spend(struct decision *d)
{
	struct engine *e = d->engine;
	struct store_limit limits[RULE_LIMITS_MAX];
	size_t n;

	d->step = STEP_SPENT;
	/* What does nothing costs nothing. */
	if (e->setup.trial || d->firing->n_limits == 0 || list_is_empty(&d->jobs)) {
		d->yes = true;
		return;
	}
	n = limits_for(d->firing, d->ev, is_shadow(d, d->firing), limits);
	d->waiting = true;
	e->setup.store->ops->spend(e->setup.store, limits, n, clock_wall(e->setup.clock), on_answer,
				   d);
}

/* ---- asking the rules ---- */

/* Keeps the last question that could not be answered, and passes all on. */
struct doubt {
	const struct witness *next;
	const char *question;
};

static void on_asked(void *owner, const struct rule *rule, const char *question, enum answer answer,
		     struct str seen, struct str wanted)
{
	struct doubt *doubt = owner;

	if (answer == ANSWER_UNKNOWN)
		doubt->question = question;
	if (doubt->next != NULL)
		doubt->next->asked(doubt->next->owner, rule, question, answer, seen, wanted);
}

static void tell_doubt(struct decision *d, const struct rule *rule, const char *question)
{
	struct engine *e = d->engine;
	struct mono now = clock_mono(e->setup.clock);
	bool is_untold = pace_wait_ms(&e->doubts, now) > 0;

	log_line(
		is_untold ? LOG_DEBUG : LOG_WARN, "engine",
		"rule could not tell whether it fires: rule=%s at=%s:%u question=%s channel=%.*s ts=%.*s "
		"untold=%llu",
		rule->name, rule->at.file, rule->at.line, question, STR_ARG(d->ev->channel),
		STR_ARG(d->ev->ts), (unsigned long long)e->untold_doubts);
	e->untold_doubts = is_untold ? e->untold_doubts + 1 : 0;
	if (!is_untold)
		pace_take(&e->doubts, now);
}

/* Rare enough to ask once more, this time with a listener, for what could not be told. */
static void note_doubt(struct decision *d, const struct rule *rule)
{
	struct engine *e = d->engine;
	struct doubt doubt = { .question = "" };
	const struct witness witness = { .owner = &doubt, .asked = on_asked };
	bool is_pattern;

	e->stats.unsure++;
	rule_match(rule, d->ev, &e->setup.match_world, &d->captures, &witness);
	/* A text that could not be read is not the pattern's fault. */
	is_pattern = !event_text_is_missing(d->ev) && (str_is(str_from(doubt.question), "match") ||
						       str_is(str_from(doubt.question), "except"));
	tell_doubt(d, rule, doubt.question);
	if (is_pattern &&
	    quarantine_strike(&e->quarantine, rule->order, clock_mono(e->setup.clock)))
		log_error(
			"engine",
			"rule is silent until the next reload: its pattern ran over its time three "
			"times within an hour: rule=%s at=%s:%u",
			rule->name, rule->at.file, rule->at.line);
}

/* Why precedence keeps a rule from being asked at all; NULL = ask it. */
static const char *shut_out(const struct decision *d, const struct rule *rule)
{
	if (rule->fallback && d->talked)
		return "fallback";
	if (d->talk_closed && rule_talks(rule))
		return "then";
	if (quarantine_has(&d->engine->quarantine, rule->order))
		return "quarantine";
	return NULL;
}

static bool fires(struct decision *d, const struct rule *rule)
{
	struct engine *e = d->engine;
	const struct witness *witness = e->setup.witness;
	const char *shut = shut_out(d, rule);
	enum answer answer;

	if (shut != NULL) {
		if (witness != NULL)
			witness->asked(witness->owner, rule, shut, ANSWER_NO,
				       STR("an earlier rule answered"), STR("no earlier answer"));
		return false;
	}
	answer = rule_match(rule, d->ev, &e->setup.match_world, &d->captures, witness);
	if (answer == ANSWER_UNKNOWN)
		note_doubt(d, rule);
	return answer == ANSWER_YES;
}

static void make_jobs(struct decision *d)
{
	const struct rule *rule = d->firing;

	for (size_t i = 0; i < rule->n_actions; i++) {
		const char *why = NULL;

		if (action_make(rule, i, d->ev, &d->captures, &d->engine->setup.action_world,
				&d->jobs, &why) == 0)
			log_warn("engine", "action left out: %s rule=%s verb=%s at=%s:%u",
				 why != NULL ? why : "", rule->name,
				 verb_name(rule->actions[i].verb), rule->actions[i].at.file,
				 rule->actions[i].at.line);
	}
}

static void find_candidates(struct decision *d)
{
	const struct engine_setup *setup = &d->engine->setup;

	if (setup->witness != NULL || setup->ask_all)
		bits_fill(d->candidates, set_n_rules(d->set));
	else
		set_candidates(d->set, d->ev, d->candidates);
}

static const struct rule *next_candidate(struct decision *d)
{
	size_t n = set_n_rules(d->set), i = bits_next(d->candidates, n, d->next);

	d->next = i + 1;
	return i < n ? set_rule(d->set, i) : NULL;
}

static void ask_next(struct decision *d)
{
	const struct rule *rule;

	while (!d->stopped && (rule = next_candidate(d)) != NULL) {
		if (!fires(d, rule))
			continue;
		d->firing = rule;
		make_jobs(d);
		spend(d);
		return;
	}
	d->step = STEP_DONE;
}

/* ---- firing ---- */

static size_t put_jobs(struct decision *d)
{
	struct engine *e = d->engine;
	size_t n = 0;

	list_each (link, &d->jobs) {
		struct job *job = list_entry(link, struct job, link);

		list_remove(link);
		if (e->setup.store->ops->put(e->setup.store, job)) {
			n++;
			continue;
		}
		e->stats.dropped++;
		log_error("engine", "answer lost: the outbox is full rule=%s", d->firing->name);
	}
	return n;
}

/* A shadow rule decides everything but never ends the search. */
static void close_search(struct decision *d)
{
	const struct rule *rule = d->firing;

	if (is_shadow(d, rule))
		return;
	d->stopped = rule->then == THEN_STOP;
	if (!rule_talks(rule))
		return;
	d->talked = true;
	if (rule->then != THEN_CONTINUE)
		d->talk_closed = true;
}

static void fire(struct decision *d)
{
	struct engine *e = d->engine;
	const struct rule *rule = d->firing;
	struct engine_firing firing = { .rule = rule, .ev = d->ev };

	d->step = STEP_ASK;
	if (!d->yes) {
		drop_jobs(&d->jobs);
		e->stats.limited++;
		log_debug("engine", "rule kept silent by its limit rule=%s", rule->name);
		return;
	}
	if (is_shadow(d, rule)) {
		drop_jobs(&d->jobs);
		e->stats.shadowed++;
		log_info(
			"engine",
			"rule in shadow mode would have fired rule=%s at=%s:%u channel=%.*s ts=%.*s",
			rule->name, rule->at.file, rule->at.line, STR_ARG(d->ev->channel),
			STR_ARG(d->ev->ts));
	} else {
		e->stats.fired++;
	}
	firing.n_jobs = put_jobs(d);
	close_search(d);
	if (e->setup.on_fired != NULL)
		e->setup.on_fired(e->setup.owner, &firing);
}

/* ---- the run of a decision ---- */

static void check_claim(struct decision *d)
{
	d->step = d->yes ? STEP_ASK : STEP_DONE;
	if (d->yes)
		find_candidates(d);
	else
		d->engine->stats.repeated++;
}

static void finish(struct decision *d)
{
	list_remove(&d->link);
	list_append(&d->engine->made, &d->link);
	d->engine->n_undecided--;
}

static void decision_run(struct decision *d)
{
	d->running = true;
	while (!d->waiting && d->step != STEP_DONE) {
		switch (d->step) {
		case STEP_CLAIM:
			claim(d);
			break;
		case STEP_CLAIMED:
			check_claim(d);
			break;
		case STEP_ASK:
			ask_next(d);
			break;
		case STEP_SPENT:
			fire(d);
			break;
		case STEP_DONE:
			break;
		}
	}
	d->running = false;
	if (d->step == STEP_DONE)
		finish(d);
}

void engine_take(struct engine *e, struct event *take,
		 void (*on_decided)(void *owner, void *tag, bool standing), void *owner, void *tag)
{
	bool nothing_to_ask = take->from_self || take->hidden || e->set == NULL;
	size_t n_words = nothing_to_ask ? 0 : bits_words(set_n_rules(e->set));
	struct decision *d = mem_zero(1, sizeof(*d) + n_words * sizeof(d->candidates[0]));

	*d = (struct decision){
		.engine = e,
		.ev = take,
		.set = e->set != NULL ? set_ref(e->set) : NULL,
		.step = nothing_to_ask ? STEP_DONE : STEP_CLAIM,
		.on_decided = on_decided,
		.owner = owner,
		.tag = tag,
	};
	list_init(&d->link);
	list_init(&d->jobs);
	list_append(&e->open, &d->link);
	e->n_undecided++;
	e->stats.events++;
	if (take->from_self)
		e->stats.own++;
	decision_run(d);
}

/* ---- the end of a turn ---- */

static void on_committed(void *owner, int r)
{
	struct engine *e = owner;

	if (r < 0)
		log_error("engine", "what was decided could not be stored and is not acted on");
	list_each (link, &e->committing) {
		struct decision *d = list_entry(link, struct decision, link);

		list_remove(link);
		if (d->on_decided != NULL)
			d->on_decided(d->owner, d->tag, r >= 0);
		decision_free(d);
	}
}

void engine_commit(struct engine *e)
{
	if (list_is_empty(&e->made) || !list_is_empty(&e->committing))
		return;
	list_each (link, &e->made) {
		list_remove(link);
		list_append(&e->committing, link);
	}
	e->setup.store->ops->commit(e->setup.store, on_committed, e);
}

/* ---- life ---- */

struct engine *engine_new(const struct engine_setup *setup)
{
	struct engine *e = mem_zero(1, sizeof(*e));

	e->setup = *setup;
	quarantine_init(&e->quarantine);
	pace_init(&e->doubts, DOUBT_EVERY_MS, DOUBTS_AT_ONCE);
	list_init(&e->open);
	list_init(&e->made);
	list_init(&e->committing);
	return e;
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	free_all(&e->open);
	free_all(&e->made);
	free_all(&e->committing);
	quarantine_deinit(&e->quarantine);
	set_unref(e->set);
	free(e);
}

void engine_set_rules(struct engine *e, struct set *set)
{
	struct set *old = e->set;

	e->set = set_ref(set);
	set_unref(old);
	quarantine_deinit(&e->quarantine); /* new rules, new luck */
}

struct set *engine_rules(const struct engine *e)
{
	return e->set;
}

size_t engine_undecided(const struct engine *e)
{
	return e->n_undecided;
}

const struct engine_stats *engine_stats(const struct engine *e)
{
	return &e->stats;
}
