/* SPDX-License-Identifier: MIT */
/* The keys of a rule, in the order of the manual. Reader, messages and manual come from the same rows; those of the
 * verbs stand in rule/verb. */
#pragma once

#include <stdbool.h>
#include "base/diag.h"
#include "base/str.h"

struct ini_entry;
struct rule_builder;

enum key_group { GROUP_EVENT, GROUP_SCOPE, GROUP_ACTION, GROUP_FLOW, GROUP_CARE };

enum key_type {
	KEY_EVENTS,   /* what `on` takes */
	KEY_PATTERNS, /* one a line */
	KEY_ITEMS,    /* a comma list */
	KEY_CHOICE,   /* one of a few words */
	KEY_NUMBER,
	KEY_TEXT,      /* free text with placeholders */
	KEY_LINE,      /* one line of free text */
	KEY_SENTENCES, /* one a line */
	KEY_JSON,
	KEY_TESTS, /* one a line */
};

/* What stands behind the key's name and is part of it: `post #incidents`. */
enum key_target {
	TARGET_UNSAID, /* none */
	TARGET_NONE,
	TARGET_PERSON, /* may be left out: then it is the author */
	TARGET_CHANNEL,
	TARGET_WEBHOOK,
	TARGET_METHOD,
	TARGET_VARIABLE,
	TARGET_ACTION,
};

/* Some keys need what others say: `case` and `zone` first, then patterns and dates, then texts that insert what the
 * patterns catch. */
enum key_turn { TURN_FIRST, TURN_PATTERNS, TURN_ACTIONS, N_TURNS };

typedef void (*key_reader)(struct rule_builder *d, const struct ini_entry *entry);

struct rule_key {
	const char *name;
	enum key_group group;
	enum key_type type;
	enum key_target target;
	bool repeats; /* may stand several times */
	bool preset;  /* may stand in [defaults] */
	enum key_turn turn;
	key_reader read;
	const char *help; /* one sentence */
};

const struct rule_key *key_at(size_t i);	     /* NULL at the end */
const struct rule_key *key_find(struct str written); /* NULL = unknown */
bool key_is_targeted(const struct rule_key *key);
void key_complain_unknown(struct str written, struct place at, struct diag *diag);
