/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "slack/method_check.h"

#include "lib/unit.h"

static void check(const char *method, const char *args, const char *told)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	CLEANUP(json_freep) struct json *j = NULL;
	struct diag diag;

	buf_init(&out, 0);
	CU_ASSERT_EQUAL(json_parse(&j, str_from(args), NULL), 0);
	diag_init(&diag);
	CU_ASSERT_EQUAL(method_check(str_from(method), j, (struct place){ "f.ini", 7 }, &diag),
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

#define IN_QUOTES(name, method) \
	"`" name "` of " method \
	" is JSON in quotes; write the JSON itself, without the quotes around it\n"
#define STRANGER                                                                              \
	"? unknown method `brandnew.feature.doIt`: it is called as it stands, its arguments " \
	"unchecked\n"

static void test_json_in_quotes(void)
{
	check("canvases.edit",
	      "{\"canvas_id\":\"F1\",\"changes\":\"[{\\\"a\\\":\\\"{text}\\\"}]\"}",
	      IN_QUOTES("changes", "canvases.edit"));
	check("canvases.edit", "{\"canvas_id\":\"F1\",\"changes\":\"\\u0001{text}\"}",
	      IN_QUOTES("changes", "canvases.edit"));
	check("canvases.create", "{\"document_content\":\"{\\\"type\\\":\\\"markdown\\\"}\"}",
	      IN_QUOTES("document_content", "canvases.create"));
	check("dialog.open", "{\"trigger_id\":\"1\",\"dialog\":\"{\\\"title\\\":\\\"{text}\\\"}\"}",
	      IN_QUOTES("dialog", "dialog.open"));
	check("dialog.open", "{\"trigger_id\":\"1\",\"dialog\":{\"title\":\"{text}\"}}", "");
	check("brandnew.feature.doIt", "{\"x\":\"[\\\"{text}\\\"]\"}",
	      IN_QUOTES("x", "brandnew.feature.doIt") STRANGER);
	check("brandnew.feature.doIt", "{\"x\":\" { \\\"a\\\": {text|json}}\"}",
	      IN_QUOTES("x", "brandnew.feature.doIt") STRANGER);
	check("brandnew.feature.doIt", "{\"x\":\"[{text}] {\\\"a\\\"}\",\"y\":\"[\\\"a\\\"]\"}",
	      STRANGER);
	check("chat.meMessage", "{\"channel\":\"C1\",\"text\":\"[\\\"{text}\\\"]\"}", "");
}

static void test_unknown_methods(void)
{
	check("chat.postMesage", "{}",
	      "unknown method `chat.postMesage`; did you mean `chat.postMessage`?\n");
	check("Chat.PostMessage", "{}",
	      "unknown method `Chat.PostMessage`; did you mean `chat.postMessage`?\n");
	check("CHAT.POSTMESSAGE", "{}",
	      "unknown method `CHAT.POSTMESSAGE`; did you mean `chat.postMessage`?\n");
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
		"Auth.REVOKE",
		"ADMIN.users.invite",
		"SEARCH.messages",
	};
	CLEANUP(json_freep) struct json *none = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct diag diag;

		diag_init(&diag);
		CU_ASSERT_FALSE(
			method_check(str_from(refused[i]), none, (struct place){ 0 }, &diag));
		CU_ASSERT_EQUAL_FATAL(diag.n_errors, 1);
		/* A method has no digit in its name: that is said instead of `oauth.v2.access`. */
		CU_ASSERT_EQUAL(str_starts(str_from(diag.entries[0].text), "a rule may not call "),
				method_is_name(str_from(refused[i])));
		diag_deinit(&diag);
	}
	check("auth.revoke", "{}",
	      "a rule may not call auth.revoke: it would take the bot's own token away\n");
}

static void test_names_that_name_methods(void)
{
	CU_ASSERT_TRUE(method_is_name(STR("chat.postMessage")));
	CU_ASSERT_TRUE(method_is_name(STR("a.b.c.d")));
	CU_ASSERT_FALSE(method_is_name(STR("chat")));
	CU_ASSERT_FALSE(method_is_name(STR("")));
	CU_ASSERT_FALSE(method_is_name(STR(".")));
	CU_ASSERT_FALSE(method_is_name(STR("chat.")));
	CU_ASSERT_FALSE(method_is_name(STR(".chat")));
	CU_ASSERT_FALSE(method_is_name(STR("chat..x")));
	CU_ASSERT_FALSE(method_is_name(STR("chat.post Message")));
	CU_ASSERT_FALSE(method_is_name(STR("chat/../x.y")));
	CU_ASSERT_FALSE(method_is_name(STR("chat.x\0")));
	CU_ASSERT_FALSE(method_is_name(STR("ch\xC3\xA4t.x")));
}

UNIT_MAIN("method_check", { "good calls pass", test_good_calls_pass },
	  { "arguments are known and complete", test_arguments_are_known_and_complete },
	  { "JSON in quotes", test_json_in_quotes }, { "unknown methods", test_unknown_methods },
	  { "some methods are refused, and why", test_some_methods_are_refused_and_why },
	  { "names that name methods", test_names_that_name_methods })
