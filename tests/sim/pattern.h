/* SPDX-License-Identifier: MIT */
/*
 * How a line of a scenario is understood, pure. A command is written as people read it:
 *
 *	PERSON in CHANNEL says TEXT [as NAME]
 *
 * Small words stand for themselves, words in capitals for something of that kind, brackets for what may be
 * left out; a colon at the end stands for nothing. The same text is the help.
 */
#pragma once

#include <stdbool.h>
#include "base/str.h"

enum { LINE_MAX_WORDS = 64, MATCH_MAX_VALUES = 8 };

/* One word of a line. A text in double quotes is one word, its escapes \n \t \" \\ \xNN resolved; so is one in
 * single quotes, which is taken as it stands but for \' (good for JSON). Either may stand behind `name=`. */
struct word {
	struct str text;
	bool quoted;
	bool value_quoted; /* what stands behind its `=` was in quotes of either kind */
	bool raw;	   /* it, or what stands behind its `=`, was in single quotes */
};

struct words {
	struct word at[LINE_MAX_WORDS];
	size_t n;
};

/* Cuts a line; texts lie in it or in the arena. NULL, or what is wrong with it. */
const char *words_cut(struct str line, struct arena *arena, struct words *out);

/* What the capitals of a pattern stood for. */
struct match {
	struct {
		struct str name, value;
	} values[MATCH_MAX_VALUES];
	size_t n;
	const struct word *list; /* the words that a list took; they are those of the line */
	size_t n_list;
};

/* Does the line fit the pattern? Values are slices of the words; a list (PERSONS, CHANNELS, ARGUMENTS, REST) is
 * all that is left: match::list, and joined by blanks in the arena. */
bool pattern_fits(const char *pattern, const struct words *words, struct arena *arena,
		  struct match *out);
/* How many words at the beginning fit: for the nearest command in a complaint. */
size_t pattern_reach(const char *pattern, const struct words *words);

struct str match_text(const struct match *m, const char *name); /* empty = left out */
bool match_has(const struct match *m, const char *name);
int64_t match_number(const struct match *m, const char *name, int64_t otherwise);
void match_range(const struct match *m, const char *name, int64_t *low, int64_t *high);
int64_t match_ms(const struct match *m, const char *name, int64_t otherwise);
