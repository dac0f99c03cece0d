/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/stage.h"
#include "lib/unit.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

#define HELLO "{\"type\":\"hello\"}"
#define MESSAGE                                                                        \
	"{\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"text\":\"Hello\"," \
	"\"ts\":\"1700000000.000100\",\"team\":\"T1\"}"

struct talk {
	struct stage stage;
	struct transport *transport;
};

static void begin(struct talk *talk, const char *method)
{
	stage_init(&talk->stage, method);
	talk->stage.setup.protocol = &transport_rtm;
	talk->transport = transport_new(&talk->stage.setup);
}

static void end(struct talk *talk)
{
	transport_free(talk->transport);
	stage_deinit(&talk->stage);
}

/* ---- connecting ---- */

static const char connect_answer[] =
	"{\"ok\":true,\"url\":\"wss://localhost/x\",\"self\":{\"id\":\"UBOT\",\"name\":\"retort\"},"
	"\"team\":{\"id\":\"T1\",\"name\":\"Team\",\"domain\":\"team\"}}";
static const char start_answer[] =
	"{\"ok\":true,\"self\":{\"id\":\"UBOT\",\"name\":\"retort\",\"prefs\":{\"a\":[1,2]},\"created\":1},"
	"\"team\":{\"id\":\"T1\",\"name\":\"Team\",\"domain\":\"team\",\"email_domain\":\"\",\"icon\":{}},"
	"\"users\":[{\"id\":\"U1\",\"name\":\"ana\"}],\"channels\":[{\"id\":\"C1\",\"members\":[\"U1\"]}],"
	"\"groups\":[],\"mpims\":[],\"ims\":[{\"id\":\"D1\"}],\"bots\":[],\"cache_ts\":1,\"latest_event_ts\":\"1\","
	"\"cache_version\":\"v16\",\"url\":\"wss:\\/\\/localhost\\/x\"}";

static void test_identity(void)
{
	static const struct {
		const char *method, *answer;
	} cases[] = { { "rtm.connect", connect_answer }, { "rtm.start", start_answer } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk talk;
		struct identity *me = &talk.stage.me;

		begin(&talk, cases[i].method);
		me->team_name = mem_strdup("as auth.test says");
		me->user_name = mem_strdup("");
		stage_until_asked(&talk.stage, SECOND);
		CU_ASSERT_STRING_EQUAL(fakeapi_method(), cases[i].method);
		fakeapi_say(cases[i].answer);
		CU_ASSERT_STRING_EQUAL(fakews_last()->url, "wss://localhost/x");
		CU_ASSERT_STRING_EQUAL(me->user_id, "UBOT");
		CU_ASSERT_STRING_EQUAL(me->user_name, "retort");
		CU_ASSERT_STRING_EQUAL(me->team_id, "T1");
		CU_ASSERT_STRING_EQUAL(me->team_name, "as auth.test says");
		CU_ASSERT_STRING_EQUAL(me->team_url, "https://team.slack.com/");
		fakews_open(fakews_last());
		CU_ASSERT_FALSE(talk.stage.is_live);
		fakews_text(fakews_last(), HELLO);
		CU_ASSERT_TRUE(talk.stage.is_live);
		end(&talk);
	}
}

static void test_advice(void)
{
	static const struct {
		const char *error, *word;
	} cases[] = {
		{ "not_allowed_token_type",
		  "This token belongs to a new-style app: use Socket Mode" },
		{ "not_allowed_token_type", "SLACK_APP_TOKEN" },
		{ "missing_scope", "Socket Mode" },
		{ "method_deprecated", "--rtm-method connect" },
		{ "rtm_connect_required", "--rtm-method connect" },
		{ "invalid_auth", "SLACK_BOT_TOKEN" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk talk;

		begin(&talk, "rtm.start");
		stage_until_asked(&talk.stage, SECOND);
		fakeapi_say_later(cases[i].error, 0);
		CU_ASSERT_TRUE(stage_fatal_has(&talk.stage, cases[i].error));
		CU_ASSERT_TRUE(stage_fatal_has(&talk.stage, cases[i].word));
		end(&talk);
	}
}

/* ---- frames ---- */

static void test_events(void)
{
	static const struct {
		const char *frame;
		bool is_event;
	} cases[] = {
		{ MESSAGE, true },
		{ "{\"type\":\"reaction_added\",\"user\":\"U1\",\"reaction\":\"eyes\",\"item\":{\"type\":"
		  "\"message\",\"channel\":\"C1\",\"ts\":\"1.000001\"},\"event_ts\":\"2.000001\"}",
		  true },
		{ "{\"type\":\"channel_joined\",\"channel\":{\"id\":\"C1\",\"name\":\"general\"}}",
		  true },
		{ "{\"type\":\"user_typing\",\"channel\":\"C1\",\"user\":\"U1\"}", true },
		{ "{\"type\":\"something_new\"}", true },
		{ "{\"reply_to\":1,\"type\":\"message\",\"channel\":\"C1\",\"user\":\"UBOT\",\"text\":\"Foo\","
		  "\"ts\":\"1468520040.000085\"}",
		  false },
		{ "{\"ok\":true,\"reply_to\":1,\"ts\":\"1.2\",\"text\":\"Hello\"}", false },
		{ "{\"ok\":false,\"reply_to\":1,\"error\":{\"code\":2,\"msg\":\"missing\"}}",
		  false },
		{ "{\"type\":\"pong\",\"reply_to\":1}", false },
		{ "{\"type\":\"reconnect_url\",\"url\":\"wss://localhost/y\"}", false },
		{ "{\"type\":\"error\",\"error\":{\"code\":3,\"msg\":\"what\"}}", false },
		{ HELLO, false },
		{ "{}", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk talk;
		struct fakews *ws;

		begin(&talk, "rtm.connect");
		ws = stage_connect(&talk.stage, HELLO);
		fakews_text(ws, cases[i].frame);
		if (talk.stage.n_events != cases[i].is_event)
			printf("\n  %s", cases[i].frame);
		CU_ASSERT_EQUAL(talk.stage.n_events, cases[i].is_event);
		CU_ASSERT_FALSE(ws->is_closing);
		if (cases[i].is_event) {
			CU_ASSERT_STRING_EQUAL(talk.stage.ack.envelope_id, "");
			transport_ack(&talk.stage.ack);
		}
		ASSERT_STR(buf_str(&ws->sent), "");
		end(&talk);
	}
}

static void test_message(void)
{
	struct talk talk;

	begin(&talk, "rtm.connect");
	fakews_text(stage_connect(&talk.stage, HELLO), MESSAGE);
	CU_ASSERT_EQUAL_FATAL(talk.stage.n_events, 1);
	CU_ASSERT_EQUAL(talk.stage.event->kind, EVENT_MESSAGE);
	ASSERT_STR(talk.stage.event->channel, "C1");
	ASSERT_STR(talk.stage.event->ts, "1700000000.000100");
	ASSERT_STR(talk.stage.event->event_id, "");
	end(&talk);
}

static void test_goodbye(void)
{
	struct talk talk;
	struct fakews *old, *new;

	begin(&talk, "rtm.connect");
	old = stage_connect(&talk.stage, HELLO);
	fakews_text(old, "{\"type\":\"goodbye\"}");
	new = stage_greet(&talk.stage);
	CU_ASSERT_FALSE(old->is_closing);
	fakews_text(old, MESSAGE);
	fakews_text(new, HELLO);
	fakews_text(old, MESSAGE);
	CU_ASSERT_EQUAL(talk.stage.n_events, 2);
	stage_pass(&talk.stage, 11 * SECOND);
	CU_ASSERT_TRUE(old->is_closing);
	CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
	end(&talk);
}

static void test_what_breaks_a_socket(void)
{
	static const char *const frames[] = {
		"{\"type\":\"error\",\"error\":{\"code\":1,\"msg\":\"Socket URL has expired\"}}",
		"{\"type\":\"team_migration_started\"}",
		"UNAUTHENTICATED: cache_error",
		"",
	};

	for (size_t i = 0; i < ARRAY_LEN(frames) * 2; i++) {
		bool is_live = i % 2 == 1;
		struct talk talk;
		struct fakews *ws;

		begin(&talk, "rtm.connect");
		ws = is_live ? stage_connect(&talk.stage, HELLO) : stage_greet(&talk.stage);
		fakews_text(ws, frames[i / 2]);
		CU_ASSERT_TRUE(ws->is_closing);
		CU_ASSERT_FALSE(talk.stage.is_live);
		stage_connect(&talk.stage, HELLO);
		CU_ASSERT_TRUE(talk.stage.is_live);
		CU_ASSERT_STRING_NOT_EQUAL(fakews_at(0)->url, fakews_at(1)->url);
		end(&talk);
	}
}

static void test_migration(void)
{
	struct talk talk;
	int64_t waited;

	begin(&talk, "rtm.connect");
	fakews_text(stage_connect(&talk.stage, HELLO), "{\"type\":\"team_migration_started\"}");
	for (int64_t least = 5 * SECOND; least < MINUTE; least *= 2) {
		CU_ASSERT_FATAL(stage_until_asked(&talk.stage, 2 * MINUTE) >= 0);
		fakeapi_say_later("migration_in_progress", 0);
		waited = stage_until_asked(&talk.stage, 2 * MINUTE);
		CU_ASSERT(waited >= least && waited <= least + least / 4 + 50);
	}
	stage_connect(&talk.stage, HELLO);
	CU_ASSERT_TRUE(talk.stage.is_live);
	end(&talk);
}

/* ---- alive? ---- */

static void test_pings(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk, "rtm.connect");
	ws = stage_connect(&talk.stage, HELLO);
	for (unsigned i = 1; i <= 20; i++) {
		char wanted[64];

		buf_clear(&ws->sent);
		stage_pass(&talk.stage, 10 * SECOND);
		snprintf(wanted, sizeof(wanted), "{\"id\":%u,\"type\":\"ping\",\"time\":", i);
		CU_ASSERT_TRUE(str_starts(buf_str(&ws->sent), wanted));
		CU_ASSERT_EQUAL(ws->n_pings, i);
		fakews_text(ws, "{\"type\":\"pong\",\"reply_to\":1,\"time\":1}");
	}
	CU_ASSERT_FALSE(ws->is_closing || ws->is_freed);
	/* Numbers begin anew with each socket. */
	fakews_over(ws, 1006, 0, "gone");
	ws = stage_connect(&talk.stage, HELLO);
	stage_pass(&talk.stage, 10 * SECOND);
	CU_ASSERT_TRUE(str_starts(buf_str(&ws->sent), "{\"id\":1,"));
	end(&talk);
}

static void test_no_pong(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk, "rtm.connect");
	ws = stage_connect(&talk.stage, HELLO);
	for (int i = 0; i < 60 && !ws->is_freed; i++) {
		fakews_heard(ws); /* a proxy that is alive while Slack is not */
		stage_pass(&talk.stage, SECOND);
	}
	CU_ASSERT_TRUE(ws->is_freed);
	CU_ASSERT(stage_until_asked(&talk.stage, SECOND) >= 0);
	end(&talk);
}

static void test_stops(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk, "rtm.connect");
	ws = stage_connect(&talk.stage, HELLO);
	transport_stop(talk.transport, stage_on_stopped, &talk.stage);
	fakews_text(ws, MESSAGE);
	CU_ASSERT_EQUAL(talk.stage.n_events, 0);
	stage_pass(&talk.stage, 100);
	CU_ASSERT_TRUE(talk.stage.is_stopped);
	CU_ASSERT_EQUAL(ws->close_code, 1000);
	end(&talk);
}

UNIT_MAIN("rtm", { "identity", test_identity }, { "advice", test_advice },
	  { "events", test_events }, { "message", test_message }, { "goodbye", test_goodbye },
	  { "what breaks a socket", test_what_breaks_a_socket }, { "migration", test_migration },
	  { "pings", test_pings }, { "no pong", test_no_pong }, { "stops", test_stops })
