/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "slack/method_check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/inifile.h"
#include "lib/unit.h"

static void check(const char *method, const char *args, const char *told)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	CLEANUP(json_freep) struct json *j = NULL;
	struct diag diag;

	buf_init(&out, 0);
	CU_ASSERT_EQUAL(json_parse(&j, str_from(args), NULL), 0);
	diag_init(&diag);
	CU_ASSERT_EQUAL(webapi_check(str_from(method), j, (struct place){ "f.ini", 7 }, &diag),
			diag.n_errors == 0);
	for (size_t i = 0; i < diag.n_entries; i++) {
		CU_ASSERT_EQUAL(diag.entries[i].line, 7);
		buf_addf(&out, "%s%s\n", diag.entries[i].level == DIAG_WARNING ? "? " : "",
			 diag.entries[i].text);
	}
	ASSERT_STR(buf_str(&out), told);
	diag_deinit(&diag);
}

static void test_good_calls_pass(void)
{
	check("auth.test", "{}", "");
	check("api.test", "{\"error\": \"x\", \"whatever\": 1}", "");
	check("reactions.add",
	      "{\"channel\":\"{channel.id}\",\"timestamp\":\"{ts}\",\"name\":\"eyes\"}", "");
	check("chat.postMessage", "{\"channel\":\"C1\",\"text\":\"\"}", "");
	check("chat.postMessage", "{\"channel\":\"C1\",\"blocks\":[{\"type\":\"divider\"}]}", "");
	check("chat.postMessage", "{\"channel\":\"C1\",\"blocks\":\"[]\"}", "");
	check("chat.update", "{\"channel\":\"C1\",\"ts\":\"1.2\",\"blocks\":[]}", "");
	check("conversations.open", "{\"users\":\"U1\"}", "");
	check("conversations.setTopic", "{\"channel\":\"C1\",\"topic\":\"\\u0001{text}\"}", "");
}

static void test_arguments_are_known_and_complete(void)
{
	check("chat.postMessage", "{\"chanel\":\"C1\",\"text\":\"x\"}",
	      "chat.postMessage has no argument `chanel`; did you mean `channel`?\n"
	      "chat.postMessage needs the argument `channel`\n");
	check("chat.postMessage", "{\"channel\":\"C1\",\"zzzzzzzzz\":1,\"text\":\"\"}",
	      "chat.postMessage has no argument `zzzzzzzzz`\n");
	check("chat.postMessage", "{\"channel\":\"C1\"}",
	      "chat.postMessage needs one of the arguments `text`, `blocks`, `attachments`, "
	      "`markdown_text`\n");
	check("reactions.add", "{\"channel\":null,\"name\":\"x\"}",
	      "reactions.add needs the argument `timestamp`\n"
	      "reactions.add needs the argument `channel`\n");
	check("auth.test", "{\"token\":\"x\"}",
	      "auth.test: leave out `token`; the bot's own is used\n");
	check("api.test", "{\"token\":\"x\"}",
	      "api.test: leave out `token`; the bot's own is used\n");
	check("bookmarks.list", "{\"channel_id\":\"C1\",\"more\":1}",
	      "? bookmarks.list: it is not known whether it takes `more`\n");
	check("bookmarks.list", "{}", "bookmarks.list needs the argument `channel_id`\n");
	check("chat.postMessage", "{\"channel\":\"C1\",\"blocks\":[{\"type\":\"dividr\"}]}",
	      "blocks[0].type: unknown block \"dividr\"; did you mean \"divider\"?\n");
	check("auth.test", "[]",
	      "auth.test: wanted its arguments as { \"name\": \"value\", … }; { } when there are none\n");
	check("auth.test", "null",
	      "auth.test: wanted its arguments as { \"name\": \"value\", … }; { } when there are none\n");
}

static void test_unknown_methods(void)
{
	check("chat.postMesage", "{}",
	      "unknown method `chat.postMesage`; did you mean `chat.postMessage`?\n");
	check("Chat.PostMessage", "{}",
	      "unknown method `Chat.PostMessage`; did you mean `chat.postMessage`?\n");
	check("brandnew.feature.doIt", "{\"a\":1}",
	      "? unknown method `brandnew.feature.doIt`: it is called as it stands, its arguments "
	      "unchecked\n");
	check("postMessage", "{}",
	      "seen `postMessage`, wanted a method such as chat.postMessage\n");
	check("", "{}", "seen ``, wanted a method such as chat.postMessage\n");
	check("chat.postMessage?token=x", "{}",
	      "seen `chat.postMessage?token=x`, wanted a method such as chat.postMessage\n");
}

static void test_some_methods_are_refused_and_why(void)
{
	static const char *const refused[] = {
		"admin.users.invite",
		"apps.connections.open",
		"apps.manifest.update",
		"auth.revoke",
		"channels.list",
		"files.upload",
		"im.open",
		"migration.exchange",
		"oauth.v2.access",
		"openid.connect.token",
		"reminders.add",
		"rtm.connect",
		"rtm.start",
		"search.messages",
		"stars.add",
		"users.identity",
		"users.profile.set",
		"tooling.tokens.rotate",
	};
	const struct webapi *m;
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		CU_ASSERT_EQUAL(webapi_find(&m, str_from(refused[i]), &why), WEBAPI_FORBIDDEN);
		CU_ASSERT_PTR_NULL(m);
		CU_ASSERT_TRUE(str_from(why).len > 10);
	}
	check("auth.revoke", "{}",
	      "a rule may not call auth.revoke: it would take the bot's own token away\n");
	CU_ASSERT_EQUAL(webapi_find(&m, STR("auth.test"), &why), 0);
	CU_ASSERT_PTR_NULL(why);
	CU_ASSERT_EQUAL(webapi_find(&m, STR("auth.nothing"), NULL), WEBAPI_UNKNOWN);
}

static void test_names_that_name_methods(void)
{
	CU_ASSERT_TRUE(webapi_is_name(STR("chat.postMessage")));
	CU_ASSERT_TRUE(webapi_is_name(STR("a.b.c.d")));
	CU_ASSERT_FALSE(webapi_is_name(STR("chat")));
	CU_ASSERT_FALSE(webapi_is_name(STR("")));
	CU_ASSERT_FALSE(webapi_is_name(STR(".")));
	CU_ASSERT_FALSE(webapi_is_name(STR("chat.")));
	CU_ASSERT_FALSE(webapi_is_name(STR(".chat")));
	CU_ASSERT_FALSE(webapi_is_name(STR("chat..x")));
	CU_ASSERT_FALSE(webapi_is_name(STR("chat.post Message")));
	CU_ASSERT_FALSE(webapi_is_name(STR("chat/../x.y")));
	CU_ASSERT_FALSE(webapi_is_name(STR("chat.x\0")));
	CU_ASSERT_FALSE(webapi_is_name(STR("ch\xC3\xA4t.x")));
}

/* ---- the table ---- */

static size_t count(const char *const *list, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		n += str_is(str_from(name), list[i]);
	return n;
}

static void check_row(const struct webapi *m)
{
	for (size_t i = 0; m->required != NULL && m->required[i] != NULL; i++) {
		CU_ASSERT_EQUAL(count(m->required, m->required[i]), 1);
		CU_ASSERT_EQUAL(count(m->optional, m->required[i]), 0);
	}
	for (size_t i = 0; m->optional != NULL && m->optional[i] != NULL; i++)
		CU_ASSERT_EQUAL(count(m->optional, m->optional[i]), 1);
	for (size_t i = 0; m->one_of != NULL && m->one_of[i] != NULL; i++)
		CU_ASSERT_EQUAL(count(m->optional, m->one_of[i]), 1);
	CU_ASSERT_EQUAL(count(m->required, "token") + count(m->optional, "token"), 0);
}

static void test_the_table_is_in_order(void)
{
	const struct webapi *m;
	const char *name, *last = "";
	size_t n = 0;

	for (; (name = webapi_name_at(n)) != NULL; n++) {
		CU_ASSERT_TRUE(str_cmp(str_from(last), str_from(name)) < 0);
		CU_ASSERT_TRUE(webapi_is_name(str_from(name)));
		CU_ASSERT_EQUAL_FATAL(webapi_find(&m, str_from(name), NULL), 0);
		check_row(m);
		last = name;
	}
	CU_ASSERT_TRUE(n > 60);
}

/* ---- the table against recorded facts, where these are at hand ---- */

static void compare_names(const struct webapi *m, const struct json *known, const char *const *list)
{
	size_t n = 0, n_known = 0;

	while (list != NULL && list[n] != NULL)
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

static bool compare_file(const char *path)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(json_freep) struct json *j = NULL;
	const struct webapi *m;
	int found;

	buf_init(&text, 0);
	if (inifile_load(path, &text) != 0 || json_parse(&j, buf_str(&text), NULL) != 0 ||
	    json_at(j, "method") == NULL)
		return false;
	found = webapi_find(&m, json_str(j, "method"), NULL);
	CU_ASSERT_NOT_EQUAL(found, WEBAPI_UNKNOWN);
	if (found != 0)
		return true;
	CU_ASSERT_FALSE(m->loose);
	compare_names(m, json_at(j, "required_args"), m->required);
	compare_names(m, json_at(j, "optional_args"), m->optional);
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

UNIT_MAIN("webapi", { "good calls pass", test_good_calls_pass },
	  { "arguments are known and complete", test_arguments_are_known_and_complete },
	  { "unknown methods", test_unknown_methods },
	  { "some methods are refused, and why", test_some_methods_are_refused_and_why },
	  { "names that name methods", test_names_that_name_methods },
	  { "the table is in order", test_the_table_is_in_order },
	  { "the table agrees with recorded facts", test_the_table_agrees_with_recorded_facts })
