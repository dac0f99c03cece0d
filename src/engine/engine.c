/* SPDX-License-Identifier: MIT */
/*
 * A decision is a small state machine: every question to the store may be answered within the call or much
 * later, and both look the same here. decision_run goes on until it has to wait; the answer's
 * callback wakes it up.
 */
#include "engine/engine.h"

#include <stdlib.h>
#include "base/bits.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/followup.h"
#include "engine/help.h"
#include "engine/limit.h"
#include "engine/owner_notice.h"
#include "engine/breaker.h"
#include "engine/schedule.h"
#include "net/token_bucket.h"
#include "engine/wait.h"

enum {
	/* While Slack does not answer, every rule may be in doubt about every message: told are ten, then ten a
	 * minute. */
	DOUBTS_AT_ONCE = 10,
	DOUBT_EVERY_MS = 6000,
	/* For the patterns of all rules on one event; one pattern alone has a budget of its own. */
	EVENT_BUDGET_MS = 50,
	/* Wall time may be set: what is due by it is looked at again at least so often. */
	LOOK_AGAIN_MS = 60000,
	POSTPONED_MAX = 10000,
};

enum step {
	STEP_CLAIM,
	STEP_CLAIMED,
	STEP_FOLLOW, /* do earlier answers follow the event? */
	STEP_ASK,
	STEP_READY, /* `if` is answered, and what there is to do is known */
	STEP_SPENT,
	STEP_DONE
};

struct decision {
	struct list link; // engine::open, then engine::made
	struct engine *engine;
	struct event *ev;
	struct ruleset *set;
	enum step step;
	bool waiting;	  /* for the store's answer, or a firing's */
	bool running;	  /* decision_run is on the stack */
	bool yes;	  /* the store's answer */
	size_t next;	  /* the rule to ask next */
	size_t following; /* the rule whose answers may follow */
	bool talked;	  /* a talking rule fired */
	bool talk_closed; /* no further talking rule may */
	bool stopped;	  /* no further rule at all */
	bool helped;	  /* the built-in help was considered */
	const char *
		closed_by; /* the rule that talked or stopped, for a listener; NULL = none, or the help */
	struct firing *firing; /* being prepared; ours until it begins */
	struct firing_readiness readiness;
	int64_t matching_ns;	    /* spent on the rules' own questions so far */
	const struct rule *slowest; /* of the rules asked so far; NULL = none took any time */
	int64_t slowest_ns;
	const struct rule *struck; /* by what this event has shown of it; NULL = none */
	struct captures captures;
	void (*on_decided)(void *owner, void *tag, bool standing);
	void *owner;
	void *tag;
	uint64_t candidates[]; /* rules worth asking, a bit each */
};

struct engine {
	struct engine_setup setup;
	struct ruleset *set;
	struct breaker quarantine;
	struct token_bucket doubts;
	uint64_t untold_doubts;
	struct firing_house house;
	struct follow_house follow;
	struct notice_world notice;
	struct map firings; /* those that have begun, by the bytes of their id */
	uint64_t last_firing;
	struct waits waits;
	struct schedule schedule;
	struct wall ticked_until;
	struct list acting;    /* firings that do something, and do not wait for their time */
	struct list over;      /* firings that ended; freed at the end of the turn */
	struct list postponed; /* edits and deletions of what is being answered */
	size_t n_postponed;
	bool any_may_go;   /* of them */
	bool is_following; /* follow_postponed is on the stack */
	struct list open;  /* decisions that wait for the store */
	struct list made;  /* decisions of this turn, not committed */
	struct list committing;
	bool is_committing;
	bool has_news; /* jobs or values that no decision stands for */
	size_t n_undecided;
	struct engine_stats stats;
};

/* An edit or deletion that comes while the rule still answers: who knows yet what there will be to change? */
struct postponed {
	struct list link; // engine::postponed
	struct engine *engine;
	struct ruleset *set;
	const struct rule *rule;
	struct event *ev;
	bool may_go; /* what stood before it rests */
	bool asking; /* for what the rule answered */
};

static void decision_run(struct decision *d);

static void decision_free(struct decision *d)
{
	list_remove(&d->link);
	firing_free(d->firing);
	event_free(d->ev);
	ruleset_unref(d->set);
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

static const struct rule *rule_of(const struct decision *d)
{
	return firing_rule(d->firing);
}

static void spend(struct decision *d)
{
	struct engine *e = d->engine;
	struct store_limit limits[RULE_LIMITS_MAX];
	struct values values;
	size_t n;

	d->step = STEP_SPENT;
	/* What does nothing costs nothing. */
	if (e->setup.trial || rule_of(d)->n_limits == 0 || !d->readiness.has_work) {
		d->yes = true;
		return;
	}
	values = firing_values(d->firing, &d->ev->arena);
	n = limits_for(&values, is_shadow(d, rule_of(d)), limits);
	d->waiting = true;
	e->setup.store->ops->spend(e->setup.store, limits, n, clock_wall(e->setup.clock), on_answer,
				   d);
}

/* ---- asking the rules ---- */

/* Keeps the last question that could not be answered, and passes all on. */
struct doubt {
	const struct trace *next;
	const char *question;
};

static void on_asked(void *owner, const struct rule *rule, const char *question,
		     enum tristate answer, struct str seen, struct str wanted)
{
	struct doubt *doubt = owner;

	if (answer == TRISTATE_UNKNOWN)
		doubt->question = question;
	if (doubt->next != NULL)
		doubt->next->asked(doubt->next->owner, rule, question, answer, seen, wanted);
}

static void tell_doubt(struct decision *d, const struct rule *rule, const char *question)
{
	struct engine *e = d->engine;
	struct mono now = clock_mono(e->setup.clock);
	bool is_untold = token_bucket_wait_ms(&e->doubts, now) > 0;

	if (e->setup.trial)
		return; /* its trace hears of it */
	log_line(
		is_untold ? LOG_DEBUG : LOG_WARN, "engine",
		"rule could not tell whether it fires: rule=%s at=%s:%u question=%s channel=%.*s ts=%.*s "
		"untold=%llu",
		rule->name, rule->at.file, rule->at.line, question, STR_ARG(d->ev->channel),
		STR_ARG(d->ev->ts), (unsigned long long)e->untold_doubts);
	e->untold_doubts = is_untold ? e->untold_doubts + 1 : 0;
	if (!is_untold)
		token_bucket_take(&e->doubts, now);
}

/* A pattern that runs over its time again and again costs all other rules theirs. */
static void strike(struct decision *d, const struct rule *rule)
{
	struct engine *e = d->engine;

	d->struck = rule;
	if (!breaker_strike(&e->quarantine, rule->order, clock_mono(e->setup.clock)))
		return;
	log_error("engine",
		  "rule is silent until the next reload: its pattern ran over its time three "
		  "times within an hour: rule=%s at=%s:%u",
		  rule->name, rule->at.file, rule->at.line);
	notice_tell(&e->notice, rule,
		    "its pattern took too long three times within an hour; it is silent until the "
		    "rules are read again");
}

/* Rare enough to ask once more, this time with a listener, for what could not be told. */
static void note_doubt(struct decision *d, const struct rule *rule)
{
	struct engine *e = d->engine;
	struct doubt doubt = { .question = "" };
	const struct trace trace = { .owner = &doubt, .asked = on_asked };
	bool is_pattern;

	e->stats.unsure++;
	rule_match(rule, d->ev, &d->captures, &trace);
	/* A text that could not be read is not the pattern's fault. */
	is_pattern = !event_text_is_missing(d->ev) && (str_is(str_from(doubt.question), "match") ||
						       str_is(str_from(doubt.question), "except"));
	tell_doubt(d, rule, doubt.question);
	if (is_pattern)
		strike(d, rule);
}

/* Why precedence keeps a rule from being asked at all; NULL = ask it. */
static const char *shut_out(const struct decision *d, const struct rule *rule)
{
	if (d->stopped)
		return "then";
	if (rule->fallback && d->talked)
		return "fallback";
	if (d->talk_closed && rule_talks(rule))
		return "then";
	if (breaker_has(&d->engine->quarantine, rule->order))
		return "quarantine";
	return NULL;
}

static const struct trace *trace_of(const struct engine_setup *setup, const struct rule *rule)
{
	return setup->heard == NULL || setup->heard == rule ? setup->trace : NULL;
}

/* A listener hears of the rule's own questions even so: they say more. */
static void tell_shut_out(struct decision *d, const struct rule *rule, const char *shut)
{
	const struct engine_setup *setup = &d->engine->setup;
	const struct trace *trace = trace_of(setup, rule);
	CLEANUP(buf_deinit) struct buf seen = { 0 };

	if (trace == NULL || rule_match(rule, d->ev, &d->captures, trace) != TRISTATE_YES)
		return;
	buf_init(&seen, 0);
	if (d->closed_by != NULL)
		buf_addf(&seen, "the rule %s, which was asked earlier", d->closed_by);
	else
		buf_addz(&seen, "the built-in help, which answered");
	trace->asked(trace->owner, rule, shut, TRISTATE_NO, buf_str(&seen),
		     STR("no earlier answer"));
}

static void note_time_of(struct decision *d, const struct rule *rule, int64_t ns)
{
	d->matching_ns += ns;
	if (ns <= d->slowest_ns)
		return;
	d->slowest = rule;
	d->slowest_ns = ns;
}

static bool fires(struct decision *d, const struct rule *rule)
{
	struct engine *e = d->engine;
	const char *shut = shut_out(d, rule);
	struct mono began;
	enum tristate answer;

	if (shut != NULL) {
		tell_shut_out(d, rule, shut);
		return false;
	}
	began = clock_mono(e->setup.clock);
	answer = rule_match(rule, d->ev, &d->captures, trace_of(&e->setup, rule));
	note_time_of(d, rule, clock_mono(e->setup.clock).ns - began.ns);
	if (answer == TRISTATE_UNKNOWN)
		note_doubt(d, rule);
	return answer == TRISTATE_YES;
}

/* One event must not hold up all others, however many slow rules are asked about it. */
static bool is_over_budget(struct decision *d, const struct rule *rule)
{
	if (d->matching_ns < EVENT_BUDGET_MS * INT64_C(1000000))
		return false;
	d->engine->stats.unsure++;
	log_warn(
		"engine",
		"an event took more than %d ms: rules from this one on could not tell rule=%s at=%s:%u "
		"channel=%.*s ts=%.*s",
		EVENT_BUDGET_MS, rule->name, rule->at.file, rule->at.line, STR_ARG(d->ev->channel),
		STR_ARG(d->ev->ts));
	if (d->slowest_ns >= EVENT_BUDGET_MS * INT64_C(1000000) / 2 && d->slowest != d->struck)
		strike(d, d->slowest); /* so that it does not silence the others for ever */
	return true;
}

static void find_candidates(struct decision *d)
{
	const struct engine_setup *setup = &d->engine->setup;

	if (setup->trace != NULL || setup->ask_all)
		bits_fill(d->candidates, ruleset_n_rules(d->set));
	else
		ruleset_candidates(d->set, d->ev, d->candidates);
}

static const struct rule *next_candidate(struct decision *d)
{
	size_t n = ruleset_n_rules(d->set), i = bits_next(d->candidates, n, d->next);

	d->next = i + 1;
	return i < n ? ruleset_rule(d->set, i) : NULL;
}

static void on_ready(void *owner, struct firing *f, const struct firing_readiness *readiness)
{
	struct decision *d = owner;

	(void)f;
	d->readiness = *readiness;
	d->waiting = false;
	if (!d->running)
		decision_run(d);
}

static uint64_t new_id(void *owner)
{
	return ++((struct engine *)owner)->last_firing;
}

static void prepare(struct decision *d, const struct rule *rule)
{
	struct engine *e = d->engine;

	d->firing = firing_new(&e->house, new_id(e), d->set, rule, d->ev, &d->captures);
	d->step = STEP_READY;
	d->waiting = true;
	firing_prepare(d->firing, on_ready, d);
}

static bool put_job(void *owner, struct job *take)
{
	struct engine *e = owner;

	e->has_news = true;
	if (e->setup.store->ops->put(e->setup.store, take))
		return true;
	e->stats.dropped++;
	log_error("engine", "answer lost: the outbox is full");
	return false;
}

/* The built-in help is asked after all rules but the fallbacks, and counts as talking. */
static void consider_help(struct decision *d)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct engine *e = d->engine;
	struct list jobs;

	d->helped = true;
	if (d->talked || !help_is_asked(d->ev))
		return;
	buf_init(&text, 0);
	buf_addz(&text, "I can help with:\n");
	if (help_write(d->set, d->ev, &text) == 0)
		return;
	list_init(&jobs);
	help_jobs(d->ev, buf_str(&text), &jobs);
	list_each (link, &jobs) {
		list_remove(link);
		put_job(e, list_entry(link, struct job, link));
	}
	e->stats.helped++;
	d->talked = d->talk_closed = true;
}

static void ask_next(struct decision *d)
{
	const struct engine *e = d->engine;
	const struct rule *rule;

	while ((rule = next_candidate(d)) != NULL) {
		if ((d->stopped && e->setup.trace == NULL) || is_over_budget(d, rule))
			break;
		if (rule->fallback && !d->helped && !d->stopped)
			consider_help(d);
		if (!fires(d, rule))
			continue;
		prepare(d, rule);
		return;
	}
	if (!d->stopped && !d->helped)
		consider_help(d);
	d->step = STEP_DONE;
}

/* ---- the questions behind those of the rule ---- */

static void tell(const struct decision *d, const char *question, enum tristate answer,
		 struct str seen, struct str wanted)
{
	const struct trace *trace = d->engine->setup.trace;

	if (trace != NULL)
		trace->asked(trace->owner, rule_of(d), question, answer, seen, wanted);
}

static void tell_condition(const struct decision *d)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	CLEANUP(buf_deinit) struct buf wanted = { 0 };

	if (d->engine->setup.trace == NULL || rule_of(d)->condition == NULL)
		return;
	buf_init(&seen, 0);
	buf_init(&wanted, 0);
	firing_tell_condition(d->firing, &seen, &wanted);
	tell(d, "if", d->readiness.answer, buf_str(&seen), buf_str(&wanted));
}

static bool is_lucky(const struct decision *d)
{
	const struct workspace *w = d->engine->setup.workspace;
	const struct rule *rule = rule_of(d);

	if (rule->chance_in == 0 || d->engine->setup.trial)
		return true;
	return (int64_t)w->resolver->random(w, (size_t)rule->chance_in) < rule->chance_of;
}

static void let_go(struct decision *d)
{
	firing_free(d->firing);
	d->firing = NULL;
	d->step = STEP_ASK;
}

static void check_ready(struct decision *d)
{
	struct engine *e = d->engine;

	note_time_of(d, rule_of(d), d->readiness.asked_ns);
	tell_condition(d);
	if (d->readiness.answer == TRISTATE_UNKNOWN) {
		e->stats.unsure++;
		tell_doubt(d, rule_of(d), "if");
		strike(d, rule_of(d)); /* nothing but its `matches` can be in doubt */
	}
	if (d->readiness.answer != TRISTATE_YES) {
		let_go(d);
	} else if (!is_lucky(d)) {
		e->stats.unlucky++;
		tell(d, "chance", TRISTATE_NO, STR("bad luck"), STR("good luck"));
		let_go(d);
	} else {
		spend(d);
	}
}

/* ---- firing ---- */

/* A shadow rule decides everything but never ends the search. */
static void close_search(struct decision *d, const struct rule *rule)
{
	if (rule->mode == MODE_SHADOW)
		return;
	d->stopped = rule->then == THEN_STOP;
	if (d->stopped || rule_talks(rule))
		d->closed_by = rule->name;
	if (!rule_talks(rule))
		return;
	d->talked = true;
	if (rule->then != THEN_CONTINUE)
		d->talk_closed = true;
}

static struct str id_bytes(const uint64_t *id)
{
	return str_make((const char *)id, sizeof(*id));
}

static void adopt(void *owner, struct firing *take)
{
	struct engine *e = owner;
	const uint64_t id = firing_id(take);

	map_set(&e->firings, id_bytes(&id), take);
	list_append(&e->acting, firing_link(take));
}

static void tell_fired(struct decision *d, size_t n_jobs)
{
	struct engine *e = d->engine;
	const struct engine_firing firing = { rule_of(d), d->ev, n_jobs };

	if (e->setup.on_fired != NULL)
		e->setup.on_fired(e->setup.owner, &firing);
}

/* What later rules ask is asked behind what this one has stored, and the event is no one's until its jobs are put. */
static void on_step_done(void *owner)
{
	struct decision *d = owner;

	d->waiting = false;
	if (!d->running)
		decision_run(d);
}

static void act(struct decision *d)
{
	struct engine *e = d->engine;
	struct firing *f = d->firing;

	e->stats.fired++;
	close_search(d, rule_of(d));
	tell_fired(d, d->readiness.has_work);
	d->firing = NULL;
	adopt(e, f);
	d->waiting = true;
	firing_begin(f, on_step_done, d);
}

static void fire(struct decision *d)
{
	struct engine *e = d->engine;
	const struct rule *rule = rule_of(d);

	d->step = STEP_ASK;
	if (!d->yes) {
		e->stats.limited++;
		log_debug("engine", "rule kept silent by its limit rule=%s", rule->name);
		let_go(d);
		return;
	}
	if (!is_shadow(d, rule)) {
		act(d);
		return;
	}
	e->stats.shadowed++;
	log_info("engine",
		 "rule in shadow mode would have fired rule=%s at=%s:%u channel=%.*s ts=%.*s",
		 rule->name, rule->at.file, rule->at.line, STR_ARG(d->ev->channel),
		 STR_ARG(d->ev->ts));
	tell_fired(d, 0);
	let_go(d);
}

/* ---- firings under way ---- */

static bool put_of_firing(void *owner, struct firing *f, struct job *take)
{
	(void)f;
	return put_job(owner, take);
}

static bool is_about(const struct rule *rule, const struct event *ev, const struct rule *other,
		     const struct event *about)
{
	return str_eq(ev->ts, about->ts) && str_eq(ev->channel, about->channel) &&
	       str_is(str_from(rule->name), other->name);
}

/* The first of those about the message; NULL = none. */
static struct postponed *find_postponed(const struct engine *e, const struct rule *rule,
					const struct event *ev)
{
	list_each (link, &e->postponed) {
		struct postponed *p = list_entry(link, struct postponed, link);

		if (is_about(rule, ev, p->rule, p->ev))
			return p;
	}
	return NULL;
}

static void let_next_go(struct engine *e, const struct rule *rule, const struct event *ev)
{
	struct postponed *next = find_postponed(e, rule, ev);

	if (next != NULL)
		next->may_go = e->any_may_go = true;
}

static bool on_wait(void *owner, struct firing *f)
{
	struct engine *e = owner;
	bool has_room = waits_has_room(&e->waits);

	if (has_room) {
		waits_add(&e->waits, f);
		list_remove(firing_link(f));
		let_next_go(e, firing_rule(f), firing_event(f));
	} else {
		log_error("engine", "too many actions wait: this one is done at once rule=%s",
			  firing_rule(f)->name);
	}
	return has_room;
}

static void wake(struct engine *e, struct firing *f)
{
	list_append(&e->acting, firing_link(f));
	firing_wake(f);
}

static void on_failed(void *owner, const struct firing *f, size_t action, const char *why)
{
	struct engine *e = owner;

	(void)action;
	e->stats.failed++;
	notice_tell(&e->notice, firing_rule(f), why);
}

static void on_step(void *owner, const struct firing *f, size_t action, struct str what)
{
	struct engine *e = owner;

	e->has_news = true;
	if (e->setup.on_step != NULL)
		e->setup.on_step(e->setup.owner, firing_rule(f), action, what);
}

static void on_end(void *owner, struct firing *f)
{
	struct engine *e = owner;
	const uint64_t id = firing_id(f);

	map_remove(&e->firings, id_bytes(&id));
	list_remove(firing_link(f));
	list_append(&e->over, firing_link(f));
	let_next_go(e, firing_rule(f), firing_event(f));
}

static void bury(struct engine *e)
{
	list_each (link, &e->over)
		firing_free(firing_of_link(link));
}

/* ---- what follows later ---- */

static bool is_answering(const struct engine *e, const struct rule *rule, const struct event *ev)
{
	list_each (link, &e->acting) {
		const struct firing *f = firing_of_link(link);

		if (is_about(rule, ev, firing_rule(f), firing_event(f)))
			return true;
	}
	return false;
}

static void postpone(struct engine *e, struct ruleset *set, const struct rule *rule,
		     struct event *ev)
{
	struct postponed *p;

	if (e->n_postponed == POSTPONED_MAX) {
		log_warn("engine",
			 "too many questions are edited while they are answered; this answer stays "
			 "as it is rule=%s channel=%.*s ts=%.*s",
			 rule->name, STR_ARG(ev->channel), STR_ARG(ev->ts));
		return;
	}
	p = mem_zero(1, sizeof(*p));
	p->engine = e;
	p->set = ruleset_ref(set);
	p->rule = rule;
	p->ev = event_ref(ev);
	list_append(&e->postponed, &p->link);
	e->n_postponed++;
}

static void postponed_free(struct postponed *p)
{
	list_remove(&p->link);
	p->engine->n_postponed--;
	event_free(p->ev);
	ruleset_unref(p->set);
	free(p);
}

static void end_step(struct engine *e);

/* What comes of it is news, which is committed with the others. */
static void on_postponed_done(void *owner)
{
	struct postponed *p = owner;
	struct engine *e = p->engine;

	e->has_news = true;
	list_remove(&p->link);
	let_next_go(e, p->rule, p->ev);
	postponed_free(p);
}

static void on_postponed_answers(void *owner, struct str text)
{
	struct postponed *p = owner;
	struct engine *e = p->engine;

	follow_event(&e->follow, p->set, p->rule, p->ev, text, on_postponed_done, p);
	end_step(e);
}

static void follow_one(struct engine *e, struct postponed *p)
{
	if (!p->may_go || p->asking)
		return;
	p->may_go = false;
	if (is_answering(e, p->rule, p->ev)) /* its end lets it go again */
		return;
	p->asking = true;
	e->setup.store->ops->get(e->setup.store, answers_key(&p->ev->arena, p->ev, p->rule),
				 clock_wall(e->setup.clock), on_postponed_answers, p);
}

/* Each in its turn, when what came before it is done. */
static void follow_postponed(struct engine *e)
{
	if (e->is_following)
		return;
	e->is_following = true;
	while (e->any_may_go) {
		e->any_may_go = false;
		list_each (link, &e->postponed)
			follow_one(e, list_entry(link, struct postponed, link));
	}
	e->is_following = false;
}

static void end_step(struct engine *e)
{
	follow_postponed(e);
	bury(e);
}

void engine_settled(struct engine *e, const struct job *job, const struct outcome *outcome)
{
	struct firing *f = map_get(&e->firings, id_bytes(&job->run));

	if (f == NULL)
		return;
	e->has_news = true;
	firing_settled(f, job, outcome);
	end_step(e);
}

/* What people do may be what a firing waits for not to happen. */
static void end_waits_by(struct engine *e, const struct event *ev)
{
	struct firing *f;

	while ((f = waits_take_answered(&e->waits, ev)) != NULL) {
		log_info("engine", "not done: somebody answered rule=%s channel=%.*s ts=%.*s",
			 firing_rule(f)->name, STR_ARG(ev->channel), STR_ARG(ev->ts));
		firing_cancel(f);
	}
}

/* ---- what is due ---- */

static void do_moment(struct engine *e, const struct rule *rule, enum moment_kind kind,
		      struct wall at)
{
	struct str team = str_from(e->setup.workspace->me.team_id);

	if (kind == MOMENT_TICK) {
		engine_take(e, schedule_event(rule, at, team), NULL, NULL, NULL);
		return;
	}
	log_warn("rules", "%s:%u: the rule `%s` has expired and is off", rule->at.file,
		 rule->at.line, rule->name);
	notice_tell(&e->notice, rule, "it has expired and is off");
}

void engine_tick(struct engine *e)
{
	struct wall now = clock_wall(e->setup.clock), at;
	const struct rule *rule;
	enum moment_kind kind;
	struct firing *f;

	while ((f = waits_take_due(&e->waits, clock_mono(e->setup.clock))) != NULL) {
		e->has_news = true;
		wake(e, f);
	}
	while (schedule_take(&e->schedule, now, &rule, &kind, &at))
		do_moment(e, rule, kind, at);
	if (now.ms > e->ticked_until.ms)
		e->ticked_until = now;
	end_step(e);
}

bool engine_end_waits(struct engine *e)
{
	struct firing *f = waits_take_due(&e->waits, (struct mono){ INT64_MAX });

	if (f == NULL)
		return false;
	wake(e, f);
	end_step(e);
	return true;
}

static int64_t at_least_zero(int64_t ms)
{
	return ms > 0 ? ms : 0;
}

/* A job may end, and a firing go on, behind the commit of a turn. */
static bool has_to_commit(const struct engine *e)
{
	return !e->is_committing && (e->has_news || !list_is_empty(&e->made));
}

int64_t engine_due_ms(const struct engine *e)
{
	int64_t ms = -1;
	struct mono wait;
	struct wall moment;

	if (has_to_commit(e))
		return 0;
	if (waits_next(&e->waits, &wait))
		ms = at_least_zero((wait.ns - clock_mono(e->setup.clock).ns + 999999) / 1000000);
	if (schedule_next(&e->schedule, &moment)) {
		int64_t by_wall = at_least_zero(moment.ms - clock_wall(e->setup.clock).ms);

		by_wall = by_wall < LOOK_AGAIN_MS ? by_wall : LOOK_AGAIN_MS;
		ms = ms < 0 || by_wall < ms ? by_wall : ms;
	}
	return ms;
}

size_t engine_waiting(const struct engine *e)
{
	return e->waits.due.n;
}

/* ---- following ---- */

static void on_answers(void *owner, struct str text)
{
	struct decision *d = owner;
	struct engine *e = d->engine;
	size_t i = d->following++;
	const struct rule *rule = ruleset_rule(d->set, i);
	bool was_running = d->running;

	d->running = true; /* it goes on from here, not from within */
	/* What it answered follows: the rule is not asked a second time. */
	if (find_postponed(e, rule, d->ev) != NULL || is_answering(e, rule, d->ev)) {
		postpone(e, d->set, rule, d->ev);
		bits_clear(d->candidates, i);
		on_step_done(d);
	} else if (follow_event(&e->follow, d->set, rule, d->ev, text, on_step_done, d)) {
		bits_clear(d->candidates, i);
	}
	d->running = was_running;
	if (!d->running && !d->waiting)
		decision_run(d);
}

static void follow_next(struct decision *d)
{
	struct engine *e = d->engine;
	size_t n = ruleset_n_rules(d->set);

	while (d->following < n && !follow_concerns(ruleset_rule(d->set, d->following), d->ev))
		d->following++;
	if (d->following == n) {
		d->step = STEP_ASK;
		return;
	}
	d->waiting = true;
	e->setup.store->ops->get(
		e->setup.store,
		answers_key(&d->ev->arena, d->ev, ruleset_rule(d->set, d->following)),
		clock_wall(e->setup.clock), on_answers, d);
}

/* ---- the run of a decision ---- */

static void check_claim(struct decision *d)
{
	d->step = STEP_DONE;
	if (!d->yes) {
		d->engine->stats.repeated++;
		return;
	}
	end_waits_by(d->engine, d->ev);
	find_candidates(d);
	d->step = ruleset_follows(d->set) ? STEP_FOLLOW : STEP_ASK;
}

static void finish(struct decision *d)
{
	list_remove(&d->link);
	list_append(&d->engine->made, &d->link);
	d->engine->n_undecided--;
}

static void decision_run(struct decision *d)
{
	struct engine *e = d->engine;

	d->running = true;
	while (!d->waiting && d->step != STEP_DONE) {
		switch (d->step) {
		case STEP_CLAIM:
			claim(d);
			break;
		case STEP_CLAIMED:
			check_claim(d);
			break;
		case STEP_FOLLOW:
			follow_next(d);
			break;
		case STEP_ASK:
			ask_next(d);
			break;
		case STEP_READY:
			check_ready(d);
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
	end_step(e);
}

void engine_take(struct engine *e, struct event *take,
		 void (*on_decided)(void *owner, void *tag, bool standing), void *owner, void *tag)
{
	/* A listener hears why the own and the hidden are not answered. */
	bool is_mute = (take->from_self || take->hidden) && e->setup.trace == NULL;
	bool nothing_to_ask = is_mute || e->set == NULL;
	size_t n_words = nothing_to_ask ? 0 : bits_words(ruleset_n_rules(e->set));
	struct decision *d = mem_zero(1, sizeof(*d) + n_words * sizeof(d->candidates[0]));

	take->workspace = e->setup.workspace;
	*d = (struct decision){
		.engine = e,
		.ev = take,
		.set = e->set != NULL ? ruleset_ref(e->set) : NULL,
		.step = nothing_to_ask ? STEP_DONE : STEP_CLAIM,
		.on_decided = on_decided,
		.owner = owner,
		.tag = tag,
	};
	list_init(&d->link);
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

	e->is_committing = false;
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
	if (!has_to_commit(e))
		return;
	e->is_committing = true;
	e->has_news = false;
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
	e->house = (struct firing_house){
		.store = setup->store,
		.clock = setup->clock,
		.trial = setup->trial,
		.owner = e,
		.put = put_of_firing,
		.on_wait = on_wait,
		.on_failed = on_failed,
		.on_step = on_step,
		.on_end = on_end,
	};
	e->follow = (struct follow_house){
		.firings = &e->house,
		.waits = &e->waits,
		.owner = e,
		.new_id = new_id,
		.adopt = adopt,
		.put = put_job,
	};
	e->notice = (struct notice_world){
		.store = setup->store,
		.clock = setup->clock,
		.workspace = setup->workspace,
		.owner = e,
		.put = put_job,
	};
	notice_init(&e->notice);
	map_init(&e->firings);
	waits_init(&e->waits);
	list_init(&e->acting);
	list_init(&e->over);
	list_init(&e->postponed);
	e->ticked_until = clock_wall(setup->clock);
	breaker_init(&e->quarantine);
	token_bucket_init(&e->doubts, DOUBT_EVERY_MS, DOUBTS_AT_ONCE);
	list_init(&e->open);
	list_init(&e->made);
	list_init(&e->committing);
	return e;
}

static void free_firing(void *firing)
{
	firing_free(firing);
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	free_all(&e->open);
	free_all(&e->made);
	free_all(&e->committing);
	list_each (link, &e->postponed)
		postponed_free(list_entry(link, struct postponed, link));
	bury(e);
	map_deinit(&e->firings, free_firing);
	waits_deinit(&e->waits);
	notice_deinit(&e->notice);
	schedule_deinit(&e->schedule);
	breaker_deinit(&e->quarantine);
	ruleset_unref(e->set);
	free(e);
}

/* What is due and not done yet is not lost with the old rules; what lies behind us does not come again. */
static void note_time(struct engine *e)
{
	struct wall now = clock_wall(e->setup.clock), due;

	if (!schedule_next(&e->schedule, &due) || due.ms > now.ms)
		e->ticked_until = now;
}

void engine_set_rules(struct engine *e, struct ruleset *set)
{
	struct ruleset *old = e->set;

	note_time(e);

	e->set = ruleset_ref(set);
	schedule_deinit(&e->schedule);
	schedule_init(&e->schedule, set, e->ticked_until);
	ruleset_unref(old);
	breaker_deinit(&e->quarantine); /* new rules, new luck */
}

struct ruleset *engine_rules(const struct engine *e)
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
