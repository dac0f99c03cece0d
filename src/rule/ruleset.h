/* SPDX-License-Identifier: MIT */
/*
 * A compiled, immutable, reference-counted set of rules, from files or folders. It loads whole or not at
 * all; a reload makes a new one beside the old. A rule that is still at work is held by itself (rule_ref).
 */
#pragma once

#include "base/map.h"
#include "pattern/pattern.h"
#include "rule/rule.h"
#include "rule/shared.h"

struct prefilter; /* pattern/prefilter.h */

/* To be read by the functions below. */
struct ruleset {
	size_t n_refs;
	struct shared *shared;
	struct rule **rules; /* as they stand in the files; a reference each */
	size_t n_rules;
	struct rule **asked; /* those that are not off, in the order in which they are asked */
	size_t n_asked;
	struct prefilter *prefilter; /* over the asked ones */
	struct map rule_names;
	size_t n_files;
	bool wants_names, wants_groups, follows;
};

enum { RULESET_BROKEN = 1 };

struct ruleset_options {
	bool allow_broadcast; /* may literal text notify everyone? */
	const char *zone;     /* of rules that name none; NULL or "" = the machine's own */
	const char *calls; /* methods that `call` may name, as slack/grants; NULL = the default */
	/* The webhooks that are declared, with NULL at the end; NULL = not known. */
	const char *const *webhooks;
	/* Those among them that may be sent Slack's markup, likewise. */
	const char *const *markup_webhooks;
};

/* Files and folders (a folder gives its *.ini files in byte order). All complaints of all files go to
 * `diag`; any error gives RULESET_BROKEN. */
int ruleset_load(struct ruleset **out, const char *const *paths, size_t n_paths,
		 const struct ruleset_options *options, struct diag *diag);
/* One text under a file name; for tests. */
int ruleset_load_text(struct ruleset **out, struct str text, const char *file,
		      const struct ruleset_options *options, struct diag *diag);
static inline struct ruleset *ruleset_ref(struct ruleset *set)
{
	set->n_refs++;
	return set;
}
void ruleset_unref(struct ruleset *set); /* NULL is fine */

static inline size_t ruleset_n_files(const struct ruleset *set)
{
	return set->n_files;
}
static inline size_t ruleset_n_rules(const struct ruleset *set)
{
	return set->n_asked;
}
/* In the order in which they are asked: priority, then file, then line; fallback rules last. Rules that
 * are off are not in it. */
static inline const struct rule *ruleset_rule(const struct ruleset *set, size_t i)
{
	return set->asked[i];
}
const struct rule *ruleset_rule_named(const struct ruleset *set, struct str name);
/* The rule of that name that says the very same, also when it is off; NULL = there is none. */
const struct rule *ruleset_find(const struct ruleset *set, struct str name, uint64_t fingerprint);
/* Those that are off too, as they stand in the files. */
static inline size_t ruleset_n_written(const struct ruleset *set)
{
	return set->n_rules;
}
static inline const struct rule *ruleset_written(const struct ruleset *set, size_t i)
{
	return set->rules[i];
}
const struct zone *ruleset_zone(const struct ruleset *set);

/* A new event: its patterns have their time anew (pattern_kit_renew). */
static inline void ruleset_renew_time(const struct ruleset *set)
{
	pattern_kit_renew(set->shared->kit);
}
/* One of its rules goes on after a wait, or when an answer has left. */
static inline void rule_renew_time(const struct rule *rule)
{
	pattern_kit_renew(rule->shared->kit);
}

/* What must be known of an event before this set can be asked: names of authors and channels; */
static inline bool ruleset_wants_names(const struct ruleset *set)
{
	return set->wants_names;
}
/* user groups, by id (a handle looks like a name); */
static inline bool ruleset_wants_groups(const struct ruleset *set)
{
	return set->wants_groups;
}
/* the message that this reaction is about: its text, and the thread that it stands in. */
bool ruleset_waits_for(const struct ruleset *set, const struct event *reaction);
static inline bool ruleset_wants_reacted(const struct ruleset *set, const struct event *reaction)
{
	return event_text_is_missing(reaction) && ruleset_waits_for(set, reaction);
}
/* Does some rule follow edits or deletions of what it answered? */
static inline bool ruleset_follows(const struct ruleset *set)
{
	return set->follows;
}

/* Every #channel and @user that the rules name, for checking against Slack; as rule_each_name. */
void ruleset_each_name(const struct ruleset *set, rule_name_fn *on_name, void *owner);
