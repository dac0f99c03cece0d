/* SPDX-License-Identifier: MIT */
#include "slack/roster.h"

#include "lib/unit.h"

static void learn_user(struct roster *r, const char *text)
{
	CLEANUP(json_freep) struct json *user = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&user, str_from(text), NULL), 0);
	roster_learn_user(r, user);
}

static void learn_channel(struct roster *r, const char *text)
{
	CLEANUP(json_freep) struct json *channel = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&channel, str_from(text), NULL), 0);
	roster_learn_channel(r, channel, CHANNEL_UNKNOWN);
}

static void user_is(const struct roster *r, const char *name, size_t n, const char *ids)
{
	CLEANUP(buf_deinit) struct buf found;

	buf_init(&found, 0);
	CU_ASSERT_EQUAL(roster_find_user(r, str_from(name), &found), n);
	ASSERT_STR(buf_str(&found), ids);
}

static void channel_is(const struct roster *r, const char *name, size_t n, const char *ids)
{
	CLEANUP(buf_deinit) struct buf found;

	buf_init(&found, 0);
	CU_ASSERT_EQUAL(roster_find_channel(r, str_from(name), &found), n);
	ASSERT_STR(buf_str(&found), ids);
}

static void test_users_by_name(void)
{
	struct roster r;

	roster_init(&r);
	learn_user(
		&r,
		"{\"id\":\"U1\",\"name\":\"ana\",\"profile\":{\"display_name\":\"Ana S\",\"email\":\"a@x\"}}");
	learn_user(
		&r,
		"{\"id\":\"U2\",\"name\":\"raj\",\"profile\":{\"display_name\":\"\",\"real_name\":\"ana\"}}");
	learn_user(&r, "{\"id\":\"U3\",\"name\":\"kim\",\"profile\":{\"display_name\":\"Sam\"}}");
	learn_user(&r, "{\"id\":\"U4\",\"name\":\"lee\",\"real_name\":\"Sam\",\"is_bot\":true}");
	user_is(&r, "ana", 1, "U1"); /* a handle beats a display name */
	user_is(&r, "ANA s", 1, "U1");
	user_is(&r, "sam", 2, "U3, U4");
	user_is(&r, "nobody", 0, "");
	user_is(&r, "", 0, "");
	CU_ASSERT_STRING_EQUAL(roster_user(&r, STR("U1"))->email, "a@x");
	CU_ASSERT(roster_user(&r, STR("U4"))->is_bot);
	CU_ASSERT_PTR_NULL(roster_user(&r, STR("U5")));
	roster_deinit(&r);
}

static void test_users_change(void)
{
	struct roster r;

	roster_init(&r);
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"ana\",\"profile\":{\"display_name\":\"Ana\"}}");
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"anna\"}");
	user_is(&r, "anna", 1, "U1");
	user_is(&r, "ana", 1, "U1"); /* still the display name */
	learn_user(&r, "{\"id\":\"U1\",\"profile\":{\"display_name\":\"Boss\"}}");
	user_is(&r, "ana", 0, "");
	user_is(&r, "boss", 1, "U1");
	learn_user(&r, "{\"id\":\"U1\",\"deleted\":true}");
	user_is(&r, "anna", 0, "");
	CU_ASSERT_STRING_EQUAL(roster_user(&r, STR("U1"))->name, "Boss");
	learn_user(&r, "{\"id\":\"U1\",\"deleted\":false}");
	user_is(&r, "anna", 1, "U1");
	learn_user(&r, "{\"id\":7}");
	learn_user(&r, "[]");
	CU_ASSERT_EQUAL(r.users.n, 1);
	roster_deinit(&r);
}

static void test_channels(void)
{
	struct roster r;

	roster_init(&r);
	learn_channel(
		&r,
		"{\"id\":\"C1\",\"name\":\"general\",\"is_channel\":true,\"is_private\":false}");
	learn_channel(
		&r, "{\"id\":\"C2\",\"name\":\"secret\",\"is_channel\":true,\"is_private\":true}");
	learn_channel(
		&r,
		"{\"id\":\"C3\",\"name\":\"mpdm-a--b-1\",\"is_mpim\":true,\"is_private\":true}");
	learn_channel(&r, "{\"id\":\"D4\",\"user\":\"U1\"}");
	learn_channel(&r, "{\"id\":\"C5\",\"name\":\"what\"}");
	CU_ASSERT_EQUAL(roster_channel(&r, STR("C1"))->kind, CHANNEL_PUBLIC);
	CU_ASSERT_EQUAL(roster_channel(&r, STR("C2"))->kind, CHANNEL_PRIVATE);
	CU_ASSERT_EQUAL(roster_channel(&r, STR("C3"))->kind, CHANNEL_GROUP);
	CU_ASSERT_EQUAL(roster_channel(&r, STR("D4"))->kind, CHANNEL_DM);
	CU_ASSERT_EQUAL(roster_channel(&r, STR("C5"))->kind, CHANNEL_UNKNOWN);
	learn_channel(&r, "{\"id\":\"C1\",\"name\":\"lobby\"}"); /* a rename keeps the kind */
	CU_ASSERT_EQUAL(roster_channel(&r, STR("C1"))->kind, CHANNEL_PUBLIC);
	channel_is(&r, "lobby", 1, "C1");
	channel_is(&r, "general", 0, "");
	roster_move_channel(&r, STR("C1"), STR("C9"));
	channel_is(&r, "lobby", 1, "C9");
	CU_ASSERT_PTR_NULL(roster_channel(&r, STR("C1")));
	roster_move_channel(&r, STR("C1"), STR("C8"));
	roster_deinit(&r);
}

static void test_groups(void)
{
	CLEANUP(json_freep) struct json *group = NULL;
	struct roster r;

	roster_init(&r);
	json_parse(&group, STR("{\"id\":\"S1\",\"handle\":\"helpers\"}"), NULL);
	roster_learn_group(&r, group);
	roster_learn_group(&r, group);
	ASSERT_STR(roster_group(&r, STR("S1")), "helpers");
	ASSERT_STR(roster_group(&r, STR("S2")), "");
	roster_deinit(&r);
}

static void test_an_event_is_told(void)
{
	struct event *ev = event_new();
	struct roster r;

	roster_init(&r);
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"robo\",\"is_bot\":true}");
	learn_channel(&r, "{\"id\":\"C1\",\"name\":\"secret\",\"is_private\":true}");
	ev->user.id = STR("U1");
	ev->author.id = STR("U2");
	ev->channel = STR("C1");
	ev->kind = EVENT_MESSAGE;
	ev->channel_kind = CHANNEL_PUBLIC;
	CU_ASSERT_EQUAL(roster_kind_for(&r, ev), CHANNEL_PUBLIC); /* a message knows it well */
	ev->kind = EVENT_JOIN;
	roster_fill(&r, ev);
	ASSERT_STR(ev->user.handle, "robo");
	ASSERT_STR(ev->author.handle, "");
	ASSERT_STR(ev->channel_name, "secret");
	CU_ASSERT_EQUAL(ev->channel_kind, CHANNEL_PRIVATE);
	CU_ASSERT(ev->from_bot);
	roster_deinit(&r);
	ASSERT_STR(ev->user.handle, "robo"); /* a copy of its own */
	event_free(ev);
}

UNIT_MAIN("roster", { "people by name", test_users_by_name },
	  { "people change", test_users_change }, { "channels", test_channels },
	  { "user groups", test_groups }, { "an event is told", test_an_event_is_told })
