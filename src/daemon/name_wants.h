/* SPDX-License-Identifier: MIT */
/*
 * Which names an event waits for: only those by which a rule that may fire on it can tell a difference. One of the author or
 * of somebody mentioned is asked for in a moment; one that the rule says itself has to come with the lists.
 */
#pragma once

#include "directory/directory.h"
#include "rule/ruleset.h"

struct name_wants {
	const struct directory *directory;
	const struct ruleset *set; /* NULL = no rules yet */
	uint64_t *candidates;
	bool hears_names; /* a pattern of some rule looks for a name: any mention may be of it */
};

/* Zeroed before, but for the directory. The set outlives its use here. */
void name_wants_set_rules(struct name_wants *w, const struct ruleset *set);
void name_wants_deinit(struct name_wants *w);
/* As enrich_wants_fn. */
unsigned name_wants_of(const struct name_wants *w, struct event *ev, unsigned wants);
