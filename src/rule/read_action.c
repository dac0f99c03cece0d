/* SPDX-License-Identifier: MIT */
/* Readers of the actions. */
#include <stdlib.h>
#include "rule/draft.h"
#include "rule/items.h"
#include "rule/template.h"

/* ---- texts ---- */

/* A slip in a pattern is not told a second time as an unknown group. */
static bool may_be_in_faulty(const struct draft *d, struct str group)
{
	CLEANUP(mem_freep) char *name = str_dup(group);

	for (size_t i = 0; i < d->n_faulty; i++) {
		if (str_find(d->faulty[i], name) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool has_group(void *owner, struct str group)
{
	const struct draft *d = owner;
	const struct rule *rule = d->rule;
	int64_t number;

	for (size_t i = 0; i < rule->n_any; i++) {
		const char *name;

		if (str_int(group, &number) && number >= 0 &&
		    (size_t)number <= pattern_n_groups(rule->any[i]))
			return true;
		for (size_t n = 0; (name = pattern_group_name(rule->any[i], n)) != NULL; n++) {
			if (str_is(group, name))
				return true;
		}
	}
	return str_int(group, &number) ? d->n_faulty > 0 : may_be_in_faulty(d, group);
}

static const char *group_at(void *owner, size_t at)
{
	const struct rule *rule = ((const struct draft *)owner)->rule;

	for (size_t i = 0; i < rule->n_any; i++) {
		const char *name;

		for (size_t n = 0; (name = pattern_group_name(rule->any[i], n)) != NULL; n++) {
			if (at-- == 0)
				return name;
		}
	}
	return NULL;
}

static enum verb talking_verb(struct str key)
{
	for (int verb = 0; verb < N_VERBS; verb++) {
		if (str_is(key, verb_name((enum verb)verb)))
			return (enum verb)verb;
	}
	abort(); /* the table of keys names this reader for talking verbs only */
}

static struct rule_action *add_action(struct draft *d, enum verb verb,
				      const struct ini_entry *entry)
{
	struct rule_action *action = draft_append(d, &d->rule->actions, &d->rule->n_actions,
						  sizeof(*action));

	action->verb = verb;
	action->at = draft_place(d, entry->line);
	return action;
}

void read_talk(struct draft *d, const struct ini_entry *entry)
{
	const struct template_scope scope = {
		.owner = d,
		.has_group = has_group,
		.group_at = group_at,
		.allow_broadcast = d->allow_broadcast,
	};
	struct template *text = NULL;

	if (template_compile(&text, entry, d->file, &scope, d->diag) == 0)
		add_action(d, talking_verb(entry->key), entry)->text = text;
}

/* ---- react ---- */

void read_react(struct draft *d, const struct ini_entry *entry)
{
	struct rule_action *action = add_action(d, VERB_REACT, entry);
	struct items walk;
	struct item item;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item)) {
		struct str name = item.text;

		if (draft_emoji(d, &name, item.at))
			*(char **)draft_append(d, &action->emoji, &action->n_emoji,
					       sizeof(char *)) = draft_keep(d, name);
	}
}
