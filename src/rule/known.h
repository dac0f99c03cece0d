/* SPDX-License-Identifier: MIT */
/* Words that the rule language knows. */
#pragma once

#include "base/diag.h"
#include "base/str.h"

struct known {
	const char *name; /* NULL ends a table */
	int value;	  /* the owner's own meaning */
};

/* The row of this name, or NULL. Says nothing. */
const struct known *known_find(const struct known *table, struct str seen);
/* The same, but what is no such word is told. `what` is the kind of word: "filter", "event". */
const struct known *known_look(const struct known *table, const char *what, struct str seen,
			       struct place at, struct diag *diag);

/* The name nearest to what was seen, or NULL. */
const char *known_nearest(const struct known *table, struct str seen);
/* `name_at(table, i)` as for str_nearest. */
void known_complain_unknown(const char *what, struct str seen,
			    const char *(*name_at)(const void *table, size_t i), const void *table,
			    struct place at, struct diag *diag);
