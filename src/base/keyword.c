/* SPDX-License-Identifier: MIT */
#include "base/keyword.h"

const struct keyword *keyword_find(const struct keyword *table, struct str seen)
{
	for (; table->name != NULL; table++) {
		if (str_is(seen, table->name))
			return table;
	}
	return NULL;
}

static const char *name_at(const void *table, size_t i)
{
	return ((const struct keyword *)table)[i].name;
}

const char *keyword_nearest(const struct keyword *table, struct str seen)
{
	return str_nearest(seen, name_at, table);
}

const struct keyword *keyword_look(const struct keyword *table, const char *what, struct str seen,
				   struct place at, struct diag *diag)
{
	const struct keyword *row = keyword_find(table, seen);

	if (row == NULL)
		keyword_complain_unknown(what, seen, name_at, table, at, diag);
	return row;
}

void keyword_complain_unknown(const char *what, struct str seen, str_name_at *name,
			      const void *names, struct place at, struct diag *diag)
{
	const char *nearest = str_nearest(seen, name, names);

	if (nearest != NULL)
		diag_error(diag, at, "unknown %s `%.*s`; did you mean `%s`?", what, STR_ARG(seen),
			   nearest);
	else
		diag_error(diag, at, "unknown %s `%.*s`", what, STR_ARG(seen));
}
