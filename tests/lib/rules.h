/* SPDX-License-Identifier: MIT */
/* Rules out of a text, and what was complained about. */
#pragma once

#include "rule/ruleset.h"

struct rules {
	struct ruleset *set; /* NULL when there were mistakes */
	struct buf told; /* a complaint a line: "3: unknown key …", warnings as "3: warning: …" */
};

void rules_init(struct rules *r, const char *text);
void rules_init_with(struct rules *r, const char *text, const struct ruleset_options *options);
void rules_deinit(struct rules *r);
/* The same, but all must be well. */
struct ruleset *rules_good(const char *text);
/* Fails the test unless the complaints are these. */
void rules_complain(const char *text, const char *told, const char *file, unsigned line);
#define ASSERT_COMPLAINTS(text, told) rules_complain(text, told, __FILE__, __LINE__)
