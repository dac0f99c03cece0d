/* SPDX-License-Identifier: MIT */
#include "rule/ruleset.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/bits.h"
#include "base/map.h"
#include "calendar/zone.h"
#include "rule/match.h"
#include "rule/compile.h"
#include "rule/shared.h"
#include "pattern/prefilter.h"
#include "rule/subject.h"

/* ---- the order in which rules are asked ---- */

static int by_precedence(const void *a, const void *b)
{
	const struct rule *x = *(const struct rule *const *)a, *y = *(const struct rule *const *)b;

	if (x->fallback != y->fallback)
		return x->fallback ? 1 : -1;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* ---- what the candidates are found by ---- */

/* What `any` needs: a literal of one of its patterns. Without patterns, or where one needs none, nothing. */
static void filter_rule(struct ruleset *set, size_t i, struct literals *room)
{
	const struct rule *rule = set->asked[i];

	/* What is looked for in another text than the message's need not stand in that. */
	if (rule->n_any == 0 || !look_is_plain(&rule->look))
		prefilter_always(set->prefilter, i);
	for (size_t p = 0; p < rule->n_any && look_is_plain(&rule->look); p++) {
		if (literals_find(room, rule->any[p]))
			prefilter_add(set->prefilter, i, room);
		else
			prefilter_always(set->prefilter, i);
	}
}

static void make_prefilter(struct ruleset *set)
{
	CLEANUP(mem_freep) struct literals *room = mem_zero(1, sizeof(*room));

	set->prefilter = prefilter_new(set->n_asked);
	for (size_t i = 0; i < set->n_asked; i++)
		filter_rule(set, i, room);
	prefilter_build(set->prefilter);
}

/* ---- loading ---- */

/* A rule that never acts again is not asked, nor are its tests. */
static bool is_asked(const struct rule *rule, struct wall now, struct diag *diag)
{
	if (rule->mode == MODE_OFF)
		return false;
	if (rule->expires == NULL || now.ms < rule->expires_at.ms)
		return true;
	diag_warn(diag, rule->at, "the rule `%s` has expired on %s and is off", rule->name,
		  rule->expires);
	return false;
}

static void choose_asked(struct ruleset *set, struct diag *diag)
{
	struct wall now = clock_wall(clock_system());

	set->asked = mem_zero(set->n_rules, sizeof(set->asked[0]));
	for (size_t i = 0; i < set->n_rules; i++) {
		struct rule *rule = set->rules[i];

		if (!is_asked(rule, now, diag))
			continue;
		set->asked[set->n_asked++] = rule;
		set->wants_names |= rule->wants_names;
		set->wants_groups |= rule->wants_groups;
		set->follows |= rule->follows_edits || rule->follows_deletes;
	}
	qsort(set->asked, set->n_asked, sizeof(set->asked[0]), by_precedence);
}

/* What a set is read into: all of its files first, then its rules. */
static void begin(struct compile *p, const struct ruleset_options *options, struct diag *diag)
{
	struct shared *shared = shared_new();
	const char *why = "";

	if (zones_get(shared->zones, str_from(options->zone), &shared->zone, &why) != 0)
		diag_error(diag, (struct place){ 0 }, "the time zone `%s` of the configuration: %s",
			   options->zone, why);
	*p = (struct compile){ .shared = shared, .options = options };
	arena_init(&p->sections);
	map_init(&p->rule_names);
}

static int finish(struct compile *p, size_t n_errors, struct diag *diag, struct ruleset **out)
{
	struct ruleset *set = mem_zero(1, sizeof(*set));

	set->n_refs = 1;
	set->n_files = p->n_files;
	compile_finish(p, diag);
	set->shared = p->shared;
	set->rules = p->rules;
	set->n_rules = p->n_rules;
	set->rule_names = p->rule_names;
	if (set->n_rules == 0 && diag->n_errors == n_errors)
		diag_error(diag, (struct place){ 0 }, "there are no rules");
	if (diag->n_errors > n_errors) {
		ruleset_unref(set);
		return RULESET_BROKEN;
	}
	choose_asked(set, diag);
	make_prefilter(set);
	*out = set;
	return 0;
}

int ruleset_load(struct ruleset **out, const char *const *paths, size_t n_paths,
		 const struct ruleset_options *options, struct diag *diag)
{
	size_t n_errors = diag->n_errors;
	struct compile p;

	begin(&p, options, diag);
	for (size_t i = 0; i < n_paths; i++)
		compile_path(&p, paths[i], diag);
	return finish(&p, n_errors, diag, out);
}

int ruleset_load_text(struct ruleset **out, struct str text, const char *file,
		      const struct ruleset_options *options, struct diag *diag)
{
	size_t n_errors = diag->n_errors;
	struct compile p;

	begin(&p, options, diag);
	compile_text(&p, text, file);
	return finish(&p, n_errors, diag, out);
}

void ruleset_unref(struct ruleset *set)
{
	if (set == NULL || --set->n_refs > 0)
		return;
	for (size_t i = 0; i < set->n_rules; i++)
		rule_unref(set->rules[i]);
	free(set->rules);
	free(set->asked);
	prefilter_free(set->prefilter);
	map_deinit(&set->rule_names, NULL);
	shared_unref(set->shared);
	free(set);
}

/* ---- asking ---- */

const struct rule *ruleset_rule_named(const struct ruleset *set, struct str name)
{
	return map_get(&set->rule_names, name);
}

const struct rule *ruleset_find(const struct ruleset *set, struct str name, uint64_t fingerprint)
{
	const struct rule *rule = map_get(&set->rule_names, name);

	return rule != NULL && rule->fingerprint == fingerprint ? rule : NULL;
}

const struct zone *ruleset_zone(const struct ruleset *set)
{
	return set->shared->zone;
}

/* Only for the reactions that a rule waits for: a busy workspace has more of them than Slack answers questions. */
bool ruleset_waits_for(const struct ruleset *set, const struct event *reaction)
{
	for (size_t i = 0; i < set->n_asked; i++) {
		if (set->asked[i]->wants_reacted && rule_is_pulled(set->asked[i], reaction))
			return true;
	}
	return false;
}

void ruleset_each_name(const struct ruleset *set, rule_name_fn *on_name, void *owner)
{
	for (size_t i = 0; i < set->n_asked; i++)
		rule_each_name(set->asked[i], on_name, owner);
	shared_each_name(set->shared, on_name, owner);
}
