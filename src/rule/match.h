/* SPDX-License-Identifier: MIT */
/* Does this rule fire on this event? A flat list of predicates, cheap ones first, each yes, no or unknown. Who people
 * are is asked of the event's workspace. */
#pragma once

#include "pattern/pattern.h"
#include "rule/ruleset.h"

/* Told of every predicate asked: for `explain`, logs and failed tests. NULL = nobody listens. The texts
 * are valid during the call. */
struct trace {
	void *owner;
	void (*asked)(void *owner, const struct rule *rule, const char *predicate,
		      enum tristate answer, struct str seen, struct str wanted);
};

/* Which rules may match the event at all, a bit a rule (base/bits.h): the `match` of the others is a sure no,
 * for want of a word that it needs. Allocates nothing; one thread. */
void ruleset_candidates(const struct ruleset *set, const struct event *ev, uint64_t *bits);
/* Is the event one of those that the rule waits for (`on`)? */
bool rule_is_pulled(const struct rule *rule, const struct event *ev);
/* All predicates but those of `if`, `limit` and `chance`, which are the engine's. Texts that have to be made for
 * the rule lie in the event's arena, as does what was caught of them. Unknown: *doubt, unless NULL, is the last predicate
 * that could not be told. */
enum tristate rule_match(const struct rule *rule, struct event *ev, struct captures *out,
			 const struct trace *trace, const char **doubt);
/* The predicates about workspace, place and person alone: would the rule listen to this person here? */
enum tristate rule_listens(const struct rule *rule, struct event *ev);
