/* SPDX-License-Identifier: MIT */
/*
 * A comma list: `vpn, "well, actually", #help-*`. A line end separates as a comma does; an item that holds a
 * comma or outer blanks stands in double quotes, where `\"` is a quote.
 */
#pragma once

#include "base/diag.h"
#include "base/inifile.h"

struct item {
	struct str text; /* in the arena when it was quoted, else a slice of the entry */
	bool quoted;
	struct place at; /* its own line */
};

struct items {
	const struct ini_entry *entry;
	const char *file;
	struct arena *arena;
	struct diag *diag;
	size_t next_line;
	struct str rest; /* of the current line; p == NULL: take the next line */
};

void items_init(struct items *walk, const struct ini_entry *entry, const char *file,
		struct arena *arena, struct diag *diag);
/* The next item; false at the end. Malformed items are told and passed over. */
bool items_next(struct items *walk, struct item *out);
