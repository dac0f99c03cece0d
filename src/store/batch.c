/* SPDX-License-Identifier: MIT */
#include "store/batch.h"

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
	[STORE_REST] = "rest",
	[STORE_SECRET] = "secret",
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

void batch_append(struct batch *b, struct batch *more)
{
	for (size_t i = 0; i < more->n; i++)
		batch_add(b, more->rows[i]);
	batch_clear(more);
}
