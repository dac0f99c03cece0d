/* SPDX-License-Identifier: MIT */
#include "checkup.h"

#include "base/log.h"
#include "base/mem.h"

/* ---- scopes ---- */

static const struct {
	enum verb verb;
	const char *scope;
} needed_scopes[] = {
	{ VERB_REPLY, "chat:write" },
	{ VERB_SAY, "chat:write" },
	{ VERB_WHISPER, "chat:write" },
	{ VERB_REACT, "reactions:write" },
};

static bool has_word(struct str list, const char *word)
{
	struct str piece;

	while (str_cut(&list, ',', &piece)) {
		if (str_is(str_trim(piece), word))
			return true;
	}
	return false;
}

static bool rule_uses(const struct rule *rule, enum verb verb)
{
	for (size_t i = 0; i < rule->n_actions; i++) {
		if (rule->actions[i].verb == verb)
			return true;
	}
	return false;
}

static const struct rule *first_user_of(const struct set *set, enum verb verb)
{
	for (size_t i = 0; i < set_n_rules(set); i++) {
		if (rule_uses(set_rule(set, i), verb))
			return set_rule(set, i);
	}
	return NULL;
}

void checkup_scopes(const struct set *set, struct str granted)
{
	/* A classic app's umbrella scope `bot` covers everything that it may do. */
	if (granted.len == 0 || has_word(granted, "bot"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(needed_scopes); i++) {
		const struct rule *rule = first_user_of(set, needed_scopes[i].verb);

		if (rule != NULL && !has_word(granted, needed_scopes[i].scope))
			log_warn(
				"rules",
				"%s:%u: `%s` needs the scope %s, which the token lacks; add it in the app's "
				"settings and install the app again",
				rule->at.file, rule->at.line, verb_name(needed_scopes[i].verb),
				needed_scopes[i].scope);
	}
}

/* ---- names ---- */

static void check_name(void *owner, char sigil, struct str name, struct place at)
{
	const struct directory *directory = owner;
	struct str id;
	int found = (sigil == '@' ? directory_find_user : directory_find_channel)(directory, name,
										  &id);

	if (found == 0)
		log_warn("rules",
			 "%s:%u: %c%.*s is not known in this workspace, or the bot may not see it",
			 at.file, at.line, sigil, STR_ARG(name));
	else if (found > 1)
		log_error("rules", "%s:%u: %c%.*s means several: %.*s; write the id instead",
			  at.file, at.line, sigil, STR_ARG(name), STR_ARG(id));
}

void checkup_names(const struct set *set, const struct directory *directory)
{
	set_each_name(set, check_name, (void *)directory);
}
