/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "lib/unit.h"
#include "rule/keys.h"

static void test_every_key_is_found_once_and_explained(void)
{
	const struct rule_key *key;

	for (size_t i = 0; (key = key_at(i)) != NULL; i++) {
		if (key->name == NULL)
			continue; /* a verb that is not done yet: test_verb names it */
		CU_ASSERT_PTR_EQUAL(key_find(str_from(key->name)), key);
		CU_ASSERT_TRUE(strlen(key->help) > 5);
		CU_ASSERT_TRUE(key->group != GROUP_ACTION || !key->preset);
	}
}

static const char *found(const char *written)
{
	const struct rule_key *key = key_find(str_from(written));

	return key != NULL ? key->name : "-";
}

static void test_targets_belong_to_their_keys(void)
{
	CU_ASSERT_STRING_EQUAL(found("post #incidents"), "post");
	CU_ASSERT_STRING_EQUAL(found("add karma[{who}]"), "add");
	CU_ASSERT_STRING_EQUAL(found("on error whisper"), "on error");
	CU_ASSERT_STRING_EQUAL(found("on error"), "on error");
	CU_ASSERT_STRING_EQUAL(found("on"), "on");
	CU_ASSERT_STRING_EQUAL(found("on x"), "-");
	CU_ASSERT_STRING_EQUAL(found("poster"), "-");
	CU_ASSERT_STRING_EQUAL(found("reply x"), "-");
	CU_ASSERT_STRING_EQUAL(found("Match"), "-");
	CU_ASSERT_STRING_EQUAL(found(""), "-");
}

UNIT_MAIN("keys",
	  { "every key is found once and explained", test_every_key_is_found_once_and_explained },
	  { "targets belong to their keys", test_targets_belong_to_their_keys })
