/* SPDX-License-Identifier: MIT */
/* The verbs of the rule language: from an action of a rule and what the rule caught to jobs. */
#pragma once

#include "base/list.h"
#include "rule/match.h"
#include "rule/rule.h"

/* What actions ask of the world. */
struct action_world {
	void *owner;
	/* https://NAME.slack.com/ for links; empty = not known, links stay empty. */
	struct str (*team_url)(void *owner);
	/* The id of the one person (sigil '@') or channel ('#') of that name; false = none or several. */
	bool (*find)(void *owner, char sigil, struct str name, struct str *id);
	/* The e-mail address of a person; empty = not known. */
	struct str (*email)(void *owner, struct str user);
};

/* Renders the n-th action of the rule for this event and appends the jobs to `jobs` (struct job by link);
 * several when the answer is long. Gives how many; 0 with *why (static) when there is nothing to do. */
size_t action_make(const struct rule *rule, size_t n, const struct event *ev,
		   const struct captures *captures, const struct action_world *world,
		   struct list *jobs, const char **why);
