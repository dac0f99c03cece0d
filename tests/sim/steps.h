/* SPDX-License-Identifier: MIT */
/* A scenario cut into its steps: a line, and the lines that are indented below it. Pure. */
#pragma once

#include "sim/pattern.h"

/* Where lines come from. */
struct source {
	const char *name;
	struct str rest;
	unsigned line; /* of the line that is cut next */
};

/* One command with what is indented below it. */
struct step {
	struct str text;
	struct str block;
	unsigned line;
};

/* False = there are no more. Blank lines and comments are passed over. */
bool step_next(struct source *s, struct step *out);
bool line_is_indented(struct str line);
bool line_is_blank(struct str line);
/* The line at the beginning, without its end; *used with it. */
struct str line_peek(struct str rest, size_t *used);

/* `repeat N times` and `for every NAME from A to B`: steps that hold steps. */
struct loop_words {
	struct str name;
	int64_t from, to;
};

bool loop_fits(const struct words *words, struct arena *arena, struct loop_words *out);
/* Without the indentation that all lines share. The caller's. */
char *block_moved_left(struct str block);
/* The block with {NAME} replaced. The caller's. */
char *block_with_number(struct str block, struct str name, int64_t n);
