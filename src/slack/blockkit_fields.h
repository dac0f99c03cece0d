/* SPDX-License-Identifier: MIT */
/*
 * What is known of Slack's Block Kit: the parts of which a message is made, their fields and limits. Blocks, the
 * elements in them, texts and the pieces of rich text are all parts, told apart by their `type` and by where they
 * may stand.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

/* Where a part may stand. */
enum {
	IN_MESSAGE = 1 << 0,
	IN_SECTION = 1 << 1, /* its accessory */
	IN_ACTIONS = 1 << 2,
	IN_INPUT = 1 << 3,
	IN_CONTEXT = 1 << 4,
	IN_CONTEXT_ACTIONS = 1 << 5,
	AS_TEXT = 1 << 6,  /* either kind of text */
	AS_PLAIN = 1 << 7, /* plain_text alone */
	IN_RICH_TEXT = 1 << 8,
	IN_RICH_LIST = 1 << 9,
	IN_RICH_LINE = 1 << 10,
	IN_RICH_CODE = 1 << 11,
	IN_TABLE = 1 << 12,
	AS_RICH_VALUE = 1 << 13,
};

enum block_kind {
	BLOCK_STRING,
	BLOCK_WHOLE, /* a whole number */
	BLOCK_BOOL,
	BLOCK_OBJECT,
	BLOCK_STRINGS, /* lists of … */
	BLOCK_OBJECTS,
	BLOCK_ROWS, /* a list of lists of objects */
	BLOCK_ANY,  /* not looked into */
};

/* Objects are parts that may stand at `of`, or, without a type, have the fields of `shape`. */
struct block_field {
	const char *name; /* NULL ends a list */
	enum block_kind kind;
	bool required;
	bool filled; /* may not be empty */
	unsigned
		letters; /* at most so many in the string, or in the text objects; 0 = no limit known */
	unsigned items; /* at most so many in the list; 0 = no limit known */
	unsigned of;
	const struct block_shape *shape;
	const char *const *words; /* the string is one of these; NULL ends them */
	bool by_hand;		  /* only the author may say it: no placeholders */
};

struct block_shape {
	const char *type; /* NULL: it has none */
	unsigned places;
	const struct block_field *fields; /* NULL: only the type is known, the rest is left alone */
	const char *const *one_of;	  /* at least one of these fields; NULL = no such need */
};

/* The part of this type that may stand at one of the places, or NULL. */
const struct block_shape *blockkit_part(struct str type, unsigned places);
/* The i-th part that may stand there; NULL at the end. */
const struct block_shape *blockkit_part_at(unsigned places, size_t i);
/* What to call a part that may stand there: "block", "element". */
const char *blockkit_part_noun(unsigned places);
