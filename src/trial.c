/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "engine.h"
#include "slack/text.h"
#include "store/memory.h"

/* What one test saw. */
struct seen {
	const struct rule *rule;   /* the rule under test */
	const struct rule *talker; /* another rule that talked */
	bool fired;
	const char *question; /* the first of its questions that was not answered yes */
	char *wanted;
	char *shown;
};

/* ---- the world of a trial: names are what they say they are ---- */

static enum answer is_user(void *owner, struct str name, const struct person *person)
{
	(void)owner;
	if (person->handle.len == 0)
		return ANSWER_UNKNOWN;
	return str_eq_nocase(name, person->handle) ? ANSWER_YES : ANSWER_NO;
}

static bool find_nothing(void *owner, char sigil, struct str name, struct str *id)
{
	(void)owner;
	(void)sigil;
	(void)name;
	(void)id;
	return false;
}

static struct str team_url(void *owner)
{
	(void)owner;
	return STR("https://example.slack.com/");
}

static struct str no_email(void *owner, struct str user)
{
	(void)owner;
	(void)user;
	return STR_EMPTY;
}

/* ---- listening ---- */

static void on_fired(void *owner, const struct engine_firing *firing)
{
	struct seen *seen = owner;

	if (strcmp(firing->rule->name, seen->rule->name) == 0)
		seen->fired = true;
	else if (seen->talker == NULL && rule_talks(firing->rule))
		seen->talker = firing->rule;
}

static void on_asked(void *owner, const struct rule *rule, const char *question, enum answer answer,
		     struct str shown, struct str wanted)
{
	struct seen *seen = owner;

	if (answer == ANSWER_YES || seen->question != NULL ||
	    strcmp(rule->name, seen->rule->name) != 0)
		return;
	seen->question = question;
	seen->shown = str_dup(shown);
	seen->wanted = str_dup(wanted);
}

/* ---- judging ---- */

static bool test_user_name(void *owner, struct str id, struct str *name)
{
	const struct event *ev = owner;

	*name = ev->user.name.len > 0 ? ev->user.name : ev->user.handle;
	return str_eq(id, ev->user.id) && name->len > 0;
}

static bool test_channel_name(void *owner, struct str id, struct str *name)
{
	const struct event *ev = owner;

	*name = ev->channel_name;
	return str_eq(id, ev->channel) && name->len > 0;
}

static bool no_group(void *owner, struct str id, struct str *name)
{
	(void)owner;
	(void)id;
	(void)name;
	return false;
}

/* All that the rule would say, as a person would read it. */
static void collect_said(struct store *store, const struct rule_test *test, const struct rule *rule,
			 struct buf *said)
{
	const struct text_names names = { test->event, test_user_name, test_channel_name,
					  no_group };
	struct job *job;

	while ((job = store->ops->lease(store)) != NULL) {
		if (strcmp(job->rule, rule->name) == 0 && verb_talks(job->verb)) {
			text_seen(said, str_from(job->body), &names);
			buf_addc(said, '\n');
		}
		store->ops->settle(store, job, JOB_DONE);
	}
}

/* Rules see plain signs; the author of a test may have typed others, as people in Slack do. */
static struct str plain(struct arena *arena, struct str typed)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_init(&out, 0);
	text_plain(&out, typed);
	return str_keep(arena, buf_str(&out));
}

static bool is_said(struct str said, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_init(&out, 0);
	text_plain(&out, str_from(wanted));
	buf_addc(&out, '\0');
	return str_find(said, out.p) != SIZE_MAX;
}

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

static bool judge(const struct rule_test *test, const struct seen *seen, struct str said,
		  struct diag *diag)
{
	if (test->expect == EXPECT_SILENT) {
		if (seen->fired)
			diag_error(diag, test->at, "the test failed: %s; the rule fires",
				   test->line);
		return !seen->fired;
	}
	if (!seen->fired) {
		complain_silent(test, seen, diag);
		return false;
	}
	if (test->expect == EXPECT_FIRES || is_said(said, test->says))
		return true;
	said = str_trim(said);
	diag_error(diag, test->at, "the test failed: %s; the rule says \"%.*s\"", test->line,
		   STR_ARG(said));
	return false;
}

/* ---- one test ---- */

/* The engine takes the event away; the test keeps its own for the next run. */
static struct event *event_copy(const struct event *ev)
{
	struct event *copy = event_new();
	struct arena arena = copy->arena;

	*copy = *ev; /* the slices stay with the test, which outlives the copy */
	copy->arena = arena;
	copy->n_refs = 1;
	copy->payload = NULL;
	copy->text = plain(&copy->arena, ev->text);
	copy->text_to_bot = plain(&copy->arena, ev->text_to_bot);
	return copy;
}

static bool run_test(struct set *set, const struct rule *rule, const struct rule_test *test,
		     struct diag *diag)
{
	struct seen seen = { .rule = rule };
	const struct witness witness = { &seen, on_asked };
	struct store *store = memory_new();
	struct engine_setup setup = {
		.store = store,
		.clock = clock_system(),
		.match_world = { .is_user = is_user },
		.action_world = { .find = find_nothing, .team_url = team_url, .email = no_email },
		.witness = &witness,
		.owner = &seen,
		.on_fired = on_fired,
		.trial = true,
	};
	struct engine *engine = engine_new(&setup);
	CLEANUP(buf_deinit) struct buf said = { 0 };
	bool passed;

	buf_init(&said, 0);
	engine_set_rules(engine, set);
	engine_take(engine, event_copy(test->event), NULL, NULL, NULL);
	engine_commit(engine);
	collect_said(store, test, rule, &said);
	passed = judge(test, &seen, buf_str(&said), diag);
	free(seen.shown);
	free(seen.wanted);
	engine_free(engine);
	store->ops->free(store);
	return passed;
}

struct trial_result trial_run(struct set *set, struct diag *diag)
{
	struct trial_result result = { 0 };

	for (size_t i = 0; i < set_n_rules(set); i++) {
		const struct rule *rule = set_rule(set, i);

		for (size_t t = 0; t < rule->n_tests; t++) {
			if (run_test(set, rule, &rule->tests[t], diag))
				result.passed++;
			else
				result.failed++;
		}
	}
	return result;
}
