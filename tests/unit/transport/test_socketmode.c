/* SPDX-License-Identifier: MIT */
#include "transport/socketmode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/metric.h"
#include "lib/logcatch.h"
#include "lib/stage.h"
#include "lib/unit.h"
#include "transport/session.h"
#include "transport/transport.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

#define HELLO "{\"type\":\"hello\",\"num_connections\":1,\"connection_info\":{\"app_id\":\"A1\"}}"
#define MESSAGE                                                                                           \
	"{\"type\":\"event_callback\",\"team_id\":\"T1\",\"event_id\":\"Ev1\",\"event_time\":1700000000," \
	"\"event\":{\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"text\":\"Hello\","          \
	"\"ts\":\"1700000000.000100\"}}"

/* ---- frames ---- */

static int parse(struct envelope *e, const char *text)
{
	const char *why = NULL;
	int r = envelope_parse(e, str_from(text), &why);

	CU_ASSERT(r == 0 || why != NULL);
	return r;
}

static void test_hello_frame(void)
{
	struct envelope e;

	CU_ASSERT_EQUAL(
		parse(&e,
		      "{\"type\":\"hello\",\"num_connections\":2,\"debug_info\":{\"host\":\"a\"},"
		      "\"connection_info\":{\"app_id\":\"A01\"}}"),
		0);
	CU_ASSERT_EQUAL(e.kind, ENVELOPE_HELLO);
	CU_ASSERT_EQUAL(e.num_connections, 2);
	ASSERT_STR(e.app_id, "A01");
	ASSERT_STR(e.id, "");
	envelope_deinit(&e);
	CU_ASSERT_EQUAL(parse(&e, "{\"type\":\"hello\"}"), 0);
	CU_ASSERT_EQUAL(e.num_connections, 0);
	ASSERT_STR(e.app_id, "");
	envelope_deinit(&e);
}

static void test_disconnect_frame(void)
{
	static const struct {
		const char *text;
		enum disconnect_reason reason;
	} cases[] = {
		{ "\"warning\"", DISCONNECT_WARNING },
		{ "\"refresh_requested\"", DISCONNECT_REFRESH_REQUESTED },
		{ "\"too_many_websockets\"", DISCONNECT_TOO_MANY_WEBSOCKETS },
		{ "\"link_disabled\"", DISCONNECT_LINK_DISABLED },
		{ "\"something_new\"", DISCONNECT_OTHER },
		{ "\"\"", DISCONNECT_OTHER },
		{ "null", DISCONNECT_OTHER },
		{ "{}", DISCONNECT_OTHER },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct envelope e;
		char text[128];

		snprintf(text, sizeof(text), "{\"type\":\"disconnect\",\"reason\":%s}",
			 cases[i].text);
		CU_ASSERT_EQUAL(parse(&e, text), 0);
		CU_ASSERT_EQUAL(e.kind, ENVELOPE_DISCONNECT);
		CU_ASSERT_EQUAL(e.reason, cases[i].reason);
		envelope_deinit(&e);
	}
}

static void test_kinds(void)
{
	static const struct {
		const char *type;
		enum envelope_kind kind;
	} cases[] = {
		{ "events_api", ENVELOPE_EVENTS_API },
		{ "slash_commands", ENVELOPE_SLASH_COMMANDS },
		{ "interactive", ENVELOPE_INTERACTIVE },
		{ "options", ENVELOPE_UNKNOWN },
		{ "unknown", ENVELOPE_UNKNOWN },
		{ "garbled", ENVELOPE_UNKNOWN },
		{ "", ENVELOPE_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct envelope e;
		char text[160];

		snprintf(text, sizeof(text),
			 "{\"envelope_id\":\"e-1\",\"type\":\"%s\",\"payload\":{\"a\":1},"
			 "\"retry_attempt\":3,\"retry_reason\":\"timeout\"}",
			 cases[i].type);
		CU_ASSERT_EQUAL(parse(&e, text), 0);
		CU_ASSERT_EQUAL(e.kind, cases[i].kind);
		CU_ASSERT_STRING_NOT_EQUAL(envelope_kind_name(e.kind), "");
		ASSERT_STR(e.id, "e-1");
		ASSERT_STR(e.retry_reason, "timeout");
		CU_ASSERT_EQUAL(e.retry_attempt, 3);
		CU_ASSERT_PTR_NOT_NULL(e.payload);
		envelope_deinit(&e);
	}
}

static void test_payload_of_another_shape(void)
{
	static const char *const payloads[] = { "[]", "\"{}\"", "null", "1", "true" };

	for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
		struct envelope e;
		char text[128];

		snprintf(text, sizeof(text),
			 "{\"envelope_id\":\"e1\",\"type\":\"events_api\",\"payload\":%s}",
			 payloads[i]);
		CU_ASSERT_EQUAL(parse(&e, text), 0);
		CU_ASSERT_EQUAL(e.kind, ENVELOPE_EVENTS_API);
		CU_ASSERT_PTR_NULL(e.payload);
		ASSERT_STR(e.id, "e1");
		envelope_deinit(&e);
	}
}

/* An id that is wanted, or none and the frame counts as no JSON. */
static void test_garbled(void)
{
	static const struct {
		const char *text;
		const char *id;
	} cases[] = {
		{ "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":{", "e-1" },
		{ " {\"type\":\"events_api\",\"payload\":{\"a\":[1,{}]} , \"envelope_id\" : \"e-2\" oops",
		  "e-2" },
		{ "{\"envelope_id\":\"e-3\",\"payload\":{\"text\":\"\xff\"}}", "e-3" },
		{ "{\"payload\":{\"envelope_id\":\"inner\"},\"x\":}", NULL },
		{ "{\"text\":\"\\\"envelope_id\\\":\\\"forged\\\"\",\"x\":}", NULL },
		{ "{\"text\":\"{\\\\\",\"envelope_id\":\"e-4\",}", "e-4" },
		{ "{\"envelope_id\":\"\",}", NULL },
		{ "{\"envelope_id\":17,}", NULL },
		{ "{\"envelope_id\":\"a\\u0022\",}", NULL },
		{ "{\"envelope_id\":\"a b\",}", NULL },
		{ "{\"envelope_id\":\"cut", NULL },
		{ "{\"envelope_id\":", NULL },
		{ "{\"envelope_id\"", NULL },
		{ "[\"envelope_id\":\"e\"", NULL },
		{ "UNAUTHENTICATED: cache_error", NULL },
		{ "<html>", NULL },
		{ "", NULL },
		{ "   ", NULL },
		{ "[]", NULL },
		{ "17", NULL },
		{ "null", NULL },
		{ "\"envelope_id\"", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct envelope e;
		int r = parse(&e, cases[i].text);

		CU_ASSERT_EQUAL(r, cases[i].id != NULL ? 0 : ENVELOPE_NOT_JSON);
		if (r == 0) {
			CU_ASSERT_EQUAL(e.kind, ENVELOPE_GARBLED);
			ASSERT_STR(e.id, cases[i].id);
		}
		envelope_deinit(&e);
	}
}

/* Whatever is cut off an envelope: the right id or none, and never an event. */
static void test_cut_at_every_byte(void)
{
	static const char whole[] =
		"{\"envelope_id\":\"dbdd0ef3-1543\",\"payload\":{\"event\":{\"type\":\"message\","
		"\"text\":\"say \\\"envelope_id\\\":\\\"x\\\" \\u00e9 \xc3\xa9\"}},\"type\":\"events_api\"}";

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *copy = mem_strndup(whole, len);
		struct envelope e;
		int r = parse(&e, copy);

		CU_ASSERT(r == ENVELOPE_NOT_JSON || e.kind == ENVELOPE_GARBLED);
		if (r == 0)
			ASSERT_STR(e.id, "dbdd0ef3-1543");
		envelope_deinit(&e);
		free(copy);
	}
}

static void test_deep(void)
{
	struct buf text = { 0 };
	struct envelope e;
	const char *why;

	buf_addz(&text, "{\"envelope_id\":\"deep\",\"payload\":");
	for (int i = 0; i < 100000; i++)
		buf_addc(&text, '[');
	CU_ASSERT_EQUAL(envelope_parse(&e, buf_str(&text), &why), 0);
	CU_ASSERT_EQUAL(e.kind, ENVELOPE_GARBLED);
	ASSERT_STR(e.id, "deep");
	envelope_deinit(&e);
	buf_deinit(&text);
}

static void test_ack_frame(void)
{
	struct buf out = { 0 };

	envelope_ack(&out, STR("e-1"));
	ASSERT_STR(buf_str(&out), "{\"envelope_id\":\"e-1\"}");
	buf_clear(&out);
	envelope_ack(&out, STR("a\"b"));
	ASSERT_STR(buf_str(&out), "{\"envelope_id\":\"a\\\"b\"}");
	buf_deinit(&out);
}

static void test_say_frame(void)
{
	struct buf out = { 0 };

	transport_socketmode.say_frame(&out, STR("e-1"), STR("try \"again\""));
	ASSERT_STR(buf_str(&out), "{\"envelope_id\":\"e-1\",\"payload\":{\"response_type\":"
				  "\"ephemeral\",\"text\":\"try \\\"again\\\"\"}}");
	buf_deinit(&out);
}

/* ---- over a session ---- */

struct talk {
	struct stage stage;
	struct transport *transport;
};

static void begin(struct talk *talk)
{
	stage_init(&talk->stage, "apps.connections.open");
	talk->stage.setup.protocol = &transport_socketmode;
	talk->transport = transport_new(&talk->stage.setup);
}

static void end(struct talk *talk)
{
	transport_free(talk->transport);
	stage_deinit(&talk->stage);
}

static void send_event(struct fakews *ws, const char *id)
{
	char text[600];

	snprintf(text, sizeof(text),
		 "{\"envelope_id\":\"%s\",\"type\":\"events_api\",\"retry_attempt\":0,"
		 "\"retry_reason\":\"\",\"payload\":" MESSAGE "}",
		 id);
	fakews_text(ws, text);
}

/* ---- */

static void test_hello_tells_the_app(void)
{
	struct talk talk;

	begin(&talk);
	stage_connect(&talk.stage, HELLO);
	CU_ASSERT_STRING_EQUAL(fakeapi_method(), "apps.connections.open");
	CU_ASSERT_TRUE(talk.stage.is_live);
	CU_ASSERT_STRING_EQUAL(talk.stage.me.app_id, "A1");
	end(&talk);

	begin(&talk);
	talk.stage.me.app_id = mem_strdup("A0"); /* auth.test knew already */
	stage_connect(&talk.stage, HELLO);
	CU_ASSERT_STRING_EQUAL(talk.stage.me.app_id, "A0");
	end(&talk);

	begin(&talk);
	stage_connect(&talk.stage, "{\"type\":\"hello\"}");
	CU_ASSERT_PTR_NULL(talk.stage.me.app_id);
	CU_ASSERT_TRUE(talk.stage.is_live);
	end(&talk);
}

static void test_event_is_acknowledged_when_asked(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, HELLO);
	send_event(ws, "e-1");
	CU_ASSERT_EQUAL_FATAL(talk.stage.n_events, 1);
	ASSERT_STR(talk.stage.event->ts, "1700000000.000100");
	ASSERT_STR(talk.stage.event->channel, "C1");
	ASSERT_STR(talk.stage.event->event_id, "Ev1");
	CU_ASSERT_STRING_EQUAL(talk.stage.ack.envelope_id, "e-1");
	stage_pass(&talk.stage, SECOND);
	ASSERT_STR(buf_str(&ws->sent), "");
	transport_ack(&talk.stage.ack);
	ASSERT_STR(buf_str(&ws->sent), "{\"envelope_id\":\"e-1\"}\n");
	end(&talk);
}

static void test_command_is_acknowledged_when_asked(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, HELLO);
	fakews_text(ws,
		    "{\"envelope_id\":\"e-1\",\"type\":\"slash_commands\","
		    "\"accepts_response_payload\":true,\"payload\":{\"command\":\"/ask\","
		    "\"text\":\"why\",\"user_id\":\"U1\",\"channel_id\":\"C1\",\"team_id\":\"T1\","
		    "\"trigger_id\":\"1.2.3\"}}");
	CU_ASSERT_EQUAL_FATAL(talk.stage.n_events, 1);
	CU_ASSERT_EQUAL(talk.stage.event->kind, EVENT_COMMAND);
	ASSERT_STR(talk.stage.event->command, "/ask");
	CU_ASSERT_EQUAL(talk.stage.event->time.ms, loop_wall(talk.stage.loop).ms);
	CU_ASSERT_STRING_EQUAL(talk.stage.ack.envelope_id, "e-1");
	ASSERT_STR(buf_str(&ws->sent), "");
	transport_ack(&talk.stage.ack);
	ASSERT_STR(buf_str(&ws->sent), "{\"envelope_id\":\"e-1\"}\n");
	end(&talk);
}

/* Slack tells again what it thinks we missed; what was missed indeed must not be dropped. */
static void test_retries_are_events(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, HELLO);
	for (int attempt = 0; attempt < 4; attempt++) {
		char text[600];

		snprintf(text, sizeof(text),
			 "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"retry_attempt\":%d,"
			 "\"retry_reason\":\"timeout\",\"payload\":" MESSAGE "}",
			 attempt);
		fakews_text(ws, text);
	}
	CU_ASSERT_EQUAL(talk.stage.n_events, 4);
	end(&talk);
}

static void test_acknowledged_at_once(void)
{
	static const struct {
		const char *type, *payload;
	} cases[] = {
		{ "slash_commands", "{\"command\":\"/ask\",\"text\":\"\"}" },
		{ "slash_commands", "null" },
		{ "slash_commands", "[]" },
		{ "slash_commands",
		  "{\"command\":\"ask\",\"user_id\":\"U1\",\"channel_id\":\"C1\"}" },
		{ "interactive", "{\"type\":\"block_actions\"}" },
		{ "something_new", "{}" },
		{ "", "null" },
		{ "events_api", "null" },
		{ "events_api", "\"{}\"" },
		{ "events_api", "[]" },
		{ "events_api", "{}" },
		{ "events_api", "{\"type\":\"event_callback\",\"event\":7}" },
		{ "events_api", "{\"type\":\"event_callback\",\"event\":{}}" },
		{ "events_api", "{\"event\":{\"type\":\"message\",\"text\":\"\xc3(\"}}" },
		{ "events_api", "{" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk talk;
		struct fakews *ws;
		char frame[256];

		begin(&talk);
		ws = stage_connect(&talk.stage, HELLO);
		snprintf(frame, sizeof(frame),
			 "{\"envelope_id\":\"x\",\"type\":\"%s\",\"payload\":%s}", cases[i].type,
			 cases[i].payload);
		fakews_text(ws, frame);
		ASSERT_STR(buf_str(&ws->sent), "{\"envelope_id\":\"x\"}\n");
		CU_ASSERT_EQUAL(talk.stage.n_events, 0);
		CU_ASSERT_FALSE(ws->is_closing);
		end(&talk);
	}
}

/* Longer than an acknowledgement can carry: it leaves at once, the event counts all the same. */
static void test_very_long_id(void)
{
	struct talk talk;
	struct fakews *ws;
	char id[80];

	memset(id, 'i', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	begin(&talk);
	ws = stage_connect(&talk.stage, HELLO);
	send_event(ws, id);
	CU_ASSERT_EQUAL(talk.stage.n_events, 1);
	CU_ASSERT_STRING_EQUAL(talk.stage.ack.envelope_id, "");
	CU_ASSERT_NOT_EQUAL(str_find(buf_str(&ws->sent), id), SIZE_MAX);
	transport_ack(&talk.stage.ack);
	CU_ASSERT_EQUAL(ws->sent.len, strlen(id) + strlen("{\"envelope_id\":\"\"}\n"));
	end(&talk);
}

static void test_acks_and_sockets(void)
{
	struct talk talk;
	struct fakews *old, *new;
	struct ack first;

	begin(&talk);
	old = stage_connect(&talk.stage, HELLO);
	send_event(old, "e-1");
	first = talk.stage.ack;
	fakews_text(old, "{\"type\":\"disconnect\",\"reason\":\"warning\"}");
	new = stage_connect(&talk.stage, HELLO);
	send_event(new, "e-2");
	transport_ack(&talk.stage.ack);
	transport_ack(&first);
	ASSERT_STR(buf_str(&old->sent), "{\"envelope_id\":\"e-1\"}\n");
	ASSERT_STR(buf_str(&new->sent), "{\"envelope_id\":\"e-2\"}\n");
	fakews_over(old, 1000, 0, "bye");
	transport_ack(&first);
	ASSERT_STR(buf_str(&new->sent), "{\"envelope_id\":\"e-2\"}\n{\"envelope_id\":\"e-1\"}\n");
	end(&talk);
}

/* ---- disconnect ---- */

static const struct reason {
	const char *name;
	bool is_announced;
	int64_t least_ms, most_ms;
} reasons[] = {
	{ "\"warning\"", true, 0, 300 },
	{ "\"refresh_requested\"", true, 0, 300 },
	{ "\"something_new\"", true, 0, 300 },
	{ "null", true, 0, 300 },
	{ "\"too_many_websockets\"", false, 30 * SECOND, 38 * SECOND },
	{ "\"link_disabled\"", false, 5 * MINUTE, 7 * MINUTE },
};

static void disconnect(struct fakews *ws, const struct reason *reason)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "{\"type\":\"disconnect\",\"reason\":%s,\"debug_info\":{\"host\":\"h\"}}",
		 reason->name);
	fakews_text(ws, text);
}

static void test_reasons_while_live(void)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		struct talk talk;
		struct fakews *ws;
		int64_t waited;

		begin(&talk);
		ws = stage_connect(&talk.stage, HELLO);
		disconnect(ws, &reasons[i]);
		CU_ASSERT_EQUAL(ws->is_closing, !reasons[i].is_announced);
		CU_ASSERT_EQUAL(talk.stage.is_live, reasons[i].is_announced);
		waited = stage_until_asked(&talk.stage, 10 * MINUTE);
		CU_ASSERT(waited >= reasons[i].least_ms && waited <= reasons[i].most_ms);
		stage_connect(&talk.stage, HELLO);
		CU_ASSERT_TRUE(talk.stage.is_live);
		CU_ASSERT_EQUAL(talk.stage.n_dead, !reasons[i].is_announced);
		ASSERT_STR(buf_str(&ws->sent), ""); /* never acknowledged */
		CU_ASSERT_EQUAL(talk.stage.n_events, 0);
		end(&talk);
	}
}

static void test_reasons_before_hello(void)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		struct talk talk;
		struct fakews *ws;
		int64_t waited;

		begin(&talk);
		ws = stage_greet(&talk.stage);
		disconnect(ws, &reasons[i]);
		CU_ASSERT_TRUE(ws->is_closing);
		waited = stage_until_asked(&talk.stage, 10 * MINUTE);
		CU_ASSERT(waited >= reasons[i].least_ms);
		CU_ASSERT(waited <= (reasons[i].is_announced ? SECOND + 50 : reasons[i].most_ms));
		stage_connect(&talk.stage, HELLO);
		CU_ASSERT_TRUE(talk.stage.is_live);
		CU_ASSERT_EQUAL(fakeapi_asked(), 2);
		end(&talk);
	}
}

static void test_refreshes_under_a_stream(void)
{
	struct talk talk;
	struct fakews *ws;
	unsigned n = 0;

	begin(&talk);
	ws = stage_connect(&talk.stage, HELLO);
	for (int i = 0; i < 100; i++) {
		struct fakews *old = ws;
		char id[32];

		disconnect(old, &reasons[i % 4]);
		for (int step = 0; step < 3; step++) {
			snprintf(id, sizeof(id), "e-%u", ++n);
			send_event(step == 2 ? ws : old, id);
			CU_ASSERT_EQUAL(talk.stage.n_events, n);
			transport_ack(&talk.stage.ack);
			if (step == 0)
				ws = stage_greet(&talk.stage);
			if (step == 1)
				fakews_text(ws, HELLO);
		}
		/* Each on its own socket. */
		CU_ASSERT_NOT_EQUAL(str_find(buf_str(&ws->sent), id), SIZE_MAX);
	}
	CU_ASSERT_EQUAL(talk.stage.n_live, 1);
	CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
	end(&talk);
}

/* ---- nonsense ---- */

static void test_frames_that_are_no_json(void)
{
	static const char *const frames[] = { "UNAUTHENTICATED: cache_error", "", "[]", "null",
					      "{\"type\":" };

	for (size_t i = 0; i < ARRAY_LEN(frames) * 2; i++) {
		bool is_live = i % 2 == 1;
		struct talk talk;
		struct fakews *ws;

		begin(&talk);
		ws = is_live ? stage_connect(&talk.stage, HELLO) : stage_greet(&talk.stage);
		fakews_text(ws, frames[i / 2]);
		CU_ASSERT_TRUE(ws->is_closing);
		CU_ASSERT_FALSE(talk.stage.is_live);
		stage_connect(&talk.stage, HELLO);
		CU_ASSERT_TRUE(talk.stage.is_live);
		CU_ASSERT_EQUAL(fakeapi_asked(), 2);
		end(&talk);
	}
}

static void test_cut_envelopes(void)
{
	static const char whole[] =
		"{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":" MESSAGE "}";

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *cut = mem_strndup(whole, len);
		struct talk talk;
		struct fakews *ws;

		begin(&talk);
		ws = stage_connect(&talk.stage, HELLO);
		fakews_text(ws, cut);
		CU_ASSERT_EQUAL(talk.stage.n_events, 0);
		CU_ASSERT(ws->is_closing ||
			  str_is(buf_str(&ws->sent), "{\"envelope_id\":\"e-1\"}\n"));
		end(&talk);
		free(cut);
	}
}

/* Its words may be a person's. */
static void test_a_garbled_envelope_is_counted_and_told_without_its_words(void)
{
	static const char frame[] = "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"my secret\"";
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	logcatch_begin();
	metric_counts[METRIC_FRAMES_GARBLED] = 0;
	ws = stage_connect(&talk.stage, HELLO);
	for (int i = 0; i < 100; i++)
		fakews_text(ws, frame);
	CU_ASSERT_FALSE(ws->is_closing);
	CU_ASSERT_EQUAL(metric_counts[METRIC_FRAMES_GARBLED], 100);
	CU_ASSERT_EQUAL(logcatch_count("a frame is no JSON object"), 1);
	CU_ASSERT_EQUAL(logcatch_count("envelope=e-1 bytes=50 "), 1);
	stage_pass(&talk.stage, 11000);
	fakews_heard(ws);
	fakews_text(ws, frame);
	CU_ASSERT_EQUAL(logcatch_count("more=99"), 1);
	fakews_text(ws, "secret, and no object");
	CU_ASSERT_TRUE(ws->is_closing);
	CU_ASSERT_EQUAL(logcatch_count("secret"), 0);
	logcatch_end();
	end(&talk);
}

/* ---- */

static void test_advice(void)
{
	static const struct {
		const char *error, *word;
	} cases[] = {
		{ "not_allowed_token_type", "xapp-" },
		{ "missing_scope", "connections:write" },
		{ "invalid_auth", "SLACK_APP_TOKEN" },
		{ "token_revoked", "SLACK_APP_TOKEN" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk talk;

		begin(&talk);
		stage_until_asked(&talk.stage, SECOND);
		fakeapi_say_fatal(cases[i].error);
		CU_ASSERT_TRUE(stage_fatal_has(&talk.stage, cases[i].error));
		CU_ASSERT_TRUE(stage_fatal_has(&talk.stage, cases[i].word));
		end(&talk);
	}
}

static void test_stop_flushes(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, HELLO);
	send_event(ws, "e-1");
	transport_stop(talk.transport, stage_on_stopped, &talk.stage);
	loop_turn(talk.stage.loop, 0);
	transport_ack(&talk.stage.ack);
	stage_pass(&talk.stage, 100);
	ASSERT_STR(buf_str(&ws->sent), "{\"envelope_id\":\"e-1\"}\n");
	CU_ASSERT_TRUE(ws->is_closing);
	CU_ASSERT_EQUAL(ws->close_code, 1000);
	CU_ASSERT_TRUE(talk.stage.is_stopped);
	transport_ack(&talk.stage.ack); /* too late, and harmless */
	end(&talk);
}

UNIT_MAIN("socketmode", { "hello frame", test_hello_frame },
	  { "disconnect frame", test_disconnect_frame }, { "kinds", test_kinds },
	  { "payload of another shape", test_payload_of_another_shape },
	  { "garbled frames", test_garbled }, { "cut at every byte", test_cut_at_every_byte },
	  { "too deep", test_deep }, { "acknowledgement frame", test_ack_frame },
	  { "acknowledgement with words", test_say_frame },
	  { "hello tells the app", test_hello_tells_the_app },
	  { "event is acknowledged when asked", test_event_is_acknowledged_when_asked },
	  { "command is acknowledged when asked", test_command_is_acknowledged_when_asked },
	  { "retries are events", test_retries_are_events },
	  { "acknowledged at once", test_acknowledged_at_once },
	  { "very long id", test_very_long_id }, { "acks and sockets", test_acks_and_sockets },
	  { "reasons while live", test_reasons_while_live },
	  { "reasons before hello", test_reasons_before_hello },
	  { "refreshes under a stream", test_refreshes_under_a_stream },
	  { "frames that are no JSON", test_frames_that_are_no_json },
	  { "cut envelopes", test_cut_envelopes },
	  { "a garbled envelope is counted and told without its words",
	    test_a_garbled_envelope_is_counted_and_told_without_its_words },
	  { "advice", test_advice }, { "stop flushes", test_stop_flushes })
