/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include <string.h>
#include "base/arena.h"
#include "template/condition.h"
#include "template/json_template.h"
#include "pattern/pattern.h"
#include "rule/shared.h"
#include "rule/subject.h"
#include "template/template.h"

bool rule_talks(const struct rule *r)
{
	for (size_t i = 0; i < r->n_actions; i++) {
		if (verb_talks(r->actions[i].verb) && !r->actions[i].on_error)
			return true;
	}
	return false;
}

const char *rule_key_of(const struct rule *r, const char *question)
{
	return r->any_keys != NULL && strcmp(question, "match") == 0 ? r->any_keys : question;
}

bool rule_is_timed(const struct rule *r)
{
	for (size_t i = 0; i < r->n_triggers; i++) {
		if (r->triggers[i].kind != EVENT_TIME)
			return false;
	}
	return r->n_triggers > 0;
}

static void free_patterns(struct pattern **patterns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pattern_free(patterns[i]);
}

static void action_deinit(struct rule_action *action)
{
	for (size_t i = 0; i < action->n_texts; i++)
		template_free(action->texts[i]);
	template_free(action->target);
	template_free(action->key);
	json_template_free(action->form);
	json_template_free(action->blocks);
}

static void rule_free(struct rule *r)
{
	struct arena arena;

	free_patterns(r->any, r->n_any);
	free_patterns(r->except, r->n_except);
	free_patterns(r->look.ignore, r->look.n_ignore);
	condition_free(r->condition);
	for (size_t i = 0; i < r->n_actions; i++)
		action_deinit(&r->actions[i]);
	for (size_t i = 0; i < r->n_limits; i++)
		template_free(r->limits[i].key);
	for (size_t i = 0; i < r->n_tests; i++)
		event_free(r->tests[i].event);
	shared_unref(r->shared);
	arena = r->arena; /* the rule itself lies in it */
	arena_deinit(&arena);
}

struct rule *rule_new(struct shared *shared)
{
	struct arena arena;
	struct rule *r;

	arena_init(&arena);
	r = arena_alloc(&arena, sizeof(*r));
	r->n_refs = 1;
	r->arena = arena;
	r->shared = shared_ref(shared);
	r->zone = shared->zone;
	r->look.parts = LOOK_DEFAULT;
	return r;
}

const struct rule *rule_ref(const struct rule *r)
{
	((struct rule *)r)->n_refs++;
	return r;
}

void rule_unref(const struct rule *r)
{
	if (r != NULL && --((struct rule *)r)->n_refs == 0)
		rule_free((struct rule *)r);
}
