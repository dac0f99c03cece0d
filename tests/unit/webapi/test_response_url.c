/* SPDX-License-Identifier: MIT */
#include "webapi/response_url.h"

#include <stdio.h>
#include <string.h>
#include "lib/fakeclock.h"
#include "lib/fakehttp.h"
#include "lib/unit.h"

static const char slack[] = "https://slack.com/api/";
static const char gov[] = "https://api.SLACK-gov.com:443/api/";
static const char local[] = "https://127.0.0.1:8443/api/";

#define HOOK "https://hooks.slack.com/commands/T1/22/s3cret"

static void test_where(void)
{
	static const struct {
		const char *base, *url;
		bool is_fine;
	} cases[] = {
		{ slack, HOOK, true },
		{ slack, "https://HOOKS.Slack.Com/x", true },
		{ slack, "https://slack.com?x", true },
		{ slack, "https://hooks.slack-gov.com/x", true },
		{ gov, "https://hooks.slack-gov.com/x", true },
		{ local, "https://127.0.0.1:8443/hook/1", true },
		{ local, "https://127.0.0.1:9/hook/1", true },
		{ "https://LocalHost:1/api/", "https://localhost:2/x", true },
		{ "https://[::1]:1/api/", "https://[::1]:2/x", true },
		{ slack, "", false },
		{ slack, "nonsense", false },
		{ slack, "http://hooks.slack.com/x", false },
		{ slack, "wss://hooks.slack.com/x", false },
		{ slack, "https://evil.com/x", false },
		{ slack, "https://evilslack.com/x", false },
		{ slack, "https://slack.com.evil.com/", false },
		{ slack, "https://hooks.slack.com@evil.com/", false },
		{ slack, "https://evil.com\\@hooks.slack.com/", false },
		{ slack, "https://evil.com/.slack.com", false },
		{ slack, "https://evil.com?.slack.com", false },
		{ slack, "https://evil.com#.slack.com", false },
		{ slack, "https://evil.com%2F.slack.com/", false },
		{ slack, "https://evil.com\t.slack.com/", false },
		{ slack, "https://127.0.0.1:8443/", false },
		{ slack, "https://.slack.com.", false },
		{ gov, "https://evil.com/", false },
		{ local, HOOK, false },
		{ local, "https://localhost:8443/x", false },
		{ local, "https://127.0.0.1.evil.com/x", false },
		{ local, "http://127.0.0.1:8443/x", false },
		{ "https://notslack.com/api/", HOOK, false },
		{ "nonsense", HOOK, false },
		{ "", "", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *why;
		bool is_fine = response_url_is_allowed(str_from(cases[i].url), cases[i].base, &why);

		if (is_fine != cases[i].is_fine)
			printf("\n  %s", cases[i].url);
		CU_ASSERT_EQUAL(is_fine, cases[i].is_fine);
		CU_ASSERT_EQUAL(why == NULL, is_fine);
	}
}

static void check_message(struct str text, const char *blocks, bool in_channel, const char *wanted)
{
	CLEANUP(json_freep) struct json *parsed = NULL;
	CLEANUP(buf_deinit) struct buf out = { 0 };

	if (blocks != NULL)
		CU_ASSERT_EQUAL_FATAL(json_parse(&parsed, str_from(blocks), NULL), 0);
	response_url_message(&out, text, parsed, in_channel);
	ASSERT_STR(buf_str(&out), wanted);
}

static void test_message(void)
{
	check_message(STR("Hi \"you\"\n/x"), NULL, false,
		      "{\"response_type\":\"ephemeral\",\"text\":\"Hi \\\"you\\\"\\n/x\","
		      "\"replace_original\":false}");
	check_message(STR_EMPTY, "[{\"type\":\"divider\"}]", true,
		      "{\"response_type\":\"in_channel\",\"text\":\"\",\"replace_original\":false,"
		      "\"blocks\":[{\"type\":\"divider\"}]}");
}

/* ---- sending ---- */

struct world {
	struct fakeclock clock;
	struct loop *loop;
	struct http *http;
	struct retry *call;
	int n_answers;
	enum outcome_kind outcome;
	char sentence[512];
	const char *why; /* it was not called */
	bool cancels;	 /* in its on_answer */
};

static void on_answer(void *owner, const struct outcome *outcome)
{
	struct world *w = owner;

	w->n_answers++;
	w->outcome = outcome->kind;
	snprintf(w->sentence, sizeof(w->sentence), "%s", outcome->sentence);
	CU_ASSERT_FALSE(retry_may_have_acted(w->call));
	if (w->cancels)
		retry_cancel(w->call);
}

static void world_init(struct world *w, const char *url)
{
	char room[128], message[] = "{\"text\":\"x\"}";

	memset(w, 0, sizeof(*w));
	fakeclock_init(&w->clock);
	CU_ASSERT_EQUAL_FATAL(loop_new(&w->loop, &w->clock.clock), 0);
	CU_ASSERT_EQUAL_FATAL(http_new(&w->http, w->loop, NULL), 0);
	snprintf(room, sizeof(room), "%s", url);
	w->call = response_url_send(w->http, slack, room, str_from(message), on_answer, w, &w->why);
	memset(room, 'x', sizeof(room)); /* it has its own */
	memset(message, 'x', sizeof(message));
	CU_ASSERT_EQUAL(w->n_answers, 0);
}

static void world_deinit(struct world *w)
{
	CU_ASSERT_PTR_NULL(strstr(w->sentence, "s3cret"));
	CU_ASSERT_PTR_NULL(strstr(w->sentence, "hooks."));
	CU_ASSERT(w->outcome != OUTCOME_DONE || w->sentence[0] == '\0');
	http_free(w->http);
	loop_free(w->loop);
}

static void test_answers(void)
{
	static const struct {
		int status;
		enum outcome_kind outcome;
		const char *body;
		const char *sentence;
	} cases[] = {
		{ 200, OUTCOME_DONE, "ok", "" },
		{ 200, OUTCOME_DONE, "", "" },
		{ 204, OUTCOME_DONE, "", "" },
		{ 200, OUTCOME_DONE, "{\"ok\":true}", "" },
		{ 200, OUTCOME_REFUSED, "{\"ok\":false,\"error\":\"used_url\"}",
		  "the answer to a command: Slack said 200: Slack takes five answers to a command: "
		  "used_url" },
		{ 404, OUTCOME_REFUSED, "{\"ok\":false,\"error\":\"expired_url\"}",
		  "the answer to a command: Slack said 404: Slack takes answers to a command for 30 "
		  "minutes: expired_url" },
		{ 404, OUTCOME_REFUSED, "used_url\n",
		  "the answer to a command: Slack said 404: Slack takes five answers to a command: "
		  "used_url" },
		{ 400, OUTCOME_REFUSED, "no\x1b[m",
		  "the answer to a command: Slack said 400: no\\x1B[m" },
		{ 404, OUTCOME_REFUSED, "no /commands/T1/22/s3cret here",
		  "the answer to a command: Slack said 404" },
		{ 302, OUTCOME_REFUSED, "", "the answer to a command: Slack said 302" },
		{ 429, OUTCOME_REFUSED, "", "the answer to a command: Slack said 429" },
		{ 500, OUTCOME_UNKNOWN, "", "the answer to a command: Slack said 500" },
		{ 408, OUTCOME_UNKNOWN, "", "the answer to a command: Slack said 408" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct fakehttp_request *request;

		world_init(&w, HOOK);
		request = fakehttp_open(w.http, 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(request);
		ASSERT_STR(str_from(request->url), HOOK);
		ASSERT_STR(str_from(request->body), "{\"text\":\"x\"}");
		CU_ASSERT_PTR_NULL(request->bearer);
		CU_ASSERT_TRUE(retry_may_have_acted(w.call));
		fakehttp_answer(request, cases[i].status, cases[i].body);
		CU_ASSERT_EQUAL(w.n_answers, 1);
		CU_ASSERT_EQUAL(w.outcome, cases[i].outcome);
		ASSERT_STR(str_from(w.sentence), cases[i].sentence);
		CU_ASSERT_EQUAL(fakehttp_n_open(w.http), 0);
		world_deinit(&w);
	}
}

static void check_reply(struct http_reply reply, enum outcome_kind outcome, const char *sentence)
{
	struct world w;

	world_init(&w, HOOK);
	while (w.n_answers == 0) {
		if (fakehttp_n_open(w.http) > 0)
			fakehttp_reply(fakehttp_open(w.http, 0), &reply);
		fakeclock_pass(&w.clock, 2000);
		loop_turn(w.loop, 0);
	}
	CU_ASSERT_EQUAL(w.outcome, outcome);
	ASSERT_STR(str_from(w.sentence), sentence);
	world_deinit(&w);
}

static void test_no_answers(void)
{
	check_reply((struct http_reply){ .end = OUTCOME_UNKNOWN, .why = "it was cut\n" },
		    OUTCOME_UNKNOWN, "the answer to a command: it was cut\\x0A");
	check_reply((struct http_reply){ .end = OUTCOME_LATER, .why = "no such name" },
		    OUTCOME_REFUSED,
		    "the answer to a command: Slack cannot be reached: no such name");
	check_reply((struct http_reply){ .end = OUTCOME_UNKNOWN,
					 .status = 200,
					 .too_large = true,
					 .why = "too large" },
		    OUTCOME_DONE, "");
}

static void test_not_sent_is_tried_again(void)
{
	struct world w;
	const struct http_reply not_sent = { .end = OUTCOME_LATER, .why = "no such name" };

	world_init(&w, HOOK);
	fakehttp_reply(fakehttp_open(w.http, 0), &not_sent);
	CU_ASSERT_FALSE(retry_may_have_acted(w.call));
	fakeclock_pass(&w.clock, 1000);
	loop_turn(w.loop, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fakehttp_open(w.http, 0));
	ASSERT_STR(str_from(fakehttp_open(w.http, 0)->body), "{\"text\":\"x\"}");
	w.cancels = true; /* does no harm */
	fakehttp_answer(fakehttp_open(w.http, 0), 200, "ok");
	CU_ASSERT_EQUAL(w.n_answers, 1);
	CU_ASSERT_EQUAL(w.outcome, OUTCOME_DONE);
	world_deinit(&w);
}

static void test_elsewhere_is_not_called(void)
{
	struct world w;

	world_init(&w, "https://evil.example/hooks.slack.com/s3cret");
	CU_ASSERT_PTR_NULL(w.call);
	CU_ASSERT_EQUAL(fakehttp_n_open(w.http), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.why);
	CU_ASSERT_TRUE(w.why != NULL && strstr(w.why, "not Slack's") != NULL);
	loop_turn(w.loop, 0);
	CU_ASSERT_EQUAL(w.n_answers, 0);
	world_deinit(&w);
}

static void test_cancel(void)
{
	struct world w;

	world_init(&w, HOOK);
	retry_cancel(w.call);
	CU_ASSERT_EQUAL(fakehttp_n_open(w.http), 0);
	loop_turn(w.loop, 0);
	CU_ASSERT_EQUAL(w.n_answers, 0);
	world_deinit(&w);
}

UNIT_MAIN("reply_url", { "where", test_where }, { "message", test_message },
	  { "answers", test_answers }, { "no answers", test_no_answers },
	  { "not sent is tried again", test_not_sent_is_tried_again },
	  { "elsewhere is not called", test_elsewhere_is_not_called }, { "cancel", test_cancel })
