/* SPDX-License-Identifier: MIT */
/* Options as a table: the parser, the listing and the sample file all come from the same rows. */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include "base/diag.h"
#include "base/log.h"
#include "base/str.h"

/* One line of a key that names something and may stand several times: `header Accept = text/plain`. */
struct option_pair {
	char *name;
	struct secret value; /* as written; complaints never quote it */
	unsigned line;
};

struct option_pairs {
	struct option_pair *at;
	size_t n;
};

enum option_type {
	OPTION_TEXT,	 /* char *, owned */
	OPTION_BOOL,	 /* bool: yes no */
	OPTION_INT,	 /* int64_t within min..max */
	OPTION_DURATION, /* int64_t milliseconds, within min..max when there is a max */
	OPTION_CHOICE,	 /* int: index into `choices` */
	OPTION_PAIRS,	 /* struct option_pairs, owned; always empty by default */
};

/* A new item, zeroed but for what it makes of its name; a name that will not do is reported in diag. */
typedef void *option_add_item(void *values, struct str name, struct place at, struct diag *diag);
/* All keys of the item have been read: keys that do not go together are reported in diag. `at` is its section. */
typedef void option_check_item(const void *item, struct place at, struct diag *diag);
/* What is wrong with a text or a pair, NULL = nothing. `name` is a pair's. */
typedef const char *option_refuse(struct str name, struct str value);

/* A section that may stand several times under different names: `[webhook tickets]`. Each is an item, a struct of
 * its own, and the offsets of its rows are those in it. */
struct option_named {
	option_add_item *add;
	option_check_item *check; /* may be NULL */
	const char *example;	  /* the name that it has in the sample */
	const char *help;	  /* a sentence about the section */
};

struct option_row {
	const char *section;
	const char *key;
	enum option_type type;
	bool required;		    /* of a named section: an item without it is a mistake */
	size_t offset;		    /* of the member in the options struct */
	const char *preset;	    /* the default, as one would write it; "" = empty */
	const char *const *choices; /* OPTION_CHOICE: NULL-terminated */
	int64_t min, max;	    /* OPTION_INT, OPTION_DURATION */
	const char *help;	    /* one sentence */

	const struct option_named *named; /* the same for all rows of a named section, else NULL */
	const char *example;		  /* what stands in the sample in place of the preset */
	option_refuse *refuse;		  /* may be NULL */
};

/* The table ends with a row whose key is NULL. `values` must be zeroed before option_defaults. Of named sections
 * there are no items then; each is filled and released by its owner with option_item_deinit. */
void option_defaults(const struct option_row *table, void *values);
void option_deinit(const struct option_row *table, void *values);
void option_item_deinit(const struct option_row *table, const struct option_named *named,
			void *item);
/* Reads an INI text over the values. Every mistake is reported in diag; unknown sections and keys with the nearest
 * known one. */
void option_read(const struct option_row *table, void *values, struct str text, const char *file,
		 struct diag *diag);
/* Sets one value from text; false, reported in diag, when it does not fit. */
bool option_set(const struct option_row *row, void *values, struct str text, struct place at,
		struct diag *diag);
/* The sample file: every key at its default, commented out, with its sentence. */
void option_print_sample(const struct option_row *table, FILE *to);
