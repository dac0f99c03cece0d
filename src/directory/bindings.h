/* SPDX-License-Identifier: MIT */
/*
 * What the names in rules mean. Anyone may call himself like a colleague or a group; a rule that says `from = @raj` means the
 * one who had that name when the rules were loaded. From then on the name is bound to an id, over restarts too, until no
 * rule says it any more. Another who takes it is told of, and not obeyed. A group's handle means the group, whoever else
 * shows it; a name that nobody has, or several have, means nobody until the rules are loaded again.
 */
#pragma once

#include "base/buf.h"
#include "base/diag.h"
#include "base/map.h"
#include "directory/cache.h"

struct binding {
	char *name;  /* as the rules say it, without @ */
	char *where; /* FILE:LINE of a rule that says it */
	char kind;   /* '@' a person, '&' a group of people, 0 = nobody */
	char *id;    /* "" = nobody's */
	bool is_said;
	bool is_settled;      /* else nobody could tell yet */
	struct buf claimants; /* who was told of as having the name as well: " U2 U3" */
	unsigned n_claimants;
	bool is_told;  /* that who it is bound to has lost the name */
	uint64_t kept; /* directory/keep's: what of it is written down; 0 = nothing */
};

struct bindings {
	struct map names; /* struct binding, by the name with folded letters */
	bool has_rules;
};

void bindings_init(struct bindings *b);
void bindings_deinit(struct bindings *b);

/* New rules: each name that they say, then the end, which gives free what they do not say. */
void bindings_begin(struct bindings *b);
void bindings_say(struct bindings *b, struct str name, struct place at);
void bindings_end(struct bindings *b);
/* From an earlier start; kind and id as above. Where the rules are there before it, bindings_end again. */
void bindings_restore(struct bindings *b, struct str name, char kind, struct str id);

/* Binds what is not bound yet, and tells what has changed since. Needs the list of people; has_groups = that of groups is
 * there, too, or will not come. */
void bindings_settle(struct bindings *b, const struct cache *cache, bool has_groups);
/* A person or group has come or changed: tells of names that it takes, or has given up. */
void bindings_hear(struct bindings *b, const struct cache *cache, struct str id);

/* NULL = no rule says it. Valid until the rules change. */
const struct binding *bindings_find(const struct bindings *b, struct str name);
