/* SPDX-License-Identifier: MIT */
/* The filters of placeholders: `{text|plain|short 80}`. Each makes one value of another. */
#pragma once

#include "base/buf.h"
#include "base/diag.h"
#include "template/value.h"

struct arena;

enum filter_kind {
	FILTER_UPPER,
	FILTER_LOWER,
	FILTER_TITLE,
	FILTER_TRIM,
	FILTER_SHORT,
	FILTER_FIRST_LINE,
	FILTER_PLAIN,
	FILTER_QUOTE,
	FILTER_CODE,
	FILTER_JSON,
	FILTER_URL,
	FILTER_NUMBER,
	FILTER_DATE,
	FILTER_AGO,
	FILTER_JOIN,
	FILTER_RAW,
	N_FILTERS
};

struct filter {
	enum filter_kind kind;
	int64_t n;	 /* short: how many letters */
	struct str text; /* date: its form; join: what stands between */
};

/* By whose clock and zone dates are read and written. */
struct filter_world {
	struct wall now;
	const struct zone *zone;
};

/* Reads what stands behind one `|`; false when it is no filter (said). Its texts lie in the arena. */
bool filter_read(struct filter *out, struct str text, struct arena *arena, struct place at,
		 struct diag *diag);
/* Changes the value; its new text is written to `room`, which must not hold the old one. */
void filter_apply(const struct filter *filter, struct value *value,
		  const struct filter_world *world, struct buf *room);
/* The i-th name as it is written, in the order of the manual; NULL at the end. */
const char *filter_name_at(size_t i);
