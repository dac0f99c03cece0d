/* SPDX-License-Identifier: MIT */
/* A rule that is being read, and the readers that fill it: one for each kind of key. */
#pragma once

#include "base/inifile.h"
#include "base/mem.h"
#include "rule/known.h"
#include "rule/pattern.h"
#include "rule/rule.h"

struct draft {
	struct rule *rule;
	bool case_matters;
	struct str
		*faulty; /* patterns that did not compile: which groups they have, nobody knows */
	size_t n_faulty;
	bool allow_broadcast;
	const char *file;
	struct arena *arena; /* of the set: all texts and arrays of the rule lie there */
	struct pattern_kit *kit;
	struct diag *diag;
};

/* One more item at the end of an array in the arena: `array` is the address of its pointer, `n` its length.
 * Gives the new item, zeroed. */
void *draft_append(struct draft *d, void *array, size_t *n, size_t size);
struct place draft_place(const struct draft *d, unsigned line);
char *draft_keep(struct draft *d, struct str text);

/* Readers. Each is given the whole entry, never an empty one, and tells every mistake in it. */
void read_on(struct draft *d, const struct ini_entry *entry);
void read_match(struct draft *d, const struct ini_entry *entry);
void read_words(struct draft *d, const struct ini_entry *entry);
void read_phrase(struct draft *d, const struct ini_entry *entry);
void read_except(struct draft *d, const struct ini_entry *entry);
void read_case(struct draft *d, const struct ini_entry *entry);

void read_in(struct draft *d, const struct ini_entry *entry);
void read_from(struct draft *d, const struct ini_entry *entry);
void read_thread(struct draft *d, const struct ini_entry *entry);
void read_to_bot(struct draft *d, const struct ini_entry *entry);

void read_talk(struct draft *d, const struct ini_entry *entry); /* reply, say, whisper */
void read_react(struct draft *d, const struct ini_entry *entry);

void read_limit(struct draft *d, const struct ini_entry *entry);
void read_priority(struct draft *d, const struct ini_entry *entry);
void read_then(struct draft *d, const struct ini_entry *entry);
void read_fallback(struct draft *d, const struct ini_entry *entry);
void read_help(struct draft *d, const struct ini_entry *entry);
void read_test(struct draft *d, const struct ini_entry *entry);
void read_mode(struct draft *d, const struct ini_entry *entry);

/* A value that is one word of a table; false when it is none (said). */
bool draft_choice(struct draft *d, const struct ini_entry *entry, const struct known *table,
		  int *out);
bool draft_yes_no(struct draft *d, const struct ini_entry *entry, bool *out);
/* A value of one line; complains about a second one. */
bool draft_one_line(struct draft *d, const struct ini_entry *entry);
/* The name of an emoji, of which the colons are taken off; false when it cannot be one (said). */
bool draft_emoji(struct draft *d, struct str *name, struct place at);
