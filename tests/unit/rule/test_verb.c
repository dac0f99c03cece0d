/* SPDX-License-Identifier: MIT */
/* Is the row of every verb whole? Who adds one is told here which column they forgot. */
#include <stdio.h>
#include "engine/action.h"
#include "lib/unit.h"
#include "slack/methods.h"

static void need(bool there, int verb, const char *column)
{
	const char *name = verb_name((enum verb)verb);

	if (!there && name != NULL)
		printf("\n  the verb `%s` lacks %s", name, column);
	else if (!there)
		printf("\n  the verb behind `%s` lacks %s", verb_name((enum verb)(verb - 1)),
		       column);
	CU_ASSERT_TRUE(there);
}

static bool is_said(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static void check_key(int verb, const struct rule_key *key)
{
	need(is_said(key->name), verb, "its row in rule/verb.c");
	need(key->type != KEY_EVENTS, verb, "the column `type`: what stands behind its `=`");
	need(key->target != TARGET_UNSAID, verb, "the column `target`: TARGET_NONE if it has none");
	need(key->read != NULL, verb, "the column `read`: its reader, see rule/read_action.c");
	need(is_said(key->help), verb, "the column `help`: one sentence");
	need(key->group == GROUP_ACTION && key->turn == TURN_ACTIONS && key->repeats, verb,
	     "what all verbs have: write its key with KEY(…)");
	if (is_said(key->name))
		CU_ASSERT_PTR_EQUAL(key_find(str_from(key->name)), key);
}

static void test_every_row_is_whole(void)
{
	for (int verb = 0; verb < N_VERBS; verb++) {
		const struct verb_row *row = verb_row((enum verb)verb);

		check_key(verb, &row->key);
		need(row->does != 0, verb, "the column `does`: what becomes of the action");
		need(row->says != 0, verb, "the column `says`: SAYS_NOTHING if it does not");
		need(row->needs != 0, verb, "the column `needs`: NEEDS_NOTHING if it does not");
		need(row->method != NULL, verb, "the column `method`: \"\" if it has none");
		need(!is_said(row->method) || method_named(str_from(row->method))->name[0] != '\0',
		     verb, "a row for its method in slack/methods.c");
		need(is_said(row->told), verb, "the column `told`: how `explain` tells it");
		need(row->outcome != NULL, verb, "the column `outcome`: \"\" if it has none");
		need(!is_said(row->outcome) ||
			     test_outcome_named(str_from(row->outcome)) != N_EXPECTS,
		     verb, "a row for its outcome, at the end of rule/verb.c");
		need(action_makers[verb] != NULL || row->does != DOES_JOBS, verb,
		     "its maker in engine/action.c");
		CU_ASSERT_FALSE(action_makers[verb] != NULL && row->does != DOES_JOBS);
	}
}

static void test_every_outcome_is_whole(void)
{
	for (int i = 0; i < N_EXPECTS; i++) {
		const struct test_outcome *outcome = test_outcome((enum test_expect)i);
		bool is_used = i == EXPECT_FIRES || i == EXPECT_SILENT;

		CU_ASSERT_FATAL(is_said(outcome->name));
		CU_ASSERT_TRUE(str_starts(str_from(outcome->example), outcome->name));
		for (int verb = 0; verb < N_VERBS; verb++)
			is_used |= test_outcome_is_about((enum test_expect)i, (enum verb)verb);
		if (!is_used)
			printf("\n  no verb has the outcome `%s`", outcome->name);
		CU_ASSERT_TRUE(is_used);
	}
}

static void test_names_are_found(void)
{
	for (int verb = 0; verb < N_VERBS; verb++)
		CU_ASSERT_EQUAL(verb_named(str_from(verb_name((enum verb)verb))), (enum verb)verb);
	CU_ASSERT_EQUAL(verb_named(STR("")), N_VERBS);
	CU_ASSERT_EQUAL(verb_named(STR("rep")), N_VERBS);
	CU_ASSERT_EQUAL(verb_named(STR("on error")), N_VERBS);
	CU_ASSERT_EQUAL(test_outcome_named(STR("")), N_EXPECTS);
}

static void test_who_talks(void)
{
	CU_ASSERT_TRUE(verb_talks(VERB_REPLY) && verb_says(VERB_REPLY));
	CU_ASSERT_TRUE(verb_talks(VERB_WHISPER) && verb_says(VERB_WHISPER));
	CU_ASSERT_TRUE(!verb_talks(VERB_POST) && verb_says(VERB_POST));
	CU_ASSERT_TRUE(!verb_talks(VERB_EDIT) && !verb_says(VERB_EDIT));
	CU_ASSERT_TRUE(!verb_talks(VERB_SET) && !verb_says(VERB_SET));
	CU_ASSERT_TRUE(test_outcome_is_about(EXPECT_SAYS, VERB_WHISPER));
	CU_ASSERT_TRUE(test_outcome_is_about(EXPECT_WHISPERS, VERB_WHISPER));
	CU_ASSERT_FALSE(test_outcome_is_about(EXPECT_SAYS, VERB_POST));
	CU_ASSERT_FALSE(test_outcome_is_about(EXPECT_FIRES, VERB_WAIT));
}

UNIT_MAIN("verb", { "every row is whole", test_every_row_is_whole },
	  { "every outcome is whole", test_every_outcome_is_whole },
	  { "names are found", test_names_are_found }, { "who talks", test_who_talks })
