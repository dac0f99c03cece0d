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
	STORE_REST,   /* by channel or method; daemon/kept */
	STORE_SECRET, /* by what it is for; made once, by daemon/kept */
	N_STORE_TABLES
};

struct batch_row {
	enum store_table table;
	struct str key;
	struct str value; /* p == NULL: the row is dropped */
};

struct batch {
	struct batch_row *rows; /* in the arena, as their texts */
	size_t n;
	size_t n_bytes; /* of their keys and values */
	struct arena arena;
};

const char *store_table_name(enum store_table table);
bool store_table_named(struct str name, enum store_table *out);

static inline void batch_init(struct batch *b)
{
	*b = (struct batch){ 0 };
}
/* Empty again, and with nothing to give back. */
static inline void batch_clear(struct batch *b)
{
	arena_deinit(&b->arena);
	batch_init(b);
}
/* Copies what it is given. */
static inline void batch_add(struct batch *b, struct batch_row row)
{
	row.key = str_keep(&b->arena, row.key);
	if (row.value.p != NULL)
		row.value = str_keep(&b->arena, row.value);
	b->n_bytes += row.key.len + row.value.len;
	*(struct batch_row *)arena_append(&b->arena, &b->rows, &b->n, sizeof(row)) = row;
}
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
