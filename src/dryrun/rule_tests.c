/* SPDX-License-Identifier: MIT */
#include "dryrun/rule_tests.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "dryrun/conflicts.h"
#include "dryrun/simulate.h"
#include "template/template.h"
#include "slack/text.h"

/* What one test saw. */
struct seen {
	const struct rule *rule; /* the rule under test */
	const struct rule_test *test;
	const struct rule *talker; /* another rule that talked */
	bool fired;
	bool met;	      /* what the test expects was done */
	const char *question; /* the first of its questions that was not answered yes */
	char *wanted;
	char *shown;
	struct buf said; /* all that the rule says */
	struct buf done; /* all that it does, in words */
};

/* ---- listening ---- */

static bool is_it(const struct seen *seen, const struct rule *rule)
{
	return rule != NULL && strcmp(rule->name, seen->rule->name) == 0;
}

static void on_fired(void *owner, const struct rule *rule)
{
	struct seen *seen = owner;

	if (is_it(seen, rule))
		seen->fired = true;
	else if (seen->talker == NULL && rule_talks(rule) && rule->mode != MODE_SHADOW &&
		 (rule->then != THEN_CONTINUE || seen->rule->fallback))
		seen->talker = rule;
}

static void on_asked(void *owner, const struct rule *rule, const char *question,
		     enum tristate answer, struct str shown, struct str wanted)
{
	struct seen *seen = owner;

	if (answer == TRISTATE_YES || seen->question != NULL || !is_it(seen, rule))
		return;
	seen->question = rule_key_of(rule, question);
	seen->shown = str_dup(shown);
	seen->wanted = str_dup(wanted);
}

static bool holds(struct str text, const char *part)
{
	CLEANUP(buf_deinit) struct buf plain = { 0 };

	if (part == NULL)
		return true;
	text_plain(&plain, str_from(part)); /* as people's signs are when rules see them */
	buf_addc(&plain, '\0');
	return str_find(text, plain.p) != SIZE_MAX;
}

static bool is_target(const struct deed *deed, const char *target)
{
	struct str wanted = str_from(target);

	if (wanted.len == 0)
		return true;
	if (deed->verb == VERB_REACT)
		return str_eq(event_reaction_name(deed->text), wanted);
	return str_eq_nocase(deed->where, wanted);
}

static void note_done(struct seen *seen, const struct deed *deed)
{
	buf_addf(&seen->done, "%s%s", seen->done.len > 0 ? ", " : "", verb_name(deed->verb));
	if (deed->where.len > 0)
		buf_addf(&seen->done, " %.*s", STR_ARG(deed->where));
	if (deed->text.len > 0)
		buf_addf(&seen->done, " \"%.*s\"", STR_ARG(deed->text));
}

static void on_deed(void *owner, const struct deed *deed)
{
	struct seen *seen = owner;

	if (!is_it(seen, deed->rule))
		return;
	note_done(seen, deed);
	if (verb_talks(deed->verb)) {
		buf_add(&seen->said, deed->text);
		buf_addc(&seen->said, '\n');
	}
	if (test_outcome_is_about(seen->test->expect, deed->verb) &&
	    is_target(deed, seen->test->target) && holds(deed->text, seen->test->says))
		seen->met = true;
}

/* ---- judging ---- */

static void complain_silent(const struct rule_test *test, const struct seen *seen,
			    struct diag *diag)
{
	if (seen->talker != NULL)
		diag_error(diag, test->at,
			   "the test failed: %s; rule \"%s\" (%s:%u) takes this message first",
			   test->line, seen->talker->name, seen->talker->at.file,
			   seen->talker->at.line);
	else if (seen->question != NULL)
		diag_error(
			diag, test->at,
			"the test failed: %s; the rule stays silent because of `%s`: seen \"%s\", "
			"wanted \"%s\"",
			test->line, seen->question, seen->shown, seen->wanted);
	else
		diag_error(diag, test->at, "the test failed: %s; the rule stays silent",
			   test->line);
}

static void complain_done(const struct rule_test *test, const struct seen *seen, struct diag *diag)
{
	struct str said = str_trim(buf_str(&seen->said)), done = buf_str(&seen->done);

	if (test->expect == EXPECT_SAYS && said.len > 0)
		diag_error(diag, test->at, "the test failed: %s; the rule says \"%.*s\"",
			   test->line, STR_ARG(said));
	else
		diag_error(diag, test->at, "the test failed: %s; what the rule does: %.*s",
			   test->line, STR_ARG(done.len > 0 ? done : STR("nothing")));
}

static bool is_passed(const struct seen *seen)
{
	const struct rule_test *test = seen->test;

	if (test->expect == EXPECT_SILENT)
		return !seen->fired;
	/* A text that was said in several messages is one text. */
	return seen->fired &&
	       (test->expect == EXPECT_FIRES || seen->met ||
		(test->expect == EXPECT_SAYS && holds(buf_str(&seen->said), test->says)));
}

static void complain(const struct seen *seen, struct diag *diag)
{
	const struct rule_test *test = seen->test;

	if (test->expect == EXPECT_SILENT)
		diag_error(diag, test->at, "the test failed: %s; the rule fires", test->line);
	else if (!seen->fired)
		complain_silent(test, seen, diag);
	else
		complain_done(test, seen, diag);
}

/* ---- one test ---- */

static void seen_init(struct seen *seen, const struct rule *rule, const struct rule_test *test)
{
	*seen = (struct seen){ .rule = rule, .test = test };
	buf_init(&seen->said, 0);
	buf_init(&seen->done, 0);
}

static void seen_deinit(struct seen *seen)
{
	free(seen->shown);
	free(seen->wanted);
	buf_deinit(&seen->said);
	buf_deinit(&seen->done);
}

/* How often it must be played until it has said everything that it may say. */
static size_t most_wordings(const struct rule *rule)
{
	size_t most = 1;

	for (size_t i = 0; i < rule->n_actions; i++) {
		const struct rule_action *action = &rule->actions[i];

		for (size_t t = 0; t < action->n_texts; t++) {
			size_t n = action->n_texts * template_ways(action->texts[t]);

			most = n > most ? n : most;
		}
	}
	return most < TEMPLATE_WAYS_MAX ? most : TEMPLATE_WAYS_MAX;
}

static bool try_wording(struct simulation *r, const struct rule *rule, const struct rule_test *test,
			size_t wording)
{
	struct seen seen;
	const struct simulate_sink sink = { &seen, on_fired, on_deed };
	bool passed;

	seen_init(&seen, rule, test);
	simulate_play(r, test->event, NULL, &sink, wording);
	passed = is_passed(&seen);
	seen_deinit(&seen);
	return passed;
}

/* Once more, with a listener who asks the rule for its reasons. */
static void explain_failure(struct simulation *r, const struct rule *rule,
			    const struct rule_test *test, struct diag *diag)
{
	struct seen seen;
	const struct trace trace = { &seen, on_asked };
	const struct simulate_sink sink = { &seen, on_fired, on_deed };

	seen_init(&seen, rule, test);
	simulate_trace_rule(r, rule);
	simulate_play(r, test->event, &trace, &sink, 0);
	simulate_trace_rule(r, NULL);
	complain(&seen, diag);
	seen_deinit(&seen);
}

/* Of several wordings one is enough to meet what is expected. */
static bool run_test(struct simulation *r, const struct rule *rule, const struct rule_test *test,
		     struct diag *diag)
{
	size_t n = most_wordings(rule);

	for (size_t wording = 0; wording < n; wording++) {
		if (try_wording(r, rule, test, wording))
			return true;
	}
	explain_failure(r, rule, test, diag);
	return false;
}

/* Moments are of the rule that is tested. */
static void aim(const struct rule *rule, const struct rule_test *test)
{
	if (test->event->kind == EVENT_TIME)
		test->event->for_rule = str_from(rule->name);
}

struct rule_tests_result rule_tests_run(struct ruleset *set, struct diag *diag)
{
	struct rule_tests_result result = { 0 };
	struct simulation *r = simulate_new(set);

	for (size_t i = 0; i < ruleset_n_rules(set); i++) {
		const struct rule *rule = ruleset_rule(set, i);

		for (size_t t = 0; t < rule->n_tests; t++) {
			aim(rule, &rule->tests[t]);
			if (run_test(r, rule, &rule->tests[t], diag))
				result.passed++;
			else
				result.failed++;
		}
	}
	diagnose(r, set, diag);
	simulate_free(r);
	return result;
}
