/* SPDX-License-Identifier: MIT */
/*
 * One placeholder of a template: `{value or text|filters}`, `{pick: a | b}` or `{if test: a | else b}`. Here it is
 * taken apart; its texts are the template's, which compiles them as it does all literal text.
 */
#pragma once

#include "template/filter.h"
#include "template/reference.h"

enum placeholder_kind { PLACEHOLDER_VALUE, PLACEHOLDER_PICK, PLACEHOLDER_IF };

enum { PLACEHOLDER_TEXTS_MAX = 32, PLACEHOLDER_FILTERS_MAX = 16 };

/* Slices of what stands between the braces. */
struct placeholder_parts {
	enum placeholder_kind kind;
	struct str value; /* or the test of an `if` */
	/* A value: the text behind `or`. A pick: all texts. An if: the text, and the one behind `else`. */
	struct str texts[PLACEHOLDER_TEXTS_MAX];
	size_t n_texts;
	struct str filters; /* between bars; p == NULL: none */
};

/* False when something is wrong (said). */
bool placeholder_split(struct placeholder_parts *out, struct str body,
		       const struct reference_site *site);
/* Filters between bars; the array is the caller's to free. */
bool placeholder_read_filters(struct filter **filters, size_t *n, struct str text,
			      const struct reference_site *site);
