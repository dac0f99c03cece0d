/* SPDX-License-Identifier: MIT */
#include "directory/cache.h"

#include "lib/unit.h"

static void learn_user(struct cache *r, const char *text)
{
	CLEANUP(json_freep) struct json *user = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&user, str_from(text), NULL), 0);
	cache_learn_user(r, user);
}

static void learn_channel(struct cache *r, const char *text)
{
	CLEANUP(json_freep) struct json *channel = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&channel, str_from(text), NULL), 0);
	cache_learn_channel(r, channel, CHANNEL_UNKNOWN);
}

static void user_is(const struct cache *r, const char *name, size_t n, const char *ids)
{
	CLEANUP(buf_deinit) struct buf found = { 0 };

	CU_ASSERT_EQUAL(cache_find_user(r, str_from(name), &found), n);
	ASSERT_STR(buf_str(&found), ids);
}

static void channel_is(const struct cache *r, const char *name, size_t n, const char *ids)
{
	CLEANUP(buf_deinit) struct buf found = { 0 };

	CU_ASSERT_EQUAL(cache_find_channel(r, str_from(name), &found), n);
	ASSERT_STR(buf_str(&found), ids);
}

static void test_users_by_name(void)
{
	struct cache r;

	cache_init(&r);
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
	CU_ASSERT_STRING_EQUAL(cache_user(&r, STR("U1"))->email, "a@x");
	CU_ASSERT(cache_user(&r, STR("U4"))->is_bot);
	CU_ASSERT_PTR_NULL(cache_user(&r, STR("U5")));
	cache_deinit(&r);
}

static void test_users_change(void)
{
	struct cache r;

	cache_init(&r);
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"ana\",\"profile\":{\"display_name\":\"Ana\"}}");
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"anna\"}");
	user_is(&r, "anna", 1, "U1");
	user_is(&r, "ana", 1, "U1"); /* still the display name */
	learn_user(&r, "{\"id\":\"U1\",\"profile\":{\"display_name\":\"Boss\"}}");
	user_is(&r, "ana", 0, "");
	user_is(&r, "boss", 1, "U1");
	learn_user(&r, "{\"id\":\"U1\",\"deleted\":true}");
	user_is(&r, "anna", 0, "");
	CU_ASSERT_STRING_EQUAL(cache_user(&r, STR("U1"))->name, "Boss");
	learn_user(&r, "{\"id\":\"U1\",\"deleted\":false}");
	user_is(&r, "anna", 1, "U1");
	learn_user(&r, "{\"id\":7}");
	learn_user(&r, "[]");
	CU_ASSERT_EQUAL(r.users.n, 1);
	cache_deinit(&r);
}

static void test_channels(void)
{
	struct cache r;

	cache_init(&r);
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
	CU_ASSERT_EQUAL(cache_channel(&r, STR("C1"))->kind, CHANNEL_PUBLIC);
	CU_ASSERT_EQUAL(cache_channel(&r, STR("C2"))->kind, CHANNEL_PRIVATE);
	CU_ASSERT_EQUAL(cache_channel(&r, STR("C3"))->kind, CHANNEL_GROUP);
	CU_ASSERT_EQUAL(cache_channel(&r, STR("D4"))->kind, CHANNEL_DM);
	CU_ASSERT_EQUAL(cache_channel(&r, STR("C5"))->kind, CHANNEL_UNKNOWN);
	learn_channel(&r, "{\"id\":\"C1\",\"name\":\"lobby\"}"); /* a rename keeps the kind */
	CU_ASSERT_EQUAL(cache_channel(&r, STR("C1"))->kind, CHANNEL_PUBLIC);
	channel_is(&r, "lobby", 1, "C1");
	channel_is(&r, "general", 0, "");
	cache_move_channel(&r, STR("C1"), STR("C9"));
	channel_is(&r, "lobby", 1, "C9");
	CU_ASSERT_PTR_NULL(cache_channel(&r, STR("C1")));
	cache_move_channel(&r, STR("C1"), STR("C8"));
	cache_deinit(&r);
}

static void test_groups(void)
{
	CLEANUP(json_freep) struct json *group = NULL;
	struct cache r;

	cache_init(&r);
	json_parse(&group, STR("{\"id\":\"S1\",\"handle\":\"helpers\"}"), NULL);
	cache_learn_group(&r, group);
	cache_learn_group(&r, group);
	ASSERT_STR(cache_group(&r, STR("S1")), "helpers");
	ASSERT_STR(cache_group(&r, STR("S2")), "");
	cache_deinit(&r);
}

static void learn_group(struct cache *r, const char *text)
{
	CLEANUP(json_freep) struct json *group = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&group, str_from(text), NULL), 0);
	cache_learn_group(r, group);
}

static size_t n_called(const struct cache *r, const char *handle)
{
	CLEANUP(buf_deinit) struct buf ids = { 0 };

	return cache_find_group(r, str_from(handle), &ids);
}

static void test_who_is_in_a_group(void)
{
	struct cache r;

	cache_init(&r);
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U1")), -1);
	learn_group(&r, "{\"id\":\"S1\",\"handle\":\"Ops\"}"); /* who is in it is not said */
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U1")), -1);
	learn_group(&r, "{\"id\":\"S1\",\"users\":[],\"user_count\":\"2\"}");
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U1")), -1);
	learn_group(&r, "{\"id\":\"S1\",\"users\":[\"U2\",\"U1\"],\"user_count\":2}");
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U1")), 1);
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("S1"), STR("U2")), 1);
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("OPS"), STR("U3")), 0);
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR_EMPTY), 0);
	learn_group(&r, "{\"id\":\"S1\",\"handle\":\"operators\"}"); /* renamed, else as it was */
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U1")), -1);
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("operators"), STR("U1")), 1);
	learn_group(&r, "{\"id\":\"S1\",\"users\":[\"U3\"]}");
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("operators"), STR("U1")), 0);
	learn_group(&r, "{\"id\":\"S1\",\"users\":[],\"user_count\":0}");
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("operators"), STR("U3")), 0);
	cache_deinit(&r);
}

static void test_groups_change(void)
{
	CLEANUP(json_freep) struct json *some = NULL;
	struct cache r;

	cache_init(&r);
	json_parse(&some, STR("[\"U1\",\"U7\"]"), NULL);
	CU_ASSERT_FALSE(cache_change_group(&r, STR("S1"), some, NULL));
	learn_group(&r, "{\"id\":\"S1\",\"handle\":\"ops\"}");
	CU_ASSERT_FALSE(cache_change_group(&r, STR("S1"), some, NULL));
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U1")), -1); /* not the whole truth */
	learn_group(&r, "{\"id\":\"S1\",\"users\":[\"U2\"]}");
	CU_ASSERT(cache_change_group(&r, STR("S1"), some, NULL));
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U7")), 1);
	CU_ASSERT(cache_change_group(&r, STR("S1"), NULL, some));
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U7")), 0);
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U2")), 1);
	learn_group(&r, "{\"id\":\"S1\",\"date_delete\":1446748865}"); /* switched off */
	CU_ASSERT_EQUAL(n_called(&r, "ops"), 0);
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("S1"), STR("U2")), 0);
	ASSERT_STR(cache_group(&r, STR("S1")), "ops");
	learn_group(&r, "{\"id\":\"S1\",\"date_delete\":0}"); /* and on again */
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("ops"), STR("U2")), 1);
	cache_deinit(&r);
}

static void test_groups_that_went(void)
{
	struct cache r;

	cache_init(&r);
	learn_group(&r, "{\"id\":\"S1\",\"handle\":\"ops\",\"users\":[\"U1\"]}");
	learn_group(&r, "{\"id\":\"S2\",\"handle\":\"web\",\"users\":[\"U1\"]}");
	learn_group(&r, "{\"id\":\"S3\",\"handle\":\"WEB\",\"users\":[\"U1\"]}");
	CU_ASSERT_EQUAL(n_called(&r, "web"), 2);
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("web"), STR("U1")), -1); /* which of the two? */
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("S2"), STR("U1")), 1);
	cache_drop_doubted_groups(&r); /* none is */
	CU_ASSERT_EQUAL(n_called(&r, "web"), 2);
	cache_doubt_groups(&r);
	learn_group(&r, "{\"id\":\"S2\",\"handle\":\"web\"}");
	cache_drop_doubted_groups(&r);
	CU_ASSERT_EQUAL(n_called(&r, "web"), 1);
	CU_ASSERT_EQUAL(n_called(&r, "ops"), 0);
	CU_ASSERT(cache_has_group(&r, STR("web")) && cache_has_group(&r, STR("S2")));
	CU_ASSERT_FALSE(cache_has_group(&r, STR("ops")) || cache_has_group(&r, STR("S1")));
	CU_ASSERT_EQUAL(cache_in_group(&r, STR("web"), STR("U1")), 1);
	cache_deinit(&r);
}

static void test_guests(void)
{
	struct cache r;

	cache_init(&r);
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"eve\",\"is_restricted\":true,"
		       "\"is_ultra_restricted\":false}");
	learn_user(&r, "{\"id\":\"U2\",\"is_ultra_restricted\":true}");
	learn_user(&r, "{\"id\":\"U3\",\"is_stranger\":true}");
	CU_ASSERT(cache_user(&r, STR("U1"))->is_guest);
	CU_ASSERT(cache_user(&r, STR("U2"))->is_guest);
	CU_ASSERT_FALSE(cache_user(&r, STR("U3"))->is_guest);
	learn_user(&r, "{\"id\":\"U1\",\"real_name\":\"Eve\"}"); /* unsaid: as it was */
	CU_ASSERT(cache_user(&r, STR("U1"))->is_guest);
	learn_user(&r, "{\"id\":\"U1\",\"is_restricted\":false}");
	CU_ASSERT_FALSE(cache_user(&r, STR("U1"))->is_guest);
	cache_deinit(&r);
}

static void test_membership(void)
{
	struct cache r;

	cache_init(&r);
	learn_channel(&r, "{\"id\":\"C1\",\"name\":\"a\",\"is_member\":true}");
	learn_channel(&r, "{\"id\":\"C1\",\"name\":\"b\"}");
	CU_ASSERT(cache_channel(&r, STR("C1"))->is_member);
	cache_note_member(&r, STR("C1"), false);
	CU_ASSERT_FALSE(cache_channel(&r, STR("C1"))->is_member);
	cache_note_member(&r, STR("C2"), false);
	CU_ASSERT_PTR_NULL(cache_channel(&r, STR("C2")));
	cache_note_member(&r, STR("C2"), true);
	CU_ASSERT(cache_channel(&r, STR("C2"))->is_member);
	cache_move_channel(&r, STR("C2"), STR("C3"));
	CU_ASSERT(cache_channel(&r, STR("C3"))->is_member);
	cache_note_member(&r, STR_EMPTY, true);
	CU_ASSERT_PTR_NULL(cache_channel(&r, STR_EMPTY));
	cache_deinit(&r);
}

/* Those who are not ours may call themselves what they like: nobody looks for them by name. */
static void test_outsiders_have_no_name(void)
{
	const struct identity home = { .team_id = (char *)"T1", .enterprise_id = (char *)"E1" };
	struct cache r;

	cache_init(&r);
	r.home = &home;
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"raj\",\"team_id\":\"T1\"}");
	learn_user(&r, "{\"id\":\"U2\",\"name\":\"raj\",\"team_id\":\"T2\"}");
	learn_user(&r, "{\"id\":\"U3\",\"name\":\"raj\",\"profile\":{\"team\":\"T2\"}}");
	learn_user(&r, "{\"id\":\"U4\",\"name\":\"raj\",\"is_stranger\":true}");
	learn_user(&r, "{\"id\":\"U5\",\"name\":\"raj\",\"team_id\":\"T2\",\"is_stranger\":false}");
	learn_user(&r,
		   "{\"id\":\"U6\",\"name\":\"raj\",\"team_id\":\"T3\",\"enterprise_id\":\"E2\"}");
	user_is(&r, "raj", 1, "U1");
	CU_ASSERT_STRING_EQUAL(cache_user(&r, STR("U2"))->handle,
			       "raj"); /* but by id they are known */
	learn_user(&r, "{\"id\":\"U7\",\"name\":\"sis\",\"team_id\":\"T4\","
		       "\"enterprise_user\":{\"enterprise_id\":\"E1\"}}");
	user_is(&r, "sis", 1, "U7"); /* a sister workspace of our organisation */
	learn_user(&r, "{\"id\":\"U2\",\"profile\":{\"display_name\":\"Raj Two\"}}");
	user_is(&r, "raj two", 0, ""); /* what does not say where they are from changes nothing */
	learn_user(&r, "{\"id\":\"U2\",\"team_id\":\"T1\"}");
	user_is(&r, "raj two", 1, "U2");
	cache_deinit(&r);
}

UNIT_MAIN("roster", { "people by name", test_users_by_name },
	  { "people change", test_users_change }, { "channels", test_channels },
	  { "user groups", test_groups }, { "who is in a group", test_who_is_in_a_group },
	  { "groups change", test_groups_change }, { "groups that went", test_groups_that_went },
	  { "guests", test_guests }, { "outsiders have no name", test_outsiders_have_no_name },
	  { "membership", test_membership })
