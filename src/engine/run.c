/* SPDX-License-Identifier: MIT */
#include "engine/run.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/action.h"
#include "engine/followup.h"
#include "engine/learn.h"
#include "engine/owner_notice.h"
#include "engine/run_share.h"
#include "template/condition.h"
#include "template/json_template.h"
#include "template/number.h"

static const struct rule_action *action_of(const struct run *run)
{
	return &run->rule->actions[run->action];
}

static struct wall now(const struct engine *e)
{
	return clock_wall(e->setup.clock);
}

void run_changed(struct engine *e, struct run *run)
{
	if (e->state.batch == NULL)
		return;
	list_remove(&run->changed);
	list_append(&e->changed, &run->changed);
}

/* ---- failing ---- */

static void tell(const struct engine *e, const struct run *run, enum log_level level,
		 const char *what, size_t i, const char *why)
{
	const struct rule_action *action = &run->rule->actions[i];

	if (!e->setup.trial)
		log_line(level, "engine", "%s: %s rule=%s verb=%s at=%s:%u", what, why,
			 run->rule->name, verb_name(action->verb), action->at.file,
			 action->at.line);
}

static void tell_failure(struct engine *e, const struct run *run, size_t i, const char *why)
{
	tell(e, run, LOG_WARN, "action failed", i, why);
	engine_count(e, METRIC_ACTIONS_FAILED);
	notice_tell(e, run->rule, why);
}

static void note_failure(struct run *run, const char *why)
{
	run->action_failed = true;
	if (action_of(run)->on_error)
		return;
	run_set_error(run, str_from(why));
	run->failed = true;
}

/* The log has been told for all that fails so, the owners of this rule have not. */
static void fail_untold(struct engine *e, struct run *run, const char *why)
{
	engine_count(e, METRIC_ACTIONS_FAILED);
	notice_tell(e, run->rule, why);
	note_failure(run, why);
}

/* A rule that may not act, by its limit or as a shadow, does not fail either. */
static void fail(struct engine *e, struct run *run, const char *why)
{
	if (run->begun) {
		tell_failure(e, run, run->action, why);
	} else if (!run->has_untold) {
		run->has_untold = true;
		run->untold = run->action;
	}
	note_failure(run, why);
}

/* ---- what was answered ---- */

/* Of a rule that was written anew since, nobody knows which action gave it. */
static bool can_be_made_anew(const struct run *run, const struct posted_answer *answer)
{
	return !answer->stays && answer->rule == run->rule->fingerprint &&
	       answer->action < run->rule->n_actions &&
	       run->rule->actions[answer->action].n_texts > 0;
}

/* What the answer was made of when it was given. */
static void know_again(struct run *run, const struct posted_answer *answer)
{
	run->action = answer->action;
	run->wording = answer->wording;
	run->count = answer->count;
	json_free(run->result);
	run->result = json_copy(answer->result);
	run->error = NULL;
	if (answer->error.len > 0)
		run_set_error(run, answer->error);
}

/* ---- making it ---- */

static struct str turn_key(struct run *run)
{
	return str_keepf(&run->arena, "%s:%zu", run->rule->name, run->action);
}

/* Which of several wordings: the next, or any but the last. */
static size_t choose_wording(struct engine *e, struct run *run)
{
	const struct workspace *w = run->ev->workspace;
	bool in_turn = run->rule->pick_in_turn && !e->setup.trial;
	size_t n = action_of(run)->n_texts, any;
	int64_t last;

	if (n < 2)
		return 0;
	last = state_turn(&e->state, turn_key(run));
	if (last < 0 || last >= (int64_t)n)
		return in_turn ? 0 : w->resolver->random(w, n);
	if (in_turn)
		return ((size_t)last + 1) % n;
	any = w->resolver->random(w, n - 1);
	return any < (size_t)last ? any : any + 1;
}

static struct making making_of(struct run *run, const struct values *v, const struct posted *posted)
{
	return (struct making){
		.values = v,
		.action = run->action,
		.wording = run->wording,
		.posted = posted,
		.jobs = &run->jobs,
		.why = "",
	};
}

/* False = there is nothing to do, or it cannot be done. */
static bool make_jobs(struct engine *e, struct run *run)
{
	CLEANUP(posted_deinit) struct posted posted = { 0 };
	const struct values v = run_values(e, run, &run->arena);
	struct making m = making_of(run, &v, &posted);

	if (run->rule->keeps_answers && verb_row(action_of(run)->verb)->says != SAYS_NOTHING)
		posted_load(&posted, &e->state, run->rule, run->ev, now(e));
	switch (action_make(&m)) {
	case ACTION_MADE:
		return true;
	case ACTION_NOTHING:
		tell(e, run, LOG_INFO, "action left out", run->action, m.why);
		return false;
	case ACTION_FAILED:
		fail(e, run, m.why);
		return false;
	}
	return false;
}

/* The next answer that can still be rendered, made by the action that gave it. */
static bool make_next_answer(struct engine *e, struct run *run)
{
	CLEANUP(posted_deinit) struct posted posted = { 0 };
	const struct values v = run_values(e, run, &run->arena);
	struct posted_answer answer;
	struct making m;

	posted_load(&posted, &e->state, run->rule, run->ev, now(e));
	while (list_is_empty(&run->jobs) && run->next_answer < posted_n(&posted)) {
		if (!posted_at(&posted, run->next_answer++, &answer) ||
		    !can_be_made_anew(run, &answer))
			continue;
		run->action_failed = false;
		know_again(run, &answer);
		m = making_of(run, &v, &posted);
		action_renew(&m, &answer);
	}
	return !list_is_empty(&run->jobs);
}

/* The next action that has something to do, its jobs made where it has any; false = no action is left. */
static bool make_next(struct engine *e, struct run *run)
{
	const struct rule *rule = run->rule;

	while (!run->renews) {
		while (run->next < rule->n_actions &&
		       rule->actions[run->next].on_error != run->failed)
			run->next++;
		run->action_failed = false;
		if (run->next >= rule->n_actions)
			return false;
		run->action = run->next++;
		run->n_posted = 0;
		run->wording = choose_wording(e, run);
		if (verb_row(action_of(run)->verb)->does != DOES_JOBS || make_jobs(e, run))
			return true;
	}
	return make_next_answer(e, run);
}

/* ---- doing it ---- */

static void tell_step(struct engine *e, struct run *run, const char *sign, struct str a,
		      struct str b)
{
	if (e->setup.on_step != NULL)
		e->setup.on_step(
			e->setup.owner, run->rule, run->action,
			str_keepf(&run->arena, "%.*s%s%.*s", STR_ARG(a), sign, STR_ARG(b)));
}

/* Of a share that is used up the log is told now and then. */
static void fail_to_store(struct engine *e, struct run *run, struct str key, struct str value,
			  const char *why)
{
	const struct share_owner owner = event_owner(run->ev);

	if (state_has_share(&e->state, owner, key, value)) {
		fail(e, run, why);
		return;
	}
	shares_refuse(&e->state.values, owner, run->rule_name, clock_mono(e->setup.clock));
	fail_untold(e, run, "one person or channel has too much stored");
}

static void do_set(struct engine *e, struct run *run)
{
	const struct values v = run_values(e, run, &run->arena);
	struct making m = making_of(run, &v, NULL);
	struct str name = str_from(action_of(run)->name), shown, value = action_value(&m, &shown);
	struct str key;

	tell_step(e, run, " = ", name, shown);
	key = values_variable_key(&v, name, action_of(run)->key);
	if (!state_set_variable(&e->state, event_owner(run->ev), key, value))
		fail_to_store(e, run, key, value, "the value is too long, or too many are stored");
}

static void do_add(struct engine *e, struct run *run)
{
	const struct values v = run_values(e, run, &run->arena);
	struct making m = making_of(run, &v, NULL);
	struct str name = str_from(action_of(run)->name), shown, key;
	double number;

	if (!number_read(action_value(&m, &shown), &number)) {
		fail(e, run,
		     str_keepf(&run->arena, "`%.*s` is no number to add", STR_ARG(shown)).p);
		return;
	}
	tell_step(e, run, " + ", name, shown);
	key = values_variable_key(&v, name, action_of(run)->key);
	if (!state_add(&e->state, event_owner(run->ev), key, number))
		fail_to_store(e, run, key, shown, "what is stored there is no number");
}

static void do_wait(struct engine *e, struct run *run)
{
	const struct rule_action *action = action_of(run);

	tell_step(e, run, "", STR_EMPTY, STR_EMPTY);
	if (!waits_has_room(&e->waits)) {
		log_error("engine", "too many actions wait: this one is done at once rule=%s",
			  run->rule->name);
		return;
	}
	if (!run_may_rest(e, run))
		return;
	run->due = (struct wall){ now(e).ms + action->wait_ms };
	run->unless = action->unless;
	waits_add(&e->waits, run, mono_after(clock_mono(e->setup.clock), action->wait_ms));
}

/* When what the action does is not worth doing any more; 0 = it always is. */
static int64_t late_ms(const struct engine *e, const struct run *run, enum verb verb)
{
	int64_t within = run->rule->within_ms;

	if (within == 0 && verb_ages(verb))
		within = e->setup.answer_within_ms;
	return within > 0 && run->since.ms > 0 ? run->since.ms + within : 0;
}

/* Would all that it does be too late? */
static bool is_late(const struct engine *e, const struct run *run)
{
	for (size_t i = 0; i < run->rule->n_actions; i++) {
		int64_t ms = late_ms(e, run, run->rule->actions[i].verb);

		if (ms == 0 || now(e).ms <= ms)
			return false;
	}
	return run->rule->n_actions > 0;
}

/* Nothing of the run is needed once these jobs are on their way: they end alone, and the run at once. */
static bool are_the_last(const struct run *run)
{
	return run->next == run->rule->n_actions && !run->rule->keeps_answers && !run->renews &&
	       run->n_followups == 0;
}

static void put_jobs(struct engine *e, struct run *run)
{
	bool is_full = false, end_alone = are_the_last(run);
	bool may_rest = end_alone || run_may_rest(e, run);
	unsigned part = 0;

	list_each (link, &run->jobs) {
		struct job *job = list_entry(link, struct job, link);

		list_remove(link);
		if (!may_rest) {
			engine_count(e, METRIC_JOBS_DROPPED);
			job_free(job);
			is_full = true;
			continue;
		}
		if (str_find_char(run->ev->event_ts, '.') < run->ev->event_ts.len)
			job->cause_ts = job_keep(job, run->ev->event_ts);
		job->late_ms = (uint64_t)late_ms(e, run, action_of(run)->verb);
		if (part++ > 0)
			job->key = str_keepf(&job->arena, "%s.%u", job->key, part).p;
		job->run = end_alone ? 0 : run->id;
		if (!engine_put(e, job))
			is_full = true;
		else if (!end_alone)
			run->n_open++;
	}
	if (is_full)
		fail_untold(e, run, "the outbox is full");
}

static void do_action(struct engine *e, struct run *run)
{
	enum verb verb = action_of(run)->verb;

	if (!run->renews && action_of(run)->n_texts > 1)
		state_set_turn(&e->state, turn_key(run), (int64_t)run->wording);
	switch (run->renews ? DOES_JOBS : verb_row(verb)->does) {
	case DOES_JOBS:
		put_jobs(e, run);
		break;
	case DOES_STORE:
		(verb == VERB_SET ? do_set : do_add)(e, run);
		break;
	case DOES_WAIT:
		do_wait(e, run);
		break;
	}
}

/* ---- resting and going on ---- */

static bool is_waiting(const struct run *run)
{
	return heap_has(&run->node);
}

static void rest(struct engine *e, struct run *run)
{
	run_hold_share(e, run);
	run_changed(e, run);
	if (!is_waiting(run) && run->rule->keeps_answers)
		waits_add_acting(&e->waits, run);
	if (is_waiting(run) && run->n_followups > 0)
		follow_what_came(e, run); /* may end it */
}

void run_go(struct engine *e, struct run *run, bool is_made)
{
	if (run->due.ms > 0)
		run->since = run->due;
	run->due = (struct wall){ 0 };
	run->unless = 0;
	for (; is_made || make_next(e, run); is_made = false) {
		do_action(e, run);
		if (run->n_open > 0 || is_waiting(run)) {
			rest(e, run);
			return;
		}
	}
	run_end(e, run);
}

static struct str id_bytes(const uint64_t *id)
{
	return str_make((const char *)id, sizeof(*id));
}

void run_begin(struct engine *e, struct run *run, bool has_work)
{
	run->begun = true;
	map_set(&e->runs, id_bytes(&run->id), run);
	if (run->has_untold)
		tell_failure(e, run, run->untold, run->error);
	if (!has_work) {
		run_end(e, run);
		return;
	}
	if (!run->renews)
		run->count = state_count_up(&e->state, str_from(run->rule->name));
	run_go(e, run, true);
}

void run_end(struct engine *e, struct run *run)
{
	char key[24];

	waits_remove(&e->waits, run);
	shares_give_back(&e->resting, &run->held);
	map_remove(&e->runs, id_bytes(&run->id));
	if (run->is_kept) {
		snprintf(key, sizeof(key), "%llu", (unsigned long long)run->id);
		batch_drop(&e->batch, STORE_RUN, str_from(key));
	}
	if (run->n_followups > 0)
		follow_what_came(e, run);
	run_close(run);
}

/* ---- how its jobs ended ---- */

void run_settled(struct engine *e, struct run *run, const struct job *job,
		 const struct outcome *outcome)
{
	bool is_done = outcome->kind == OUTCOME_DONE;

	run->n_open--;
	run_changed(e, run);
	if (job_teaches(run, job))
		is_done = run_learn(e, run, job, outcome);
	if (!is_done && !run->action_failed)
		fail(e, run, outcome->sentence != NULL ? outcome->sentence : "no reason given");
	if (run->n_open > 0)
		return;
	waits_remove(&e->waits, run);
	rule_renew_time(run->rule);
	run_go(e, run, false);
}

/* ---- before it acts ---- */

void run_catch(struct run *run, const struct captures *captures)
{
	const char *name;

	arena_deinit(&run->caught); /* texts of the event are what was caught now */
	run->n_captures = captures->n;
	if (captures->n == 0)
		return;
	run->captures = arena_alloc(&run->caught, captures->n * sizeof(run->captures[0]));
	for (size_t i = 0; i < captures->n; i++) {
		struct capture *c = &run->captures[i];

		c->text = captures->group[i];
		if (captures->mention[i] != NULL) {
			c->sigil = captures->mention[i]->sigil;
			c->id = captures->mention[i]->id;
		}
	}
	if (captures->pattern == NULL)
		return;
	for (size_t i = 0; (name = pattern_group_name(captures->pattern, i)) != NULL; i++) {
		size_t number = pattern_group_number(captures->pattern, i);

		if (number < captures->n)
			run->captures[number].name = str_keep(&run->caught, str_from(name));
	}
}

struct run *run_open(struct engine *e, const struct rule *rule, struct event *ev,
		     const struct captures *captures, bool renews, struct run_readiness *ready)
{
	struct run *run = run_new(++e->last_run, ev);

	run_bind(run, rule);
	run->rule_name = str_keep(&run->arena, str_from(rule->name));
	run->fingerprint = rule->fingerprint;
	run->renews = renews;
	run->since = ev->time;
	run_catch(run, captures);
	*ready = (struct run_readiness){ .answer = TRISTATE_YES };
	ready->is_late = !e->setup.trial && is_late(e, run);
	if (rule->condition != NULL) {
		const struct values v = run_values(e, run, &run->arena);
		const struct template_host host = values_host(&v);

		ready->answer = condition_ask(rule->condition, &host);
	}
	if (ready->answer == TRISTATE_YES)
		ready->has_work = make_next(e, run);
	return run;
}

void run_tell_condition(const struct engine *e, const struct run *run, struct buf *seen,
			struct buf *wanted)
{
	struct arena arena;
	struct values v;
	struct template_host host;

	arena_init(&arena);
	v = run_values(e, run, &arena);
	host = values_host(&v);
	condition_tell(run->rule->condition, &host, seen, wanted);
	arena_deinit(&arena);
}

void run_retell(struct engine *e, struct run *run, struct event *ev,
		const struct captures *captures)
{
	CLEANUP(event_freep) struct event *kept = run_trim_followup(run, ev);

	if (!run_may_keep(e, run, kept))
		return;
	run_set_event(run, ev);
	run_catch(run, captures);
	run_hold_share(e, run);
	run_changed(e, run);
}
