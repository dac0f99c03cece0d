/* SPDX-License-Identifier: MIT */
/* Captures by the names of their groups, as a run of a rule knows them. */
#pragma once

#include "pattern/pattern.h"

/* The number of the group of this name that took part, or of any such group; SIZE_MAX = there is none. */
static inline size_t captures_index(const struct captures *c, struct str name)
{
	size_t found = SIZE_MAX;
	const char *known;

	if (c->n == 0 || c->pattern == NULL)
		return SIZE_MAX;
	for (size_t i = 0; (known = pattern_group_name(c->pattern, i)) != NULL; i++) {
		size_t number = pattern_group_number(c->pattern, i);

		if (str_is(name, known) &&
		    (found == SIZE_MAX || (number < c->n && c->group[number].p != NULL)))
			found = number;
	}
	return found;
}
