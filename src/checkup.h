/* SPDX-License-Identifier: MIT */
/* What Slack will not let the rules do, told at the start rather than at the first answer. Log lines only. */
#pragma once

#include "base/str.h"
#include "rule/set.h"
#include "slack/directory.h"

/* `granted` is the comma list that Slack sends with auth.test; empty = not known, nothing is said. */
void checkup_scopes(const struct set *set, struct str granted);
/* Names of people and channels in the rules that do not exist, or mean several. */
void checkup_names(const struct set *set, const struct directory *directory);
