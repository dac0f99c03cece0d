/* SPDX-License-Identifier: MIT */
/* What one person may have stored, and what is kept of answers for one. */
#include "engine/state.h"

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "lib/unit.h"
#include "store/batch.h"

enum { LONG = 39000, MIB = 1 << 20 };

static const struct share_owner ana = { { "U1ANA", 5 }, { "C1", 2 } };
static const struct share_owner raj = { { "U9RAJ", 5 }, { "C1", 2 } };
static const struct wall now = { INT64_C(1767787200000) };

static char text[LONG];

static size_t fill_values(struct state *s, struct share_owner owner, size_t most)
{
	char key[32];
	size_t n = 0;

	memset(text, 'x', sizeof(text));
	do
		snprintf(key, sizeof(key), "%.*s%zu", STR_ARG(owner.person), n);
	while (n < most &&
	       state_set_variable(s, owner, str_from(key), str_make(text, sizeof(text))) &&
	       ++n > 0);
	return n;
}

static size_t fill_answers(struct state *s, struct share_owner owner, size_t most)
{
	char key[32];
	size_t n = 0;

	memset(text, 'x', sizeof(text));
	do
		snprintf(key, sizeof(key), "C1:%.*s%zu:r", STR_ARG(owner.person), n);
	while (n < most &&
	       state_set_posted(s, owner, str_from(key), str_make(text, sizeof(text)), now) &&
	       ++n > 0);
	return n;
}

/* What the rows say, in an order of the store's own. */
static void load(struct state *s, const struct batch *rows)
{
	for (size_t i = rows->n; i > 0; i--) {
		const struct batch_row *row = &rows->rows[i - 1];

		CU_ASSERT_TRUE(state_load(s, row->table, row->key, row->value));
	}
	state_loaded(s);
}

static void test_one_person_has_a_share_of_the_values(void)
{
	struct batch rows;
	struct state s, again;
	size_t n;

	batch_init(&rows);
	state_init(&s, &rows);
	n = fill_values(&s, ana, 6000);
	CU_ASSERT_TRUE(n > 90 && n < 110);
	CU_ASSERT_TRUE(s.values.held < 4 * MIB);
	CU_ASSERT_TRUE(fill_values(&s, raj, 3) == 3);
	state_init(&again, NULL);
	load(&again, &rows);
	CU_ASSERT_EQUAL(again.values.held, s.values.held);
	CU_ASSERT_FALSE(state_set_variable(&again, ana, STR("more"), str_make(text, LONG)));
	CU_ASSERT_TRUE(state_set_variable(&again, raj, STR("more"), str_make(text, LONG)));
	/* In place of another one; and what is forgotten makes room. */
	CU_ASSERT_TRUE(state_set_variable(&s, ana, STR("U1ANA0"), STR("short")));
	CU_ASSERT_TRUE(state_set_variable(&s, ana, STR("U1ANA0"), str_make(text, LONG)));
	CU_ASSERT_FALSE(state_set_variable(&s, ana, STR("more"), str_make(text, LONG)));
	CU_ASSERT_TRUE(state_set_variable(&s, raj, STR("U1ANA0"), STR("his now")));
	CU_ASSERT_TRUE(state_set_variable(&s, ana, STR("more"), str_make(text, LONG)));
	CU_ASSERT_FALSE(state_has_share(&s, ana, STR("yet more"), str_make(text, LONG)));
	CU_ASSERT_TRUE(state_set_variable(&s, ana, STR("more"), STR_EMPTY));
	CU_ASSERT_TRUE(state_has_share(&s, ana, STR("yet more"), str_make(text, LONG)));
	state_deinit(&again);
	state_deinit(&s);
	batch_clear(&rows);
}

static void test_one_person_has_a_share_of_the_answers_kept(void)
{
	struct batch rows;
	struct state s, again;
	size_t n;

	batch_init(&rows);
	state_init(&s, &rows);
	n = fill_answers(&s, ana, 6000);
	CU_ASSERT_TRUE(n > 90 && n < 110);
	CU_ASSERT_TRUE(s.answers.held < 4 * MIB);
	CU_ASSERT_TRUE(fill_answers(&s, raj, 3) == 3);
	state_init(&again, NULL);
	load(&again, &rows);
	CU_ASSERT_EQUAL(again.answers.held, s.answers.held);
	CU_ASSERT_FALSE(state_set_posted(&again, ana, STR("more"), str_make(text, LONG), now));
	/* They are forgotten after a week. */
	CU_ASSERT_TRUE(state_set_posted(&s, raj, STR("later"), STR("x"),
					(struct wall){ now.ms + INT64_C(7) * 86400000 }));
	CU_ASSERT_EQUAL(s.answers.holders.n, 2);
	CU_ASSERT_EQUAL(s.posted.n, 1);
	state_deinit(&again);
	state_deinit(&s);
	batch_clear(&rows);
}

/* A row of earlier versions is nobody's. */
static void test_a_text_alone_is_nobodys(void)
{
	struct state s;

	state_init(&s, NULL);
	CU_ASSERT_TRUE(state_load(&s, STORE_VARIABLE, STR("k"), STR("\"x\"")));
	CU_ASSERT_TRUE(state_load(&s, STORE_POSTED, STR("k"), STR("{\"at\":1,\"text\":\"[]\"}")));
	CU_ASSERT_TRUE(state_load(&s, STORE_VARIABLE, STR("l"),
				  STR("{\"text\":\"y\",\"by\":\"U1\",\"in\":\"C1\"}")));
	ASSERT_STR(state_variable(&s, STR("k")), "x");
	ASSERT_STR(state_variable(&s, STR("l")), "y");
	CU_ASSERT_EQUAL(s.values.holders.n, 2);
	CU_ASSERT_EQUAL(s.answers.holders.n, 0);
	state_deinit(&s);
}

UNIT_MAIN("state share",
	  { "one person has a share of the values", test_one_person_has_a_share_of_the_values },
	  { "one person has a share of the answers kept",
	    test_one_person_has_a_share_of_the_answers_kept },
	  { "a text alone is nobody's", test_a_text_alone_is_nobodys })
