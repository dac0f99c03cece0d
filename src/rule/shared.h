/* SPDX-License-Identifier: MIT */
/*
 * What the rules of a set share: tables, lists, hours, zones, the names of their files, and what their patterns run
 * with. It is counted, and each rule holds it, so that a rule may outlive the others.
 */
#pragma once

#include "base/arena.h"
#include "rule/rule.h"
#include "template/symbols.h"

struct pattern_kit;
struct zone;
struct zones;

struct shared {
	size_t n_refs;
	struct arena arena; /* texts and arrays of the symbols, names of files */
	struct symbols symbols;
	struct pattern_kit *kit;
	struct zones *zones;
	const struct zone *zone; /* where a rule names none */
};

struct shared *shared_new(void) __attribute__((returns_nonnull)); /* one reference, the caller's */
struct shared *shared_ref(struct shared *shared) __attribute__((returns_nonnull));
void shared_unref(struct shared *shared);
/* The names in its tables and lists; as rule_each_name. */
/* … in the rows of one table. */
void table_each_name(const struct table *table, rule_name_fn *on_name, void *owner);
void shared_each_name(const struct shared *shared, rule_name_fn *on_name, void *owner);
