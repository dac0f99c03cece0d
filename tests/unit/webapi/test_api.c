/* SPDX-License-Identifier: MIT */
#include "webapi/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/metric.h"
#include "lib/fakeclock.h"
#include "lib/fakehttp.h"
#include "lib/logcatch.h"
#include "lib/unit.h"

/* ---- a Slack that the test plays ---- */

static struct fakeclock clock_;
static struct loop *loop;
static struct http *http;
static struct api *api;
static struct secret token;
static const struct identity me = { .team_id = (char *)"T1" };

struct seen {
	unsigned n;
	enum outcome_kind outcome;
	char error[64];
	char sentence[512];
};

static void start_with(int64_t every_ms, int64_t burst)
{
	fakeclock_init(&clock_);
	CU_ASSERT_EQUAL_FATAL(loop_new(&loop, &clock_.clock), 0);
	http_new(&http, loop, NULL);
	secret_set(&token, STR("xoxb-test"));
	CU_ASSERT_EQUAL_FATAL(
		api_new(&api, &(struct api_setup){ .loop = loop,
						   .http = http,
						   .base_url = "https://slack.test/api/",
						   .me = &me,
						   .post_every_ms = every_ms,
						   .post_burst = burst }),
		0);
}

static void start(void)
{
	start_with(0, 0);
}

static void stop(void)
{
	api_free(api);
	http_free(http);
	loop_free(loop);
	secret_deinit(&token);
}

static void pass(int64_t ms)
{
	fakeclock_pass(&clock_, ms);
	CU_ASSERT_EQUAL(loop_turn(loop, 0), 0);
}

static void on_answer(void *owner, const struct outcome *outcome)
{
	struct seen *seen = owner;

	seen->n++;
	seen->outcome = outcome->kind;
	snprintf(seen->error, sizeof(seen->error), "%.*s", STR_ARG(outcome->error));
	snprintf(seen->sentence, sizeof(seen->sentence), "%s", outcome->sentence);
}

static struct api_call *ask(const char *method, const char *channel, const char *text,
			    struct seen *seen)
{
	struct buf form = { 0 };

	api_arg(&form, "text", str_from(text));
	return api_call(api, method, &token, str_from(channel), &form, on_answer, seen);
}

static struct api_call *post(const char *channel, const char *text, struct seen *seen)
{
	return ask("chat.postMessage", channel, text, seen);
}

static void ok(struct fakehttp_request *request)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	fakehttp_answer(request, 200, "{\"ok\":true}");
}

static void limited(struct fakehttp_request *request, const char *retry_after)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	fakehttp_reply(request, &(struct http_reply){
					.end = OUTCOME_DONE,
					.status = 429,
					.body = STR("{\"ok\":false,\"error\":\"ratelimited\"}"),
					.retry_after = str_from(retry_after),
					.scopes = STR_EMPTY });
}

static void failed(struct fakehttp_request *request, enum outcome_kind outcome)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	fakehttp_reply(request, &(struct http_reply){ .end = outcome,
						      .why = "the line is dead",
						      .body = STR_EMPTY,
						      .retry_after = STR_EMPTY,
						      .scopes = STR_EMPTY });
}

/* ---- a call ---- */

static void test_a_call(void)
{
	struct seen seen = { 0 };
	struct buf form = { 0 };
	struct fakehttp_request *request;

	start();
	api_arg(&form, "channel", STR("C1"));
	api_arg(&form, "text", STR("a&b=c d"));
	api_arg(&form, "unfurl_links", STR("false"));
	api_arg(&form, "full", STR("true"));
	api_call(api, "chat.postMessage", &token, STR("C1"), &form, on_answer, &seen);
	CU_ASSERT_EQUAL(seen.n, 0);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
	request = fakehttp_open(http, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_STRING_EQUAL(request->url, "https://slack.test/api/chat.postMessage");
	CU_ASSERT_STRING_EQUAL(request->body,
			       "channel=C1&text=a%26b%3Dc%20d&unfurl_links=false&full=true");
	CU_ASSERT_PTR_EQUAL(request->bearer, &token);
	ok(request);
	CU_ASSERT_EQUAL(seen.n, 1);
	CU_ASSERT_EQUAL(seen.outcome, OUTCOME_DONE);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

static void test_outcomes(void)
{
	static const struct {
		const char *body;
		enum outcome_kind outcome;
		const char *error;
	} cases[] = {
		{ "{\"ok\":true}", OUTCOME_DONE, "" },
		{ "{\"ok\":false,\"error\":\"already_reacted\"}", OUTCOME_DONE, "already_reacted" },
		{ "{\"ok\":false,\"error\":\"is_archived\"}", OUTCOME_REFUSED, "is_archived" },
		{ "{\"ok\":false,\"error\":\"brand_new\"}", OUTCOME_REFUSED, "brand_new" },
		{ "{\"ok\":false,\"error\":\"invalid_auth\"}", OUTCOME_FATAL, "invalid_auth" },
		{ "{\"ok\":false,\"error\":\"fatal_error\"}", OUTCOME_UNKNOWN, "fatal_error" },
		{ "<html>", OUTCOME_UNKNOWN, "" },
	};

	start();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seen seen = { 0 };

		post("C1", "x", &seen);
		pass(1000);
		fakehttp_answer(fakehttp_open(http, 0), 200, cases[i].body);
		CU_ASSERT_EQUAL(seen.n, 1);
		CU_ASSERT_EQUAL(seen.outcome, cases[i].outcome);
		CU_ASSERT_STRING_EQUAL(seen.error, cases[i].error);
	}
	stop();
}

/* ---- order and pace ---- */

static void test_a_channel_keeps_its_order(void)
{
	struct seen seen = { 0 };

	start();
	post("C1", "one", &seen);
	ask("reactions.add", "C1", "two", &seen);
	post("C1", "three", &seen);
	post("C2", "other", &seen);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 2);
	CU_ASSERT_PTR_NOT_NULL(fakehttp_find(http, "other"));
	ok(fakehttp_find(http, "one"));
	CU_ASSERT_PTR_NULL(fakehttp_find(http, "three"));
	ok(fakehttp_find(http, "two"));
	ok(fakehttp_find(http, "three"));
	ok(fakehttp_find(http, "other"));
	CU_ASSERT_EQUAL(seen.n, 4);
	stop();
}

static void test_posts_are_paced_per_channel(void)
{
	struct seen seen = { 0 };

	start_with(1000, 2);
	for (int i = 0; i < 4; i++) {
		post("C1", "a", &seen);
		post("C2", "b", &seen);
	}
	while (fakehttp_n_open(http) > 0)
		ok(fakehttp_open(http, 0));
	CU_ASSERT_EQUAL(seen.n, 4); /* two each */
	pass(999);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	pass(1);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 2);
	ok(fakehttp_open(http, 0));
	ok(fakehttp_open(http, 0));
	pass(1000);
	ok(fakehttp_open(http, 0));
	ok(fakehttp_open(http, 0));
	CU_ASSERT_EQUAL(seen.n, 8);
	stop();
}

static void test_reactions_do_not_wait_for_the_post_pace(void)
{
	struct seen seen = { 0 };

	start_with(1000, 1);
	post("C1", "post", &seen);
	ask("reactions.add", "C1", "react", &seen);
	ok(fakehttp_find(http, "post"));
	ok(fakehttp_find(http, "react"));
	CU_ASSERT_EQUAL(seen.n, 2);
	stop();
}

static void test_reads_overlap(void)
{
	struct seen seen = { 0 };

	start();
	for (int i = 0; i < 3; i++)
		ask("users.info", "", "u", &seen);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 3);
	stop();
}

static void test_a_method_has_a_budget(void)
{
	struct seen seen = { 0 };
	unsigned sent = 0;

	start();
	for (int i = 0; i < 30; i++)
		ask("users.list", "", "page", &seen);
	while (fakehttp_n_open(http) > 0) {
		ok(fakehttp_open(http, 0));
		sent++;
	}
	CU_ASSERT_EQUAL(sent, 10);
	for (int i = 0; i < 60; i++) {
		pass(1000);
		while (fakehttp_n_open(http) > 0) {
			ok(fakehttp_open(http, 0));
			sent++;
		}
	}
	CU_ASSERT_EQUAL(sent, 30);
	stop();
}

static void test_connections_are_few(void)
{
	struct seen seen = { 0 };
	char channel[16];

	start();
	for (int i = 0; i < 100; i++) {
		snprintf(channel, sizeof(channel), "C%d", i);
		post(channel, "x", &seen);
	}
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 8);
	while (fakehttp_n_open(http) > 0)
		ok(fakehttp_open(http, 0));
	CU_ASSERT_EQUAL(seen.n, 100);
	stop();
}

static void test_questions_leave_room_for_answers(void)
{
	struct seen seen = { 0 };

	start();
	for (int i = 0; i < 20; i++) {
		ask("users.info", "", "who", &seen);
		ask("reactions.get", "", "what", &seen);
	}
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 5);
	post("C1", "post", &seen);
	ask("apps.connections.open", "", "connect", &seen);
	ok(fakehttp_find(http, "post"));
	ok(fakehttp_find(http, "connect"));
	CU_ASSERT_EQUAL(seen.n, 2);
	ok(fakehttp_find(http, "who"));
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 5);
	while (fakehttp_n_open(http) > 0)
		ok(fakehttp_open(http, 0));
	CU_ASSERT_EQUAL(seen.n, 42);
	stop();
}

static void test_many_calls(void)
{
	enum { MANY = 20000 };
	struct seen seen = { 0 };
	char channel[16];

	start_with(1, 1);
	for (int i = 0; i < MANY; i++) {
		snprintf(channel, sizeof(channel), "C%d", i % 50);
		post(channel, "x", &seen);
	}
	CU_ASSERT_EQUAL(seen.n, 0);
	while (seen.n < MANY && clock_.ms < 10000000) {
		while (fakehttp_n_open(http) > 0)
			ok(fakehttp_open(http, 0));
		pass(1);
	}
	CU_ASSERT_EQUAL(seen.n, MANY);
	stop();
}

/* ---- 429 ---- */

static size_t log_count(const char *text)
{
	logcatch_end();
	return logcatch_count(text);
}

static void test_429_rests_the_channel_first(void)
{
	struct seen seen = { 0 };

	start();
	logcatch_begin();
	post("C1", "one", &seen);
	limited(fakehttp_find(http, "one"), "600");
	post("C1", "two", &seen);
	post("C2", "three", &seen);
	CU_ASSERT_PTR_NULL(fakehttp_find(http, "two"));
	ok(fakehttp_find(http, "three"));
	pass(1000);
	post("C2", "four", &seen);
	limited(fakehttp_find(http, "four"), "5"); /* it is not only the one channel */
	post("C3", "five", &seen);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	pass(6002);
	ok(fakehttp_find(http, "four"));
	ok(fakehttp_find(http, "five"));
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	pass(595000);
	ok(fakehttp_find(http, "one"));
	ok(fakehttp_find(http, "two"));
	CU_ASSERT_EQUAL(seen.n, 5);
	CU_ASSERT_EQUAL(log_count("chat.postMessage rests for"), 2);
	stop();
}

/* One channel after the other is refused, but never a second one while the first rests. */
static void test_429s_of_different_times_rest_channels_only(void)
{
	struct seen seen = { 0 };

	start();
	post("C1", "one", &seen);
	limited(fakehttp_find(http, "one"), "1");
	pass(2002);
	ok(fakehttp_find(http, "one"));
	post("C2", "two", &seen);
	limited(fakehttp_find(http, "two"), "1");
	post("C3", "three", &seen);
	ok(fakehttp_find(http, "three"));
	pass(2002);
	ok(fakehttp_find(http, "two"));
	CU_ASSERT_EQUAL(seen.n, 3);
	stop();
}

static void test_many_429s_are_few_lines(void)
{
	struct seen seen = { 0 };

	start();
	logcatch_begin();
	post("C1", "one", &seen);
	for (int i = 0; i < 20; i++) {
		limited(fakehttp_find(http, "one"), "0");
		CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
		pass(999);
		CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
		pass(1002);
	}
	ok(fakehttp_find(http, "one"));
	CU_ASSERT_EQUAL(log_count("rests for 1 s channel=C1"), 2); /* at once, and after 10 s */
	stop();
}

static void test_429_rests_the_method(void)
{
	struct seen seen = { 0 };

	start();
	post("C1", "one", &seen);
	post("C1", "two", &seen);
	post("C2", "three", &seen);
	limited(fakehttp_find(http, "one"), "5");
	limited(fakehttp_find(http, "three"), "5");
	post("C3", "four", &seen);
	ask("users.info", "", "read", &seen);
	CU_ASSERT_PTR_NULL(fakehttp_find(http, "four")); /* the method rests everywhere */
	ok(fakehttp_find(http, "read"));		 /* others do not */
	pass(4999);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	pass(1002); /* jitter is at most a second */
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 3);
	CU_ASSERT_PTR_NULL(fakehttp_find(http, "two")); /* the one held back goes first */
	ok(fakehttp_find(http, "one"));
	ok(fakehttp_find(http, "two"));
	ok(fakehttp_find(http, "three"));
	ok(fakehttp_find(http, "four"));
	CU_ASSERT_EQUAL(seen.n, 5);
	stop();
}

static void test_limited_with_200_and_no_header(void)
{
	struct seen seen = { 0 };

	start();
	post("C1", "x", &seen);
	fakehttp_answer(fakehttp_open(http, 0), 200, "{\"ok\":false,\"error\":\"rate_limited\"}");
	pass(29999);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	pass(1002);
	ok(fakehttp_open(http, 0));
	CU_ASSERT_EQUAL(seen.n, 1);
	stop();
}

/* ---- repeating ---- */

static void test_not_sent_is_tried_until_it_works(void)
{
	struct seen seen = { 0 };

	start();
	post("C1", "one", &seen);
	post("C1", "two", &seen);
	for (int i = 0; i < 20; i++) {
		CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
		CU_ASSERT_PTR_NULL(fakehttp_find(http, "two"));
		failed(fakehttp_find(http, "one"), OUTCOME_LATER);
		pass(i < 5 ? 32001 : 60001);
	}
	ok(fakehttp_find(http, "one"));
	ok(fakehttp_find(http, "two"));
	CU_ASSERT_EQUAL(seen.n, 2);
	stop();
}

static void test_an_unsure_post_is_not_repeated(void)
{
	struct seen seen = { 0 };

	start();
	post("C1", "x", &seen);
	failed(fakehttp_open(http, 0), OUTCOME_UNKNOWN);
	CU_ASSERT_EQUAL(seen.n, 1);
	CU_ASSERT_EQUAL(seen.outcome, OUTCOME_UNKNOWN);
	ask("chat.postEphemeral", "C1", "x", &seen);
	fakehttp_answer(fakehttp_open(http, 0), 502, "<html>bad gateway</html>");
	CU_ASSERT_EQUAL(seen.n, 2);
	CU_ASSERT_EQUAL(seen.outcome, OUTCOME_UNKNOWN);
	pass(3600000);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

static void test_what_is_safe_is_repeated(void)
{
	struct seen seen = { 0 };

	start();
	ask("auth.test", "", "x", &seen);
	for (int i = 0; i < 30; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(fakehttp_open(http, 0));
		if (i % 2 == 0)
			failed(fakehttp_open(http, 0), OUTCOME_UNKNOWN);
		else
			fakehttp_answer(fakehttp_open(http, 0), 503, "");
		CU_ASSERT_EQUAL(seen.n, 0);
		pass(60001);
	}
	ok(fakehttp_open(http, 0));
	CU_ASSERT_EQUAL(seen.outcome, OUTCOME_DONE);
	stop();
}

static void test_a_channel_gives_up_in_the_end(void)
{
	struct seen seen = { 0 };

	start();
	ask("reactions.add", "C1", "bad", &seen);
	for (int i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(seen.n, 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(fakehttp_open(http, 0));
		fakehttp_answer(fakehttp_open(http, 0), 500, "");
		pass(60001);
	}
	CU_ASSERT_EQUAL(seen.n, 1);
	CU_ASSERT_EQUAL(seen.outcome, OUTCOME_UNKNOWN);
	stop();
}

static void test_a_failing_read_does_not_hold_up_others(void)
{
	struct seen seen = { 0 };

	start();
	ask("users.info", "", "bad", &seen);
	fakehttp_answer(fakehttp_open(http, 0), 500, "");
	ask("users.info", "", "good", &seen);
	ok(fakehttp_find(http, "good"));
	CU_ASSERT_EQUAL(seen.n, 1);
	stop();
}

static void test_moving_workspace(void)
{
	struct seen seen = { 0 };

	start();
	post("C1", "x", &seen);
	fakehttp_answer(fakehttp_open(http, 0), 200,
			"{\"ok\":false,\"error\":\"team_added_to_org\"}");
	pass(4000);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	pass(600000);
	ok(fakehttp_open(http, 0));
	CU_ASSERT_EQUAL(seen.outcome, OUTCOME_DONE);
	stop();
}

/* ---- tries ---- */

struct tried {
	unsigned n;
	enum outcome_kind kind;
	int64_t wait_ms;
	char sentence[256];
};

static void on_try(void *owner, const struct outcome *outcome)
{
	struct tried *tried = owner;

	tried->n++;
	tried->kind = outcome->kind;
	tried->wait_ms = outcome->wait_ms;
	snprintf(tried->sentence, sizeof(tried->sentence), "%s", outcome->sentence);
}

static void test_a_try_is_one_try(void)
{
	struct tried tried = { 0 };

	start();
	api_try(api, "apps.connections.open", &token, NULL, on_try, &tried);
	CU_ASSERT_STRING_EQUAL(fakehttp_open(http, 0)->body, "");
	fakehttp_answer(fakehttp_open(http, 0), 200, "{\"ok\":true,\"url\":\"wss://x\"}");
	CU_ASSERT_EQUAL(tried.kind, OUTCOME_DONE);
	api_try(api, "apps.connections.open", &token, NULL, on_try, &tried);
	limited(fakehttp_open(http, 0), "7");
	CU_ASSERT_EQUAL(tried.kind, OUTCOME_LATER);
	CU_ASSERT_EQUAL(tried.wait_ms, 7000);
	api_try(api, "apps.connections.open", &token, NULL, on_try, &tried);
	failed(fakehttp_open(http, 0), OUTCOME_LATER);
	CU_ASSERT_EQUAL(tried.kind, OUTCOME_LATER);
	CU_ASSERT_EQUAL(tried.wait_ms, 0);
	api_try(api, "rtm.connect", &token, NULL, on_try, &tried);
	fakehttp_answer(fakehttp_open(http, 0), 200,
			"{\"ok\":false,\"error\":\"not_allowed_token_type\"}");
	CU_ASSERT_EQUAL(tried.kind, OUTCOME_FATAL);
	CU_ASSERT(strstr(tried.sentence, "use Socket Mode") != NULL);
	api_try(api, "rtm.connect", &token, NULL, on_try, &tried);
	fakehttp_answer(fakehttp_open(http, 0), 200,
			"{\"ok\":false,\"error\":\"migration_in_progress\"}");
	CU_ASSERT_EQUAL(tried.kind, OUTCOME_LATER);
	api_try(api, "rtm.connect", &token, NULL, on_try, &tried);
	fakehttp_answer(fakehttp_open(http, 0), 404, "<html>");
	CU_ASSERT_EQUAL(tried.kind, OUTCOME_REFUSED);
	CU_ASSERT_EQUAL(tried.n, 6);
	stop();
}

/* Five may come in a row; a storm may not go on for ever. */
static void test_connecting_is_paced(void)
{
	struct tried tried = { 0 };

	start();
	for (int i = 0; i < 5; i++) {
		api_try(api, "apps.connections.open", &token, NULL, on_try, &tried);
		CU_ASSERT_EQUAL_FATAL(fakehttp_n_open(http), 1);
		fakehttp_answer(fakehttp_open(http, 0), 500, "");
	}
	api_try(api, "apps.connections.open", &token, NULL, on_try, &tried);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	pass(9999);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	pass(1);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
	stop();
}

/* Rules name methods, and rules come and go. */
static void test_a_method_that_is_gone_meanwhile(void)
{
	struct seen seen = { 0 };
	char *name = mem_strdup("bookmarks.add");

	start();
	api_call(api, name, &token, STR_EMPTY, NULL, on_answer, &seen);
	memset(name, 'x', strlen(name));
	free(name);
	CU_ASSERT_STRING_EQUAL(fakehttp_open(http, 0)->url, "https://slack.test/api/bookmarks.add");
	fakehttp_answer(fakehttp_open(http, 0), 429, "");
	pass(32000);
	fakehttp_answer(fakehttp_open(http, 0), 200, "{\"ok\":false,\"error\":\"invalid_link\"}");
	CU_ASSERT_EQUAL(seen.n, 1);
	CU_ASSERT(strstr(seen.sentence, "bookmarks.add") != NULL);
	api_call(api, "a&b c", &token, STR_EMPTY, NULL, on_answer, &seen); /* stays one name */
	CU_ASSERT_STRING_EQUAL(fakehttp_open(http, 0)->url, "https://slack.test/api/a%26b%20c");
	stop();
}

/* ---- a token of a whole organisation ---- */

#define NO_TEAM \
	"{\"ok\":false,\"error\":\"missing_argument\",\"response_metadata\":{\"messages\":[\"%s\"]}}"

static void missing(struct fakehttp_request *request, const char *message)
{
	char body[256];

	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	snprintf(body, sizeof(body), NO_TEAM, message);
	fakehttp_answer(request, 200, body);
}

static bool names_team(struct fakehttp_request *request)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	return strstr(request->body, "&team_id=T1") != NULL;
}

static void test_a_missing_workspace_is_named(void)
{
	struct seen seen = { 0 };

	start();
	logcatch_begin();
	ask("users.list", "", "one", &seen);
	ask("users.conversations", "", "two", &seen);
	ask("chat.postMessage", "C1", "three", &seen);
	CU_ASSERT_FALSE(names_team(fakehttp_find(http, "one")));
	missing(fakehttp_find(http, "one"), "[ERROR] missing required field: team_id");
	CU_ASSERT_EQUAL(seen.n, 0);
	CU_ASSERT(names_team(fakehttp_find(http, "one")));
	missing(fakehttp_find(http, "two"), "[ERROR] missing required field: team_id");
	CU_ASSERT(names_team(fakehttp_find(http, "two")));
	CU_ASSERT_FALSE(names_team(fakehttp_find(http, "three"))); /* it has no such argument */
	ok(fakehttp_find(http, "one"));
	ask("usergroups.list", "", "four", &seen);
	CU_ASSERT(names_team(fakehttp_find(http, "four"))); /* known from the beginning */
	missing(fakehttp_find(http, "four"), "[ERROR] missing required field: team_id");
	CU_ASSERT_EQUAL(seen.n, 2); /* asked once more, not for ever */
	CU_ASSERT_EQUAL(seen.outcome, OUTCOME_REFUSED);
	CU_ASSERT_EQUAL(log_count("team_id=T1"), 1);
	stop();
}

static void test_another_argument_is_missing(void)
{
	struct seen seen = { 0 };

	start();
	ask("users.list", "", "one", &seen);
	missing(fakehttp_find(http, "one"), "[ERROR] missing required field: limit");
	CU_ASSERT_EQUAL(seen.n, 1);
	ask("users.info", "", "two", &seen);
	missing(fakehttp_find(http, "two"), "[ERROR] missing required field: team_id");
	CU_ASSERT_EQUAL(seen.n, 2); /* a method that cannot be told */
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

static void test_a_workspace_named_by_a_rule_stays(void)
{
	struct seen seen = { 0 };
	struct buf form = { 0 };

	start();
	api_send_team(api);
	api_arg(&form, "team_id", STR("T2"));
	api_call(api, "users.list", &token, STR_EMPTY, &form, on_answer, &seen);
	CU_ASSERT_STRING_EQUAL(fakehttp_open(http, 0)->body, "team_id=T2");
	stop();
}

/* ---- cancelling and freeing ---- */

static void test_cancelling(void)
{
	struct seen seen = { 0 };
	struct api_call *sent, *waiting, *later;

	start();
	sent = post("C1", "sent", &seen);
	waiting = post("C1", "waiting", &seen);
	post("C1", "last", &seen);
	later = post("C2", "later", &seen);
	CU_ASSERT_TRUE(api_may_have_acted(later));
	failed(fakehttp_find(http, "later"), OUTCOME_LATER);
	CU_ASSERT_TRUE(api_may_have_acted(sent));
	CU_ASSERT_FALSE(api_may_have_acted(waiting));
	CU_ASSERT_FALSE(api_may_have_acted(later));
	api_cancel(waiting);
	api_cancel(later);
	api_cancel(sent);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
	ok(fakehttp_find(http, "last"));
	pass(100000);
	CU_ASSERT_EQUAL(seen.n, 1);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

/* ---- rests over a restart ---- */

static struct buf rests;

static void on_rest(void *owner, const struct api_rest *rest)
{
	(void)owner;
	buf_addf(&rests, "%s #%.*s %lld;", rest->method, STR_ARG(rest->channel),
		 (long long)(rest->ms / 1000));
}

static size_t n_waiting(void *owner, struct str channel)
{
	(void)owner;
	return channel.len > 0 ? 3 : 7;
}

static void start_keeping(void)
{
	start();
	api_free(api);
	buf_clear(&rests);
	api_new(&api, &(struct api_setup){ .loop = loop,
					   .http = http,
					   .base_url = "https://slack.test/api/",
					   .on_rest = on_rest,
					   .n_waiting = n_waiting });
}

static void rests_are(const char *wanted)
{
	ASSERT_STR(buf_str(&rests), wanted);
	buf_clear(&rests);
}

static void test_rests_are_told_and_their_end(void)
{
	const uint64_t before = metric_counts[METRIC_CALLS_LIMITED];
	struct seen seen = { 0 };

	start_keeping();
	post("C1", "one", &seen);
	logcatch_begin();
	limited(fakehttp_open(http, 0), "3");
	rests_are("chat.postMessage #C1 3;");
	CU_ASSERT_EQUAL(metric_counts[METRIC_CALLS_LIMITED], before + 1);
	CU_ASSERT_EQUAL(log_count("chat.postMessage rests for 3 s channel=C1 waiting=3"), 1);
	post("C2", "two", &seen);
	logcatch_begin();
	limited(fakehttp_find(http, "two"), "5");
	rests_are("chat.postMessage # 5;chat.postMessage #C2 5;");
	CU_ASSERT_EQUAL(log_count("chat.postMessage rests for 5 s waiting=7"), 1);
	pass(10000);
	rests_are("chat.postMessage # 0; #C1 0; #C2 0;");
	while (fakehttp_n_open(http) > 0)
		ok(fakehttp_open(http, 0));
	post("C1", "three", &seen);
	rests_are("");
	buf_deinit(&rests);
	stop();
}

static void test_rests_go_on(void)
{
	struct seen seen = { 0 };

	start_keeping();
	api_rest(api, &(struct api_rest){ "chat.postMessage", STR("C1"), 4000 });
	api_rest(api, &(struct api_rest){ "users.info", STR_EMPTY, 4000 });
	post("C1", "one", &seen);
	ask("users.info", "", "who", &seen);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	post("C2", "two", &seen);
	limited(fakehttp_find(http, "two"),
		"2"); /* the second channel within the time of the first */
	rests_are("chat.postMessage # 2;chat.postMessage #C2 2;");
	pass(3000);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
	ok(fakehttp_find(http, "two"));
	pass(2000);
	CU_ASSERT_PTR_NOT_NULL(fakehttp_find(http, "one"));
	CU_ASSERT_PTR_NOT_NULL(fakehttp_find(http, "who"));
	api_rest(api, &(struct api_rest){ "chat.postMessage", STR("C9"), 4000 });
	buf_clear(&rests);
	pass(100000);
	post("C8", "elsewhere", &seen);
	ok(fakehttp_find(http, "elsewhere"));
	rests_are(
		" #C9 0;"); /* nobody posts there any more: it is forgotten when the next queue has no calls */
	buf_deinit(&rests);
	stop();
}

/* ---- turns ---- */

struct turned {
	struct seen seen;
	const char *text;
	enum api_turn turn;
	unsigned n_turns, n_written;
};

static enum api_turn on_turn(void *owner, struct buf *form)
{
	struct turned *t = owner;

	t->n_turns++;
	if (form->len == 0) {
		t->n_written++;
		api_arg(form, "text", str_from(t->text));
	}
	return t->turn;
}

static struct api_call *queue_for(const char *method, const char *channel, struct turned *t)
{
	return api_queue(api, method, &token, str_from(channel), NULL, on_turn, on_answer, t);
}

static struct api_call *queue(const char *channel, struct turned *t)
{
	return queue_for("chat.postMessage", channel, t);
}

static void test_a_call_is_asked_when_its_turn_has_come(void)
{
	struct turned first = { .text = "first" }, second = { .text = "second" };

	start();
	CU_ASSERT_PTR_NOT_NULL(queue("C1", &first));
	CU_ASSERT_PTR_NOT_NULL(queue("C1", &second));
	CU_ASSERT_EQUAL(first.n_turns, 1);
	CU_ASSERT_EQUAL(second.n_turns, 0);
	CU_ASSERT_EQUAL(second.n_written, 0); /* only a call that leaves has a form */
	ok(fakehttp_find(http, "text=first"));
	CU_ASSERT_EQUAL(second.n_turns, 1);
	ok(fakehttp_find(http, "text=second"));
	CU_ASSERT_EQUAL(first.seen.n, 1);
	CU_ASSERT_EQUAL(second.seen.outcome, OUTCOME_DONE);
	stop();
}

static void test_a_call_that_is_to_wait_keeps_its_place(void)
{
	struct turned first = { .text = "first", .turn = API_TURN_WAIT };
	struct turned second = { .text = "second" }, other = { .text = "other" };
	struct api_call *call;

	start();
	call = queue("C1", &first);
	queue("C1", &second);
	queue("C2", &other);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1); /* of the other channel */
	ok(fakehttp_find(http, "text=other"));
	pass(100000);
	CU_ASSERT_EQUAL(first.n_turns, 1);
	CU_ASSERT_EQUAL(second.n_turns, 0);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	CU_ASSERT_FALSE(api_may_have_acted(call));
	api_go(call);
	CU_ASSERT_TRUE(api_may_have_acted(call));
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
	ok(fakehttp_find(http, "text=first"));
	CU_ASSERT_EQUAL(first.seen.n, 1);
	ok(fakehttp_find(http, "text=second"));
	stop();
}

/* A store that takes nothing lets eight of them wait for ever: whatever needs no mark goes on. */
static void test_waiting_calls_hold_no_connection(void)
{
	static const char *const channels[] = { "C0", "C1", "C2", "C3", "C4",
						"C5", "C6", "C7", "C8", "C9" };
	struct turned t = { .text = "x", .turn = API_TURN_WAIT };
	struct seen seen = { 0 };

	start();
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		queue(channels[i], &t);
	queue_for("users.info", "", &t);
	CU_ASSERT_EQUAL(t.n_turns, 8);
	ask("auth.test", "", "who", &seen);
	ask("users.info", "", "a name", &seen);
	ask("conversations.history", "", "a look", &seen);
	post("C10", "a post that needs no mark", &seen);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 4);
	while (fakehttp_n_open(http) > 0)
		ok(fakehttp_open(http, 0));
	CU_ASSERT_EQUAL(seen.n, 4);
	CU_ASSERT_EQUAL(t.n_turns, 8);
	stop();
}

/* More would have to be looked for, should the program end before they leave. */
static void test_waiting_calls_are_few(void)
{
	static const char *const channels[] = { "C0", "C1", "C2", "C3", "C4",
						"C5", "C6", "C7", "C8", "C9" };
	struct turned t = { .text = "x", .turn = API_TURN_WAIT };
	struct api_call *calls[ARRAY_LEN(channels)];

	start();
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		calls[i] = queue(channels[i], &t);
	CU_ASSERT_EQUAL(t.n_turns, 8);
	api_go(calls[0]);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
	CU_ASSERT_EQUAL(t.n_turns, 9);
	api_cancel(calls[1]);
	CU_ASSERT_EQUAL(t.n_turns, 10);
	stop();
}

static void test_a_marked_call_is_the_first_to_get_a_connection(void)
{
	struct turned t = { .text = "marked", .turn = API_TURN_WAIT };
	struct seen seen = { 0 };
	char text[24], channel[24];
	struct api_call *calls[2];

	start();
	calls[0] = queue("C1", &t);
	calls[1] = queue("C2", &t);
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "post%d", i);
		snprintf(channel, sizeof(channel), "D%d", i);
		post(channel, text, &seen);
	}
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 8);
	api_go(calls[0]);
	api_go(calls[1]);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 8);
	CU_ASSERT_FALSE(api_may_have_acted(calls[0]));
	ok(fakehttp_find(http, "post0"));
	CU_ASSERT_PTR_NOT_NULL(fakehttp_find(http, "marked"));
	CU_ASSERT_TRUE(api_may_have_acted(calls[0]));
	CU_ASSERT_FALSE(api_may_have_acted(calls[1]));
	api_cancel(calls[1]);
	ok(fakehttp_find(http, "post1"));
	CU_ASSERT_PTR_NOT_NULL(fakehttp_find(http, "post8"));
	stop();
}

static void test_a_call_that_is_over_makes_room_for_the_next(void)
{
	struct turned over = { .text = "over", .turn = API_TURN_OVER };
	struct turned first = { .text = "first" }, last = { .text = "last" };

	start();
	CU_ASSERT_PTR_NULL(queue("C1", &over)); /* asked at once */
	CU_ASSERT_EQUAL(over.n_turns, 1);
	queue("C1", &first);
	CU_ASSERT_PTR_NOT_NULL(queue("C1", &over));
	CU_ASSERT_PTR_NOT_NULL(queue("C1", &over));
	queue("C1", &last);
	ok(fakehttp_find(http, "text=first"));
	CU_ASSERT_EQUAL(over.n_turns, 3);
	ok(fakehttp_find(http, "text=last"));
	CU_ASSERT_PTR_NULL(queue_for("users.info", "", &over));
	pass(100000);
	CU_ASSERT_EQUAL(over.seen.n, 0);
	CU_ASSERT_EQUAL(last.seen.n, 1);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

static void test_what_is_over_spends_no_pace(void)
{
	struct turned over = { .text = "over", .turn = API_TURN_OVER }, t = { .text = "x" };

	start_with(1000, 1);
	for (int i = 0; i < 5; i++)
		queue("C1", &over);
	queue("C1", &t);
	CU_ASSERT_EQUAL(t.n_turns, 1);
	stop();
}

static void test_a_call_that_was_held_back_is_asked_again(void)
{
	struct turned t = { .text = "x" }, over = { .text = "y" };

	start();
	queue("C1", &t);
	limited(fakehttp_find(http, "text=x"), "3");
	CU_ASSERT_EQUAL(t.n_turns, 1);
	pass(10000);
	CU_ASSERT_EQUAL(t.n_turns, 2);
	CU_ASSERT_EQUAL(t.n_written, 1);
	failed(fakehttp_find(http, "text=x"), OUTCOME_LATER); /* not sent */
	pass(60000);
	CU_ASSERT_EQUAL(t.n_turns, 3);
	ok(fakehttp_find(http, "text=x"));
	CU_ASSERT_EQUAL(t.seen.n, 1);
	queue("C2", &over);
	limited(fakehttp_find(http, "text=y"), "3");
	over.turn = API_TURN_OVER; /* too late meanwhile */
	pass(10000);
	CU_ASSERT_EQUAL(over.n_turns, 2);
	CU_ASSERT_EQUAL(over.seen.n, 0);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

static void test_cancelling_a_call_that_waits_to_leave(void)
{
	struct turned t = { .text = "x", .turn = API_TURN_WAIT }, next = { .text = "next" };
	struct api_call *call;

	start();
	call = queue("C1", &t);
	queue("C1", &next);
	api_cancel(call);
	CU_ASSERT_EQUAL(t.seen.n, 0);
	ok(fakehttp_find(http, "text=next"));
	CU_ASSERT_EQUAL(next.seen.n, 1);
	queue("C2", &t);
	stop(); /* frees it */
	CU_ASSERT_EQUAL(t.seen.n, 0);
}

static void test_freeing_with_calls_under_way(void)
{
	struct seen seen = { 0 };

	start();
	post("C1", "sent", &seen);
	post("C1", "waiting", &seen);
	post("C2", "later", &seen);
	failed(fakehttp_find(http, "later"), OUTCOME_LATER);
	ask("users.info", "", "x", &seen);
	stop();
	CU_ASSERT_EQUAL(seen.n, 0);
}

static void ask_again(void *owner, const struct outcome *outcome)
{
	(void)outcome;
	post("C1", "again", owner);
}

static void free_all(void *owner, const struct outcome *outcome)
{
	(void)owner;
	(void)outcome;
	api_free(api);
	api = NULL;
}

static void test_callbacks_may_do_anything(void)
{
	struct seen seen = { 0 };

	start();
	api_call(api, "chat.postMessage", &token, STR("C1"), NULL, ask_again, &seen);
	ok(fakehttp_open(http, 0));
	ok(fakehttp_find(http, "again"));
	CU_ASSERT_EQUAL(seen.n, 1);
	post("C1", "never answered", &seen);
	api_call(api, "auth.test", &token, STR_EMPTY, NULL, free_all, NULL);
	ok(fakehttp_find(http, "auth.test"));
	CU_ASSERT_PTR_NULL(api);
	stop();
	CU_ASSERT_EQUAL(seen.n, 1);
}

UNIT_MAIN("api", { "a call", test_a_call }, { "outcomes", test_outcomes },
	  { "a channel keeps its order", test_a_channel_keeps_its_order },
	  { "posts are paced per channel", test_posts_are_paced_per_channel },
	  { "reactions do not wait for the pace of posts",
	    test_reactions_do_not_wait_for_the_post_pace },
	  { "reads overlap", test_reads_overlap },
	  { "a method has a budget", test_a_method_has_a_budget },
	  { "connections are few", test_connections_are_few },
	  { "questions leave room for answers", test_questions_leave_room_for_answers },
	  { "many calls", test_many_calls }, { "429 rests the method", test_429_rests_the_method },
	  { "429 rests the channel first", test_429_rests_the_channel_first },
	  { "429s of different times", test_429s_of_different_times_rest_channels_only },
	  { "many 429s are few lines", test_many_429s_are_few_lines },
	  { "limited with 200 and no header", test_limited_with_200_and_no_header },
	  { "not sent is tried until it works", test_not_sent_is_tried_until_it_works },
	  { "an unsure post is not repeated", test_an_unsure_post_is_not_repeated },
	  { "what is safe is repeated", test_what_is_safe_is_repeated },
	  { "a channel gives up in the end", test_a_channel_gives_up_in_the_end },
	  { "a failing read holds nobody up", test_a_failing_read_does_not_hold_up_others },
	  { "a workspace that moves", test_moving_workspace },
	  { "a try is one try", test_a_try_is_one_try },
	  { "a method that is gone meanwhile", test_a_method_that_is_gone_meanwhile },
	  { "connecting is paced", test_connecting_is_paced }, { "cancelling", test_cancelling },
	  { "a missing workspace is named", test_a_missing_workspace_is_named },
	  { "another argument is missing", test_another_argument_is_missing },
	  { "a workspace named by a rule stays", test_a_workspace_named_by_a_rule_stays },
	  { "rests are told, and their end", test_rests_are_told_and_their_end },
	  { "rests go on", test_rests_go_on },
	  { "a call is asked when its turn has come", test_a_call_is_asked_when_its_turn_has_come },
	  { "a call that is to wait keeps its place", test_a_call_that_is_to_wait_keeps_its_place },
	  { "waiting calls hold no connection", test_waiting_calls_hold_no_connection },
	  { "waiting calls are few", test_waiting_calls_are_few },
	  { "a marked call is the first to get a connection",
	    test_a_marked_call_is_the_first_to_get_a_connection },
	  { "a call that is over makes room for the next",
	    test_a_call_that_is_over_makes_room_for_the_next },
	  { "what is over spends no pace", test_what_is_over_spends_no_pace },
	  { "a call that was held back is asked again",
	    test_a_call_that_was_held_back_is_asked_again },
	  { "cancelling a call that waits to leave", test_cancelling_a_call_that_waits_to_leave },
	  { "freeing with calls under way", test_freeing_with_calls_under_way },
	  { "callbacks may do anything", test_callbacks_may_do_anything })
