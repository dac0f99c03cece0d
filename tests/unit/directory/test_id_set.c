/* SPDX-License-Identifier: MIT */
#include "directory/id_set.h"

#include <stdio.h>
#include <stdlib.h>
#include "lib/unit.h"

static void add(struct id_set *m, const char *ids)
{
	CLEANUP(json_freep) struct json *array = NULL;

	json_parse(&array, str_from(ids), NULL);
	id_set_add(m, array);
}

static void removed(struct id_set *m, const char *ids)
{
	CLEANUP(json_freep) struct json *array = NULL;

	json_parse(&array, str_from(ids), NULL);
	id_set_remove(m, array);
}

static void are(const struct id_set *m, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf all = { 0 };

	for (size_t i = 0; i < m->n; i++)
		buf_addf(&all, " %s", m->ids[i]);
	ASSERT_STR(buf_str(&all), wanted);
}

static void test_coming_and_going(void)
{
	struct id_set m = { 0 };

	CU_ASSERT_FALSE(id_set_has(&m, STR("U1")));
	add(&m, "[\"U3\",\"U1\",\"U20\",\"U1\"]");
	are(&m, " U1 U20 U3");
	add(&m, "[\"U2\",\"U3\"]");
	are(&m, " U1 U2 U20 U3");
	CU_ASSERT(id_set_has(&m, STR("U2")) && id_set_has(&m, STR("U3")));
	CU_ASSERT_FALSE(id_set_has(&m, STR("U")));
	CU_ASSERT_FALSE(id_set_has(&m, STR("U200")));
	CU_ASSERT_FALSE(id_set_has(&m, STR_EMPTY));
	removed(&m, "[\"U9\",\"U1\",\"U20\"]");
	are(&m, " U2 U3");
	removed(&m, "[\"U2\",\"U3\"]");
	are(&m, "");
	add(&m, "[\"U5\"]");
	are(&m, " U5");
	id_set_deinit(&m);
}

static void test_what_are_no_ids(void)
{
	static const char *const nothing[] = { "null", "{}",	 "[]",
					       "7",    "\"U1\"", "[null,7,{},[\"U1\"],\"\"]" };
	struct id_set m = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
		add(&m, nothing[i]);
	are(&m, "");
	add(&m, "[\"U1\"]");
	for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
		removed(&m, nothing[i]);
	are(&m, " U1");
	id_set_deinit(&m);
}

/* Against a plain table of who is in. */
static void test_many(void)
{
	enum { N = 3000, ROUNDS = 40 };
	static bool in[N];
	struct id_set m = { 0 };
	unsigned seed = 7;

	for (int round = 0; round < ROUNDS; round++) {
		struct json *ids = json_new_array();
		bool coming = round % 3 != 2;

		for (int i = 0; i < N / 2; i++) {
			char id[16];
			int who = rand_r(&seed) % N;

			snprintf(id, sizeof(id), "U%d", who);
			json_push_str(ids, str_from(id));
			in[who] = coming;
		}
		(coming ? id_set_add : id_set_remove)(&m, ids);
		json_free(ids);
	}
	for (int who = 0; who < N; who++) {
		char id[16];

		snprintf(id, sizeof(id), "U%d", who);
		CU_ASSERT_EQUAL(id_set_has(&m, str_from(id)), in[who]);
	}
	id_set_deinit(&m);
}

UNIT_MAIN("members", { "coming and going", test_coming_and_going },
	  { "what are no ids", test_what_are_no_ids }, { "many", test_many })
