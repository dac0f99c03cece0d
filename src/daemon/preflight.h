/* SPDX-License-Identifier: MIT */
/* What Slack will not let the rules do, told at the start rather than at the first answer. Log lines only. */
#pragma once

#include "base/str.h"
#include "rule/ruleset.h"
#include "directory/directory.h"

/* `granted` is the comma list that Slack sends with auth.test; empty = not known, nothing is said. */
void preflight_scopes(const struct ruleset *set, struct str granted);
/* What no event of RTM tells of. */
void preflight_rtm(const struct ruleset *set);
/* Does the set name somebody whom the directory does not know, and who may be a user group? */
bool preflight_needs_groups(const struct ruleset *set, const struct directory *directory);
/* Names of people, groups and channels in the rules that do not exist, or mean several; channels that rules listen or
 * post in and the bot is not in. */
void preflight_names(const struct ruleset *set, const struct directory *directory);
