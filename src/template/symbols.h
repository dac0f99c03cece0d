/* SPDX-License-Identifier: MIT */
/*
 * What rules share, by name: tables, lists, hours, and the variables that some rule stores. Four name spaces over
 * all files of a set.
 */
#pragma once

#include "base/map.h"
#include "model/scope.h"

/* A row of a table: `billing = @ana | #billing`. */
struct table_row {
	struct str key;
	struct str *cells;	    /* plain text */
	struct template **literals; /* the same as texts of the author's; owned */
	size_t n_cells;
	struct place at;
};

struct table {
	char *name;
	struct place at;
	struct table_row *rows; /* in the order written */
	size_t n_rows;
	const struct table_row *otherwise; /* `else`; NULL = none */
};

/* `[list oncall]`: people and channels under one name. */
struct name_list {
	char *name;
	struct place at;
	struct scope people, channels;
	struct str items;	  /* of the first key, as struct value has them */
	struct str text;	  /* the same joined by ", " */
	struct template *literal; /* … as text of the author's; owned */
};

/* `[hours support]` */
struct named_hours {
	struct hours *hours;
	struct place at;
};

struct symbols {
	struct map tables, lists,
		hours;	      /* struct table, name_list, named_hours; in the set's arena */
	struct map variables; /* the place where each is stored first */
};

void symbols_init(struct symbols *n);
void symbols_deinit(struct symbols *n);
/* For a table that is in no names. */
void table_free_literals(const struct table *t);
/* The row of this key, capitals apart, or the one for all others; NULL when there is neither. */
const struct table_row *table_find(const struct table *t, struct str key);

/* All names by number, for suggestions. */
struct symbols_walk {
	struct map_keys maps[4];
};
void symbols_walk_init(struct symbols_walk *w, const struct symbols *n);
/* The i-th name of a table, list, hours or variable; NULL at the end. */
const char *symbols_at(struct symbols_walk *w, size_t i);
