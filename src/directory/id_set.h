/* SPDX-License-Identifier: MIT */
/* A set of ids that is asked often and changed seldom: who is in a user group. */
#pragma once

#include <stdbool.h>
#include "base/json.h"
#include "base/str.h"

/* Zeroed = empty. Made for thousands of ids. */
struct id_set {
	char **ids; /* owned, in rising order, each once */
	size_t n, cap;
};

void id_set_deinit(struct id_set *m);
bool id_set_has(const struct id_set *m, struct str id);
/* From an array of ids; what is no array has none. */
void id_set_add(struct id_set *m, const struct json *ids);
void id_set_remove(struct id_set *m, const struct json *ids);
