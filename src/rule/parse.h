/* SPDX-License-Identifier: MIT */
/* One rule file: from its sections to rules. */
#pragma once

#include "base/map.h"
#include "rule/pattern.h"
#include "rule/rule.h"

/* What grows while the files of a set are read. */
struct parse_result {
	struct arena *arena;
	struct pattern_kit *kit;
	bool allow_broadcast;
	struct rule **
		rules; /* in the order of files and lines; to be freed with rule_deinit, then the list */
	size_t n_rules, cap;
	struct map names; /* name to rule */
	struct diag *diag;
};

/* Reads one text; `file` must live as long as the rules. Rules with mistakes are in the result too. */
void parse_text(struct parse_result *result, struct str text, const char *file);
