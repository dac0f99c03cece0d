/* SPDX-License-Identifier: MIT */
#include "transport/rtm_frame.h"

#include "lib/unit.h"

static void test_kinds(void)
{
	static const struct {
		const char *text;
		enum rtm_kind kind;
	} cases[] = {
		{ "{\"type\":\"hello\"}", RTM_HELLO },
		{ "{\"type\":\"hello\",\"region\":\"x\",\"start\":true}", RTM_HELLO },
		{ "{\"type\":\"goodbye\"}", RTM_GOODBYE },
		{ "{\"type\":\"team_migration_started\"}", RTM_MIGRATION },
		{ "{\"type\":\"reconnect_url\",\"url\":\"wss://x\"}", RTM_IGNORED },
		{ "{\"type\":\"pong\",\"reply_to\":3,\"time\":1403299273342}", RTM_PONG },
		{ "{\"ok\":true,\"reply_to\":1,\"ts\":\"1.2\",\"text\":\"Hello\"}", RTM_REPLY },
		{ "{\"reply_to\":1,\"type\":\"message\",\"channel\":\"G1\",\"text\":\"Foo\"}",
		  RTM_ECHO },
		{ "{\"reply_to\":\"\",\"type\":\"message\"}", RTM_ECHO },
		{ "{\"reply_to\":null,\"type\":\"message\",\"channel\":\"G1\"}", RTM_EVENT },
		{ "{\"type\":\"message\",\"channel\":\"C1\",\"text\":\"reply_to\"}", RTM_EVENT },
		{ "{\"type\":\"event\"}", RTM_EVENT },
		{ "{\"type\":\"reply\"}", RTM_EVENT },
		{ "{\"type\":\"something_new\"}", RTM_EVENT },
		{ "{\"type\":17}", RTM_SHAPELESS },
		{ "{}", RTM_SHAPELESS },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rtm_frame frame;
		const char *why;

		CU_ASSERT_EQUAL(rtm_frame_parse(&frame, str_from(cases[i].text), &why), 0);
		CU_ASSERT_EQUAL(frame.kind, cases[i].kind);
		CU_ASSERT_STRING_NOT_EQUAL(rtm_kind_name(frame.kind), "");
		rtm_frame_deinit(&frame);
	}
}

static void test_errors(void)
{
	struct rtm_frame frame;
	const char *why;

	CU_ASSERT_EQUAL(rtm_frame_parse(&frame,
					STR("{\"type\":\"error\",\"error\":{\"code\":1,"
					    "\"msg\":\"Socket URL has expired\"}}"),
					&why),
			0);
	CU_ASSERT_EQUAL(frame.kind, RTM_ERROR);
	CU_ASSERT_EQUAL(frame.code, RTM_URL_EXPIRED);
	ASSERT_STR(frame.message, "Socket URL has expired");
	rtm_frame_deinit(&frame);
	CU_ASSERT_EQUAL(rtm_frame_parse(&frame,
					STR("{\"ok\":false,\"reply_to\":27,\"error\":{\"code\":-1,"
					    "\"msg\":\"slow down\"}}"),
					&why),
			0);
	CU_ASSERT_EQUAL(frame.kind, RTM_REPLY);
	CU_ASSERT_EQUAL(frame.reply_to, 27);
	CU_ASSERT_EQUAL(frame.code, -1);
	rtm_frame_deinit(&frame);
}

static void test_not_json(void)
{
	static const char *const texts[] = {
		"", "hello", "[]", "17", "null", "{", "{\"type\":\"hello\""
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct rtm_frame frame;
		const char *why = NULL;

		CU_ASSERT_EQUAL(rtm_frame_parse(&frame, str_from(texts[i]), &why), RTM_NOT_JSON);
		CU_ASSERT_PTR_NOT_NULL(why);
		rtm_frame_deinit(&frame);
	}
}

static void test_ping(void)
{
	struct buf out = { 0 };

	rtm_ping(&out, 3, 1403299273342);
	ASSERT_STR(buf_str(&out), "{\"id\":3,\"type\":\"ping\",\"time\":1403299273342}");
	buf_deinit(&out);
}

UNIT_MAIN("rtmframe", { "kinds", test_kinds }, { "errors", test_errors },
	  { "not JSON", test_not_json }, { "ping", test_ping })
