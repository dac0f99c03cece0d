/* SPDX-License-Identifier: MIT */
/* Rule files into rules. All files are read first, because rules speak of what any of them names. */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "rule/rule_builder.h"
#include "rule/section.h"

/* What grows while the files of a set are read. */
struct compile {
	const struct ruleset_options *options;
	struct shared *shared;	 /* of these rules; compile_finish fills its symbols */
	struct arena sections;	 /* what the files say; gone with compile_finish, as they are */
	struct rule_file *files; /* owned */
	size_t n_files;
	struct rule *
		*rules; /* in the order of files and lines; the caller's, and a reference to each */
	size_t n_rules, cap;
	struct map rule_names; /* name to rule */
};

/* Adds one text. */
void compile_text(struct compile *p, struct str text, const char *file);
/* Adds a file, or the *.ini files of a folder in byte order. */
void compile_path(struct compile *p, const char *path, struct diag *diag);
/* Makes rules of all that was added, and tells what is wrong, file by file. Rules with mistakes are among them. */
void compile_finish(struct compile *p, struct diag *diag);

/* [hours], [list] and [table] of one file, for compile_finish. */
void read_shared(struct compile *p, struct rule_file *file);
/* Notes the names that the rules of the file store. */
void note_variables(struct compile *p, const struct rule_file *file);
/* What a rule as a whole must be, when all its keys were read. */
void check_rule(struct rule_builder *d, const struct section *section);
