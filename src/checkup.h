/* SPDX-License-Identifier: MIT */
/* What Slack will not let the rules do, told at the start rather than at the first answer. Log lines only. */
#pragma once

#include "base/str.h"
#include "rule/set.h"
#include "slack/directory.h"

/* `granted` is the comma list that Slack sends with auth.test; empty = not known, nothing is said. */
void checkup_scopes(const struct set *set, struct str granted);
/* What no event of RTM tells of. */
void checkup_rtm(const struct set *set);
/* Does the set name somebody whom the directory does not know, and who may be a user group? */
bool checkup_needs_groups(const struct set *set, const struct directory *directory);
/* Names of people, groups and channels in the rules that do not exist, or mean several; channels that rules listen or
 * post in and the bot is not in. */
void checkup_names(const struct set *set, const struct directory *directory);
