/* SPDX-License-Identifier: MIT */
/* A set of ids that is asked often and changed seldom: who is in a user group. */
#pragma once

#include <stdbool.h>
#include "base/json.h"
#include "base/str.h"

/* Zeroed = empty. Made for thousands of ids. */
struct members {
	char **ids; /* owned, in rising order, each once */
	size_t n, cap;
};

void members_deinit(struct members *m);
bool members_have(const struct members *m, struct str id);
/* From an array of ids; what is no array has none. */
void members_add(struct members *m, const struct json *ids);
void members_remove(struct members *m, const struct json *ids);
