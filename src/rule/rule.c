/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include "rule/pattern.h"
#include "rule/template.h"

bool rule_talks(const struct rule *r)
{
	for (size_t i = 0; i < r->n_actions; i++) {
		if (verb_talks(r->actions[i].verb))
			return true;
	}
	return false;
}

void rule_deinit(struct rule *r)
{
	for (size_t i = 0; i < r->n_any; i++)
		pattern_free(r->any[i]);
	for (size_t i = 0; i < r->n_except; i++)
		pattern_free(r->except[i]);
	for (size_t i = 0; i < r->n_actions; i++)
		template_free(r->actions[i].text);
	for (size_t i = 0; i < r->n_tests; i++)
		event_free(r->tests[i].event);
}
