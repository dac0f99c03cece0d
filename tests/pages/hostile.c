/* SPDX-License-Identifier: MIT */
/*
 * hostile FILE…: do the patterns of these rules stand texts that were written against them? Each file is a set of its
 * own. On texts of an ordinary message's length all of them must be able to tell, or strangers could make a rule rest.
 */
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/diag.h"
#include "base/mem.h"
#include "pattern/pattern.h"
#include "rule/ruleset.h"

static const char *const fillers[] = {
	"a",	  "A ",	    " ",	  "\n",	       ":",    ": ",	"=",
	"= ",	  "?",	    "1",	  "1,",	       "1.",   "-",	"_",
	"\u00e9", "\u1e9e", "\U0001f600", "http://a.", "a.a",  "@",	"a@a.",
	"<",	  "(",	    ")(",	  "please",    "vpn ", "down ", "is ",
	"the ",	  "lunch ", "who owns ",  "karma++ ",  "\"",   "'",	"/",
};
static const char *const ends[] = { "", "!", " ?", "x: y", "\n" };
enum { ORDINARY = 500 }; /* bytes; longer messages count for nothing (engine/decide) */

struct tally {
	size_t n_texts, n_doubts;
};

static void try_pattern(struct pattern *p, struct str text, const struct rule *rule,
			struct tally *t)
{
	struct captures caught;
	const bool cannot_tell = pattern_find(p, text, &caught) == TRISTATE_UNKNOWN;

	t->n_texts++;
	if (!cannot_tell)
		return;
	t->n_doubts++;
	printf("%s:%u: the rule %s cannot tell of %zu bytes, %.20s…\n", rule->at.file,
	       rule->at.line, rule->name, text.len, text.p);
}

static void try_text(const struct ruleset *set, struct str text, struct tally *t)
{
	for (size_t i = 0; i < ruleset_n_rules(set); i++) {
		const struct rule *rule = ruleset_rule(set, i);

		for (size_t p = 0; p < rule->n_any; p++) {
			ruleset_renew_time(set);
			try_pattern(rule->any[p], text, rule, t);
		}
		for (size_t p = 0; p < rule->n_except; p++) {
			ruleset_renew_time(set);
			try_pattern(rule->except[p], text, rule, t);
		}
	}
}

static void try_set(const struct ruleset *set, struct tally *t)
{
	for (size_t i = 0; i < ARRAY_LEN(fillers) * ARRAY_LEN(ends); i++) {
		const char *filler = fillers[i / ARRAY_LEN(ends)], *end = ends[i % ARRAY_LEN(ends)];
		CLEANUP(buf_deinit) struct buf text = { 0 };

		while (text.len + strlen(filler) + strlen(end) <= ORDINARY)
			buf_addz(&text, filler);
		buf_addz(&text, end);
		try_text(set, buf_str(&text), t);
	}
}

int main(int argc, char **argv)
{
	const struct ruleset_options options = { .allow_broadcast = true };
	struct tally t = { 0 };

	for (int i = 1; i < argc; i++) {
		const char *const path = argv[i];
		struct ruleset *set;
		struct diag diag;

		diag_init(&diag);
		if (ruleset_load(&set, &path, 1, &options, &diag) == 0) {
			try_set(set, &t);
			ruleset_unref(set);
		}
		diag_deinit(&diag);
	}
	printf("%zu searches, of which %zu could not tell\n", t.n_texts, t.n_doubts);
	return t.n_texts == 0 || t.n_doubts > 0;
}
