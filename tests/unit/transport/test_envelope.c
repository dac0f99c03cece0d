/* SPDX-License-Identifier: MIT */
#include "transport/envelope.h"

#include <stdlib.h>
#include <string.h>
#include "lib/unit.h"

static int parse(struct envelope *e, const char *text)
{
	const char *why = NULL;
	int r = envelope_parse(e, str_from(text), &why);

	CU_ASSERT(r == 0 || why != NULL);
	return r;
}

static void test_hello(void)
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

static void test_disconnect(void)
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

static void test_ack(void)
{
	struct buf out = { 0 };

	envelope_ack(&out, STR("e-1"));
	ASSERT_STR(buf_str(&out), "{\"envelope_id\":\"e-1\"}");
	buf_clear(&out);
	envelope_ack(&out, STR("a\"b"));
	ASSERT_STR(buf_str(&out), "{\"envelope_id\":\"a\\\"b\"}");
	buf_deinit(&out);
}

UNIT_MAIN("envelope", { "hello", test_hello }, { "disconnect", test_disconnect },
	  { "kinds", test_kinds }, { "payload of another shape", test_payload_of_another_shape },
	  { "garbled frames", test_garbled }, { "cut at every byte", test_cut_at_every_byte },
	  { "too deep", test_deep }, { "acknowledgement", test_ack })
