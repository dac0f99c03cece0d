/* SPDX-License-Identifier: MIT */
/*
 * A small state machine, driven by firing_go until it has to wait. What a text needs from the store is asked for
 * before the text is rendered, key by key, because a key may itself need what is stored under another.
 */
#include "engine/firing.h"

#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "template/condition.h"
#include "template/json_template.h"
#include "template/number.h"

enum state {
	STATE_CONDITION,
	STATE_NEXT,   /* which action? */
	STATE_GATHER, /* what does it need from the store? */
	STATE_MAKE,   /* what jobs does it make? */
	STATE_HELD,   /* they are ready; may they go? */
	STATE_COUNT,  /* how often has it fired? */
	STATE_DO,
	STATE_JOBS, /* waits for their end */
	STATE_WAIT, /* a `wait` */
	STATE_OVER,
};

/* An answer that shows a longer result than this is not made anew: it could not be kept with the others. */
enum { RESULT_KEPT_MAX = 1500 };

/* A reference to ask the store for. */
struct need {
	const struct reference *ref;
	struct str key; /* instead of one: a key of our own */
};

struct firing {
	const struct firing_house *house;
	struct ruleset *set;
	const struct rule *rule;
	struct event *ev;
	struct captures captures;
	struct facts facts;
	struct arena arena; /* of what is asked and made; until the end */
	enum state state;
	bool waiting; /* for the store */
	bool running; /* firing_go is on the stack */
	bool begun;
	bool failed;
	bool action_failed; /* the one being done */
	int64_t asked_ns;   /* how long `if` took */
	bool has_untold;    /* one failed before it was clear whether the rule may act */
	size_t untold;
	size_t next;   /* the action to come */
	size_t action; /* the one being done */
	size_t wording;
	struct need *needs; /* of the action, in the arena */
	size_t n_needs, n_gathered, cap_needs;
	struct answers answers;
	bool answers_known;
	bool renews;	    /* edits its answers instead of acting */
	size_t next_answer; /* while it does */
	struct list jobs;   /* made, not put yet */
	size_t n_open;	    /* put, not settled */
	size_t n_posted;    /* of this action */
	struct mono due;
	struct heap_node node;
	struct list link;
	uint64_t id;
	void (*on_ready)(void *owner, struct firing *f, const struct firing_readiness *readiness);
	void *owner;
	void (*on_begun)(void *owner);
	void *begun_owner;
};

static void firing_go(struct firing *f);

static const struct rule_action *action_of(const struct firing *f)
{
	return &f->rule->actions[f->action];
}

struct values firing_values(const struct firing *f, struct arena *arena)
{
	return (struct values){
		.rule = f->rule,
		.ev = f->ev,
		.captures = &f->captures,
		.facts = &f->facts,
		.arena = arena,
	};
}

/* ---- what is needed from the store ---- */

static void add_need(struct firing *f, struct need need)
{
	if (f->n_needs == f->cap_needs) {
		struct need *more;

		f->cap_needs = f->cap_needs > 0 ? 2 * f->cap_needs : 8;
		more = arena_alloc(&f->arena, f->cap_needs * sizeof(more[0]));
		if (f->n_needs > 0)
			memcpy(more, f->needs, f->n_needs * sizeof(more[0]));
		f->needs = more;
	}
	f->needs[f->n_needs++] = need;
}

static void note_reference(void *owner, const struct reference *ref, bool as_text)
{
	(void)as_text;
	if (reference_is_stored(ref))
		add_need(owner, (struct need){ .ref = ref });
}

static void need_template(struct firing *f, const struct template *t)
{
	if (t != NULL)
		template_each_reference(t, note_reference, f);
}

static struct str turn_key(struct firing *f)
{
	return str_keepf(&f->arena, "turn:%.*s:%s:%zu", STR_ARG(f->ev->team), f->rule->name,
			 f->action);
}

static bool needs_answers(const struct firing *f)
{
	enum verb verb = action_of(f)->verb;

	return f->rule->keeps_answers && !f->answers_known && verb_row(verb)->says != SAYS_NOTHING;
}

static void list_needs_of_action(struct firing *f)
{
	const struct rule_action *action = action_of(f);

	f->n_needs = f->n_gathered = 0;
	for (size_t i = 0; i < action->n_texts; i++)
		need_template(f, action->texts[i]);
	need_template(f, action->target);
	need_template(f, action->key);
	if (action->form != NULL)
		json_template_each_reference(action->form, note_reference, f);
	if (action->blocks != NULL)
		json_template_each_reference(action->blocks, note_reference, f);
	if (action->n_texts > 1)
		add_need(f, (struct need){ .key = turn_key(f) });
	if (needs_answers(f))
		add_need(f, (struct need){ .key = answers_key(&f->arena, f->ev, f->rule) });
}

static void list_needs_of_questions(struct firing *f)
{
	f->n_needs = f->n_gathered = 0;
	if (f->rule->condition != NULL)
		condition_each_reference(f->rule->condition, note_reference, f);
	for (size_t i = 0; i < f->rule->n_limits; i++)
		need_template(f, f->rule->limits[i].key);
}

static struct str key_of(struct firing *f, const struct need *need)
{
	const struct values v = firing_values(f, &f->arena);

	return need->ref != NULL ? values_store_key(&v, need->ref) : need->key;
}

static void on_value(void *owner, struct str value)
{
	struct firing *f = owner;
	const struct need *need = &f->needs[f->n_gathered++];

	facts_store(&f->facts, key_of(f, need), value);
	f->waiting = false;
	if (!f->running)
		firing_go(f);
}

/* Asks for the next thing that is not known yet; false = everything is. */
static bool gather(struct firing *f)
{
	struct store *store = f->house->store;

	while (f->n_gathered < f->n_needs) {
		struct str key = key_of(f, &f->needs[f->n_gathered]);

		if (key.len == 0) {
			f->n_gathered++;
			continue;
		}
		f->waiting = true;
		store->ops->get(store, key, clock_wall(f->house->clock), on_value, f);
		return true;
	}
	return false;
}

/* ---- the questions ---- */

static void report(struct firing *f, enum tristate answer, bool has_work)
{
	const struct firing_readiness readiness = { answer, has_work, f->asked_ns };

	f->on_ready(f->owner, f, &readiness);
}

static enum tristate ask_condition(struct firing *f)
{
	const struct values v = firing_values(f, &f->arena);
	const struct template_host host = values_host(&v);

	return f->rule->condition == NULL ? TRISTATE_YES : condition_ask(f->rule->condition, &host);
}

/* False: it came to an end. */
static bool go_condition(struct firing *f)
{
	struct mono began;
	enum tristate answer;

	if (gather(f))
		return true;
	began = clock_mono(f->house->clock);
	answer = ask_condition(f);
	f->asked_ns = clock_mono(f->house->clock).ns - began.ns;
	if (answer == TRISTATE_YES) {
		f->state = STATE_NEXT;
		return true;
	}
	report(f, answer, false);
	return false;
}

void firing_tell_condition(const struct firing *f, struct buf *seen, struct buf *wanted)
{
	struct arena arena;
	struct values v;
	struct template_host host;

	if (f->rule->condition == NULL)
		return;
	arena_init(&arena);
	v = firing_values(f, &arena);
	host = values_host(&v);
	condition_tell(f->rule->condition, &host, seen, wanted);
	arena_deinit(&arena);
}

/* ---- one action after the other ---- */

/* What the answer was made of when it was given. */
static void know_again(struct firing *f, const struct answer_given *answer)
{
	struct facts *facts = &f->facts;

	facts->count = answer->count;
	json_free(facts->result);
	facts->result = answer->result != NULL ? json_copy(answer->result) : NULL;
	free(facts->error);
	facts->error = answer->error.len > 0 ? str_dup(answer->error) : NULL;
}

/* Of a rule that was written anew since, nobody knows which action gave it. */
static bool can_be_made_anew(const struct firing *f, const struct answer_given *answer)
{
	return !answer->stays && answer->rule == f->rule->fingerprint &&
	       answer->action < f->rule->n_actions && f->rule->actions[answer->action].n_texts > 0;
}

/* The action that gave the next answer that can still be rendered. */
static void go_next_answer(struct firing *f)
{
	struct answer_given answer;

	while (f->next_answer < answers_n(&f->answers)) {
		if (!answers_at(&f->answers, f->next_answer++, &answer) ||
		    !can_be_made_anew(f, &answer))
			continue;
		f->action = answer.action;
		f->wording = answer.wording;
		know_again(f, &answer);
		f->action_failed = false;
		list_needs_of_action(f);
		f->state = STATE_GATHER;
		return;
	}
	f->state = STATE_OVER;
}

static void go_next(struct firing *f)
{
	if (f->renews) {
		go_next_answer(f);
		return;
	}
	while (f->next < f->rule->n_actions && f->rule->actions[f->next].on_error != f->failed)
		f->next++;
	if (f->next == f->rule->n_actions) {
		f->state = STATE_OVER;
		return;
	}
	f->action = f->next++;
	f->n_posted = 0;
	f->action_failed = false;
	f->answers_known = false; /* others may have changed them meanwhile */
	list_needs_of_action(f);
	f->state = STATE_GATHER;
}

static void tell(const struct firing *f, enum log_level level, const char *what, size_t i,
		 const char *why)
{
	const struct rule_action *action = &f->rule->actions[i];

	if (!f->house->trial)
		log_line(level, "engine", "%s: %s rule=%s verb=%s at=%s:%u", what, why,
			 f->rule->name, verb_name(action->verb), action->at.file, action->at.line);
}

static void tell_failure(const struct firing *f, size_t i, const char *why)
{
	tell(f, LOG_WARN, "action failed", i, why);
	if (f->house->on_failed != NULL)
		f->house->on_failed(f->house->owner, f, i, why);
}

/* A rule that may not act, by its limit or as a shadow, does not fail either. */
static void fail(struct firing *f, const char *why)
{
	bool was_on_error = action_of(f)->on_error;

	if (f->begun) {
		tell_failure(f, f->action, why);
	} else if (!f->has_untold) {
		f->has_untold = true;
		f->untold = f->action;
	}
	f->action_failed = true;
	if (!was_on_error) {
		free(f->facts.error);
		f->facts.error = mem_strdup(why);
		f->failed = true;
	}
	f->state = STATE_NEXT;
}

static void know_answers(struct firing *f)
{
	struct str key;

	if (!needs_answers(f))
		return;
	key = answers_key(&f->arena, f->ev, f->rule);
	answers_read(&f->answers, str_from(map_get(&f->facts.stored, key)));
	f->answers_known = true;
}

/* Which of several wordings: the next, or any but the last. */
static size_t choose_wording(struct firing *f)
{
	const struct workspace *w = f->ev->workspace;
	bool in_turn = f->rule->pick_in_turn && !f->house->trial;
	size_t n = action_of(f)->n_texts, any;
	int64_t last = -1;

	if (n < 2)
		return 0;
	str_int(str_from(map_get(&f->facts.stored, turn_key(f))), &last);
	if (last < 0 || last >= (int64_t)n)
		return in_turn ? 0 : w->resolver->random(w, n);
	if (in_turn)
		return ((size_t)last + 1) % n;
	any = w->resolver->random(w, n - 1);
	return any < (size_t)last ? any : any + 1;
}

static struct making making_of(struct firing *f, const struct values *v)
{
	return (struct making){
		.values = v,
		.action = f->action,
		.wording = f->wording,
		.answers = &f->answers,
		.jobs = &f->jobs,
		.why = "",
	};
}

static void go_renew(struct firing *f)
{
	const struct values v = firing_values(f, &f->arena);
	struct making m = making_of(f, &v);
	struct answer_given answer;

	f->state = f->begun ? STATE_DO : STATE_HELD;
	if (answers_at(&f->answers, f->next_answer - 1, &answer))
		action_renew(&m, &answer);
	if (list_is_empty(&f->jobs))
		f->state = STATE_NEXT;
}

static void go_make(struct firing *f)
{
	const struct values v = firing_values(f, &f->arena);
	struct making m;

	if (f->renews) {
		go_renew(f);
		return;
	}
	know_answers(f);
	f->wording = choose_wording(f);
	f->state = f->begun ? STATE_DO : STATE_HELD;
	if (!action_makes_jobs(action_of(f)->verb))
		return;
	m = making_of(f, &v);
	switch (action_make(&m)) {
	case ACTION_MADE:
		return;
	case ACTION_NOTHING:
		tell(f, LOG_INFO, "action left out", f->action, m.why);
		f->state = STATE_NEXT;
		return;
	case ACTION_FAILED:
		fail(f, m.why);
		return;
	}
}

/* ---- {count} ---- */

static void on_counted(void *owner, bool added, double sum)
{
	struct firing *f = owner;

	f->waiting = false;
	f->facts.count = added && sum >= 1 ? (int64_t)sum : 1;
	f->state = STATE_DO;
	if (!f->running)
		firing_go(f);
}

static void go_count(struct firing *f)
{
	struct store *store = f->house->store;

	f->waiting = true;
	store->ops->add(store, values_count_key(&f->arena, f->ev, f->rule), 1,
			clock_wall(f->house->clock), on_counted, f);
}

/* ---- what is done at once ---- */

static void on_stored(void *owner, bool stored)
{
	struct firing *f = owner;

	f->waiting = false;
	if (stored)
		f->state = STATE_NEXT;
	else
		fail(f, "the value is too long, or too many are stored");
	if (!f->running)
		firing_go(f);
}

static void on_sum(void *owner, bool added, double sum)
{
	(void)sum;
	if (added) {
		on_stored(owner, true);
		return;
	}
	((struct firing *)owner)->waiting = false;
	fail(owner, "what is stored there is no number");
	if (!((struct firing *)owner)->running)
		firing_go(owner);
}

static void tell_step(struct firing *f, const char *fmt, struct str a, struct str b)
{
	if (f->house->on_step != NULL)
		f->house->on_step(f->house->owner, f, f->action,
				  str_keepf(&f->arena, "%.*s%s%.*s", STR_ARG(a), fmt, STR_ARG(b)));
}

static struct str variable_of(struct firing *f)
{
	const struct values v = firing_values(f, &f->arena);

	return values_variable_key(&v, str_from(action_of(f)->name), action_of(f)->key);
}

static void do_set(struct firing *f)
{
	const struct values v = firing_values(f, &f->arena);
	struct store *store = f->house->store;
	struct making m = making_of(f, &v);
	struct str shown, value = action_value(&m, &shown);

	tell_step(f, " = ", str_from(action_of(f)->name), shown);
	f->waiting = true;
	store->ops->set(store, variable_of(f), value, 0, clock_wall(f->house->clock), on_stored, f);
}

static void do_add(struct firing *f)
{
	const struct values v = firing_values(f, &f->arena);
	struct store *store = f->house->store;
	struct making m = making_of(f, &v);
	struct str shown;
	double number;

	if (!number_read(action_value(&m, &shown), &number)) {
		fail(f, str_keepf(&f->arena, "`%.*s` is no number to add", STR_ARG(shown)).p);
		return;
	}
	tell_step(f, " + ", str_from(action_of(f)->name), shown);
	f->waiting = true;
	store->ops->add(store, variable_of(f), number, clock_wall(f->house->clock), on_sum, f);
}

static void do_wait(struct firing *f)
{
	tell_step(f, "", STR_EMPTY, STR_EMPTY);
	f->state = STATE_WAIT;
	f->due = mono_after(clock_mono(f->house->clock), action_of(f)->wait_ms);
	if (!f->house->on_wait(f->house->owner, f))
		f->state = STATE_NEXT;
}

/* ---- jobs ---- */

static void put_jobs(struct firing *f)
{
	bool is_full = false;

	f->state = STATE_JOBS;
	list_each (link, &f->jobs) {
		struct job *job = list_entry(link, struct job, link);

		list_remove(link);
		job->run = f->id;
		if (f->house->put(f->house->owner, f, job))
			f->n_open++;
		else
			is_full = true;
	}
	if (!is_full)
		return;
	fail(f, "the outbox is full");
	if (f->n_open > 0)
		f->state = STATE_JOBS; /* the others are on their way all the same */
}

static void ignore_stored(void *owner, bool stored)
{
	(void)owner;
	(void)stored;
}

static void remember_wording(struct firing *f)
{
	struct store *store = f->house->store;

	if (action_of(f)->n_texts > 1)
		store->ops->set(store, turn_key(f), str_keepf(&f->arena, "%zu", f->wording), 0,
				clock_wall(f->house->clock), ignore_stored, NULL);
}

static void go_do(struct firing *f)
{
	if (f->renews) {
		put_jobs(f);
		return;
	}
	remember_wording(f);
	switch (verb_row(action_of(f)->verb)->does) {
	case DOES_JOBS:
		put_jobs(f);
		return;
	case DOES_STORE:
		(action_of(f)->verb == VERB_SET ? do_set : do_add)(f);
		return;
	case DOES_WAIT:
		do_wait(f);
		return;
	}
}

static void write_answers(struct firing *f)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct store *store = f->house->store;
	struct str key = answers_key(&f->arena, f->ev, f->rule);

	if (key.len == 0)
		return;
	buf_init(&text, 0);
	answers_write(&f->answers, &text);
	store->ops->set(store, key, buf_str(&text), ANSWERS_KEPT_MS, clock_wall(f->house->clock),
			ignore_stored, NULL);
}

struct shown {
	bool result, error;
};

static void note_shown(void *owner, const struct reference *ref, bool as_text)
{
	struct shown *shown = owner;

	(void)as_text;
	shown->result = shown->result || ref->name == NAME_RESULT;
	shown->error = shown->error || ref->name == NAME_ERROR;
}

/* What the text of the action shows of this firing. */
static void tell_shown(const struct firing *f, struct answer_given *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const struct rule_action *action = action_of(f);
	struct shown shown = { false, false };

	if (action->n_texts > 0)
		template_each_reference(action->texts[f->wording % action->n_texts], note_shown,
					&shown);
	if (action->blocks != NULL)
		json_template_each_reference(action->blocks, note_shown, &shown);
	buf_init(&text, 0);
	if (shown.result && f->facts.result != NULL)
		json_print(f->facts.result, &text);
	out->count = f->facts.count;
	out->stays = text.len > RESULT_KEPT_MAX;
	out->result = text.len > 0 && !out->stays ? f->facts.result : NULL;
	out->error = shown.error ? str_from(f->facts.error) : STR_EMPTY;
}

/* A message in another place is the rule's answer only when it has no answer here. */
static bool is_answer(const struct firing *f, const struct job *job)
{
	enum verb verb = verb_named(str_from(job->verb));

	if (job->kind != JOB_MESSAGE || job->message.user != NULL)
		return false;
	return f->rule->answers_here ? verb_row(verb)->says == SAYS_HERE : verb_says(verb);
}

/* A message of this rule stands in Slack, or says something else now: it may have to be changed later. */
static void note_posted(struct firing *f, const struct job *job, const struct outcome *outcome)
{
	size_t n = answers_n(&f->answers);
	struct answer_given answer = {
		.action = f->action,
		.wording = f->wording,
		.rule = f->rule->fingerprint,
		.channel = outcome->channel.len > 0 ? outcome->channel : str_from(job->channel),
		.ts = { outcome->ts },
		.n_parts = 1,
	};

	if (!f->rule->keeps_answers || outcome->ts.len == 0)
		return;
	tell_shown(f, &answer);
	if (job->kind == JOB_CHANGE && job->change.text != NULL) {
		if (!f->renews && n > 0)
			answers_rewrite(&f->answers, n - 1, &answer);
	} else if (!is_answer(f, job)) {
		return;
	} else if (f->renews) {
		answers_extend(&f->answers, f->next_answer - 1, outcome->ts);
	} else if (n > 0 && (f->n_posted > 0 || action_of(f)->verb == VERB_EDIT)) {
		/* What an edit adds is a part more of the answer that it edits. */
		answers_extend(&f->answers, n - 1, outcome->ts);
	} else {
		answers_add(&f->answers, &answer);
	}
	f->n_posted++;
	write_answers(f);
}

/* What stands in Slack no longer. An answer that is gone whole leaves its place to the next one. */
static void note_removed(struct firing *f, const struct job *job)
{
	size_t n = answers_n(&f->answers), gone;

	answers_forget(&f->answers, str_from(job->change.ts));
	gone = n - answers_n(&f->answers);
	if (f->renews)
		f->next_answer -= gone < f->next_answer ? gone : f->next_answer;
	write_answers(f);
}

static void note_result(struct firing *f, const struct job *job, const struct outcome *outcome)
{
	if (job->kind == JOB_WEBHOOK || job->kind == JOB_CALL) {
		json_free(f->facts.result);
		f->facts.result = outcome->body != NULL ? json_copy(outcome->body) : NULL;
	} else if (job->kind == JOB_CHANGE && job->change.text == NULL) {
		note_removed(f, job);
	}
}

/* Somebody deleted the answer that was to be changed: nobody's fault, and there is nothing left to change. */
static bool is_gone(const struct job *job, const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_REFUSED && job->kind == JOB_CHANGE &&
	       str_is(json_str(outcome->body, "error"), "message_not_found");
}

void firing_settled(struct firing *f, const struct job *job, const struct outcome *outcome)
{
	bool gone = is_gone(job, outcome), failed = outcome->kind != OUTCOME_DONE && !gone;

	f->n_open--;
	if (failed && !f->action_failed) {
		fail(f, outcome->sentence != NULL ? outcome->sentence : "no reason given");
		if (f->n_open > 0)
			f->state = STATE_JOBS; /* the others are under way all the same */
	} else if (gone) {
		note_removed(f, job);
	} else if (!failed) {
		note_posted(f, job, outcome);
		note_result(f, job, outcome);
	}
	if (f->n_open > 0)
		return;
	f->state = STATE_NEXT;
	firing_go(f);
}

/* ---- the run ---- */

/* It has come to a first rest. */
static void tell_begun(struct firing *f)
{
	void (*on_begun)(void *owner) = f->on_begun;

	f->on_begun = NULL;
	if (on_begun != NULL)
		on_begun(f->begun_owner);
}

static void end(struct firing *f)
{
	void (*on_begun)(void *owner) = f->on_begun;
	void *owner = f->begun_owner;

	f->on_begun = NULL;
	f->house->on_end(f->house->owner, f);
	if (on_begun != NULL)
		on_begun(owner); /* the firing may be gone */
}

static bool go_one(struct firing *f)
{
	switch (f->state) {
	case STATE_CONDITION:
		return go_condition(f);
	case STATE_NEXT:
		go_next(f);
		return true;
	case STATE_GATHER:
		if (!gather(f))
			f->state = STATE_MAKE;
		return true;
	case STATE_MAKE:
		go_make(f);
		return true;
	case STATE_COUNT:
		go_count(f);
		return true;
	case STATE_DO:
		go_do(f);
		return true;
	case STATE_HELD:
	case STATE_OVER:
		/* Both end the preparation; the second one with nothing to do. */
		if (f->begun && f->state == STATE_OVER)
			end(f);
		else if (!f->begun)
			report(f, TRISTATE_YES, f->state == STATE_HELD);
		return false;
	case STATE_JOBS:
	case STATE_WAIT:
		return false;
	}
	return false;
}

/* Whoever is told may free the firing: nothing is touched after a false. */
static void firing_go(struct firing *f)
{
	f->running = true;
	while (!f->waiting) {
		if (f->state == STATE_JOBS || f->state == STATE_WAIT) {
			f->running = false;
			tell_begun(f);
			return;
		}
		if (f->state == STATE_HELD || f->state == STATE_OVER)
			f->running = false;
		if (!go_one(f))
			return;
	}
	f->running = false;
}

void firing_prepare(struct firing *f,
		    void (*on_ready)(void *owner, struct firing *f,
				     const struct firing_readiness *readiness),
		    void *owner)
{
	f->on_ready = on_ready;
	f->owner = owner;
	list_needs_of_questions(f);
	firing_go(f);
}

void firing_begin(struct firing *f, void (*on_begun)(void *owner), void *owner)
{
	f->begun = true;
	f->on_begun = on_begun;
	f->begun_owner = owner;
	if (f->has_untold)
		tell_failure(f, f->untold, f->facts.error);
	if (f->state == STATE_HELD)
		f->state = f->renews ? STATE_DO : STATE_COUNT;
	firing_go(f);
}

void firing_renew(struct firing *f, struct answers *take)
{
	f->renews = true;
	f->answers = *take;
	f->answers_known = true;
	*take = (struct answers){ 0 };
}

const struct answers *firing_answers(const struct firing *f)
{
	return &f->answers;
}

void firing_wake(struct firing *f)
{
	f->state = STATE_NEXT;
	firing_go(f);
}

void firing_cancel(struct firing *f)
{
	f->state = STATE_OVER;
	firing_go(f);
}

void firing_retell(struct firing *f, struct event *ev, const struct captures *captures)
{
	struct event *old = f->ev;

	f->ev = event_ref(ev);
	f->captures = *captures;
	event_free(old);
}

/* ---- life ---- */

struct firing *firing_new(const struct firing_house *house, uint64_t id, struct ruleset *set,
			  const struct rule *rule, struct event *ev,
			  const struct captures *captures)
{
	struct firing *f = mem_zero(1, sizeof(*f));

	f->house = house;
	f->set = ruleset_ref(set);
	f->rule = rule;
	f->ev = event_ref(ev);
	f->captures = *captures;
	f->id = id;
	facts_init(&f->facts);
	arena_init(&f->arena);
	list_init(&f->jobs);
	list_init(&f->link);
	heap_node_init(&f->node);
	return f;
}

void firing_free(struct firing *f)
{
	if (f == NULL)
		return;
	list_remove(&f->link);
	list_each (link, &f->jobs)
		job_free(list_entry(link, struct job, link));
	answers_deinit(&f->answers);
	facts_deinit(&f->facts);
	event_free(f->ev);
	ruleset_unref(f->set);
	arena_deinit(&f->arena);
	free(f);
}

/* ---- what it is ---- */

uint64_t firing_id(const struct firing *f)
{
	return f->id;
}

const struct rule *firing_rule(const struct firing *f)
{
	return f->rule;
}

const struct event *firing_event(const struct firing *f)
{
	return f->ev;
}

struct mono firing_due(const struct firing *f)
{
	return f->due;
}

unsigned firing_unless(const struct firing *f)
{
	return f->state == STATE_WAIT ? action_of(f)->unless : 0;
}

struct heap_node *firing_node(struct firing *f)
{
	return &f->node;
}

struct firing *firing_of_node(struct heap_node *node)
{
	return container_of(node, struct firing, node);
}

struct list *firing_link(struct firing *f)
{
	return &f->link;
}

struct firing *firing_of_link(struct list *link)
{
	return container_of(link, struct firing, link);
}
