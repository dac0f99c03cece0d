/* SPDX-License-Identifier: MIT */
#include "rule/keys.h"

#include "rule/rule_builder.h"

/* clang-format off */
static const struct rule_key above[] = {
	/* What happened. */
	{ "on", GROUP_EVENT, KEY_EVENTS, .read = read_on,
	  .help = "what the rule waits for: message, mention, reaction :x:, join …" },
	{ "match", GROUP_EVENT, KEY_PATTERNS, .turn = TURN_PATTERNS, .read = read_match,
	  .help = "patterns, one a line; any one suffices" },
	{ "words", GROUP_EVENT, KEY_ITEMS, .turn = TURN_PATTERNS, .read = read_words,
	  .help = "words or phrases that stand there as whole words" },
	{ "phrase", GROUP_EVENT, KEY_ITEMS, .turn = TURN_PATTERNS, .read = read_phrase,
	  .help = "texts that may stand anywhere" },
	{ "exact", GROUP_EVENT, KEY_PATTERNS, .turn = TURN_PATTERNS, .read = read_exact,
	  .help = "the whole message, one wording a line" },
	{ "like", GROUP_EVENT, KEY_ITEMS, .turn = TURN_PATTERNS, .read = read_like,
	  .help = "the whole message, with * and ? for what may vary" },
	{ "except", GROUP_EVENT, KEY_PATTERNS, .turn = TURN_PATTERNS, .read = read_except,
	  .help = "patterns that keep the rule silent" },
	{ "ignore", GROUP_EVENT, KEY_ITEMS, .turn = TURN_PATTERNS, .read = read_ignore,
	  .help = "phrases that are blanked out before matching" },
	{ "look in", GROUP_EVENT, KEY_ITEMS, .preset = true, .read = read_look_in,
	  .help = "which parts of a message are matched" },
	{ "case", GROUP_EVENT, KEY_CHOICE, .preset = true, .read = read_case,
	  .help = "yes: capital and small letters differ" },

	/* Where and who. */
	{ "in", GROUP_SCOPE, KEY_ITEMS, .preset = true, .read = read_in,
	  .help = "channels and kinds of channels; !item denies" },
	{ "from", GROUP_SCOPE, KEY_ITEMS, .preset = true, .read = read_from,
	  .help = "people, bots; !item denies" },
	{ "thread", GROUP_SCOPE, KEY_CHOICE, .preset = true, .read = read_thread,
	  .help = "root: only messages in the channel; replies: only those in threads" },
	{ "to bot", GROUP_SCOPE, KEY_CHOICE, .preset = true, .read = read_to_bot,
	  .help = "yes: only messages that mention the bot, or are direct" },
	{ "when", GROUP_SCOPE, KEY_LINE, .preset = true, .turn = TURN_PATTERNS, .read = read_when,
	  .help = "at which hours" },
	{ "if", GROUP_SCOPE, KEY_LINE, .preset = true, .turn = TURN_ACTIONS, .read = read_if,
	  .help = "a test of what was caught or stored" },
	{ "workspace", GROUP_SCOPE, KEY_ITEMS, .preset = true, .read = read_workspace,
	  .help = "in which workspaces" },
};

/* What is done stands between the two: rule/verb. */
static const struct rule_key below[] = {
	{ "on error", GROUP_ACTION, KEY_TEXT, TARGET_ACTION, .repeats = true, .turn = TURN_ACTIONS, .read = read_on_error,
	  .help = "what to do when an action failed" },
	{ "blocks", GROUP_ACTION, KEY_JSON, .repeats = true, .turn = TURN_ACTIONS, .read = read_blocks,
	  .help = "the layout of the answer above" },
	{ "unfurl", GROUP_ACTION, KEY_CHOICE, .repeats = true, .turn = TURN_ACTIONS, .read = read_unfurl,
	  .help = "previews of links in the answer above" },
	{ "pick", GROUP_ACTION, KEY_CHOICE, .read = read_pick,
	  .help = "how one of several wordings is chosen" },

	/* How often and in what order. */
	{ "limit", GROUP_FLOW, KEY_SENTENCES, .repeats = true, .preset = true, .turn = TURN_ACTIONS, .read = read_limit,
	  .help = "how often the rule may act, one sentence a line" },
	{ "within", GROUP_FLOW, KEY_LINE, .preset = true, .read = read_within,
	  .help = "how late an answer may come" },
	{ "chance", GROUP_FLOW, KEY_LINE, .preset = true, .read = read_chance,
	  .help = "acts only now and then" },
	{ "priority", GROUP_FLOW, KEY_NUMBER, .preset = true, .read = read_priority,
	  .help = "a number; higher is asked first" },
	{ "then", GROUP_FLOW, KEY_CHOICE, .preset = true, .read = read_then,
	  .help = "stop or continue: what becomes of later rules" },
	{ "fallback", GROUP_FLOW, KEY_CHOICE, .preset = true, .read = read_fallback,
	  .help = "yes: only when nobody else talked" },
	{ "follow", GROUP_FLOW, KEY_ITEMS, .preset = true, .read = read_follow,
	  .help = "the answer follows edits or deletes of the question" },

	/* Care. */
	{ "mode", GROUP_CARE, KEY_CHOICE, .preset = true, .read = read_mode,
	  .help = "live, shadow or off" },
	{ "help", GROUP_CARE, KEY_LINE, .preset = true, .read = read_help,
	  .help = "one line that tells people what the rule is good for" },
	{ "owner", GROUP_CARE, KEY_ITEMS, .preset = true, .read = read_owner,
	  .help = "who is told when the rule breaks" },
	{ "expires", GROUP_CARE, KEY_LINE, .preset = true, .turn = TURN_PATTERNS, .read = read_expires,
	  .help = "the last day of the rule" },
	{ "zone", GROUP_CARE, KEY_LINE, .preset = true, .read = read_zone,
	  .help = "the time zone of the rule" },
	{ "test", GROUP_CARE, KEY_TESTS, .repeats = true, .turn = TURN_ACTIONS, .read = read_test,
	  .help = "what should happen when somebody writes something" },
};
/* clang-format on */

const struct rule_key *key_at(size_t i)
{
	if (i < ARRAY_LEN(above))
		return &above[i];
	i -= ARRAY_LEN(above);
	if (i < N_VERBS)
		return &verb_row((enum verb)i)->key;
	i -= N_VERBS;
	return i < ARRAY_LEN(below) ? &below[i] : NULL;
}

bool key_is_targeted(const struct rule_key *key)
{
	return key->target > TARGET_NONE;
}

static bool is_written_as(const struct rule_key *key, struct str written)
{
	struct str name = str_from(key->name);

	if (str_eq(written, name))
		return true;
	return key_is_targeted(key) && str_skip(&written, name.p) && str_starts(written, " ");
}

const struct rule_key *key_find(struct str written)
{
	const struct rule_key *key;

	for (size_t i = 0; written.len > 0 && (key = key_at(i)) != NULL; i++) {
		if (is_written_as(key, written))
			return key;
	}
	return NULL;
}

static const char *name_at(const void *table, size_t i)
{
	const struct rule_key *key = key_at(i);

	(void)table;
	return key != NULL ? key->name : NULL;
}

void key_complain_unknown(struct str written, struct place at, struct diag *diag)
{
	keyword_complain_unknown("key", written, name_at, NULL, at, diag);
}
