/* SPDX-License-Identifier: MIT */
#include "transport/catchup.h"

#include <stdio.h>
#include <string.h>
#include "lib/fakeclock.h"
#include "lib/fakehttp.h"
#include "lib/unit.h"

/* ---- a Slack that the test plays ---- */

static struct fakeclock clock_;
static struct loop *loop;
static struct http *http;
static struct api *api;
static struct secret token;
static struct catchup *catchup;
static struct identity me = { .team_id = (char *)"T1", .user_id = (char *)"UBOT" };
static struct buf out;	     /* what came, as one text */
static struct buf read_back; /* the channels */
static int n_refused;	     /* so many are refused first */

static void *undecided[10]; /* events, oldest first, while it `is_slow` */
static size_t n_undecided;
static bool is_slow;

static bool on_event(void *owner, struct event *take, void *tag)
{
	(void)owner;
	if (n_refused > 0) {
		n_refused--;
		event_free(take);
		return false;
	}
	buf_addf(&out, "[%.*s %.*s%s%.*s %.*s%s]", STR_ARG(take->channel), STR_ARG(take->ts),
		 take->thread_ts.len > 0 ? " in " : "", STR_ARG(take->thread_ts),
		 STR_ARG(take->text_raw), take->from_self ? " (own)" : "");
	event_free(take);
	undecided[n_undecided++] = tag;
	if (!is_slow)
		catchup_decided(catchup, undecided[--n_undecided]);
	return true;
}

static void on_read(void *owner, struct str channel)
{
	(void)owner;
	buf_addf(&read_back, "(%.*s)", STR_ARG(channel));
}

static void start(void)
{
	fakeclock_init(&clock_);
	CU_ASSERT_EQUAL_FATAL(loop_new(&loop, &clock_.clock), 0);
	http_new(&http, loop, NULL);
	secret_set(&token, STR("xoxb-test"));
	api_new(&api, &(struct api_setup){
			      .loop = loop, .http = http, .base_url = "https://slack.test/api/" });
	catchup = catchup_new(&(struct catchup_setup){
		.loop = loop,
		.api = api,
		.token = &token,
		.me = &me,
		.on_event = on_event,
		.on_read = on_read,
	});
	n_refused = 0;
	n_undecided = 0;
	is_slow = false;
}

static void stop(void)
{
	catchup_free(catchup);
	api_free(api);
	http_free(http);
	loop_free(loop);
	secret_deinit(&token);
	buf_deinit(&out);
	buf_deinit(&read_back);
}

/* The open request, which has these texts, is answered. */
static void answer(const char *wanted, const char *also, const char *body)
{
	struct fakehttp_request *request = fakehttp_open(http, 0);
	char url[300];

	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	snprintf(url, sizeof(url), "%s?%s", request->url, request->body);
	if (strstr(url, wanted) == NULL || strstr(url, also) == NULL)
		printf("\nasked: %s\n", url);
	CU_ASSERT_PTR_NOT_NULL(strstr(url, wanted));
	CU_ASSERT_PTR_NOT_NULL(strstr(url, also));
	CU_ASSERT_PTR_NOT_NULL(strstr(url, "include_all_metadata=true"));
	fakehttp_answer(request, 200, body);
	loop_turn(loop, 0);
}

static void out_is(const char *wanted)
{
	ASSERT_STR(buf_str(&out), wanted);
	buf_clear(&out);
}

#define SAID(ts, text) \
	"{\"type\":\"message\",\"user\":\"U1\",\"ts\":\"" ts "\",\"text\":\"" text "\"}"
#define PAGE(messages, cursor)                 \
	"{\"ok\":true,\"messages\":[" messages \
	"],\"response_metadata\":{\"next_cursor\":\"" cursor "\"}}"

/* ---- cases ---- */

static void test_messages_come_in_the_order_they_were_said(void)
{
	start();
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000100"));
	answer("conversations.history", "oldest=100.000100",
	       PAGE(SAID("104.000000", "d") "," SAID("103.000000", "c"), "more"));
	answer("cursor=more", "channel=C1", PAGE(SAID("102.000000", "b"), ""));
	out_is("[C1 102.000000 b][C1 103.000000 c][C1 104.000000 d]");
	CU_ASSERT_EQUAL(catchup_left(catchup), 0);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

static void test_threads_with_new_replies_are_read_too(void)
{
	start();
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000000"));
	answer("conversations.history", "channel=C1",
	       PAGE("{\"type\":\"message\",\"user\":\"U1\",\"ts\":\"101.000000\",\"text\":\"root\","
		    "\"thread_ts\":\"101.000000\",\"reply_count\":1,\"latest_reply\":\"103.000000\"}"
		    "," SAID("102.000000", "between"),
		    ""));
	answer("conversations.replies", "ts=101.000000",
	       PAGE("{\"type\":\"message\",\"user\":\"U1\",\"ts\":\"101.000000\",\"text\":\"root\","
		    "\"thread_ts\":\"101.000000\",\"reply_count\":1,\"latest_reply\":\"103.000000\"}"
		    ",{\"type\":\"message\",\"user\":\"U2\",\"ts\":\"103.000000\",\"text\":\"reply\","
		    "\"thread_ts\":\"101.000000\"}",
		    ""));
	out_is("[C1 101.000000 in 101.000000 root][C1 102.000000 between]"
	       "[C1 103.000000 in 101.000000 reply]");
	CU_ASSERT_EQUAL(catchup_left(catchup), 0);
	stop();
}

static void test_channels_are_read_one_after_the_other(void)
{
	start();
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000000"));
	CU_ASSERT_TRUE(catchup_channel(catchup, STR("D2"), CHANNEL_DM, STR("200.000000")));
	CU_ASSERT_FALSE(catchup_channel(catchup, STR("D2"), CHANNEL_DM, STR("150.000000")));
	CU_ASSERT_EQUAL(catchup_left(catchup), 2);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
	answer("channel=C1", "oldest=100.000000", PAGE("", ""));
	ASSERT_STR(buf_str(&read_back), "(C1)");
	answer("channel=D2", "oldest=150.000000",
	       PAGE("{\"type\":\"message\",\"user\":\"UBOT\",\"ts\":\"201.000000\",\"text\":\"x\"}",
		    ""));
	out_is("[D2 201.000000 x (own)]");
	stop();
}

static void test_one_that_cannot_be_read_does_not_stop_the_others(void)
{
	start();
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000000"));
	catchup_channel(catchup, STR("C2"), CHANNEL_PUBLIC, STR("100.000000"));
	answer("channel=C1", "", "{\"ok\":false,\"error\":\"missing_scope\"}");
	answer("channel=C2", "", PAGE(SAID("102.000000", "b"), ""));
	out_is("[C2 102.000000 b]");
	ASSERT_STR(buf_str(&read_back), "(C1)(C2)");
	stop();
}

static void test_who_is_too_far_behind_gets_them_later(void)
{
	start();
	n_refused = 2;
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000000"));
	answer("channel=C1", "", PAGE(SAID("103.000000", "c") "," SAID("102.000000", "b"), ""));
	out_is("");
	fakeclock_pass(&clock_, 5000);
	loop_turn(loop, 0);
	out_is("");
	fakeclock_pass(&clock_, 5000);
	loop_turn(loop, 0);
	out_is("[C1 102.000000 b][C1 103.000000 c]");
	stop();
}

/* A death must not lose what waits for names, so a channel is read only when all of it is decided. */
static void test_it_is_read_when_all_is_decided(void)
{
	start();
	is_slow = true;
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000000"));
	catchup_channel(catchup, STR("C2"), CHANNEL_PUBLIC, STR("100.000000"));
	answer("channel=C1", "", PAGE(SAID("103.000000", "c") "," SAID("102.000000", "b"), ""));
	answer("channel=C2", "", PAGE(SAID("104.000000", "d"), ""));
	out_is("[C1 102.000000 b][C1 103.000000 c][C2 104.000000 d]");
	CU_ASSERT_EQUAL(catchup_left(catchup), 0);
	ASSERT_STR(buf_str(&read_back), "");
	catchup_decided(catchup, undecided[1]);
	catchup_decided(catchup, undecided[2]);
	ASSERT_STR(buf_str(&read_back), "(C2)");
	catchup_decided(catchup, undecided[0]);
	ASSERT_STR(buf_str(&read_back), "(C2)(C1)");
	stop();
}

static void test_it_may_end_at_any_time(void)
{
	start();
	is_slow = true;
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000000"));
	answer("channel=C1", "", PAGE(SAID("103.000000", "c"), ""));
	stop();
	start();
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000000"));
	stop();
	start();
	catchup_channel(catchup, STR("C1"), CHANNEL_PUBLIC, STR("100.000000"));
	answer("channel=C1", "", PAGE(SAID("103.000000", "c"), "more"));
	stop();
}

UNIT_MAIN("catchup",
	  { "messages come in the order they were said",
	    test_messages_come_in_the_order_they_were_said },
	  { "threads with new replies are read too", test_threads_with_new_replies_are_read_too },
	  { "channels are read one after the other", test_channels_are_read_one_after_the_other },
	  { "one that cannot be read does not stop the others",
	    test_one_that_cannot_be_read_does_not_stop_the_others },
	  { "who is too far behind gets them later", test_who_is_too_far_behind_gets_them_later },
	  { "it is read when all is decided", test_it_is_read_when_all_is_decided },
	  { "it may end at any time", test_it_may_end_at_any_time })
