/* SPDX-License-Identifier: MIT */
/* How often a rule may fire: its `limit` sentences as keys of the state. */
#pragma once

#include "engine/values.h"

/* Fills `out` for this rule and event, one entry a sentence, keyed by ids; gives the count. The keys lie
 * in the arena of the values. A dimension that the event does not have (no thread, no user) counts as one
 * and the same. `shadow` keeps the counts of shadow rules apart from those that really fired. */
size_t limits_for(const struct values *values, bool shadow,
		  struct state_limit out[RULE_LIMITS_MAX]);
