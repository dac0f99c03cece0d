/* SPDX-License-Identifier: MIT */
/* The keys of a rule, in the order of the manual. Reader, messages and manual come from the same rows. */
#pragma once

#include "rule/rule_builder.h"

enum key_group { GROUP_EVENT, GROUP_SCOPE, GROUP_ACTION, GROUP_FLOW, GROUP_CARE };

enum key_type {
	KEY_EVENTS,   /* what `on` takes */
	KEY_PATTERNS, /* one a line */
	KEY_ITEMS,    /* a comma list */
	KEY_CHOICE,   /* one of a few words */
	KEY_NUMBER,
	KEY_TEXT,      /* free text with inserts */
	KEY_LINE,      /* one line of free text */
	KEY_SENTENCES, /* one a line */
	KEY_JSON,
	KEY_TESTS, /* one a line */
};

/* Some keys need what others say: `case` and `zone` first, then patterns and dates, then texts that insert what the
 * patterns catch. */
enum key_turn { TURN_FIRST, TURN_PATTERNS, TURN_ACTIONS, N_TURNS };

struct key {
	const char *name;
	enum key_group group;
	enum key_type type;
	bool targeted; /* its target is part of the key: `post #incidents` */
	bool repeats;  /* may stand several times */
	bool preset;   /* may stand in [defaults] */
	enum key_turn turn;
	void (*read)(struct rule_builder *d, const struct ini_entry *entry);
	const char *help; /* one sentence */
};

const struct key *key_at(size_t i);		/* NULL at the end */
const struct key *key_find(struct str written); /* NULL = unknown */
void key_complain_unknown(struct str written, struct place at, struct diag *diag);
