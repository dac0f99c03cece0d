/* SPDX-License-Identifier: MIT */
#include "webapi/api_error.h"

#include <stdio.h>
#include <string.h>
#include "lib/unit.h"

static void check(int status, const char *body, enum verdict_kind wanted, const char *in_sentence)
{
	const struct http_reply reply = {
		.end = OUTCOME_DONE,
		.status = status,
		.body = str_from(body),
		.retry_after = STR_EMPTY,
		.scopes = STR_EMPTY,
	};
	struct verdict v;

	verdict_read(&v, &reply, "chat.postMessage");
	if (v.kind != wanted || strstr(v.sentence, in_sentence) == NULL)
		printf("\n  HTTP %d %s: %d \"%s\"", status, body, v.kind, v.sentence);
	CU_ASSERT_EQUAL(v.kind, wanted);
	CU_ASSERT(strstr(v.sentence, in_sentence) != NULL);
	CU_ASSERT(wanted == VERDICT_OK || v.sentence[0] != '\0');
	verdict_deinit(&v);
}

static void test_ok(void)
{
	check(200, "{\"ok\":true,\"ts\":\"1.2\"}", VERDICT_OK, "");
	check(200, "{\"ok\":false,\"error\":\"already_reacted\"}", VERDICT_OK, "");
	check(500, "{\"ok\":true}", VERDICT_OK, "");
}

static void test_refusals(void)
{
	check(200, "{\"ok\":false,\"error\":\"channel_not_found\"}", VERDICT_REFUSED,
	      "chat.postMessage: there is no such channel, or the bot is not in it (channel_not_found)");
	check(200, "{\"ok\":false,\"error\":\"never_heard_of\"}", VERDICT_REFUSED,
	      "never_heard_of");
	check(200,
	      "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"chat:write\",\"provided\":\"\"}",
	      VERDICT_REFUSED, "add chat:write in the app's settings");
	check(200,
	      "{\"ok\":false,\"error\":\"invalid_blocks\",\"response_metadata\":{\"messages\":"
	      "[\"[ERROR] too deep\",7]}}",
	      VERDICT_REFUSED, "[ERROR] too deep");
	check(404, "<html>", VERDICT_REFUSED, "SLACK_API_URL");
	check(408, "<html>", VERDICT_UNSURE, "too long");
	check(302, "", VERDICT_REFUSED, "HTTP 302");
}

static void test_fatal(void)
{
	check(200, "{\"ok\":false,\"error\":\"invalid_auth\"}", VERDICT_FATAL,
	      "token is not valid");
	check(200, "{\"ok\":false,\"error\":\"account_inactive\"}", VERDICT_FATAL,
	      "install the app");
	check(401, "{\"ok\":false,\"error\":\"token_revoked\"}", VERDICT_FATAL, "revoked");
}

static void test_what_passes(void)
{
	check(429, "", VERDICT_LIMITED, "");
	check(200, "{\"ok\":false,\"error\":\"ratelimited\"}", VERDICT_LIMITED, "");
	check(200, "{\"ok\":false,\"error\":\"rate_limited\"}", VERDICT_LIMITED, "");
	check(200, "{\"ok\":false,\"error\":\"team_added_to_org\"}", VERDICT_MOVING, "moved");
}

static void test_unsure(void)
{
	check(503, "<html>down</html>", VERDICT_UNSURE, "HTTP 503");
	check(500, "", VERDICT_UNSURE, "HTTP 500");
	check(200, "<html>hello</html>", VERDICT_UNSURE, "makes no sense");
	check(200, "{\"ok\":true", VERDICT_UNSURE, "makes no sense");
	check(200, "{}", VERDICT_UNSURE, "makes no sense");
	check(200, "[]", VERDICT_UNSURE, "makes no sense");
	check(200, "{\"ok\":\"yes\"}", VERDICT_UNSURE, "makes no sense");
	check(200, "{\"ok\":false}", VERDICT_UNSURE, "makes no sense");
	check(200, "{\"ok\":false,\"error\":\"internal_error\"}", VERDICT_UNSURE, "trouble");
	check(503, "{\"ok\":false,\"error\":\"strange\"}", VERDICT_UNSURE, "strange");
}

static void test_without_an_answer(void)
{
	struct verdict v;

	verdict_read(&v, &(struct http_reply){ .end = OUTCOME_LATER, .why = "no route" },
		     "auth.test");
	CU_ASSERT_EQUAL(v.kind, VERDICT_NOT_SENT);
	CU_ASSERT_STRING_EQUAL(v.sentence, "auth.test: no route");
	verdict_deinit(&v);
	verdict_read(&v, &(struct http_reply){ .end = OUTCOME_UNKNOWN }, "auth.test");
	CU_ASSERT_EQUAL(v.kind, VERDICT_UNSURE);
	CU_ASSERT_STRING_EQUAL(v.sentence, "auth.test: no answer");
	verdict_deinit(&v);
	verdict_deinit(&v);
}

static void test_method_makes_it_clearer(void)
{
	const struct http_reply reply = {
		.end = OUTCOME_DONE,
		.status = 200,
		.body = STR("{\"ok\":false,\"error\":\"not_allowed_token_type\"}"),
	};
	struct verdict v;

	verdict_read(&v, &reply, "rtm.connect");
	CU_ASSERT_EQUAL(v.kind, VERDICT_FATAL);
	CU_ASSERT(strstr(v.sentence, "this token belongs to a new-style app: use Socket Mode") !=
		  NULL);
	verdict_deinit(&v);
	verdict_read(&v, &reply, "apps.connections.open");
	CU_ASSERT(strstr(v.sentence, "xapp-") != NULL);
	verdict_deinit(&v);
}

/* A rule may call what is not for this token; the bot can do all else. */
static void test_a_method_for_others_is_no_end(void)
{
	static const char *const codes[] = { "not_allowed_token_type", "is_bot", "missing_args",
					     "enterprise_is_restricted",
					     "team_access_not_granted" };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		char body[128];
		struct http_reply reply = { .end = OUTCOME_DONE, .status = 200 };
		struct verdict v;

		snprintf(body, sizeof(body), "{\"ok\":false,\"error\":\"%s\"}", codes[i]);
		reply.body = str_from(body);
		verdict_read(&v, &reply, "users.profile.set");
		CU_ASSERT_EQUAL(v.kind, VERDICT_REFUSED);
		CU_ASSERT(strstr(v.sentence, codes[i]) != NULL);
		verdict_deinit(&v);
		check(200, body, VERDICT_FATAL, codes[i]); /* posting it cannot do without */
	}
}

static void test_changing_messages(void)
{
	check(200, "{\"ok\":false,\"error\":\"message_not_found\"}", VERDICT_REFUSED, "gone");
	check(200, "{\"ok\":false,\"error\":\"cant_update_message\"}", VERDICT_REFUSED,
	      "own messages");
	check(200, "{\"ok\":false,\"error\":\"cant_delete_message\"}", VERDICT_REFUSED,
	      "own messages");
	check(200, "{\"ok\":false,\"error\":\"edit_window_closed\"}", VERDICT_REFUSED, "this old");
	check(200, "{\"ok\":false,\"error\":\"no_reaction\"}", VERDICT_OK, "");
	check(200, "{\"ok\":false,\"error\":\"no_pin\"}", VERDICT_OK, "");
	check(200, "{\"ok\":false,\"error\":\"plan_upgrade_required\"}", VERDICT_REFUSED, "plan");
}

static void test_retry_after(void)
{
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("3")), 3000);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR(" 3\r")), 3000);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("0")), 0);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("3600")), 3600000);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("99999999")), 3600000);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("")), 30000);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("-1")), 30000);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("1.5")), 30000);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("Wed, 21 Oct 2026 07:28:00 GMT")), 30000);
	CU_ASSERT_EQUAL(verdict_retry_after_ms(STR("99999999999999999999999")), 30000);
}

UNIT_MAIN("verdict", { "ok", test_ok }, { "refusals", test_refusals },
	  { "fatal errors", test_fatal }, { "what passes", test_what_passes },
	  { "unsure", test_unsure }, { "no answer at all", test_without_an_answer },
	  { "the method makes a code clearer", test_method_makes_it_clearer },
	  { "a method for others is no end", test_a_method_for_others_is_no_end },
	  { "changing messages", test_changing_messages }, { "Retry-After", test_retry_after })
