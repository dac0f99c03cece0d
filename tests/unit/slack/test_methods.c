/* SPDX-License-Identifier: MIT */
/* Is the row of every method whole, and does it say what Slack's own pages say, where these are at hand? Who adds one is
 * told here which column they forgot. */
#include "slack/methods.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "lib/unit.h"
#include "slack/method_check.h"

static void is(const char *name, int64_t every_ms, enum method_call call, const char *scopes)
{
	const struct method *m = method_named(str_from(name));
	struct method_pace pace = method_pace(m->tier);

	CU_ASSERT_STRING_EQUAL(m->name, name);
	CU_ASSERT_EQUAL(pace.every_ms, every_ms);
	CU_ASSERT_TRUE(pace.burst > 0);
	CU_ASSERT_EQUAL(m->call, call);
	CU_ASSERT_STRING_EQUAL(m->scopes, scopes);
}

static void test_known_methods(void)
{
	is("chat.postMessage", 0, CALL_POSTS, "chat:write");
	is("chat.meMessage", 1200, CALL_POSTS, "chat:write");
	is("chat.update", 1200, CALL_REPEATABLE, "chat:write");
	is("chat.scheduleMessage", 1200, CALL_ONCE, "chat:write");
	is("reactions.remove", 3000, CALL_REPEATABLE, "reactions:write");
	is("usergroups.list", 3000, CALL_READS, "usergroups:read");
	is("users.info", 600, CALL_READS, "users:read");
	is("conversations.create", 3000, CALL_ONCE,
	   "channels:manage|groups:write|im:write|mpim:write|channels:write");
	is("rtm.connect", 10000, CALL_REPEATABLE, "");
	is("auth.test", 600, CALL_REPEATABLE, "");
}

static void test_unknown_methods(void)
{
	static const char *const names[] = { "", "chat.postmessage", "chat.postMessage2",
					     "admin.users.list" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct method *m = method_named(str_from(names[i]));

		CU_ASSERT_STRING_EQUAL(m->name, "");
		CU_ASSERT_EQUAL(m->call, CALL_ONCE);
		CU_ASSERT_EQUAL(method_pace(m->tier).every_ms, 1200);
	}
}

/* ---- every row ---- */

static void need(bool there, const char *method, const char *column)
{
	if (!there)
		printf("\n  the method %s lacks %s", method, column);
	CU_ASSERT_TRUE(there);
}

static size_t count(const char *const *list, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; list[i] != NULL; i++)
		n += strcmp(name, list[i]) == 0;
	return n;
}

static void check_arguments(const struct method *m)
{
	for (size_t i = 0; m->required[i] != NULL; i++) {
		CU_ASSERT_EQUAL(count(m->required, m->required[i]), 1);
		CU_ASSERT_EQUAL(count(m->optional, m->required[i]), 0);
	}
	for (size_t i = 0; m->optional[i] != NULL; i++)
		CU_ASSERT_EQUAL(count(m->optional, m->optional[i]), 1);
	for (size_t i = 0; m->one_of[i] != NULL; i++)
		CU_ASSERT_EQUAL(count(m->optional, m->one_of[i]), 1);
	CU_ASSERT_EQUAL(count(m->required, "token") + count(m->optional, "token"), 0);
}

static void test_every_row_is_whole(void)
{
	const struct method *m;

	for (size_t i = 0; (m = method_at(i)) != NULL; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(m->name);
		CU_ASSERT_TRUE(method_is_name(str_from(m->name)));
		CU_ASSERT_PTR_EQUAL(method_named(str_from(m->name)), m);
		need(m->tier != 0, m->name, "the column `tier`: how often it may be called");
		need(m->call != 0, m->name, "the column `call`: what it does, and does again");
		need(m->scopes != NULL, m->name, "the column `scopes`: \"\" if it needs none");
		need(m->args != 0, m->name, "the column `args`: how well they are known");
		need(m->required != NULL, m->name, "the column `required`: NONE if there are none");
		need(m->optional != NULL, m->name, "the column `optional`: NONE if there are none");
		need(m->one_of != NULL, m->name, "the column `one_of`: NONE if there are none");
		if (m->required != NULL && m->optional != NULL && m->one_of != NULL)
			check_arguments(m);
	}
}

/* Those that rules may call come first. */
static void test_the_table_is_in_order(void)
{
	const struct method *last = method_at(0), *m;
	size_t n = 1;

	for (; (m = method_at(n)) != NULL; n++) {
		CU_ASSERT_TRUE((last->args == ARGS_OURS) < (m->args == ARGS_OURS) ||
			       ((last->args == ARGS_OURS) == (m->args == ARGS_OURS) &&
				strcmp(last->name, m->name) < 0));
		last = m;
	}
	CU_ASSERT_TRUE(n > 60);
}

/* ---- the table against recorded facts, where these are at hand ---- */

static void compare_names(const struct method *m, const struct json *known, const char *const *list)
{
	size_t n = 0, n_known = 0;

	while (list[n] != NULL)
		n++;
	for (size_t i = 0; i < json_len(known); i++) {
		struct str name = json_str(json_item(known, i), "");

		if (str_is(name, "token"))
			continue;
		n_known++;
		if (name.len == 0 || count(list, name.p) != 1) {
			printf("\n  %s: %s\n", m->name, name.p);
			CU_FAIL("an argument is not in the table");
		}
	}
	CU_ASSERT_EQUAL(n, n_known);
}

static void compare_scopes(const struct method *m, const struct json *known)
{
	size_t n = 0, n_known = json_kind(known) == JSON_ARRAY ? json_len(known) : 0;
	struct str rest = str_from(m->scopes), scope;

	while (rest.len > 0 && str_cut(&rest, '|', &scope)) {
		bool found = false;

		for (size_t i = 0; i < n_known; i++)
			found |= str_eq(json_str(json_item(known, i), ""), scope);
		if (!found)
			printf("\n  %s: %.*s\n", m->name, STR_ARG(scope));
		CU_ASSERT_TRUE(found);
		n++;
	}
	CU_ASSERT_EQUAL(n, n_known);
}

/* The fifth tier has no figures of its own. */
static void compare_tier(const struct method *m, struct str known)
{
	if (str_is(known, "t2"))
		CU_ASSERT_EQUAL(m->tier, TIER_2);
	if (str_is(known, "t3"))
		CU_ASSERT_EQUAL(m->tier, TIER_3);
	if (str_is(known, "t4"))
		CU_ASSERT_EQUAL(m->tier, TIER_4);
}

static bool is_refused(struct str name)
{
	CLEANUP(json_freep) struct json *none = json_new_object();
	struct diag diag;
	bool good;

	diag_init(&diag);
	good = method_check(name, none, (struct place){ 0 }, &diag);
	diag_deinit(&diag);
	return !good;
}

static bool compare_file(const char *path)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(json_freep) struct json *j = NULL;
	const struct method *m;

	buf_init(&text, 0);
	if (file_load(path, &text) != NULL || json_parse(&j, buf_str(&text), NULL) != 0 ||
	    json_at(j, "method") == NULL)
		return false;
	m = method_named(json_str(j, "method"));
	if (m->name[0] == '\0' || m->args == ARGS_OURS) {
		CU_ASSERT_TRUE(is_refused(json_str(j, "method")));
		return true;
	}
	CU_ASSERT_NOT_EQUAL(m->args, ARGS_LOOSE);
	compare_names(m, json_at(j, "required_args"), m->required);
	compare_names(m, json_at(j, "optional_args"), m->optional);
	compare_scopes(m, json_at(j, "scopes.bot"));
	compare_tier(m, json_str(j, "rate_limit"));
	return true;
}

static const char *join(struct arena *arena, const char *folder, const char *name)
{
	return str_keepf(arena, "%s/%s", folder, name).p;
}

/* One JSON file a method. */
static size_t compare_folder(DIR *dir, const char *path, struct arena *arena)
{
	struct dirent *entry;
	size_t n = 0;

	while ((entry = readdir(dir)) != NULL) {
		if (str_ends(str_from(entry->d_name), ".json"))
			n += compare_file(join(arena, path, entry->d_name));
	}
	return n;
}

static void test_the_table_agrees_with_recorded_facts(void)
{
	const char *data = getenv("RETORT_DATA") != NULL ? getenv("RETORT_DATA") : "../shared/data";
	struct arena arena;
	const char *path;
	DIR *dir;

	arena_init(&arena);
	path = join(&arena, data, "slack/api-examples");
	dir = opendir(path);
	if (dir != NULL) {
		CU_ASSERT_TRUE(compare_folder(dir, path, &arena) > 0);
		closedir(dir);
	} else {
		printf("\n  left out: there is no folder %s\n", path);
	}
	arena_deinit(&arena);
}

UNIT_MAIN("methods", { "known methods", test_known_methods },
	  { "unknown methods", test_unknown_methods },
	  { "every row is whole", test_every_row_is_whole },
	  { "the table is in order", test_the_table_is_in_order },
	  { "the table agrees with recorded facts", test_the_table_agrees_with_recorded_facts })
