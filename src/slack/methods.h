/* SPDX-License-Identifier: MIT */
/*
 * The methods of Slack's Web API, one row each: what whoever calls them has to know. No column has a meaning for 0 or
 * NULL; tests/unit/slack/test_methods names the method and the column that was forgotten.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

/* How often it may be called: so many times a minute as Slack grants, half of them at once. */
enum method_tier { TIER_2 = 1, TIER_3, TIER_4, TIER_UNLIMITED, TIER_CONNECT };

/* What a call does, and what the same call does again. */
enum method_call {
	CALL_READS = 1,	 /* asks about people, channels or messages */
	CALL_REPEATABLE, /* twice does no more than once */
	CALL_ONCE,	 /* twice does it twice */
	CALL_POSTS,	 /* shows something in a channel; twice shows it twice */
};

/* How well its arguments are known. */
enum method_args {
	ARGS_EXACT = 1, /* it takes these and no others */
	ARGS_LOOSE,	/* it may take more */
	ARGS_ANY,	/* it takes whatever it is given */
	ARGS_OURS,	/* it is the program's own affair: no rule calls it */
};

/* Each list of names ends in NULL. `token` is in none: it is the bot's. */
struct method {
	const char *name; /* "" = all that are not known */
	enum method_tier tier;
	enum method_call call;
	const char *
		scopes; /* with a `|` between those of which one suffices; "" = none, "?" = not known */
	enum method_args args;
	const char *const *required;
	const char *const *optional;
	const char *const *one_of; /* at least one of these, which stand in `optional` too */
};

struct method_pace {
	int64_t every_ms; /* one in so much time, in the long run; 0 = as often as one likes */
	int64_t burst;	  /* so many at once */
};

/* Never NULL: what is not known has no name, and is taken for slow and not repeatable. */
const struct method *method_named(struct str name);
struct method_pace method_pace(enum method_tier tier);
/* In the order of the alphabet, then the program's own; NULL at the end. */
const struct method *method_at(size_t i);
