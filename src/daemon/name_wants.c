/* SPDX-License-Identifier: MIT */
#include "daemon/name_wants.h"

#include <stdlib.h>
#include "base/bits.h"
#include "base/mem.h"
#include "rule/match.h"

static bool has_at(struct pattern *const *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_find_char(pattern_shown(patterns[i]), '@') != SIZE_MAX)
			return true;
	}
	return false;
}

void name_wants_set_rules(struct name_wants *w, const struct ruleset *set)
{
	w->set = set;
	w->hears_names = false;
	free(w->candidates);
	w->candidates = mem_zero(bits_words(ruleset_n_rules(set)) + 1, sizeof(w->candidates[0]));
	for (size_t i = 0; i < ruleset_n_rules(set); i++) {
		const struct rule *rule = ruleset_rule(set, i);

		w->hears_names = w->hears_names || has_at(rule->any, rule->n_any) ||
				 has_at(rule->except, rule->n_except);
	}
}

void name_wants_deinit(struct name_wants *w)
{
	free(w->candidates);
	w->candidates = NULL;
}

struct asking {
	const struct directory *directory;
	bool lacks;
};

static void check_name(void *owner, char sigil, struct str name, struct place at)
{
	struct asking *asking = owner;
	struct str id;

	(void)at;
	if (asking->lacks)
		return;
	if (name.len == 0)
		asking->lacks = true;
	else if (sigil == '#')
		asking->lacks = directory_find_channel(asking->directory, name, &id) == 0;
	else
		asking->lacks = !directory_is_sure(asking->directory, name) &&
				directory_find_group(asking->directory, name, &id) == 0;
}

unsigned name_wants_of(const struct name_wants *w, struct event *ev, unsigned wants)
{
	struct asking asking = { .directory = w->directory };
	/* What the event was about before it is for rules that followed it. */
	bool is_clear = !event_text_is_missing(ev) && ev->kind != EVENT_EDIT &&
			ev->kind != EVENT_DELETE;
	bool is_loading = directory_is_loading(w->directory);
	unsigned matters = is_clear ? wants & ~(unsigned)(WANT_TEXT | WANT_NAMES) : wants;
	size_t n;

	if (w->set == NULL)
		return wants;
	n = ruleset_n_rules(w->set);
	/* Until the list has come most people are strangers, and any rule may look for one of them. */
	if (w->hears_names || !directory_is_loaded(w->directory))
		matters |= WANT_TEXT;
	ruleset_candidates(w->set, ev, w->candidates);
	for (size_t i = 0; (i = bits_next(w->candidates, n, i)) < n; i++) {
		const struct rule *rule = ruleset_rule(w->set, i);

		if (!rule_is_pulled(rule, ev) || rule_listens(rule, ev) == TRISTATE_NO)
			continue;
		matters |= WANT_TEXT | (rule->wants_names ? WANT_NAMES : 0u);
		if (is_loading && !asking.lacks)
			rule_each_said_name(rule, check_name, &asking);
	}
	return matters | (asking.lacks ? WANT_LISTED : 0u);
}
