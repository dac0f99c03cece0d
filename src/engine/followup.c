/* SPDX-License-Identifier: MIT */
#include "engine/followup.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/action.h"
#include "engine/run.h"
#include "engine/run_share.h"

/* Of all runs together. */
enum { FOLLOWUPS_MAX = 10000 };

static bool concerns(const struct rule *rule, const struct event *ev)
{
	return (ev->kind == EVENT_EDIT && rule->follows_edits) ||
	       (ev->kind == EVENT_DELETE && rule->follows_deletes);
}

/* ---- answers that were given ---- */

static void retract(struct engine *e, const struct rule *rule, struct event *ev)
{
	CLEANUP(posted_deinit) struct posted posted = { 0 };
	const struct values values = {
		.rule = rule, .ev = ev, .clock = e->setup.clock, .arena = &ev->arena
	};
	struct making making = { .values = &values };
	const struct posted none = { 0 };
	const struct wall now = clock_wall(e->setup.clock);
	struct posted_answer answer;
	struct list jobs;

	posted_load(&posted, &e->state, rule, ev, now);
	making.jobs = &jobs;
	list_init(&jobs);
	for (size_t i = 0; i < posted_n(&posted); i++) {
		if (posted_at(&posted, i, &answer))
			action_retract(&making, &answer);
	}
	list_each (link, &jobs) {
		list_remove(link);
		engine_put(e, list_entry(link, struct job, link));
	}
	posted_save(&none, &e->state, rule, ev, now);
	log_info("engine", "answer removed with its question rule=%s channel=%.*s ts=%.*s",
		 rule->name, STR_ARG(ev->channel), STR_ARG(ev->ts));
}

/* The new question still is one for this rule, or no longer: its `if` is asked as well. */
static void renew(struct engine *e, const struct rule *rule, struct event *ev,
		  const struct captures *captures)
{
	struct run_readiness ready;
	struct run *run = run_open(e, rule, ev, captures, true, &ready);

	if (ready.answer == TRISTATE_YES && ready.has_work) {
		run_begin(e, run, true);
		return;
	}
	if (ready.answer == TRISTATE_NO)
		retract(e, rule, ev);
	run_close(run);
}

/* ---- what still waits ---- */

/* What the rule waits to do is no longer asked for, or is from now on done about the new question. Gives whether it waits
 * for anything. */
static bool change_waiting(struct engine *e, const struct rule *rule, struct event *ev,
			   enum tristate fits)
{
	struct run **kept = NULL, *run;
	struct captures captures;
	bool any = false;
	size_t n = 0;

	while ((run = waits_take_about(&e->waits, str_from(rule->name), ev)) != NULL) {
		any = true;
		if (fits == TRISTATE_NO) {
			run_end(e, run);
			continue;
		}
		/* It was begun by the rule as it was then, which may have been written anew since. */
		if (run->rule->shared != rule->shared)
			rule_renew_time(run->rule);
		if (fits == TRISTATE_YES &&
		    rule_match(run->rule, ev, &captures, NULL, NULL) == TRISTATE_YES)
			run_retell(e, run, ev, &captures);
		kept = mem_grow(kept, n + 1, sizeof(kept[0]));
		kept[n++] = run;
	}
	for (size_t i = 0; i < n; i++)
		waits_add(&e->waits, kept[i], (struct mono){ kept[i]->node.key });
	free(kept);
	return any;
}

/* ---- both kinds ---- */

static bool follow_edit(struct engine *e, const struct rule *rule, struct event *seen,
			bool answered)
{
	struct captures captures;
	enum tristate fits = rule_match(rule, seen, &captures, NULL, NULL);
	bool waits = change_waiting(e, rule, seen, fits);

	if (answered && fits == TRISTATE_NO)
		retract(e, rule, seen);
	if (answered && fits == TRISTATE_YES)
		renew(e, rule, seen, &captures);
	return answered || waits;
}

static bool follow_now(struct engine *e, const struct rule *rule, struct event *ev)
{
	CLEANUP(posted_deinit) struct posted posted = { 0 };
	bool answered, any;

	posted_load(&posted, &e->state, rule, ev, clock_wall(e->setup.clock));
	answered = posted_n(&posted) > 0;
	if (ev->kind == EVENT_EDIT) {
		struct event *seen = event_as(ev, EVENT_MESSAGE);

		any = follow_edit(e, rule, seen, answered);
		event_free(seen);
		return any;
	}
	any = change_waiting(e, rule, ev, TRISTATE_NO);
	if (answered)
		retract(e, rule, ev);
	return any || answered;
}

static void follow_later(struct engine *e, struct run *run, struct event *ev)
{
	CLEANUP(event_freep) struct event *kept = run_trim_followup(run, ev);

	if (e->n_followups == FOLLOWUPS_MAX || !run_may_keep(e, run, kept)) {
		log_warn("engine",
			 "too many questions are edited while they are answered; this answer stays "
			 "as it is rule=%s channel=%.*s ts=%.*s",
			 run->rule->name, STR_ARG(ev->channel), STR_ARG(ev->ts));
		return;
	}
	e->n_followups++;
	run_add_followup(run, kept);
	run_hold_share(e, run);
	run_changed(e, run);
}

bool follow(struct engine *e, const struct rule *rule, struct event *ev)
{
	struct run *acting;

	if (!concerns(rule, ev))
		return false;
	acting = waits_acting(&e->waits, str_from(rule->name), ev);
	if (acting == NULL)
		return follow_now(e, rule, ev);
	follow_later(e, acting, ev);
	return true;
}

void follow_what_came(struct engine *e, struct run *run)
{
	struct event **queue = TAKE(run->followups);
	char *name = queue != NULL ? str_dup(run->rule_name) : NULL; /* the run may go */
	size_t n = run->n_followups;

	run->n_followups = 0;
	if (run->held.size > 0)
		run_hold_share(e, run);
	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = ruleset_rule_named(e->set, str_from(name));

		e->n_followups--;
		if (rule != NULL)
			follow(e, rule, queue[i]);
		event_free(queue[i]);
	}
	free(queue);
	free(name);
}
