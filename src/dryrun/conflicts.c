/* SPDX-License-Identifier: MIT */
#include "dryrun/conflicts.h"

#include <string.h>
#include "base/bits.h"
#include "base/mem.h"

/* A test line that its rule should answer, and what other rules make of it. */
struct look_around {
	struct simulation *rehearsal;
	const struct ruleset *set;
	uint64_t *candidates; /* a bit a rule */
	struct diag *diag;
};

static bool is_positive(const struct rule_test *test)
{
	return test->expect != EXPECT_SILENT;
}

static bool fires(const struct rule *rule, struct event *ev)
{
	struct captures caught;

	return rule_match(rule, ev, &caught, NULL, NULL) == TRISTATE_YES;
}

/* Would the other one answer the same message, if only it were asked? What somebody put in order on purpose, by a
 * priority, a fallback or `then`, is in order. A condition may tell the two apart. */
static bool competes(const struct rule *rule, const struct rule *other)
{
	return other != rule && rule_talks(other) && other->priority == rule->priority &&
	       !other->fallback && !rule->fallback && other->condition == NULL &&
	       other->mode == MODE_LIVE && other->then == THEN_DEFAULT &&
	       rule->then == THEN_DEFAULT;
}

/* The first rule in the order of asking that takes the message away from this one; NULL = none does. */
static const struct rule *taker(const struct look_around *l, const struct rule *rule,
				struct event *ev)
{
	size_t n = ruleset_n_rules(l->set);

	for (size_t i = bits_next(l->candidates, n, 0); i < n;
	     i = bits_next(l->candidates, n, i + 1)) {
		const struct rule *other = ruleset_rule(l->set, i);

		if (other == rule)
			return NULL;
		if (other->condition == NULL && other->mode == MODE_LIVE &&
		    (other->then == THEN_STOP ||
		     (rule_talks(other) && rule_talks(rule) && other->then != THEN_CONTINUE)) &&
		    fires(other, ev))
			return other;
	}
	return NULL;
}

static void warn_of_rivals(const struct look_around *l, const struct rule *rule,
			   const struct rule_test *test, struct event *ev)
{
	size_t n = ruleset_n_rules(l->set);
	bool behind = false;

	for (size_t i = bits_next(l->candidates, n, 0); i < n;
	     i = bits_next(l->candidates, n, i + 1)) {
		const struct rule *other = ruleset_rule(l->set, i);

		behind = behind || other == rule;
		if (!behind || !competes(rule, other) || !fires(other, ev))
			continue;
		diag_warn(l->diag, test->at,
			  "two rules answer this test: `%s`, which comes first, and `%s` (%s:%u); "
			  "`except`, `in` or `priority` tells them apart",
			  rule->name, other->name, other->at.file, other->at.line);
		return;
	}
}

static struct event *prepare(const struct look_around *l, const struct rule_test *test)
{
	struct event *ev = simulate_event(l->rehearsal, test->event);

	ruleset_renew_time(l->set);
	ruleset_candidates(l->set, ev, l->candidates);
	return ev;
}

static void look_at(const struct look_around *l, const struct rule *rule)
{
	const struct rule *always = NULL;
	size_t n_positive = 0, n_taken = 0;

	for (size_t t = 0; t < rule->n_tests; t++) {
		struct event *ev;
		const struct rule *other;

		if (!is_positive(&rule->tests[t]))
			continue;
		ev = prepare(l, &rule->tests[t]);
		n_positive++;
		other = taker(l, rule, ev);
		if (other != NULL && (always == NULL || always == other)) {
			always = other;
			n_taken++;
		} else if (other == NULL && rule_talks(rule) && rule->mode == MODE_LIVE &&
			   !rule->fallback) {
			warn_of_rivals(l, rule, &rule->tests[t], ev);
		}
		event_free(ev);
	}
	if (n_positive > 0 && n_taken == n_positive)
		diag_warn(
			l->diag, rule->at,
			"the rule `%s` never gets to answer what its tests are about: `%s` (%s:%u) "
			"always takes it first; move this rule up, or give it a `priority`",
			rule->name, always->name, always->at.file, always->at.line);
}

void diagnose(struct simulation *r, const struct ruleset *set, struct diag *diag)
{
	CLEANUP(mem_freep)
	uint64_t *candidates = mem_zero(bits_words(ruleset_n_rules(set)) + 1, sizeof(*candidates));
	const struct look_around look = { r, set, candidates, diag };

	for (size_t i = 0; i < ruleset_n_rules(set); i++)
		look_at(&look, ruleset_rule(set, i));
}
