/* SPDX-License-Identifier: MIT */
#include "slack/method.h"

#include "lib/unit.h"

static void is(const char *name, int64_t every_ms, bool repeatable, bool posts, bool reads)
{
	struct method m = method_named(name);

	CU_ASSERT_STRING_EQUAL(m.name, name);
	CU_ASSERT_EQUAL(m.every_ms, every_ms);
	CU_ASSERT_EQUAL(m.repeatable, repeatable);
	CU_ASSERT_EQUAL(m.posts, posts);
	CU_ASSERT_EQUAL(m.reads, reads);
	CU_ASSERT(m.burst > 0);
}

static void test_known_methods(void)
{
	is("chat.postMessage", 0, false, true, false);
	is("chat.meMessage", 1200, false, true, false);
	is("chat.update", 1200, true, false, false);
	is("chat.scheduleMessage", 1200, false, false, false);
	is("reactions.remove", 3000, true, false, false);
	is("usergroups.list", 3000, true, false, true);
	is("users.info", 600, true, false, true);
	is("conversations.create", 3000, false, false, false);
	CU_ASSERT(method_named("rtm.connect").connects);
	CU_ASSERT_FALSE(method_named("auth.test").connects);
}

static void test_unknown_methods(void)
{
	static const char *const names[] = { "", "chat.postmessage", "chat.postMessage2",
					     "admin.users.list" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct method m = method_named(names[i]);

		CU_ASSERT_STRING_EQUAL(m.name, "");
		CU_ASSERT_FALSE(m.repeatable || m.posts || m.reads || m.connects);
		CU_ASSERT_EQUAL(m.every_ms, 1200);
	}
}

UNIT_MAIN("method", { "known methods", test_known_methods },
	  { "unknown methods", test_unknown_methods })
