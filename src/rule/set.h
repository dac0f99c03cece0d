/* SPDX-License-Identifier: MIT */
/*
 * A compiled, immutable, reference-counted set of rules, from files or folders. It loads whole or not at
 * all; a reload makes a new one beside the old.
 */
#pragma once

#include "rule/rule.h"

struct set;

enum { SET_BROKEN = 1 };

struct set_options {
	bool allow_broadcast; /* may literal text notify everyone? */
	const char *zone;     /* of rules that name none; NULL or "" = the machine's own */
	/* The webhooks that are declared, with NULL at the end; NULL = not known. */
	const char *const *webhooks;
};

/* Files and folders (a folder gives its *.ini files in byte order). All complaints of all files go to
 * `diag`; any error gives SET_BROKEN. */
int set_load(struct set **out, const char *const *paths, size_t n_paths,
	     const struct set_options *options, struct diag *diag);
/* One text under a file name; for tests. */
int set_load_text(struct set **out, struct str text, const char *file,
		  const struct set_options *options, struct diag *diag);
struct set *set_ref(struct set *set);
void set_unref(struct set *set); /* NULL is fine */

size_t set_n_files(const struct set *set);
size_t set_n_rules(const struct set *set);
size_t set_n_tests(const struct set *set);
/* In the order in which they are asked: priority, then file, then line; fallback rules last. Rules that
 * are off are not in it. */
const struct rule *set_rule(const struct set *set, size_t i);
const struct rule *set_rule_named(const struct set *set, struct str name);
/* Those that are off too, as they stand in the files. */
size_t set_n_written(const struct set *set);
const struct rule *set_written(const struct set *set, size_t i);
const struct zone *set_zone(const struct set *set);
/* Which rules may match the event at all, a bit a rule (base/bits.h): the `match` of the others is a sure no,
 * for want of a word that it needs. Allocates nothing; one thread. */
void set_candidates(const struct set *set, const struct event *ev, uint64_t *bits);

/* What must be known of an event before this set can be asked. */
bool set_wants_names(
	const struct set *set); /* names of authors or channels: in, from, {user.name} … */
bool set_wants_groups(const struct set *set); /* user groups, by id; a handle looks like a name */
/* Does some rule follow edits or deletions of what it answered? */
bool set_follows(const struct set *set);
/* The message that this reaction is about: its text, and the thread that it stands in. */
bool set_wants_reacted(const struct set *set, const struct event *reaction);

/* Every #channel and @user that the rules name (scope and literal text), for checking against Slack.
 * `sigil` is '#' or '@'; globs are left out. */
void set_each_name(const struct set *set,
		   void (*on_name)(void *owner, char sigil, struct str name, struct place at),
		   void *owner);
