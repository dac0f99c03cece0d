/* SPDX-License-Identifier: MIT */
/*
 * One insert of a template: `{value or text|filters}`, `{pick: a | b}` or `{if test: a | else b}`. Here it is
 * taken apart; its texts are the template's, which compiles them as it does all literal text.
 */
#pragma once

#include "rule/filter.h"
#include "rule/reference.h"

enum insert_kind { INSERT_VALUE, INSERT_PICK, INSERT_IF };

enum { INSERT_TEXTS_MAX = 32, INSERT_FILTERS_MAX = 16 };

/* Slices of what stands between the braces. */
struct insert_parts {
	enum insert_kind kind;
	struct str value; /* or the test of an `if` */
	/* A value: the text behind `or`. A pick: all texts. An if: the text, and the one behind `else`. */
	struct str texts[INSERT_TEXTS_MAX];
	size_t n_texts;
	struct str filters; /* between bars; p == NULL: none */
};

/* False when something is wrong (said). */
bool insert_split(struct insert_parts *out, struct str body, const struct reference_site *site);
/* Filters between bars; the array is the caller's to free. */
bool insert_read_filters(struct filter **filters, size_t *n, struct str text,
			 const struct reference_site *site);
