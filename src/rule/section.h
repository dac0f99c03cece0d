/* SPDX-License-Identifier: MIT */
/* A rule file as it was read: its sections with their entries, not yet understood. */
#pragma once

#include "base/diag.h"
#include "base/inifile.h"

struct rule_key;

enum section_kind { SECTION_RULE, SECTION_DEFAULTS, SECTION_HOURS, SECTION_LIST, SECTION_TABLE };

/* An entry that outlives the reading of its file. */
struct entry {
	struct ini_entry ini;
	const struct rule_key *key; /* of a rule or of defaults; NULL = not known (said) */
	bool faulty;		    /* it has mistakes, which were said: it is not applied */
};

struct section {
	enum section_kind kind;
	struct str name;
	struct place at;
	struct entry *entries;
	size_t n_entries;
	bool torn; /* a line of it could not be read: nobody knows what it would have said */
};

struct rule_file {
	const char *name;
	struct section *sections; /* all but [defaults], in their order */
	size_t n_sections;
	struct section defaults; /* at.line 0: there is none */
	struct diag diag;	 /* what is wrong in this file */
};

/* Reads a text into a file that is zeroed; all lies in the arena but the diag. `name` must live as long. */
void rule_file_read(struct rule_file *out, struct str text, const char *name, struct arena *arena);
void rule_file_deinit(struct rule_file *file);
/* The section's entry of this key, or NULL. */
const struct entry *section_entry(const struct section *section, const struct rule_key *key);
/* May a section, or a webhook, have this name? */
bool section_is_name(struct str s);
/* The i-th kind of section; NULL at the end. */
const char *section_kind_at(size_t i);
