/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"
#include "lib/unit.h"

static void test_set_get_replace_remove(void)
{
	struct map m = { 0 };
	int one = 1, two = 2;

	CU_ASSERT_PTR_NULL(map_get(&m, STR("a")));
	CU_ASSERT_PTR_NULL(map_set(&m, STR("a"), &one));
	CU_ASSERT_PTR_EQUAL(map_get(&m, STR("a")), &one);
	CU_ASSERT_PTR_EQUAL(map_set(&m, STR("a"), &two), &one);
	CU_ASSERT_EQUAL(m.n, 1);
	CU_ASSERT_PTR_EQUAL(map_remove(&m, STR("a")), &two);
	CU_ASSERT_PTR_NULL(map_remove(&m, STR("a")));
	CU_ASSERT_EQUAL(m.n, 0);
	map_deinit(&m, NULL);
	map_deinit(&m, NULL);
}

static void test_keys_are_bytes_and_copied(void)
{
	char key[] = { 'a', '\0', 'b' };
	struct map m = { 0 };
	int one = 1, two = 2, none = 0;

	map_set(&m, str_make(key, 3), &one);
	map_set(&m, str_make(key, 1), &two);
	map_set(&m, str_make(NULL, 0), &none);
	key[0] = 'z';
	CU_ASSERT_PTR_EQUAL(map_get(&m, STR("a\0b")), &one);
	CU_ASSERT_PTR_EQUAL(map_get(&m, STR("a")), &two);
	CU_ASSERT_PTR_EQUAL(map_get(&m, STR("")), &none);
	CU_ASSERT_PTR_EQUAL(map_set(&m, str_make(NULL, 0), &one), &none);
	map_deinit(&m, NULL);
}

static void check_walk(const struct map *m, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct map_entry *at = NULL;
	struct str key;
	void *value;

	while (map_next(m, &at, &key, &value)) {
		buf_add(&seen, key);
		CU_ASSERT_PTR_EQUAL(value, map_get(m, key));
	}
	ASSERT_STR(buf_str(&seen), wanted);
}

static void test_walks_in_the_order_of_insertion(void)
{
	struct map m = { 0 };
	int x = 0;

	check_walk(&m, "");
	map_set(&m, STR("z"), &x);
	map_set(&m, STR("a"), &x);
	map_set(&m, STR("m"), &x);
	map_set(&m, STR("z"), &x);
	check_walk(&m, "zam");
	map_remove(&m, STR("a"));
	check_walk(&m, "zm");
	map_deinit(&m, NULL);
}

static void test_the_entry_just_given_may_go(void)
{
	struct map_entry *at = NULL;
	struct map m = { 0 };
	struct str key;
	void *value;
	size_t n = 0;

	for (int i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		map_set(&m, str_from(name), mem_strdup(name));
	}
	for (; map_next(&m, &at, &key, &value); n++)
		free(map_remove(&m, key));
	CU_ASSERT_EQUAL(n, 100);
	CU_ASSERT_EQUAL(m.n, 0);
	map_deinit(&m, NULL);
}

static void test_many_keys_and_values_that_are_ours(void)
{
	struct map m = { 0 };
	char name[16];

	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "key%d", i);
		CU_ASSERT_PTR_NULL_FATAL(map_set(&m, str_from(name), mem_strdup(name)));
	}
	for (int i = 0; i < 20000; i++) {
		const char *value;

		snprintf(name, sizeof(name), "key%d", i);
		value = map_get(&m, str_from(name));
		CU_ASSERT_PTR_NOT_NULL_FATAL(value);
		CU_ASSERT_STRING_EQUAL_FATAL(value, name);
	}
	map_deinit(&m, free);
	CU_ASSERT_EQUAL(m.n, 0);
}

static void test_keys_by_number(void)
{
	struct map m;
	struct map_keys keys = { .map = &m };
	char name[16];
	int one = 1;

	map_init(&m);
	CU_ASSERT_PTR_NULL(map_key_at(&keys, 0));
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "k%d", i);
		map_set(&m, str_from(name), &one);
	}
	for (int again = 0; again < 2; again++) {
		for (size_t i = 0; i < 50; i++) {
			snprintf(name, sizeof(name), "k%d", (int)i);
			ASSERT_STR(str_from(map_key_at(&keys, i)), name);
		}
		CU_ASSERT_PTR_NULL(map_key_at(&keys, 50));
	}
	ASSERT_STR(str_from(map_key_at(&keys, 20)), "k20");
	ASSERT_STR(str_from(map_key_at(&keys, 20)), "k20");
	ASSERT_STR(str_from(map_key_at(&keys, 30)), "k30");
	ASSERT_STR(str_from(map_key_at(&keys, 3)), "k3");
	map_deinit(&m, NULL);
}

UNIT_MAIN("map", { "keys by number", test_keys_by_number },
	  { "set, get, replace, remove", test_set_get_replace_remove },
	  { "keys are bytes and copied", test_keys_are_bytes_and_copied },
	  { "walks in the order of insertion", test_walks_in_the_order_of_insertion },
	  { "the entry just given may go", test_the_entry_just_given_may_go },
	  { "many keys, and values that are ours", test_many_keys_and_values_that_are_ours })
