/* SPDX-License-Identifier: MIT */
/*
 * Most messages are for none of a thousand rules. A pattern can match only where one of its literals stands, so the
 * literals of all rules are looked for at once, in one pass over the text, and a rule of which none was met is not
 * asked. Rules for which no literal is sure are always asked.
 *
 *	literals	"he" of rule 1, "she" of rule 2
 *	states		h, he, s, sh, she: the longest beginning of a literal that the text read so far ends in
 *	hits		she (rule 2), which leads to he (rule 1), the shorter literal within it
 *
 * The automaton is a table of states by classes of bytes: all bytes that no literal has are one class, every
 * other has its own, so a step is two loads.
 *
 * A hit is looked at once a search: what it leads to was then looked at too. So the work is bounded by the text
 * plus the rules, however often a literal stands in the text.
 */
#include "pattern/prefilter.h"

#include <stdlib.h>
#include <string.h>
#include "base/bits.h"

enum {
	TABLE_MAX = 32 << 20, /* bytes */
	NONE = 0,	      /* no state, no hit, no link: the first of each is a dummy */
};

/* A literal of a rule, until the automaton stands. */
struct need {
	struct literal literal;
	uint32_t rule;
};

/* A literal of some rules. */
struct hit {
	uint32_t links;	  /* its rules */
	uint32_t shorter; /* the longest hit that this one ends in */
};

struct link {
	uint32_t rule;
	uint32_t next;
};

struct prefilter {
	size_t n_rules;
	uint64_t *always;
	struct need *needs;
	size_t n_needs, cap_needs;

	unsigned char class_of[256];
	size_t n_classes;
	uint32_t *next;	  /* by state and class */
	uint32_t *hit_of; /* by state: what the text ends in there */
	size_t n_states, states_cap, states_max;
	struct hit *hits;
	size_t n_hits;
	struct link *links;
	size_t n_links;
	uint64_t *seen; /* hits of the present search */
};

/* ---- what rules need ---- */

struct prefilter *prefilter_new(size_t n_rules)
{
	struct prefilter *f = mem_zero(1, sizeof(*f));

	f->n_rules = n_rules;
	f->always = mem_zero(bits_words(n_rules) + 1, sizeof(f->always[0]));
	return f;
}

void prefilter_free(struct prefilter *f)
{
	if (f == NULL)
		return;
	free(f->always);
	free(f->needs);
	free(f->next);
	free(f->hit_of);
	free(f->hits);
	free(f->links);
	free(f->seen);
	free(f);
}

void prefilter_always(struct prefilter *f, size_t rule)
{
	bits_set(f->always, rule);
}

void prefilter_add(struct prefilter *f, size_t rule, const struct literals *literals)
{
	for (size_t i = 0; i < literals->n; i++) {
		if (f->n_needs == f->cap_needs) {
			f->cap_needs = f->cap_needs > 0 ? 2 * f->cap_needs : 64;
			f->needs = mem_grow(f->needs, f->cap_needs, sizeof(f->needs[0]));
		}
		f->needs[f->n_needs++] = (struct need){ literals->at[i], (uint32_t)rule };
	}
}

/* ---- the tree of all literals ---- */

static void class_bytes(struct prefilter *f)
{
	f->n_classes = 1;
	for (size_t i = 0; i < f->n_needs; i++) {
		const struct literal *literal = &f->needs[i].literal;

		for (size_t b = 0; b < literal->len; b++) {
			unsigned char *class = &f->class_of[(unsigned char)literal->bytes[b]];

			if (*class == 0)
				*class = (unsigned char)f->n_classes++;
		}
	}
	f->states_max = TABLE_MAX / (f->n_classes * sizeof(f->next[0]));
}

static uint32_t add_state(struct prefilter *f)
{
	uint32_t *row;

	if (f->n_states == f->states_cap) {
		f->states_cap = f->states_cap > 0 ? 2 * f->states_cap : 256;
		f->next = mem_grow(f->next, f->states_cap * f->n_classes, sizeof(f->next[0]));
		f->hit_of = mem_grow(f->hit_of, f->states_cap, sizeof(f->hit_of[0]));
	}
	row = &f->next[f->n_states * f->n_classes];
	memset(row, 0, f->n_classes * sizeof(row[0]));
	f->hit_of[f->n_states] = NONE;
	return (uint32_t)f->n_states++;
}

static uint32_t plant(struct prefilter *f, const struct literal *literal)
{
	uint32_t state = 0;

	for (size_t i = 0; i < literal->len; i++) {
		size_t step = state * f->n_classes + f->class_of[(unsigned char)literal->bytes[i]];

		if (f->next[step] == NONE) {
			uint32_t fresh = add_state(f); /* may move the table */

			f->next[step] = fresh;
		}
		state = f->next[step];
	}
	return state;
}

static void grant(struct prefilter *f, const struct need *need)
{
	uint32_t state = plant(f, &need->literal); /* may move the table, so it comes first */
	uint32_t *hit = &f->hit_of[state];

	if (*hit == NONE)
		*hit = (uint32_t)f->n_hits++;
	f->links[f->n_links] = (struct link){ need->rule, f->hits[*hit].links };
	f->hits[*hit].links = (uint32_t)f->n_links++;
}

/* The literals of a rule are of use all together or not at all. */
static size_t grant_rule(struct prefilter *f, size_t from)
{
	uint32_t rule = f->needs[from].rule;
	size_t to = from, n_bytes = 0;

	while (to < f->n_needs && f->needs[to].rule == rule)
		n_bytes += f->needs[to++].literal.len;
	if (f->n_states + n_bytes > f->states_max)
		prefilter_always(f, rule);
	for (size_t i = from; i < to && !bits_has(f->always, rule); i++)
		grant(f, &f->needs[i]);
	return to;
}

/* ---- the automaton ---- */

/* Where the text goes on as no literal does from `state`, it does as from `back`: the state for the longest end
 * of the text that is shorter. */
static void complete_state(struct prefilter *f, uint32_t state, uint32_t back, uint32_t *backs,
			   uint32_t *queue, size_t *n_queued)
{
	uint32_t *row = &f->next[state * f->n_classes];
	const uint32_t *other = &f->next[back * f->n_classes];

	for (size_t c = 0; c < f->n_classes; c++) {
		/* The start goes back to itself. */
		uint32_t behind = state != 0 ? other[c] : 0;

		if (row[c] == NONE) {
			row[c] = behind;
			continue;
		}
		backs[row[c]] = behind;
		queue[(*n_queued)++] = row[c];
	}
}

static void note_shorter_hits(struct prefilter *f, uint32_t state, uint32_t back)
{
	if (f->hit_of[state] == NONE)
		f->hit_of[state] = f->hit_of[back];
	else if (state != back)
		f->hits[f->hit_of[state]].shorter = f->hit_of[back];
}

/* From the start outwards, so that shorter states are complete first. */
static void complete(struct prefilter *f)
{
	uint32_t *backs = mem_zero(f->n_states, sizeof(backs[0]));
	uint32_t *queue = mem_zero(f->n_states, sizeof(queue[0]));
	size_t n_queued = 1;

	for (size_t i = 0; i < n_queued; i++) {
		uint32_t state = queue[i];

		complete_state(f, state, backs[state], backs, queue, &n_queued);
		note_shorter_hits(f, state, backs[state]);
	}
	free(backs);
	free(queue);
}

void prefilter_build(struct prefilter *f)
{
	class_bytes(f);
	f->hits = mem_zero(f->n_needs + 1, sizeof(f->hits[0]));
	f->links = mem_zero(f->n_needs + 1, sizeof(f->links[0]));
	f->n_hits = f->n_links = 1;
	add_state(f);
	for (size_t i = 0; i < f->n_needs;)
		i = grant_rule(f, i);
	complete(f);
	f->seen = mem_zero(bits_words(f->n_hits), sizeof(f->seen[0]));
	free(f->needs);
	f->needs = NULL;
}

/* ---- searching ---- */

static void note_hits(struct prefilter *f, uint32_t hit, uint64_t *bits)
{
	for (; hit != NONE && !bits_has(f->seen, hit); hit = f->hits[hit].shorter) {
		bits_set(f->seen, hit);
		for (uint32_t l = f->hits[hit].links; l != NONE; l = f->links[l].next)
			bits_set(bits, f->links[l].rule);
	}
}

static void search(struct prefilter *f, struct str text, uint64_t *bits)
{
	uint32_t state = 0;

	for (size_t i = 0; i < text.len;) {
		state = f->next[state * f->n_classes + f->class_of[literal_next(text, &i)]];
		if (f->hit_of[state] != NONE)
			note_hits(f, f->hit_of[state], bits);
	}
}

void prefilter_find(struct prefilter *f, const struct str *texts, size_t n_texts, uint64_t *bits)
{
	memcpy(bits, f->always, bits_words(f->n_rules) * sizeof(bits[0]));
	memset(f->seen, 0, bits_words(f->n_hits) * sizeof(f->seen[0]));
	for (size_t i = 0; i < n_texts; i++)
		search(f, texts[i], bits);
}
