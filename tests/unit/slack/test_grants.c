/* SPDX-License-Identifier: MIT */
#include "slack/grants.h"
#include "lib/unit.h"
#include "slack/methods.h"

static bool covers(const char *grants, const char *method)
{
	return grants_cover(str_from(grants), str_from(method));
}

static void test_grants(void)
{
	CU_ASSERT_TRUE(covers("chat.postMessage", "chat.postMessage"));
	CU_ASSERT_TRUE(covers("pins.add, CHAT.postmessage", "chat.postMessage"));
	CU_ASSERT_TRUE(covers("chat.*", "Chat.postMessage"));
	CU_ASSERT_TRUE(covers("*", "users.list"));
	CU_ASSERT_TRUE(covers("users.list, default", "chat.update"));
	CU_ASSERT_FALSE(covers("", "chat.update"));
	CU_ASSERT_FALSE(covers(" , ", "chat.update"));
	CU_ASSERT_FALSE(covers("chat.*", "chatter.post"));
	CU_ASSERT_FALSE(covers("chat.post", "chat.postMessage"));
	CU_ASSERT_FALSE(covers("default", "users.list"));
}

/* Neither by its table nor by its names. */
static void test_the_default_reads_nothing_and_changes_nobody(void)
{
	static const char *const beginnings[] = {
		"admin.",
		"auth.",
		"conversations.history",
		"conversations.invite",
		"dnd.",
		"emoji.",
		"team.",
		"usergroups.",
		"users.",
		"workflows.",
		"rtm.",
		"apps.",
		"conversations.archive",
		"conversations.kick",
		"search.",
		"files.list",
		"files.info",
		"reactions.get",
		"reactions.list",
		"pins.list",
	};
	const struct method *m;

	for (size_t i = 0; (m = method_at(i)) != NULL; i++) {
		if (!covers("default", m->name))
			continue;
		CU_ASSERT_TRUE(m->call != CALL_READS || str_starts(str_from(m->name), "chat."));
		for (size_t k = 0; k < ARRAY_LEN(beginnings); k++)
			CU_ASSERT_FALSE(str_starts(str_from(m->name), beginnings[k]));
	}
}

static void test_lists_that_are_none(void)
{
	CU_ASSERT_PTR_NULL(grants_refuse(STR_EMPTY, STR("chat.*, users.list,default, *")));
	CU_ASSERT_PTR_NULL(grants_refuse(STR_EMPTY, STR("slackLists.items.*")));
	CU_ASSERT_PTR_NULL(grants_refuse(STR_EMPTY, STR_EMPTY));
	CU_ASSERT_PTR_NOT_NULL(grants_refuse(STR_EMPTY, STR("chat")));
	CU_ASSERT_PTR_NOT_NULL(grants_refuse(STR_EMPTY, STR("chat.post*")));
	CU_ASSERT_PTR_NOT_NULL(grants_refuse(STR_EMPTY, STR("chat.update pins.add")));
	CU_ASSERT_PTR_NOT_NULL(grants_refuse(STR_EMPTY, STR("chat.update,,pins.add")));
}

UNIT_MAIN("grants", { "grants", test_grants },
	  { "the default reads nothing and changes nobody",
	    test_the_default_reads_nothing_and_changes_nobody },
	  { "lists that are none", test_lists_that_are_none })
