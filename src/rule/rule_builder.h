/* SPDX-License-Identifier: MIT */
/* A rule that is being read, and the readers that fill it: one for each kind of key. */
#pragma once

#include "base/inifile.h"
#include "base/keyword.h"
#include "pattern/pattern.h"
#include "template/reference.h"
#include "rule/ruleset.h"
#include "rule/shared.h"

/* How far the names of groups were listed. */
struct group_walk {
	size_t pattern, name, next;
};

struct rule_builder {
	struct rule *rule;
	struct shared *shared;
	const struct ruleset_options *options;
	bool case_matters;
	struct str
		*faulty; /* patterns that did not compile: which groups they have, nobody knows */
	size_t n_faulty;
	bool too_many; /* patterns */
	struct group_walk groups;
	bool for_list;	 /* [list …], which cannot name another */
	bool for_any;	 /* [defaults]: which groups the rules have is not known yet */
	bool on_error;	 /* the action being read is one for errors */
	bool has_result; /* one above it asks somebody */
	const char *file;
	struct arena *arena; /* of the rule, or of what rules share */
	struct diag *diag;
};

struct place rule_builder_place(const struct rule_builder *d, unsigned line);
char *rule_builder_keep(struct rule_builder *d, struct str text);
/* The names that placeholders of this rule may use, as things stand. Borrows the builder. */
struct template_scope rule_builder_scope(struct rule_builder *d);
/* The same for what is asked before anything is done: no action has a result yet. */
struct template_scope rule_builder_scope_asked(struct rule_builder *d);

/* Readers. Each is given the whole entry, never an empty one, and tells every mistake in it. */
void read_on(struct rule_builder *d, const struct ini_entry *entry);
void read_match(struct rule_builder *d, const struct ini_entry *entry);
void read_words(struct rule_builder *d, const struct ini_entry *entry);
void read_phrase(struct rule_builder *d, const struct ini_entry *entry);
void read_exact(struct rule_builder *d, const struct ini_entry *entry);
void read_like(struct rule_builder *d, const struct ini_entry *entry);
void read_except(struct rule_builder *d, const struct ini_entry *entry);
void read_ignore(struct rule_builder *d, const struct ini_entry *entry);
void read_look_in(struct rule_builder *d, const struct ini_entry *entry);
void read_case(struct rule_builder *d, const struct ini_entry *entry);

void read_in(struct rule_builder *d, const struct ini_entry *entry);
void read_from(struct rule_builder *d, const struct ini_entry *entry);
void read_thread(struct rule_builder *d, const struct ini_entry *entry);
void read_to_bot(struct rule_builder *d, const struct ini_entry *entry);
void read_when(struct rule_builder *d, const struct ini_entry *entry);
void read_if(struct rule_builder *d, const struct ini_entry *entry);
void read_workspace(struct rule_builder *d, const struct ini_entry *entry);

void read_talk(struct rule_builder *d, const struct ini_entry *entry);	/* reply … post, edit */
void read_react(struct rule_builder *d, const struct ini_entry *entry); /* react, unreact */
void read_remove(struct rule_builder *d, const struct ini_entry *entry);
void read_webhook(struct rule_builder *d, const struct ini_entry *entry);
void read_call(struct rule_builder *d, const struct ini_entry *entry);
void read_store(struct rule_builder *d, const struct ini_entry *entry); /* set, add */
void read_wait(struct rule_builder *d, const struct ini_entry *entry);
void read_on_error(struct rule_builder *d, const struct ini_entry *entry);
void read_blocks(struct rule_builder *d, const struct ini_entry *entry);
void read_unfurl(struct rule_builder *d, const struct ini_entry *entry);
void read_pick(struct rule_builder *d, const struct ini_entry *entry);

void read_limit(struct rule_builder *d, const struct ini_entry *entry);
void read_within(struct rule_builder *d, const struct ini_entry *entry);
void read_chance(struct rule_builder *d, const struct ini_entry *entry);
void read_priority(struct rule_builder *d, const struct ini_entry *entry);
void read_then(struct rule_builder *d, const struct ini_entry *entry);
void read_fallback(struct rule_builder *d, const struct ini_entry *entry);
void read_follow(struct rule_builder *d, const struct ini_entry *entry);
void read_mode(struct rule_builder *d, const struct ini_entry *entry);
void read_help(struct rule_builder *d, const struct ini_entry *entry);
void read_owner(struct rule_builder *d, const struct ini_entry *entry);
void read_expires(struct rule_builder *d, const struct ini_entry *entry);
void read_zone(struct rule_builder *d, const struct ini_entry *entry);
void read_test(struct rule_builder *d, const struct ini_entry *entry);

/* A value that is one word of a table; false when it is none (said). */
bool rule_builder_choice(struct rule_builder *d, const struct ini_entry *entry,
			 const struct keyword *table, int *out);
bool rule_builder_yes_no(struct rule_builder *d, const struct ini_entry *entry, bool *out);
/* A value of one line; complains about a second one. */
bool rule_builder_one_line(struct rule_builder *d, const struct ini_entry *entry);
/* The name of an emoji, of which the colons are taken off; false when it cannot be one (said). */
bool rule_builder_emoji(struct rule_builder *d, struct str *name, struct place at);
/* The time zone of this name; NULL when there is none (said). */
const struct zone *rule_builder_zone(struct rule_builder *d, struct str name, struct place at);

/* The channels or people of a list of names; for [list …]. */
void read_channels(struct rule_builder *d, const struct ini_entry *entry, struct scope *out);
void read_people(struct rule_builder *d, const struct ini_entry *entry, struct scope *out);
/* `karma[{who}]`: the variable of `set` and `add`. False when it is none (said). */
bool rule_builder_variable(struct str target, struct str *name, struct str *key);

/* The i-th word that may stand in `on`, in `look in`, and behind `unless`; NULL at the end. For the manual. */
const char *trigger_word_at(size_t i);
const char *look_word_at(size_t i);
const char *unless_word_at(size_t i);
