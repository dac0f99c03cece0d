/* SPDX-License-Identifier: MIT */
/*
 * Which rules can match a text at all? One pass over the text looks for the literals of all rules at once
 * (Aho and Corasick's automaton); a rule of which none stands there needs no pattern run. Rules are numbers.
 */
#pragma once

#include "pattern/literals.h"

struct prefilter;

struct prefilter *prefilter_new(size_t n_rules);
void prefilter_free(struct prefilter *f);
/* The rule may match where one of these stands; called again, one of those as well. Rules in rising order. */
void prefilter_add(struct prefilter *f, size_t rule, const struct literals *literals);
/* The rule may match any text, whatever else is added for it. */
void prefilter_always(struct prefilter *f, size_t rule);
/* After the last of them, once. What does not fit into the memory set aside becomes a rule for any text. */
void prefilter_build(struct prefilter *f);

/* The rules that may match one of the texts, a bit each (base/bits.h). Allocates nothing; one thread. */
void prefilter_find(struct prefilter *f, const struct str *texts, size_t n_texts, uint64_t *bits);
