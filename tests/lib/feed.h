/* SPDX-License-Identifier: MIT */
/* Gives a text piece by piece, as a network does: cut wherever the script says. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

struct feed {
	struct str rest;     /* not given yet; borrowed */
	const size_t *sizes; /* of the pieces, over and over; a 0 is an empty piece */
	size_t n_sizes, at;
	size_t cut[2]; /* the script of feed_init_cut */
	char *piece;
};

void feed_init(struct feed *feed, struct str text, const size_t *sizes, size_t n_sizes);
/* Pieces of 1, 3, 2, 1, 3, 2 … bytes. */
void feed_init_odd(struct feed *feed, struct str text);
/* Two pieces: what is before `cut`, and the rest. */
void feed_init_cut(struct feed *feed, struct str text, size_t cut);
void feed_deinit(struct feed *feed);
/* The next piece, valid until the next call, in memory of exactly its size, so that the sanitizer sees a
 * read past its end. False when all was given. */
bool feed_next(struct feed *feed, struct str *piece);
