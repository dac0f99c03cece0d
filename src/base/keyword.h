/* SPDX-License-Identifier: MIT */
/* Words that the rule language knows. */
#pragma once

#include "base/diag.h"
#include "base/str.h"

struct keyword {
	const char *name; /* NULL ends a table */
	int value;	  /* the owner's own meaning */
};

/* The row of this name, or NULL. Says nothing. */
const struct keyword *keyword_find(const struct keyword *table, struct str seen);
/* The same, and what is no such word is reported in diag. `what` is the kind of word: "filter", "event". */
const struct keyword *keyword_look(const struct keyword *table, const char *what, struct str seen,
				   struct place at, struct diag *diag);

/* The name nearest to what was seen, or NULL. */
const char *keyword_nearest(const struct keyword *table, struct str seen);
/* `names` as for str_nearest. */
void keyword_complain_unknown(const char *what, struct str seen, str_name_at *name_at,
			      const void *names, struct place at, struct diag *diag);
