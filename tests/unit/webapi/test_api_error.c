/* SPDX-License-Identifier: MIT */
#include "webapi/api_error.h"

#include <stdio.h>
#include <string.h>
#include "lib/unit.h"

static void check(int status, const char *body, enum outcome_kind wanted, const char *in_sentence)
{
	const struct http_reply reply = {
		.end = OUTCOME_DONE,
		.status = status,
		.body = str_from(body),
		.retry_after = STR_EMPTY,
		.scopes = STR_EMPTY,
	};
	struct outcome v;

	api_error_read(&v, &reply, "chat.postMessage");
	if (v.kind != wanted || strstr(v.sentence, in_sentence) == NULL)
		printf("\n  HTTP %d %s: %d \"%s\"", status, body, v.kind, v.sentence);
	CU_ASSERT_EQUAL(v.kind, wanted);
	CU_ASSERT(strstr(v.sentence, in_sentence) != NULL);
	CU_ASSERT(wanted == OUTCOME_DONE || v.sentence[0] != '\0');
	outcome_deinit(&v);
}

static void test_ok(void)
{
	check(200, "{\"ok\":true,\"ts\":\"1.2\"}", OUTCOME_DONE, "");
	check(200, "{\"ok\":false,\"error\":\"already_reacted\"}", OUTCOME_DONE, "");
	check(500, "{\"ok\":true}", OUTCOME_DONE, "");
}

static void test_refusals(void)
{
	check(200, "{\"ok\":false,\"error\":\"channel_not_found\"}", OUTCOME_REFUSED,
	      "chat.postMessage: there is no such channel, or the bot is not in it (channel_not_found)");
	check(200, "{\"ok\":false,\"error\":\"never_heard_of\"}", OUTCOME_REFUSED,
	      "never_heard_of");
	check(200,
	      "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"chat:write\",\"provided\":\"\"}",
	      OUTCOME_REFUSED, "add chat:write in the app's settings");
	check(200,
	      "{\"ok\":false,\"error\":\"invalid_blocks\",\"response_metadata\":{\"messages\":"
	      "[\"[ERROR] too deep\",7]}}",
	      OUTCOME_REFUSED, "[ERROR] too deep");
	check(404, "<html>", OUTCOME_REFUSED, "SLACK_API_URL");
	check(408, "<html>", OUTCOME_UNKNOWN, "too long");
}

static void test_fatal(void)
{
	check(200, "{\"ok\":false,\"error\":\"invalid_auth\"}", OUTCOME_FATAL,
	      "token is not valid");
	check(200, "{\"ok\":false,\"error\":\"account_inactive\"}", OUTCOME_FATAL,
	      "install the app");
	check(401, "{\"ok\":false,\"error\":\"token_revoked\"}", OUTCOME_FATAL, "revoked");
}

/* What holds it up is told by the code: too many calls, or a workspace that is being moved. */
static void check_later(int status, const char *body, const char *error, const char *in_sentence)
{
	const struct http_reply reply = { .end = OUTCOME_DONE,
					  .status = status,
					  .body = str_from(body) };
	struct outcome v;

	check(status, body, OUTCOME_LATER, in_sentence);
	api_error_read(&v, &reply, "chat.postMessage");
	ASSERT_STR(v.error, error);
	CU_ASSERT_EQUAL(api_error_is_moving(v.error), strcmp(error, "ratelimited") != 0);
	outcome_deinit(&v);
}

static void test_what_passes(void)
{
	check_later(429, "", "ratelimited", "");
	check_later(200, "{\"ok\":false,\"error\":\"ratelimited\"}", "ratelimited", "");
	check_later(200, "{\"ok\":false,\"error\":\"rate_limited\"}", "ratelimited", "");
	check_later(200, "{\"ok\":false,\"error\":\"team_added_to_org\"}", "team_added_to_org",
		    "moved");
}

static void test_unsure(void)
{
	check(503, "<html>down</html>", OUTCOME_UNKNOWN, "HTTP 503");
	check(500, "", OUTCOME_UNKNOWN, "HTTP 500");
	/* a proxy that is not ready yet */
	check(302, "", OUTCOME_UNKNOWN, "check SLACK_API_URL and the proxy (HTTP 302)");
	check(307, "<html>", OUTCOME_UNKNOWN, "HTTP 307");
	check(403, "<html>", OUTCOME_UNKNOWN, "check SLACK_API_URL and the proxy (HTTP 403)");
	check(403, "{\"ok\":false,\"error\":\"restricted_action\"}", OUTCOME_REFUSED, "forbid");
	check(200, "<html>hello</html>", OUTCOME_UNKNOWN, "makes no sense");
	check(200, "{\"ok\":true", OUTCOME_UNKNOWN, "makes no sense");
	check(200, "{}", OUTCOME_UNKNOWN, "makes no sense");
	check(200, "[]", OUTCOME_UNKNOWN, "makes no sense");
	check(200, "{\"ok\":\"yes\"}", OUTCOME_UNKNOWN, "makes no sense");
	check(200, "{\"ok\":false}", OUTCOME_UNKNOWN, "makes no sense");
	check(200, "{\"ok\":false,\"error\":\"internal_error\"}", OUTCOME_UNKNOWN, "trouble");
	check(503, "{\"ok\":false,\"error\":\"strange\"}", OUTCOME_UNKNOWN, "strange");
}

static void test_without_an_answer(void)
{
	struct outcome v;

	api_error_read(&v, &(struct http_reply){ .end = OUTCOME_LATER, .why = "no route" },
		       "auth.test");
	CU_ASSERT_EQUAL(v.kind, OUTCOME_LATER);
	CU_ASSERT_EQUAL(v.error.len, 0);
	CU_ASSERT_STRING_EQUAL(v.sentence, "auth.test: no route");
	outcome_deinit(&v);
	api_error_read(&v, &(struct http_reply){ .end = OUTCOME_UNKNOWN }, "auth.test");
	CU_ASSERT_EQUAL(v.kind, OUTCOME_UNKNOWN);
	CU_ASSERT_STRING_EQUAL(v.sentence, "auth.test: no answer");
	outcome_deinit(&v);
	outcome_deinit(&v);
}

static void test_method_makes_it_clearer(void)
{
	const struct http_reply reply = {
		.end = OUTCOME_DONE,
		.status = 200,
		.body = STR("{\"ok\":false,\"error\":\"not_allowed_token_type\"}"),
	};
	struct outcome v;

	api_error_read(&v, &reply, "rtm.connect");
	CU_ASSERT_EQUAL(v.kind, OUTCOME_FATAL);
	CU_ASSERT(strstr(v.sentence, "this token belongs to a new-style app: use Socket Mode") !=
		  NULL);
	outcome_deinit(&v);
	api_error_read(&v, &reply, "apps.connections.open");
	CU_ASSERT(strstr(v.sentence, "xapp-") != NULL);
	outcome_deinit(&v);
}

/* What one call, one channel or one workspace is closed to ends that call, and the bot only where it cannot live without
 * it; what is about the token itself ends the bot wherever it is met. */
static void test_whose_end_a_refusal_is(void)
{
	static const struct {
		const char *code;
		enum outcome_kind of_a_call, of_a_post, at_the_start;
	} cases[] = {
		{ "not_allowed_token_type", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_FATAL },
		{ "is_bot", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_FATAL },
		{ "missing_args", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_FATAL },
		{ "enterprise_is_restricted", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_FATAL },
		{ "team_access_not_granted", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_FATAL },
		{ "forbidden_team", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_FATAL },
		{ "accesslimited", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_FATAL },
		{ "restricted_action", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_REFUSED },
		{ "restricted_action_read_only_channel", OUTCOME_REFUSED, OUTCOME_REFUSED,
		  OUTCOME_REFUSED },
		{ "is_archived", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_REFUSED },
		{ "not_in_channel", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_REFUSED },
		{ "channel_not_found", OUTCOME_REFUSED, OUTCOME_REFUSED, OUTCOME_REFUSED },
		{ "invalid_auth", OUTCOME_FATAL, OUTCOME_FATAL, OUTCOME_FATAL },
		{ "token_revoked", OUTCOME_FATAL, OUTCOME_FATAL, OUTCOME_FATAL },
		{ "account_inactive", OUTCOME_FATAL, OUTCOME_FATAL, OUTCOME_FATAL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const methods[] = { "users.profile.set", "chat.postMessage",
						"auth.test" };
		const enum outcome_kind wanted[] = { cases[i].of_a_call, cases[i].of_a_post,
						     cases[i].at_the_start };
		char body[128];
		struct http_reply reply = { .end = OUTCOME_DONE, .status = 200 };

		snprintf(body, sizeof(body), "{\"ok\":false,\"error\":\"%s\"}", cases[i].code);
		reply.body = str_from(body);
		for (size_t m = 0; m < ARRAY_LEN(methods); m++) {
			struct outcome v;

			api_error_read(&v, &reply, methods[m]);
			CU_ASSERT_EQUAL(v.kind, wanted[m]);
			CU_ASSERT(strstr(v.sentence, cases[i].code) != NULL);
			outcome_deinit(&v);
		}
	}
}

static void test_changing_messages(void)
{
	check(200, "{\"ok\":false,\"error\":\"message_not_found\"}", OUTCOME_REFUSED, "gone");
	check(200, "{\"ok\":false,\"error\":\"cant_update_message\"}", OUTCOME_REFUSED,
	      "own messages");
	check(200, "{\"ok\":false,\"error\":\"cant_delete_message\"}", OUTCOME_REFUSED,
	      "own messages");
	check(200, "{\"ok\":false,\"error\":\"edit_window_closed\"}", OUTCOME_REFUSED, "this old");
	check(200, "{\"ok\":false,\"error\":\"no_reaction\"}", OUTCOME_DONE, "");
	check(200, "{\"ok\":false,\"error\":\"no_pin\"}", OUTCOME_DONE, "");
	check(200, "{\"ok\":false,\"error\":\"plan_upgrade_required\"}", OUTCOME_REFUSED, "plan");
}

static void check_wait(const char *retry_after, int64_t ms)
{
	const struct http_reply reply = { .end = OUTCOME_DONE,
					  .status = 429,
					  .retry_after = str_from(retry_after) };
	struct outcome v;

	api_error_read(&v, &reply, "chat.postMessage");
	CU_ASSERT_EQUAL(v.wait_ms, ms);
	outcome_deinit(&v);
}

static void test_retry_after(void)
{
	check_wait("3", 3000);
	check_wait(" 3\r", 3000);
	check_wait("0", 1000); /* at once brings the same again */
	check_wait("3600", 3600000);
	check_wait("99999999", 3600000);
	check_wait("", 30000);
	check_wait("-1", 30000);
	check_wait("1.5", 30000);
	check_wait("Wed, 21 Oct 2026 07:28:00 GMT", 30000);
	check_wait("99999999999999999999999", 30000);
}

static void check_wait_said(int status, const char *header, const char *body, int64_t ms)
{
	const struct http_reply reply = { .end = OUTCOME_DONE,
					  .status = status,
					  .body = str_from(body),
					  .retry_after = str_from(header) };
	struct outcome v;

	api_error_read(&v, &reply, "chat.postMessage");
	CU_ASSERT_EQUAL(v.kind, OUTCOME_LATER);
	ASSERT_STR(v.error, "ratelimited");
	CU_ASSERT_EQUAL(v.wait_ms, ms);
	outcome_deinit(&v);
}

static void test_retry_after_in_the_body(void)
{
	check_wait_said(429, "", "{\"ok\":false,\"error\":\"ratelimited\",\"retry_after\":7}",
			7000);
	check_wait_said(429, "2", "{\"ok\":false,\"retry_after\":7}", 2000);
	check_wait_said(429, "", "{\"retry_after\":0}", 1000);
	check_wait_said(429, "", "{\"retry_after\":\"soon\"}", 30000);
	check_wait_said(429, "", "<html>", 30000);
	check_wait_said(200, "", "{\"ok\":false,\"error\":\"ratelimited\",\"retry_after\":3}",
			3000);
	check_wait_said(200, "0", "{\"ok\":false,\"error\":\"rate_limited\"}", 1000);
}

UNIT_MAIN("api error", { "ok", test_ok }, { "refusals", test_refusals },
	  { "fatal errors", test_fatal }, { "what passes", test_what_passes },
	  { "unsure", test_unsure }, { "no answer at all", test_without_an_answer },
	  { "the method makes a code clearer", test_method_makes_it_clearer },
	  { "whose end a refusal is", test_whose_end_a_refusal_is },
	  { "changing messages", test_changing_messages }, { "Retry-After", test_retry_after },
	  { "Retry-After in the body", test_retry_after_in_the_body })
