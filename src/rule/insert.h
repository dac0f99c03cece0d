/* SPDX-License-Identifier: MIT */
/*
 * One insert of a template, `{value or alternative|filters}`: what to put there and through which filters.
 * The text of its alternative is the template's, which compiles it as it does all literal text.
 */
#pragma once

#include <stdbool.h>
#include "base/diag.h"
#include "base/mem.h"
#include "rule/filter.h"
#include "rule/template.h"

struct insert {
	enum template_name name;
	enum template_field field;
	struct str group;	/* NAME_GROUP; lies in the arena of the site */
	struct filter *filters; /* owned */
	size_t n_filters;
};

/* Where an insert stands, and who is told what is wrong with it. */
struct insert_site {
	const struct template_scope *scope;
	struct arena *arena;
	struct place at;
	struct diag *diag;
};

/* Slices of what stands between the braces. */
struct insert_parts {
	struct str value;
	bool has_alternative;
	struct str alternative; /* behind `or`; may be empty */
	struct str filters;	/* p == NULL: none */
};

/* Each gives false when something is wrong (said). */
bool insert_split(struct insert_parts *out, struct str body, const struct insert_site *site);
bool insert_read_value(struct insert *insert, struct str value, const struct insert_site *site);
/* The filters between bars. */
bool insert_read_filters(struct insert *insert, struct str filters, const struct insert_site *site);
void insert_deinit(struct insert *insert);

/* Does it insert words that were written? A name that the directory must know first? */
bool insert_wants_text(const struct insert *insert);
bool insert_wants_names(const struct insert *insert);
