/* SPDX-License-Identifier: MIT */
/*
 * The verbs of the rule language, in the order of its manual: one row each, of which everybody who has to tell verbs
 * apart reads a column. What a row does not say is 0 in it, and no column has a meaning for 0; tests/unit/rule/test_verb
 * names the verb and the column that was forgotten. How jobs are made of a verb is the second half of its row, which
 * stands in engine/action.
 */
#pragma once

#include "rule/keys.h"

enum verb {
	VERB_REPLY,
	VERB_SAY,
	VERB_BROADCAST,
	VERB_WHISPER,
	VERB_DM,
	VERB_POST,
	VERB_REACT,
	VERB_UNREACT,
	VERB_EDIT,
	VERB_REMOVE,
	VERB_WEBHOOK,
	VERB_CALL,
	VERB_SET,
	VERB_ADD,
	VERB_WAIT,
	N_VERBS
};

/* What becomes of an action. */
enum verb_does {
	DOES_JOBS = 1,
	DOES_STORE, /* at once, without a job */
	DOES_WAIT,  /* holds up what stands below it */
};

/* What people hear of it. */
enum verb_says {
	SAYS_NOTHING = 1,
	SAYS_HERE,	/* where the event happened; ends the search for talking rules */
	SAYS_ALONE,	/* there, but to the author alone; ends the search too */
	SAYS_ELSEWHERE, /* in a DM or another channel */
	SAYS_ANEW,	/* an earlier answer says something else, or is gone */
};

/* What an event must have for it; joined. */
enum verb_needs {
	NEEDS_NOTHING = 1,
	NEEDS_PLACE = 2,
	NEEDS_PERSON = 4, /* unless the action names one */
	NEEDS_MESSAGE = 8,
};

struct verb_row {
	struct rule_key key; /* how rules write it, and what they give it */
	enum verb_does does;
	enum verb_says says;
	unsigned needs; /* enum verb_needs */
	const char
		*method; /* of the Web API, whose scope it needs; "" = none, or the rule names it */
	const char *told;    /* in front of the place where it is done, as `explain` writes it */
	const char *outcome; /* the outcome of `test` lines that is about it; "" = none */
};

extern const struct verb_row verb_rows[N_VERBS];

static inline const struct verb_row *verb_row(enum verb verb)
{
	return &verb_rows[verb];
}
static inline const char *verb_name(enum verb verb)
{
	return verb_rows[verb].key.name;
}
/* N_VERBS = none has this name. */
enum verb verb_named(struct str name);
/* Does it end the search for talking rules? */
static inline bool verb_talks(enum verb verb)
{
	return verb_rows[verb].says == SAYS_HERE || verb_rows[verb].says == SAYS_ALONE;
}
/* Is it worth doing for a while only, because it stands beside what it is about? */
static inline bool verb_ages(enum verb verb)
{
	return verb_talks(verb) || verb == VERB_REACT;
}
/* Does it say something, wherever (also in a DM or another channel)? */
static inline bool verb_says(enum verb verb)
{
	return verb_talks(verb) || verb_rows[verb].says == SAYS_ELSEWHERE;
}

/* ---- the outcomes of tests: `-> says "…"` ---- */

enum test_expect {
	EXPECT_FIRES,
	EXPECT_SILENT,
	EXPECT_SAYS,
	EXPECT_WHISPERS,
	EXPECT_POSTS,
	EXPECT_DMS,
	EXPECT_REACTS,
	EXPECT_CALLS,
	EXPECT_SETS,
	N_EXPECTS
};

enum takes_target { NO_TARGET, MAY_HAVE_TARGET, NEEDS_TARGET };

/* What may stand behind the arrow: `word`, its target, a text. */
struct test_outcome {
	const char *name;
	enum takes_target target;
	bool text, needs_text;
	const char *example;
};

const struct test_outcome *test_outcome(enum test_expect expect);
/* N_EXPECTS = none has this name. */
enum test_expect test_outcome_named(struct str name);
/* Is this outcome about what this verb does? */
bool test_outcome_is_about(enum test_expect expect, enum verb verb);
