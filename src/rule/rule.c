/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include <string.h>
#include "template/condition.h"
#include "template/json_template.h"
#include "pattern/pattern.h"
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

void rule_deinit(struct rule *r)
{
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
}
