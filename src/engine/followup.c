/* SPDX-License-Identifier: MIT */
#include "engine/followup.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"

/* One following: an event and the rule that it concerns. */
struct following {
	const struct follow_house *house;
	struct ruleset *set;
	const struct rule *rule;
	struct event *ev; /* an edited message is seen as a message */
	void (*on_followed)(void *owner);
	void *owner;
};

bool follow_concerns(const struct rule *rule, const struct event *ev)
{
	return (ev->kind == EVENT_EDIT && rule->follows_edits) ||
	       (ev->kind == EVENT_DELETE && rule->follows_deletes);
}

static void ignore_stored(void *owner, bool stored)
{
	(void)owner;
	(void)stored;
}

/* ---- answers that were given ---- */

static void put_all(const struct follow_house *house, struct list *jobs)
{
	list_each (link, jobs) {
		list_remove(link);
		house->put(house->owner, list_entry(link, struct job, link));
	}
}

static void forget(const struct following *way)
{
	const struct firing_house *house = way->house->firings;
	struct arena arena;

	arena_init(&arena);
	house->store->ops->set(house->store, answers_key(&arena, way->ev, way->rule), STR_EMPTY, 0,
			       clock_wall(house->clock), ignore_stored, NULL);
	arena_deinit(&arena);
}

static void retract(const struct following *way, const struct answers *answers)
{
	const struct captures nothing = { 0 };
	struct facts facts;
	struct list jobs;
	struct arena arena;
	struct values values = {
		.rule = way->rule,
		.ev = way->ev,
		.captures = &nothing,
		.facts = &facts,
		.arena = &arena,
	};
	struct making making = { .values = &values, .jobs = &jobs };
	struct answer_given answer;

	facts_init(&facts);
	arena_init(&arena);
	list_init(&jobs);
	for (size_t i = 0; i < answers_n(answers); i++) {
		if (answers_at(answers, i, &answer))
			action_retract(&making, &answer);
	}
	put_all(way->house, &jobs);
	forget(way);
	log_info("engine", "answer removed with its question rule=%s channel=%.*s ts=%.*s",
		 way->rule->name, STR_ARG(way->ev->channel), STR_ARG(way->ev->ts));
	arena_deinit(&arena);
	facts_deinit(&facts);
}

/* The questions are answered: the new question still is one for this rule, or no longer. */
static void on_ready(void *owner, struct firing *f, const struct firing_readiness *readiness)
{
	const struct following way = *(const struct following *)owner;
	const struct firing_house *house = way.house->firings;

	if (readiness->answer == TRISTATE_YES && readiness->has_work) {
		firing_begin(f, way.on_followed, way.owner);
		return;
	}
	if (readiness->answer == TRISTATE_NO)
		retract(&way, firing_answers(f));
	house->on_end(house->owner, f);
	way.on_followed(way.owner);
}

static void renew(const struct following *way, struct answers *take,
		  const struct captures *captures)
{
	const struct follow_house *house = way->house;
	struct firing *f = firing_new(house->firings, house->new_id(house->owner), way->set,
				      way->rule, way->ev, captures);
	struct following *kept = arena_alloc(&way->ev->arena, sizeof(*kept));

	*kept = *way;
	firing_renew(f, take);
	house->adopt(house->owner, f); /* from now on: the store may take its time */
	firing_prepare(f, on_ready, kept);
}

/* ---- what still waits ---- */

/* What waits was begun by the rule as it was then, which may have been written anew since. */
static void retell(const struct following *way, struct firing *f)
{
	struct captures captures;

	if (rule_match(firing_rule(f), way->ev, &captures, NULL) == TRISTATE_YES)
		firing_retell(f, way->ev, &captures);
}

static bool retell_waiting(const struct following *way, enum tristate fits)
{
	const struct follow_house *house = way->house;
	bool any = false;
	struct firing **kept = NULL, *f;
	size_t n = 0;

	while ((f = waits_take_about(house->waits, way->rule, way->ev)) != NULL) {
		any = true;
		if (fits == TRISTATE_NO) {
			firing_cancel(f);
			continue;
		}
		if (fits == TRISTATE_YES)
			retell(way, f);
		kept = mem_grow(kept, n + 1, sizeof(kept[0]));
		kept[n++] = f;
	}
	for (size_t i = 0; i < n; i++)
		waits_add(house->waits, kept[i]);
	free(kept);
	return any;
}

/* ---- both kinds ---- */

static bool follow_edit(struct following *way, struct answers *answers)
{
	struct event *seen = event_as(way->ev, EVENT_MESSAGE);
	struct captures captures;
	enum tristate fits;
	bool any;

	way->ev = seen;
	fits = rule_match(way->rule, seen, &captures, NULL);
	any = retell_waiting(way, fits) || answers_n(answers) > 0;
	if (answers_n(answers) > 0 && fits == TRISTATE_NO)
		retract(way, answers);
	if (answers_n(answers) > 0 && fits == TRISTATE_YES)
		renew(way, answers, &captures);
	else
		way->on_followed(way->owner);
	event_free(seen);
	return any;
}

bool follow_event(const struct follow_house *house, struct ruleset *set, const struct rule *rule,
		  struct event *ev, struct str text, void (*on_followed)(void *owner), void *owner)
{
	CLEANUP(answers_deinit) struct answers answers = { 0 };
	struct following way = { house, set, rule, ev, on_followed, owner };
	bool any;

	answers_read(&answers, text);
	if (ev->kind == EVENT_EDIT)
		return follow_edit(&way, &answers);
	any = retell_waiting(&way, TRISTATE_NO);
	any |= answers_n(&answers) > 0;
	if (answers_n(&answers) > 0)
		retract(&way, &answers);
	on_followed(owner);
	return any;
}
