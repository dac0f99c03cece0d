/* SPDX-License-Identifier: MIT */
/* What a rule as a whole must be: its actions must fit what it waits for. */
#include "rule/keys.h"
#include "rule/compile.h"

/* What an event has of what a verb may need. */
static unsigned has_of(const struct trigger *trigger)
{
	switch (trigger->kind) {
	case EVENT_TIME:
		return NEEDS_NOTHING;
	case EVENT_JOIN:
	case EVENT_LEAVE:
	case EVENT_COMMAND:
	case EVENT_DELETE: /* its message is gone */
		return NEEDS_NOTHING | NEEDS_PLACE | NEEDS_PERSON;
	case EVENT_MESSAGE:
	case EVENT_EDIT:
	case EVENT_REACTION:
	case EVENT_UNREACTION:
	case EVENT_PIN:
	case EVENT_OTHER: /* who knows */
		break;
	}
	return NEEDS_NOTHING | NEEDS_PLACE | NEEDS_PERSON | NEEDS_MESSAGE;
}

static unsigned needs_of(const struct rule_action *action)
{
	unsigned needs = verb_row(action->verb)->needs;

	return action->target != NULL ? needs & ~(unsigned)NEEDS_PERSON : needs;
}

static void check_action(struct rule_builder *d, const struct rule_action *action)
{
	const struct rule *rule = d->rule;

	for (size_t i = 0; i < rule->n_triggers; i++) {
		unsigned missing = needs_of(action) & ~has_of(&rule->triggers[i]);
		const char *verb = verb_name(action->verb);

		if (missing == 0)
			continue;
		if (rule->triggers[i].kind == EVENT_TIME)
			diag_error(
				d->diag, action->at,
				"`%s` has nobody to speak to: `%s` comes without message, channel and "
				"author; use `post #channel` or `dm @who`",
				verb, rule->triggers[i].shown);
		else
			diag_error(d->diag, action->at,
				   "`%s` needs a message to put the emoji under; `%s` has none",
				   verb, event_kind_name(rule->triggers[i].kind));
		return;
	}
}

/* What a rule that waits for times alone asks for in vain. */
static void check_timed(struct rule_builder *d)
{
	const struct rule *rule = d->rule;
	const struct {
		const char *key;
		bool is_asked;
	} keys[] = {
		{ "in", rule->in.n > 0 },
		{ "from", rule->from.n > 0 },
		{ "to bot", rule->to_bot },
		{ "thread", rule->thread != THREAD_ANY },
		{ rule_key_of(rule, "match"), rule->n_any > 0 },
	};

	for (size_t i = 0; rule_is_timed(rule) && i < ARRAY_LEN(keys); i++) {
		if (keys[i].is_asked)
			diag_warn(
				d->diag, rule->at,
				"the rule never fires: `%s` comes without message, channel and author, "
				"and the rule asks for them by `%s`",
				rule->triggers[0].shown, keys[i].key);
	}
}

/* A wait at the end, and a message that has nothing to say, are slips. */
static void check_order(struct rule_builder *d)
{
	const struct rule *rule = d->rule;
	const struct rule_action *last = NULL;

	for (size_t i = 0; i < rule->n_actions; i++) {
		if (!rule->actions[i].on_error)
			last = &rule->actions[i];
	}
	if (last != NULL && verb_row(last->verb)->does == DOES_WAIT)
		diag_error(d->diag, last->at,
			   "nothing stands below this `wait` that could be done later");
}

static bool has_action(const struct section *section)
{
	for (size_t i = 0; i < section->n_entries; i++) {
		const struct rule_key *key = section->entries[i].key;

		/* An unknown key may have been meant as one: it was told. */
		if (key == NULL || (key->group == GROUP_ACTION && key->read != read_wait &&
				    key->read != read_pick))
			return true;
	}
	return false;
}

static void complete(struct rule_builder *d)
{
	struct rule *rule = d->rule;
	struct trigger *message;

	rule->keeps_answers |= rule->follows_edits || rule->follows_deletes;
	for (size_t i = 0; i < rule->n_actions; i++) {
		const struct rule_action *action = &rule->actions[i];

		rule->talks |= verb_talks(action->verb) && !action->on_error;
		rule->answers_here |= verb_row(action->verb)->says == SAYS_HERE;
	}
	if (rule->n_triggers > 0)
		return;
	message = arena_append(d->arena, &rule->triggers, &rule->n_triggers, sizeof(*message));
	*message = (struct trigger){
		.kind = EVENT_MESSAGE,
		.shown = rule_builder_keep(d, STR("message")),
		.at = rule->at,
	};
}

void check_rule(struct rule_builder *d, const struct section *section)
{
	complete(d);
	for (size_t i = 0; i < d->rule->n_actions; i++)
		check_action(d, &d->rule->actions[i]);
	check_timed(d);
	check_order(d);
	if (!has_action(section) && !section->torn)
		diag_error(
			d->diag, section->at,
			"the rule does nothing: it needs a `reply`, `say`, `react` or another action");
}
