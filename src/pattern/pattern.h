/* SPDX-License-Identifier: MIT */
/*
 * One compiled pattern: Perl's regular expressions over a whole message, with a budget of time. `.` stands for
 * line ends too, `^` and `$` are the start and the end of the text.
 */
#pragma once

#include "base/diag.h"
#include "model/event.h"
#include "model/tristate.h"

struct pattern;
struct pattern_kit;

enum {
	PATTERN_MAX = 4096,    /* bytes a pattern may have as written */
	PATTERN_BUDGET_MS = 5, /* of processor time, for one pattern on one text */
	CAPTURES_MAX = 64,
};

/* A text that is searched, and its pieces, whose `shown` are slices of it, in its order; a mention is a piece of
 * its own. */
struct subject {
	struct str text;
	const struct text_piece *pieces;
	size_t n_pieces;
};

/* What a pattern caught: slices of the text. Group 0 is the whole match. */
struct captures {
	size_t n; /* groups of the pattern plus one; 0 = no pattern was needed */
	struct str group[CAPTURES_MAX]; /* p == NULL: the group took no part */
	/* The mention that the group caught, to the letter; NULL = it is none. */
	const struct text_piece *mention[CAPTURES_MAX];
	const struct pattern *pattern; /* knows the names; NULL = no group has one */
};

/* What all patterns of a set share: settings, stack, room for results, and the time that they may take. Outlives its
 * patterns; one thread. */
struct pattern_kit *pattern_kit_new(void);
void pattern_kit_free(struct pattern_kit *kit);
/* A new event begins: together, all searches until the next call may take 50 ms. When these are nearly used up, what
 * might take long cannot tell; short texts are searched even so. */
void pattern_kit_renew(struct pattern_kit *kit);
/* Nanoseconds that only grow. Where none is set, time is the processor's. */
typedef int64_t pattern_clock_fn(void *owner);
void pattern_kit_set_clock(struct pattern_kit *kit, pattern_clock_fn *now, void *owner);

/* Within a pattern: here a mention must begin, here it must end. They are callouts of PCRE2's. */
#define PATTERN_PERSON_BEGINS "(?C201)"
#define PATTERN_CHANNEL_BEGINS "(?C202)"
#define PATTERN_MENTION_ENDS "(?C203)"

struct pattern_source {
	struct str regex;
	struct str shown; /* as the author wrote it, for messages */
	bool case_matters;
	struct place at;
};

enum { PATTERN_BAD = 1 }; /* said in the diag */

int pattern_compile(struct pattern **out, struct pattern_kit *kit,
		    const struct pattern_source *source, struct diag *diag);
void pattern_free(struct pattern *p);

struct str pattern_shown(const struct pattern *p);
struct str pattern_regex(const struct pattern *p); /* what was compiled */
/* Tells the items of the pattern in their order, each a slice of pattern_regex with its quantifier; a group is
 * an item where it opens and another where it closes. Some are told again: those of groups repeated a number
 * of times. An empty one ends all. False when they cannot be told. */
bool pattern_each_item(const struct pattern *p, void (*on_item)(void *owner, struct str item),
		       void *owner);
size_t pattern_n_groups(const struct pattern *p); /* without group 0 */
/* The i-th of its group names; NULL at the end. NUL-terminated, the pattern's. */
const char *pattern_group_name(const struct pattern *p, size_t i);
size_t pattern_group_number(const struct pattern *p, size_t i); /* … and which group that is */

/* Searches the text; what is no valid UTF-8 in it never matches. Unknown when its time was not enough. `out` is written
 * on yes alone. */
enum tristate pattern_find_in(struct pattern *p, const struct subject *subject,
			      struct captures *out);
/* The same in a text that mentions nobody. */
enum tristate pattern_find(struct pattern *p, struct str text, struct captures *out);

enum recase { RECASE_UPPER, RECASE_LOWER, RECASE_TITLE };
/* Capital or small letters by Unicode, as patterns see them. The text is valid UTF-8. */
void pattern_recase(struct buf *out, struct str text, enum recase how);
