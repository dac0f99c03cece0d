/* SPDX-License-Identifier: MIT */
#include "rule/known.h"

const struct known *known_find(const struct known *table, struct str seen)
{
	for (; table->name != NULL; table++) {
		if (str_is(seen, table->name))
			return table;
	}
	return NULL;
}

static const char *name_at(const void *table, size_t i)
{
	return ((const struct known *)table)[i].name;
}

const char *known_nearest(const struct known *table, struct str seen)
{
	return str_nearest(seen, name_at, table);
}

const struct known *known_look(const struct known *table, const char *what, struct str seen,
			       struct place at, struct diag *diag)
{
	const struct known *row = known_find(table, seen);

	if (row == NULL)
		known_complain_unknown(what, seen, name_at, table, at, diag);
	return row;
}

void known_complain_unknown(const char *what, struct str seen,
			    const char *(*name)(const void *table, size_t i), const void *table,
			    struct place at, struct diag *diag)
{
	const char *nearest = str_nearest(seen, name, table);

	if (nearest != NULL)
		diag_error(diag, at, "unknown %s `%.*s`; did you mean `%s`?", what, STR_ARG(seen),
			   nearest);
	else
		diag_error(diag, at, "unknown %s `%.*s`", what, STR_ARG(seen));
}
