/* SPDX-License-Identifier: MIT */
#include "engine/decide.h"

#include "base/bits.h"
#include "base/buf.h"
#include "base/log.h"
#include "engine/followup.h"
#include "engine/help.h"
#include "engine/limit.h"
#include "engine/owner_notice.h"
#include "engine/run.h"

/* A message of more bytes is nobody's ordinary one: it says nothing against a rule that it is too much for. */
enum { ORDINARY_TEXT = 500 };

/* What the rules asked so far have done to those that come. */
struct decision {
	struct engine *e;
	struct event *ev;
	bool talked;	  /* a talking rule fired */
	bool talk_closed; /* no further talking rule may */
	bool stopped;	  /* no further rule at all */
	bool helped;	  /* the built-in help was considered */
	/* The rule that talked or stopped, for a listener; NULL = none, or the help. */
	const char *closed_by;
	bool may_come_back; /* what a rule does may bring the next event of this kind */
	bool has_matched;   /* some rule, whether it may act or not */
};

/* ---- who listens ---- */

static const struct trace *trace_for(const struct engine *e, const struct rule *rule)
{
	return e->setup.heard == NULL || e->setup.heard == rule ? e->setup.trace : NULL;
}

static void tell(const struct decision *d, const struct rule *rule, const char *predicate,
		 enum tristate answer, struct str seen, struct str wanted)
{
	const struct trace *trace = d->e->setup.trace;

	if (trace != NULL)
		trace->asked(trace->owner, rule, predicate, answer, seen, wanted);
}

static void tell_condition(const struct decision *d, const struct run *run, enum tristate answer)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	CLEANUP(buf_deinit) struct buf wanted = { 0 };

	if (d->e->setup.trace == NULL || run->rule->condition == NULL)
		return;
	buf_init(&seen, 0);
	buf_init(&wanted, 0);
	run_tell_condition(d->e, run, &seen, &wanted);
	tell(d, run->rule, "if", answer, buf_str(&seen), buf_str(&wanted));
}

/* ---- time and doubts ---- */

/* One person cannot silence a rule for the others, whatever he writes: a rule rests when ordinary messages of several
 * people were too much for its pattern, for then it costs all other rules their time. */
static void strike(struct decision *d, const struct rule *rule)
{
	const struct event *ev = d->ev;
	struct engine *e = d->e;
	int64_t minutes;

	if (ev->text.len > ORDINARY_TEXT)
		return;
	minutes = breaker_strike(&e->breaker, rule->order,
				 ev->user.id.len > 0 ? ev->user.id : ev->bot_id,
				 clock_mono(e->setup.clock));
	if (minutes == 0)
		return;
	log_error("engine",
		  "rule rests for %lld minutes: ordinary messages of three people within an hour "
		  "were too much for its pattern: rule=%s at=%s:%u",
		  (long long)minutes, rule->name, rule->at.file, rule->at.line);
	notice_tell(e, rule,
		    "ordinary messages of three people within an hour were too much for its "
		    "pattern; it rests for a while");
}

static void tell_doubt(struct decision *d, const struct rule *rule, const char *predicate)
{
	struct engine *e = d->e;
	struct mono now = clock_mono(e->setup.clock);
	bool is_untold = token_bucket_wait_ms(&e->doubts, now) > 0;

	engine_count(e, METRIC_RULES_UNSURE);
	if (e->setup.trial)
		return; /* its trace hears of it */
	log_line(
		is_untold ? LOG_DEBUG : LOG_WARN, "engine",
		"rule could not tell whether it fires: rule=%s at=%s:%u question=%s channel=%.*s ts=%.*s "
		"untold=%llu",
		rule->name, rule->at.file, rule->at.line, predicate, STR_ARG(d->ev->channel),
		STR_ARG(d->ev->ts), (unsigned long long)e->untold_doubts);
	e->untold_doubts = is_untold ? e->untold_doubts + 1 : 0;
	if (!is_untold)
		token_bucket_take(&e->doubts, now);
}

static void note_doubt(struct decision *d, const struct rule *rule, const char *predicate)
{
	tell_doubt(d, rule, predicate);
	/* A text that could not be read is not the pattern's fault. */
	if (!event_text_is_missing(d->ev) &&
	    (str_is(str_from(predicate), "match") || str_is(str_from(predicate), "except")))
		strike(d, rule);
}

/* ---- precedence ---- */

/* Why precedence keeps a rule from being asked at all; NULL = ask it. */
static const char *shut_out(const struct decision *d, const struct rule *rule)
{
	if (d->stopped)
		return "then";
	if (rule->fallback && d->talked)
		return "fallback";
	if (d->talk_closed && rule_talks(rule))
		return "then";
	if (breaker_rests(&d->e->breaker, rule->order, d->e->setup.clock))
		return "breaker";
	return NULL;
}

/* A listener hears of the rule's own predicates even so: they say more. */
static void tell_shut_out(struct decision *d, const struct rule *rule, const char *shut)
{
	const struct trace *trace = trace_for(d->e, rule);
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct captures captures;

	if (trace == NULL || rule_match(rule, d->ev, &captures, trace, NULL) != TRISTATE_YES)
		return;
	buf_init(&seen, 0);
	if (d->closed_by != NULL)
		buf_addf(&seen, "the rule %s, which was asked earlier", d->closed_by);
	else
		buf_addz(&seen, "the built-in help, which answered");
	trace->asked(trace->owner, rule, shut, TRISTATE_NO, buf_str(&seen),
		     STR("no earlier answer"));
}

/* A shadow that is tried out decides everything but never ends the search. */
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

/* The built-in help is asked after all rules but the fallbacks, if none of them talked, and counts as talking. */
static void consider_help(struct decision *d)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct engine *e = d->e;
	struct list jobs;

	d->helped = true;
	if (!help_is_asked(d->ev))
		return;
	buf_init(&text, 0);
	buf_addz(&text, "I can help with:\n");
	if (help_write(e->set, d->ev, &text) == 0)
		return;
	list_init(&jobs);
	help_jobs(d->ev, buf_str(&text), &jobs);
	list_each (link, &jobs) {
		list_remove(link);
		engine_put(e, list_entry(link, struct job, link));
	}
	engine_count(e, METRIC_HELP_ANSWERED);
	d->talked = d->talk_closed = true;
}

/* ---- what is asked behind the rule's own predicates ---- */

static bool is_lucky(const struct decision *d, const struct rule *rule)
{
	const struct workspace *w = d->ev->workspace;

	if (rule->chance_in == 0 || d->e->setup.trial)
		return true;
	return (int64_t)w->resolver->random(w, (size_t)rule->chance_in) < rule->chance_of;
}

static bool spend_limits(struct decision *d, const struct run *run, bool is_shadow, bool has_work)
{
	struct engine *e = d->e;
	const struct values values = run_values(e, run, &d->ev->arena);
	struct state_limit limits[RULE_LIMITS_MAX];

	/* What does nothing costs nothing. */
	if (e->setup.trial || run->rule->n_limits == 0 || !has_work)
		return true;
	return state_spend(&e->state, limits, limits_for(&values, is_shadow, limits),
			   clock_wall(e->setup.clock));
}

/* ---- one event ---- */

/* What people do may be what a run waits for not to happen. */
static void end_waits(struct engine *e, const struct event *ev)
{
	struct run *run;

	while (e->waits.spots.n > 0 && (run = waits_take_answered(&e->waits, ev)) != NULL) {
		log_info("engine", "not done: somebody answered rule=%s channel=%.*s ts=%.*s",
			 run->rule->name, STR_ARG(ev->channel), STR_ARG(ev->ts));
		run_end(e, run);
	}
}

static void note_shadow(const struct decision *d, const struct rule *rule)
{
	engine_count(d->e, METRIC_RULES_SHADOWED);
	log_info("engine",
		 "rule in shadow mode would have fired rule=%s at=%s:%u channel=%.*s ts=%.*s",
		 rule->name, rule->at.file, rule->at.line, STR_ARG(d->ev->channel),
		 STR_ARG(d->ev->ts));
}

/* Asks everything of one rule; the run that may act, or NULL. */
static struct run *ask(struct decision *d, const struct rule *rule, bool *has_work)
{
	struct engine *e = d->e;
	const bool is_shadow = rule->mode == MODE_SHADOW && !e->setup.trial;
	struct run_readiness ready;
	struct captures captures;
	const char *doubt = NULL;
	enum tristate answer;
	struct run *run;

	answer = rule_match(rule, d->ev, &captures, trace_for(e, rule), &doubt);
	if (answer == TRISTATE_UNKNOWN)
		note_doubt(d, rule, doubt);
	if (answer != TRISTATE_YES)
		return NULL;
	d->has_matched = true;
	run = run_open(e, rule, d->ev, &captures, false, &ready);
	*has_work = ready.has_work;
	tell_condition(d, run, ready.answer);
	if (ready.answer == TRISTATE_UNKNOWN) {
		tell_doubt(d, rule, "if");
		strike(d, rule); /* nothing but its `matches` can be in doubt */
	}
	if (ready.answer != TRISTATE_YES) {
		/* its condition has said so */
	} else if (ready.is_late) {
		engine_note_late(e, d->ev->channel);
	} else if (!is_lucky(d, rule)) {
		engine_count(e, METRIC_RULES_UNLUCKY);
		tell(d, rule, "chance", TRISTATE_NO, STR("bad luck"), STR("good luck"));
	} else if (!spend_limits(d, run, is_shadow, ready.has_work)) {
		engine_count(e, METRIC_RULES_LIMITED);
		log_debug("engine", "rule kept silent by its limit rule=%s", rule->name);
	} else {
		if (e->setup.on_fired != NULL)
			e->setup.on_fired(e->setup.owner, rule);
		if (!is_shadow)
			return run;
		note_shadow(d, rule);
	}
	run_close(run);
	return NULL;
}

static void tell_silence(const struct event *ev)
{
	struct str bot = ev->bot_id.len > 0 ? ev->bot_id : ev->user.id;

	if (event_is_unsigned(ev))
		log_warn(
			"engine",
			"a rule's calls bring the events that it acts on: no rule acts on them there for now"
			" channel=%.*s event=%.*s",
			STR_ARG(ev->channel), STR_ARG(ev->type));
	else
		log_warn(
			"engine",
			"another bot answers our answers: silent there for now channel=%.*s bot=%.*s",
			STR_ARG(ev->channel), STR_ARG(bot));
}

/* A bot may answer whatever we do. Of what Slack tells without a name, only a call can be the cause, and no message. */
static bool may_come_back(const struct rule *rule, const struct event *ev)
{
	if (!event_is_unsigned(ev))
		return bot_turns_counts(ev);
	for (size_t i = 0; i < rule->n_actions; i++) {
		if (rule->actions[i].verb == VERB_CALL &&
		    !str_starts(str_from(rule->actions[i].name), "chat."))
			return true;
	}
	return false;
}

void decide(struct engine *e, struct event *ev)
{
	struct decision d = { .e = e, .ev = ev };
	const struct str key = ev->key.len > 0 ? ev->key : ev->event_id;
	const size_t n = ruleset_n_rules(e->set);
	const size_t n_rows = e->batch.n;
	const char *shut;
	struct run *run;
	bool has_work, is_first = false;

	if (key.len > 0 && !state_claim(&e->state, key, clock_wall(e->setup.clock))) {
		engine_count(e, METRIC_EVENTS_REPEATED);
		return;
	}
	if (!bot_turns_are_none(&e->bot_turns) &&
	    !bot_turns_hear(&e->bot_turns, ev, clock_mono(e->setup.clock), &is_first) &&
	    !e->setup.trial) {
		engine_count(e, METRIC_BOT_TURNS);
		if (is_first)
			tell_silence(ev);
		return;
	}
	end_waits(e, ev);
	ruleset_renew_time(e->set);
	if (e->setup.trace != NULL || e->setup.ask_all)
		bits_fill(e->candidates, n);
	else
		ruleset_candidates(e->set, ev, e->candidates);
	for (size_t i = 0; i < n && ruleset_follows(e->set); i++) {
		if (follow(e, ruleset_rule(e->set, i), ev))
			bits_clear(e->candidates, i);
	}
	for (size_t i = 0; (i = bits_next(e->candidates, n, i)) < n; i++) {
		const struct rule *rule = ruleset_rule(e->set, i);

		if (d.stopped && e->setup.trace == NULL)
			break;
		if (rule->fallback && !d.helped && !d.talked && !d.stopped)
			consider_help(&d);
		shut = shut_out(&d, rule);
		if (shut != NULL) {
			tell_shut_out(&d, rule, shut);
			continue;
		}
		run = ask(&d, rule, &has_work);
		if (run == NULL)
			continue;
		engine_count(e, METRIC_RULES_FIRED);
		d.may_come_back = d.may_come_back || may_come_back(rule, ev);
		close_search(&d, rule);
		run_begin(e, run, has_work);
	}
	if (!d.helped && !d.talked && !d.stopped)
		consider_help(&d);
	if (d.may_come_back)
		bot_turns_answer(&e->bot_turns, ev, clock_mono(e->setup.clock));
	/* What nothing came of may come again: nothing will come of it again. */
	if (key.len > 0 && (d.has_matched || e->batch.n > n_rows || !list_is_empty(&e->changed)))
		state_note_claim(&e->state, key);
}
