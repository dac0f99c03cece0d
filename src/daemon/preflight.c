/* SPDX-License-Identifier: MIT */
#include "daemon/preflight.h"

#include "base/log.h"
#include "base/mem.h"
#include "slack/methods.h"
#include "template/symbols.h"

/* ---- scopes ---- */

static bool uses_verb(const struct rule *rule, int verb)
{
	for (size_t i = 0; i < rule->n_actions; i++) {
		if ((int)rule->actions[i].verb == verb)
			return true;
	}
	return false;
}

static bool waits_for(const struct rule *rule, int kind)
{
	for (size_t i = 0; i < rule->n_triggers; i++) {
		if ((int)rule->triggers[i].kind == kind)
			return true;
	}
	return false;
}

static bool names_groups(const struct rule *rule, int unused)
{
	(void)unused;
	for (size_t i = 0; i < rule->from.n; i++) {
		if (rule->from.items[i].kind == SCOPE_GROUP_ID)
			return true;
	}
	return false;
}

/* What a rule may wait for or do, and the scopes that Slack wants for it. */
struct need {
	const char *what;
	bool (*needs)(const struct rule *rule, int which);
	int which; /* a verb, or a kind of event */
	const char *scopes;
};

static const struct need triggers[] = {
	{ "on = reaction", waits_for, EVENT_REACTION, "reactions:read" },
	{ "on = unreaction", waits_for, EVENT_UNREACTION, "reactions:read" },
	{ "on = pin", waits_for, EVENT_PIN, "pins:read" },
	{ "on = command", waits_for, EVENT_COMMAND, "commands" },
	{ "from = a user group", names_groups, 0, "usergroups:read" },
};

static bool has_word(struct str list, struct str word)
{
	struct str piece;

	while (str_cut(&list, ',', &piece)) {
		if (str_eq(str_trim(piece), word))
			return true;
	}
	return false;
}

static bool has_one_of(struct str granted, struct str scopes)
{
	struct str scope;

	while (str_cut(&scopes, '|', &scope)) {
		if (has_word(granted, scope))
			return true;
	}
	return false;
}

static void check_need(const struct ruleset *set, struct str granted, const struct need *need)
{
	const struct rule *rule = NULL;

	for (size_t i = 0; i < ruleset_n_rules(set) && rule == NULL; i++) {
		if (need->needs(ruleset_rule(set, i), need->which))
			rule = ruleset_rule(set, i);
	}
	if (rule != NULL && !has_one_of(granted, str_from(need->scopes)))
		log_warn(
			"rules",
			"%s:%u: `%s` needs the scope %s, which the token lacks; add it in the app's "
			"settings and install the app again",
			rule->at.file, rule->at.line, need->what, need->scopes);
}

static void check_verb(const struct ruleset *set, struct str granted, enum verb verb)
{
	const struct verb_row *row = verb_row(verb);
	struct str method = str_from(row->method);
	const struct need need = { row->key.name, uses_verb, (int)verb,
				   method_named(method)->scopes };

	/* What changes an answer needs no more than what gave it. */
	if (method.len > 0 && row->says != SAYS_ANEW)
		check_need(set, granted, &need);
}

void preflight_scopes(const struct ruleset *set, struct str granted)
{
	/* A classic app's umbrella scope `bot` covers everything that it may do. */
	if (granted.len == 0 || has_word(granted, STR("bot")))
		return;
	for (int verb = 0; verb < N_VERBS; verb++)
		check_verb(set, granted, (enum verb)verb);
	for (size_t i = 0; i < ARRAY_LEN(triggers); i++)
		check_need(set, granted, &triggers[i]);
}

void preflight_rtm(const struct ruleset *set)
{
	for (size_t i = 0; i < ruleset_n_rules(set); i++) {
		const struct rule *rule = ruleset_rule(set, i);

		if (waits_for(rule, EVENT_COMMAND))
			log_warn(
				"rules",
				"%s:%u: `on = command` never happens over RTM; commands need Socket Mode",
				rule->at.file, rule->at.line);
	}
}

/* ---- names ---- */

struct asking {
	const struct directory *directory;
	bool is_unsure; /* a name may be that of a group */
};

static void check_person(void *owner, char sigil, struct str name, struct place at)
{
	struct asking *asking = owner;

	(void)at;
	if (sigil == '@' && !directory_is_sure(asking->directory, name))
		asking->is_unsure = true;
}

bool preflight_needs_groups(const struct ruleset *set, const struct directory *directory)
{
	struct asking asking = { .directory = directory };

	ruleset_each_name(set, check_person, &asking);
	return asking.is_unsure;
}

/* 1 = one, 0 = none, 2 = several, whose ids are joined in *id. */
static int find(const struct directory *directory, char sigil, struct str name, struct str *id)
{
	int found;

	if (sigil == '#')
		return directory_find_channel(directory, name, id);
	found = directory_find_user(directory, name, id);
	return found > 0 ? found : directory_find_group(directory, name, id);
}

static void check_name(void *owner, char sigil, struct str name, struct place at)
{
	const struct directory *directory = owner;
	struct str id;
	int found = find(directory, sigil, name, &id);

	if (found == 0)
		log_warn("rules", "%s:%u: %c%.*s is not known in this workspace, or the bot %s",
			 at.file, at.line, sigil, STR_ARG(name),
			 sigil == '#' ? "is not in it" : "may not see it");
	else if (found > 1)
		log_error("rules", "%s:%u: %c%.*s means several: %.*s; write the id instead",
			  at.file, at.line, sigil, STR_ARG(name), STR_ARG(id));
	else if (sigil == '#' && !directory_is_member(directory, id))
		log_warn("rules", "%s:%u: the bot is not in #%.*s; /invite it there", at.file,
			 at.line, STR_ARG(name));
}

void preflight_names(const struct ruleset *set, const struct directory *directory)
{
	ruleset_each_name(set, check_name, (void *)directory);
}
