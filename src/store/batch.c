/* SPDX-License-Identifier: MIT */
#include "store/batch.h"

#include <stdlib.h>

static const char *const names[N_STORE_TABLES] = {
	[STORE_SEEN] = "seen",
	[STORE_LIMIT] = "limit",
	[STORE_VARIABLE] = "variable",
	[STORE_COUNT] = "count",
	[STORE_TURN] = "turn",
	[STORE_POSTED] = "posted",
	[STORE_RUN] = "run",
	[STORE_JOB] = "job",
	[STORE_WATERMARK] = "watermark",
	[STORE_DEAD_LETTER] = "dead letter",
	[STORE_PERSON] = "person",
	[STORE_CHANNEL] = "channel",
};

const char *store_table_name(enum store_table table)
{
	return names[table];
}

bool store_table_named(struct str name, enum store_table *out)
{
	for (size_t i = 0; i < N_STORE_TABLES; i++) {
		if (str_is(name, names[i])) {
			*out = (enum store_table)i;
			return true;
		}
	}
	return false;
}

void batch_init(struct batch *b)
{
	*b = (struct batch){ 0 };
	arena_init(&b->arena);
}

void batch_deinit(struct batch *b)
{
	free(b->rows);
	arena_deinit(&b->arena);
	batch_init(b);
}

void batch_add(struct batch *b, struct batch_row row)
{
	if (b->n == b->cap) {
		b->cap = b->cap > 0 ? 2 * b->cap : 16;
		b->rows = mem_grow(b->rows, b->cap, sizeof(b->rows[0]));
	}
	row.key = str_keep(&b->arena, row.key);
	if (row.value.p != NULL)
		row.value = str_keep(&b->arena, row.value);
	b->rows[b->n++] = row;
}

void batch_append(struct batch *b, struct batch *more)
{
	for (size_t i = 0; i < more->n; i++)
		batch_add(b, more->rows[i]);
	batch_clear(more);
}
