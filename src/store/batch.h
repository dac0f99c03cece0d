/* SPDX-License-Identifier: MIT */
/*
 * The changes of one turn, in the order in which they were made: rows that are put, in place of those of the same key,
 * and rows that are dropped. A store makes them stand all together or not at all. Keys and values are texts; a value is
 * one line of JSON.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"
#include "base/str.h"

/* One table a noun; what its keys and values are, engine/state.h, model/run.h, model/job.h and directory/keep.h say. */
enum store_table {
	STORE_SEEN,
	STORE_LIMIT,
	STORE_VARIABLE,
	STORE_COUNT,
	STORE_TURN,
	STORE_POSTED,
	STORE_RUN,
	STORE_JOB,
	STORE_WATERMARK,
	STORE_DEAD_LETTER,
	STORE_PERSON,
	STORE_CHANNEL,
	N_STORE_TABLES
};

struct batch_row {
	enum store_table table;
	struct str key;
	struct str value; /* p == NULL: the row is dropped */
};

struct batch {
	struct batch_row *rows;
	size_t n, cap;
	struct arena arena;
};

const char *store_table_name(enum store_table table);
bool store_table_named(struct str name, enum store_table *out);

void batch_init(struct batch *b);
void batch_deinit(struct batch *b);
static inline void batch_clear(struct batch *b)
{
	arena_deinit(&b->arena);
	b->n = 0;
}
/* Copies what it is given. */
void batch_add(struct batch *b, struct batch_row row);
static inline void batch_put(struct batch *b, enum store_table table, struct str key,
			     struct str value)
{
	batch_add(b, (struct batch_row){ table, key, value.p != NULL ? value : STR_EMPTY });
}
static inline void batch_drop(struct batch *b, enum store_table table, struct str key)
{
	batch_add(b, (struct batch_row){ table, key, { NULL, 0 } });
}
/* Moves all rows of `more` behind those of `b`; `more` is empty afterwards. */
void batch_append(struct batch *b, struct batch *more);
