/* SPDX-License-Identifier: MIT */
/* Options as a table: the parser, the listing and the sample file all come from the same rows. */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include "base/diag.h"
#include "base/str.h"

enum option_type {
	OPTION_TEXT,	    /* char *, owned */
	OPTION_SECRET_FILE, /* char *, a path; owned */
	OPTION_BOOL,	    /* bool: yes no */
	OPTION_INT,	    /* int64_t within min..max */
	OPTION_DURATION,    /* int64_t milliseconds */
	OPTION_CHOICE,	    /* int: index into `choices` */
};

struct option_row {
	const char *section;
	const char *key;
	enum option_type type;
	size_t offset;		    /* of the member in the options struct */
	const char *preset;	    /* the default, as one would write it; "" = empty */
	const char *const *choices; /* OPTION_CHOICE: NULL-terminated */
	int64_t min, max;	    /* OPTION_INT */
	const char *help;	    /* one sentence */
};

/* The table ends with a row whose key is NULL. `values` must be zeroed before option_defaults. */
void option_defaults(const struct option_row *table, void *values);
void option_deinit(const struct option_row *table, void *values);
/* Reads an INI text over the values. Unknown sections and keys name the nearest known one. */
void option_read(const struct option_row *table, void *values, struct str text, const char *file,
		 struct diag *diag);
/* Sets one value from text; false (and a complaint at `at`) when it does not fit. */
bool option_set(const struct option_row *row, void *values, struct str text, struct place at,
		struct diag *diag);
/* The sample file: every key at its default, commented out, with its sentence. */
void option_print_sample(const struct option_row *table, FILE *to);
