/* SPDX-License-Identifier: MIT */
/* Does this rule fire on this event? A flat list of questions, cheap ones first, each yes, no or unknown. */
#pragma once

#include "rule/pattern.h"

/* What the rules ask of the world; `run` answers from the directory, `test` by comparing names. */
struct match_world {
	void *owner;
	/* Is this person the one called @name? */
	enum answer (*is_user)(void *owner, struct str name, const struct person *person);
	struct mono (*now)(void *owner); /* for the time budget of patterns; NULL = no budget */
};

/* Told of every question asked: for `explain`, logs and failed tests. NULL = nobody listens. The texts
 * are valid during the call. */
struct witness {
	void *owner;
	void (*asked)(void *owner, const struct rule *rule, const char *question,
		      enum answer answer, struct str seen, struct str wanted);
};

/* Is the event one of those that the rule waits for (`on`)? */
bool rule_is_pulled(const struct rule *rule, const struct event *ev);
enum answer rule_match(const struct rule *rule, const struct event *ev,
		       const struct match_world *world, struct captures *out,
		       const struct witness *witness);
