/* SPDX-License-Identifier: MIT */
#include "engine/learn.h"

#include <stdlib.h>
#include "base/buf.h"
#include "engine/posted.h"
#include "template/json_template.h"
#include "template/template.h"

/* An answer that shows a longer result than this is not made anew: it could not be kept with the others. */
enum { RESULT_KEPT_MAX = 1500 };

static const struct rule_action *action_of(const struct run *run)
{
	return &run->rule->actions[run->action];
}

static struct wall now(const struct engine *e)
{
	return clock_wall(e->setup.clock);
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

/* What the text of the action shows of this run. */
static void tell_shown(const struct run *run, struct posted_answer *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const struct rule_action *action = action_of(run);
	struct shown shown = { false, false };

	if (action->n_texts > 0)
		template_each_reference(action->texts[run->wording % action->n_texts], note_shown,
					&shown);
	if (action->blocks != NULL)
		json_template_each_reference(action->blocks, note_shown, &shown);
	buf_init(&text, 0);
	if (shown.result && run->result != NULL)
		json_print(run->result, &text);
	out->count = run->count;
	out->stays = text.len > RESULT_KEPT_MAX;
	out->result = text.len > 0 && !out->stays ? run->result : NULL;
	out->error = shown.error ? str_from(run->error) : STR_EMPTY;
}

/* A message in another place is the rule's answer only when it has no answer here. */
static bool is_answer(const struct run *run, const struct job *job)
{
	enum verb verb = verb_named(str_from(job->verb));

	if (job->kind != JOB_MESSAGE || job->message.user != NULL)
		return false;
	return run->rule->answers_here ? verb_row(verb)->says == SAYS_HERE : verb_says(verb);
}

/* A message of this rule stands in Slack, or says something else now: it may have to be changed later. */
static void note_posted(struct engine *e, struct run *run, const struct job *job,
			const struct outcome *outcome)
{
	CLEANUP(posted_deinit) struct posted posted = { 0 };
	struct posted_answer answer = {
		.action = run->action,
		.wording = run->wording,
		.rule = run->rule->fingerprint,
		.channel = outcome->channel.len > 0 ? outcome->channel : str_from(job->channel),
		.ts = { outcome->ts },
		.n_parts = 1,
	};
	size_t n;

	if (!run->rule->keeps_answers || outcome->ts.len == 0)
		return;
	tell_shown(run, &answer);
	posted_load(&posted, &e->state, run->rule, run->ev, now(e));
	n = posted_n(&posted);
	if (job->kind == JOB_CHANGE && job->change.text != NULL) {
		if (!run->renews && n > 0)
			posted_rewrite(&posted, n - 1, &answer);
	} else if (!is_answer(run, job)) {
		return;
	} else if (run->renews) {
		posted_extend(&posted, run->next_answer - 1, outcome->ts);
	} else if (n > 0 && (run->n_posted > 0 || action_of(run)->verb == VERB_EDIT)) {
		/* What an edit adds is a part more of the answer that it edits. */
		posted_extend(&posted, n - 1, outcome->ts);
	} else {
		posted_add(&posted, &answer);
	}
	run->n_posted++;
	if (!posted_save(&posted, &e->state, run->rule, run->ev, now(e)))
		shares_refuse(&e->state.answers, event_owner(run->ev), run->rule_name,
			      clock_mono(e->setup.clock));
}

/* What stands in Slack no longer. An answer that is gone whole leaves its place to the next one. */
static void note_removed(struct engine *e, struct run *run, const struct job *job)
{
	CLEANUP(posted_deinit) struct posted posted = { 0 };
	size_t n, gone;

	posted_load(&posted, &e->state, run->rule, run->ev, now(e));
	n = posted_n(&posted);
	posted_forget(&posted, str_from(job->change.ts));
	gone = n - posted_n(&posted);
	if (run->renews)
		run->next_answer -= gone < run->next_answer ? gone : run->next_answer;
	posted_save(&posted, &e->state, run->rule, run->ev, now(e));
}

static void note_result(struct engine *e, struct run *run, const struct job *job,
			const struct outcome *outcome)
{
	if (job->kind == JOB_WEBHOOK || job->kind == JOB_CALL) {
		json_free(run->result);
		run->result = json_copy(outcome->body);
	} else if (job->kind == JOB_CHANGE && job->change.text == NULL) {
		note_removed(e, run, job);
	}
}

/* Somebody deleted the answer that was to be changed: nobody's fault, and there is nothing left to change. */
static bool is_gone(const struct job *job, const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_REFUSED && job->kind == JOB_CHANGE &&
	       str_is(json_str(outcome->body, "error"), "message_not_found");
}

bool run_learn(struct engine *e, struct run *run, const struct job *job,
	       const struct outcome *outcome)
{
	if (is_gone(job, outcome)) {
		note_removed(e, run, job);
		return true;
	}
	if (outcome->kind != OUTCOME_DONE)
		return false;
	note_posted(e, run, job, outcome);
	note_result(e, run, job, outcome);
	return true;
}
