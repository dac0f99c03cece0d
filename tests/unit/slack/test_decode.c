/* SPDX-License-Identifier: MIT */
#include "slack/decode.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "lib/unit.h"

/* ---- helpers ---- */

static struct identity me = {
	.team_id = (char *)"T1",
	.user_id = (char *)"UBOT",
	.bot_id = (char *)"BBOT",
	.app_id = (char *)"ABOT",
};

static bool no_name(void *owner, struct str id, struct str *name)
{
	(void)owner;
	(void)id;
	(void)name;
	return false;
}

static const struct text_names no_names = { NULL, no_name, no_name, no_name };

static struct event *decoded(const char *text)
{
	CLEANUP(json_freep) struct json *inner = NULL;
	const char *why = NULL;
	struct event *ev = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&inner, str_from(text), &why), 0);
	CU_ASSERT_EQUAL_FATAL(
		decode_event(&ev, inner, STR("T1"), STR("Ev1"), 1355517523, &me, &why), 0);
	decode_texts(ev, &me, &no_names);
	return ev;
}

static void key_is(const char *text, const char *wanted)
{
	struct event *ev = decoded(text);

	ASSERT_STR(ev->key, wanted);
	event_free(ev);
}

#define MESSAGE "\"type\":\"message\",\"channel\":\"C1\",\"ts\":\"1355517523.000005\""
#define BY_ANA "\"user\":\"U1ANA\""

static enum event_kind kind_of(const char *text, bool *hidden)
{
	struct event *ev = decoded(text);
	enum event_kind kind = ev->kind;

	*hidden = ev->hidden;
	event_free(ev);
	return kind;
}

static void check_kind(const char *text, enum event_kind wanted, bool wanted_hidden)
{
	bool hidden;
	enum event_kind kind = kind_of(text, &hidden);

	if (kind != wanted || hidden != wanted_hidden)
		printf("\n  %s: %s%s", text, event_kind_name(kind), hidden ? " hidden" : "");
	CU_ASSERT_EQUAL(kind, wanted);
	CU_ASSERT_EQUAL(hidden, wanted_hidden);
}

/* ---- messages ---- */

static void test_a_message(void)
{
	struct event *ev = decoded(
		"{" MESSAGE "," BY_ANA ",\"channel_type\":\"group\",\"text\":\"<@UBOT> a &amp; b\","
		"\"event_ts\":\"1355517523.000005\",\"thread_ts\":\"1355517000.000001\",\"client_msg_id\":null}");

	CU_ASSERT_EQUAL(ev->kind, EVENT_MESSAGE);
	ASSERT_STR(ev->type, "message");
	ASSERT_STR(ev->team, "T1");
	ASSERT_STR(ev->channel, "C1");
	CU_ASSERT_EQUAL(ev->channel_kind, CHANNEL_PRIVATE);
	ASSERT_STR(ev->user.id, "U1ANA");
	ASSERT_STR(ev->author.id, "U1ANA");
	ASSERT_STR(ev->ts, "1355517523.000005");
	ASSERT_STR(ev->thread_ts, "1355517000.000001");
	ASSERT_STR(ev->text_raw, "<@UBOT> a &amp; b");
	ASSERT_STR(ev->text, "@UBOT a & b");
	ASSERT_STR(ev->text_to_bot, "a & b");
	CU_ASSERT(ev->mentions_bot && ev->text_known);
	CU_ASSERT_FALSE(ev->from_self || ev->from_bot || ev->hidden || ev->has_files);
	ASSERT_STR(ev->key, "m:T1:C1:1355517523.000005");
	ASSERT_STR(ev->event_id, "Ev1");
	CU_ASSERT_EQUAL(ev->time.ms, 1355517523000);
	event_free(ev);
}

static void test_kinds_of_messages(void)
{
	check_kind("{" MESSAGE ",\"text\":\"x\"}", EVENT_MESSAGE, false);
	check_kind("{" MESSAGE ",\"text\":null,\"subtype\":null}", EVENT_MESSAGE, false);
	check_kind("{" MESSAGE ",\"subtype\":\"me_message\"}", EVENT_MESSAGE, false);
	check_kind("{" MESSAGE ",\"subtype\":\"file_share\"}", EVENT_MESSAGE, false);
	check_kind("{" MESSAGE ",\"subtype\":\"thread_broadcast\"}", EVENT_MESSAGE, false);
	check_kind("{" MESSAGE ",\"subtype\":\"bot_message\"}", EVENT_MESSAGE, false);
	check_kind("{" MESSAGE ",\"subtype\":\"channel_topic\"}", EVENT_OTHER, false);
	check_kind("{" MESSAGE ",\"subtype\":\"to_come\",\"hidden\":true}", EVENT_OTHER, true);
	check_kind("{" MESSAGE ",\"subtype\":\"message_replied\"}", EVENT_OTHER, true);
	check_kind("{" MESSAGE ",\"hidden\":true}", EVENT_OTHER, true);
	check_kind("{\"type\":\"message\",\"channel\":\"C1\",\"ts\":1355517523.5}", EVENT_OTHER,
		   true);
	check_kind("{\"type\":\"message\",\"ts\":\"1.2\"}", EVENT_OTHER, true);
}

static void test_files(void)
{
	struct event *ev = decoded(
		"{" MESSAGE
		",\"subtype\":\"file_share\",\"text\":\"\",\"files\":[{\"id\":\"F1\"}]}");

	CU_ASSERT(ev->has_files);
	ASSERT_STR(ev->key, "m:T1:C1:1355517523.000005");
	event_free(ev);
	ev = decoded(
		"{\"type\":\"file_shared\",\"file_id\":\"F1\",\"user_id\":\"U1ANA\",\"channel_id\":\"C1\","
		"\"file\":{\"id\":\"F1\"},\"event_ts\":\"1.2\"}");
	CU_ASSERT_EQUAL(ev->kind, EVENT_OTHER);
	CU_ASSERT_FALSE(ev->has_files);
	ASSERT_STR(ev->channel, "C1");
	ASSERT_STR(ev->user.id, "U1ANA");
	event_free(ev);
}

static void test_mention_and_message_are_one(void)
{
	struct event *ev = decoded("{\"type\":\"app_mention\",\"channel\":\"C1\"," BY_ANA
				   ",\"ts\":\"1355517523.000005\",\"text\":\"hi\"}");

	CU_ASSERT_EQUAL(ev->kind, EVENT_MESSAGE);
	CU_ASSERT_EQUAL(ev->channel_kind, CHANNEL_UNKNOWN);
	CU_ASSERT(ev->mentions_bot);
	ASSERT_STR(ev->key, "m:T1:C1:1355517523.000005");
	event_free(ev);
	check_kind(
		"{\"type\":\"app_mention\",\"channel\":\"C1\",\"ts\":\"1.2\",\"edited\":{\"ts\":\"2.2\"}}",
		EVENT_OTHER, true);
}

static void test_channel_kinds(void)
{
	static const struct {
		const char *text;
		enum channel_kind kind;
	} cases[] = {
		{ "{\"type\":\"x\",\"channel\":\"C1\",\"channel_type\":\"channel\"}",
		  CHANNEL_PUBLIC },
		{ "{\"type\":\"x\",\"channel\":\"C1\",\"channel_type\":\"mpim\"}", CHANNEL_GROUP },
		{ "{\"type\":\"x\",\"channel\":\"C1\",\"channel_type\":\"im\"}", CHANNEL_DM },
		{ "{\"type\":\"x\",\"channel\":\"C1\",\"channel_type\":\"C\"}", CHANNEL_PUBLIC },
		{ "{\"type\":\"x\",\"channel\":\"G1\",\"channel_type\":\"G\"}", CHANNEL_PRIVATE },
		{ "{\"type\":\"x\",\"channel\":\"C1\"}", CHANNEL_UNKNOWN },
		{ "{\"type\":\"x\",\"channel\":\"G1\"}", CHANNEL_UNKNOWN },
		{ "{\"type\":\"x\",\"channel\":\"D1\"}", CHANNEL_DM },
		{ "{\"type\":\"x\",\"channel\":{\"id\":\"D1\"}}", CHANNEL_DM },
		{ "{\"type\":\"x\"}", CHANNEL_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct event *ev = decoded(cases[i].text);

		CU_ASSERT_EQUAL(ev->channel_kind, cases[i].kind);
		event_free(ev);
	}
}

/* ---- edits and deletions ---- */

#define CHANGED(message, previous)                                                                  \
	"{\"type\":\"message\",\"subtype\":\"message_changed\",\"hidden\":true,\"channel\":\"C1\"," \
	"\"ts\":\"1355517600.000100\",\"event_ts\":\"1355517600.000100\","                          \
	"\"message\":{" message "},\"previous_message\":{" previous "}}"

static void test_a_real_edit(void)
{
	struct event *ev = decoded(
		CHANGED("\"ts\":\"1355517523.000005\",\"user\":\"U1ANA\",\"text\":\"new\","
			"\"edited\":{\"user\":\"U1ANA\",\"ts\":\"1355517600.000000\"}",
			"\"ts\":\"1355517523.000005\",\"text\":\"old\""));

	CU_ASSERT_EQUAL(ev->kind, EVENT_EDIT);
	CU_ASSERT_FALSE(ev->hidden);
	ASSERT_STR(ev->ts, "1355517523.000005");
	ASSERT_STR(ev->text, "new");
	ASSERT_STR(ev->user.id, "U1ANA");
	ASSERT_STR(ev->key, "e:T1:C1:1355517523.000005:1355517600.000000");
	CU_ASSERT_EQUAL(ev->time.ms, 1355517600000);
	event_free(ev);
}

static void test_what_is_no_edit(void)
{
	check_kind(CHANGED("\"ts\":\"1.5\",\"text\":\"same\",\"edited\":{\"ts\":\"2.0\"}",
			   "\"ts\":\"1.5\",\"text\":\"same\""),
		   EVENT_OTHER, true);
	check_kind(CHANGED("\"ts\":\"1.5\",\"text\":\"unfurled\"", "\"text\":\"before\""),
		   EVENT_OTHER, true);
	check_kind(CHANGED("\"text\":\"a\",\"edited\":{}", "\"text\":\"b\""), EVENT_OTHER, true);
	check_kind("{\"type\":\"message\",\"subtype\":\"message_changed\",\"channel\":\"C1\"}",
		   EVENT_OTHER, true);
	check_kind("{\"type\":\"message\",\"subtype\":\"message_changed\",\"message\":7}",
		   EVENT_OTHER, true);
}

static void test_deletions(void)
{
	struct event *ev = decoded(
		"{\"type\":\"message\",\"subtype\":\"message_deleted\",\"hidden\":true,"
		"\"channel\":\"C1\",\"ts\":\"9.0\",\"deleted_ts\":\"1355517523.000005\","
		"\"previous_message\":{\"ts\":\"1355517523.000005\",\"user\":\"U1ANA\","
		"\"text\":\"gone\",\"thread_ts\":\"1.1\"}}");

	CU_ASSERT_EQUAL(ev->kind, EVENT_DELETE);
	CU_ASSERT_FALSE(ev->hidden);
	ASSERT_STR(ev->text, "gone");
	ASSERT_STR(ev->thread_ts, "1.1");
	ASSERT_STR(ev->key, "d:T1:C1:1355517523.000005");
	event_free(ev);
	check_kind(CHANGED("\"subtype\":\"tombstone\",\"ts\":\"1.5\"",
			   "\"ts\":\"1.5\",\"text\":\"gone\""),
		   EVENT_DELETE, false);
	check_kind("{\"type\":\"message\",\"subtype\":\"message_deleted\"}", EVENT_OTHER, true);
}

/* ---- who ---- */

static void test_own_messages(void)
{
	static const char *const own[] = {
		"{" MESSAGE ",\"user\":\"UBOT\"}",
		"{" MESSAGE ",\"user\":\"UX\",\"bot_id\":\"BBOT\"}",
		"{" MESSAGE ",\"app_id\":\"ABOT\"}",
		"{" MESSAGE ",\"bot_profile\":{\"app_id\":\"ABOT\"}}",
		CHANGED("\"ts\":\"1.5\",\"bot_id\":\"BBOT\",\"text\":\"a\",\"edited\":{}",
			"\"text\":\"b\""),
		CHANGED("\"ts\":\"1.5\",\"text\":\"a\"", "\"user\":\"UBOT\""),
		("{\"type\":\"reaction_added\",\"user\":\"UBOT\",\"reaction\":\"x\","
		 "\"item\":{\"channel\":\"C1\",\"ts\":\"1.5\"}}"),
		"{\"type\":\"member_joined_channel\",\"user\":\"UBOT\",\"channel\":\"C1\"}",
	};
	static const char *const foreign[] = {
		"{" MESSAGE "," BY_ANA "}",
		"{" MESSAGE ",\"user\":\"\",\"bot_id\":\"\",\"app_id\":null}",
		"{" MESSAGE ",\"subtype\":\"thread_broadcast\"," BY_ANA
		",\"root\":{\"user\":\"UBOT\"}}",
		"{" MESSAGE "," BY_ANA ",\"parent_user_id\":\"UBOT\"}",
		"{\"type\":\"reaction_added\"," BY_ANA ",\"item_user\":\"UBOT\",\"reaction\":\"x\","
		"\"item\":{\"channel\":\"C1\",\"ts\":\"1.5\"}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		struct event *ev = decoded(own[i]);

		CU_ASSERT(ev->from_self);
		event_free(ev);
	}
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		struct event *ev = decoded(foreign[i]);

		CU_ASSERT_FALSE(ev->from_self);
		event_free(ev);
	}
}

static void test_nothing_is_not_equal_to_nothing(void)
{
	static struct identity nobody = { .bot_id = (char *)"" };
	CLEANUP(json_freep) struct json *inner = NULL;
	const char *why;
	struct event *ev;

	json_parse(&inner, STR("{" MESSAGE ",\"user\":\"\",\"bot_id\":\"\"}"), NULL);
	CU_ASSERT_EQUAL_FATAL(decode_event(&ev, inner, STR_EMPTY, STR_EMPTY, 0, &nobody, &why), 0);
	decode_texts(ev, &nobody, &no_names);
	CU_ASSERT_FALSE(ev->from_self || ev->from_bot || ev->mentions_bot);
	event_free(ev);
}

static void test_other_bots(void)
{
	static const struct {
		const char *text;
		bool bot;
	} cases[] = {
		{ "{" MESSAGE ",\"user\":\"UX\",\"bot_id\":\"BX\"}", true },
		{ "{" MESSAGE ",\"subtype\":\"bot_message\",\"username\":\"deploy\"}", true },
		{ "{" MESSAGE ",\"user\":\"USLACKBOT\"}", true },
		{ "{" MESSAGE "," BY_ANA "}", false },
		{ CHANGED("\"ts\":\"1.5\",\"bot_id\":\"BX\",\"text\":\"a\",\"edited\":{}",
			  "\"text\":\"b\""),
		  true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct event *ev = decoded(cases[i].text);

		CU_ASSERT_EQUAL(ev->from_bot, cases[i].bot);
		CU_ASSERT_FALSE(ev->from_self);
		event_free(ev);
	}
}

static void test_people_as_objects(void)
{
	struct event *ev = decoded(
		"{\"type\":\"team_join\",\"user\":{\"id\":\"U2RAJ\",\"name\":\"raj\",\"is_bot\":true,"
		"\"profile\":{\"display_name\":\"\",\"real_name\":\"Raj P\","
		"\"email\":\"r@x.example\"}},\"event_ts\":\"1.2\"}");

	ASSERT_STR(ev->user.id, "U2RAJ");
	ASSERT_STR(ev->user.handle, "raj");
	ASSERT_STR(ev->user.name, "Raj P");
	ASSERT_STR(ev->user.email, "r@x.example");
	CU_ASSERT(ev->user.is_bot);
	ASSERT_STR(ev->key, "team_join:T1:1.2:U2RAJ:");
	event_free(ev);
	ev = decoded(
		"{\"type\":\"channel_rename\",\"channel\":{\"id\":\"C2\",\"name\":\"new\"},\"event_ts\":\"1.2\"}");
	ASSERT_STR(ev->channel, "C2");
	ASSERT_STR(ev->channel_name, "new");
	CU_ASSERT_TRUE(event_is_unsigned(ev));
	event_free(ev);
	ev = decoded(
		"{\"type\":\"channel_created\",\"channel\":{\"id\":\"C2\",\"creator\":\"U1ANA\"}}");
	ASSERT_STR(ev->user.id, "U1ANA");
	CU_ASSERT_FALSE(event_is_unsigned(ev) || ev->from_self);
	event_free(ev);
	ev = decoded(
		"{\"type\":\"subteam_updated\",\"subteam\":{\"id\":\"S1\",\"updated_by\":\"UBOT\"}}");
	CU_ASSERT_TRUE(ev->from_self);
	event_free(ev);
	ev = decoded("{\"type\":\"channel_archive\",\"channel\":\"C3\",\"user\":\"U1ANA\"}");
	ASSERT_STR(ev->channel, "C3");
	ASSERT_STR(ev->key, ""); /* nothing to know it again by but its event id */
	event_free(ev);
}

/* ---- joins, reactions, pins ---- */

static void test_a_join_is_one_join(void)
{
	const char *event = "{\"type\":\"member_joined_channel\"," BY_ANA ",\"channel\":\"C1\","
			    "\"channel_type\":\"C\",\"event_ts\":\"1355517523.000100\"}";
	const char *message = "{" MESSAGE ",\"subtype\":\"channel_join\"," BY_ANA
			      ",\"text\":\"<@U1ANA> has joined\"}";
	const char *group = "{" MESSAGE ",\"subtype\":\"group_join\"," BY_ANA "}";
	const char *tomorrow = "{\"type\":\"member_joined_channel\"," BY_ANA ",\"channel\":\"C1\","
			       "\"event_ts\":\"1355603923.000100\"}";
	const char *key = "j:T1:C1:U1ANA:376532";

	key_is(event, key);
	key_is(message, key);
	key_is(group, key);
	key_is(tomorrow, "j:T1:C1:U1ANA:376556");
	key_is("{\"type\":\"member_left_channel\"," BY_ANA
	       ",\"channel\":\"C1\",\"event_ts\":\"1355517523.1\"}",
	       "l:T1:C1:U1ANA:376532");
	check_kind(event, EVENT_JOIN, false);
	check_kind(message, EVENT_JOIN, false);
	check_kind("{" MESSAGE ",\"subtype\":\"channel_leave\"}", EVENT_LEAVE, false);
}

static void reaction_is(const char *sent, const char *wanted)
{
	char text[256];
	struct event *ev;

	snprintf(
		text, sizeof(text),
		"{\"type\":\"reaction_added\"," BY_ANA
		",\"reaction\":\"%s\",\"item_user\":\"U2RAJ\","
		"\"item\":{\"type\":\"message\",\"channel\":\"C1\",\"ts\":\"1.5\"},\"event_ts\":\"2.5\"}",
		sent);
	ev = decoded(text);
	CU_ASSERT_EQUAL(ev->kind, EVENT_REACTION);
	ASSERT_STR(ev->reaction, wanted);
	ASSERT_STR(ev->channel, "C1");
	ASSERT_STR(ev->ts, "1.5");
	ASSERT_STR(ev->user.id, "U1ANA");
	ASSERT_STR(ev->author.id, "U2RAJ");
	CU_ASSERT_FALSE(ev->text_known);
	event_free(ev);
}

static void test_reactions(void)
{
	reaction_is("ticket", "ticket");
	reaction_is("wave::skin-tone-3", "wave");
	reaction_is("thumbsup", "+1");
	reaction_is("+1::skin-tone-6", "+1");
	reaction_is("thumbsdown", "-1");
	key_is("{\"type\":\"reaction_added\"," BY_ANA
	       ",\"reaction\":\"x\",\"item\":{\"channel\":\"C1\","
	       "\"ts\":\"1.5\"},\"event_ts\":\"2.5\"}",
	       "r:T1:C1:1.5:U1ANA:x:2.5");
	key_is("{\"type\":\"reaction_removed\"," BY_ANA
	       ",\"reaction\":\"x\",\"item\":{\"channel\":\"C1\","
	       "\"ts\":\"1.5\"},\"event_ts\":\"2.5\"}",
	       "u:T1:C1:1.5:U1ANA:x:2.5");
	check_kind(
		"{\"type\":\"reaction_added\",\"reaction\":\"x\",\"item\":{\"type\":\"file\",\"file\":\"F1\"}}",
		EVENT_OTHER, false);
}

static void test_pins(void)
{
	struct event *ev = decoded(
		"{\"type\":\"pin_added\"," BY_ANA
		",\"channel_id\":\"C1\",\"item\":{\"type\":\"message\","
		"\"channel\":\"C1\",\"message\":{\"ts\":\"1.5\",\"user\":\"U2RAJ\","
		"\"text\":\"keep\"}},\"event_ts\":\"2.5\"}");

	CU_ASSERT_EQUAL(ev->kind, EVENT_PIN);
	ASSERT_STR(ev->text, "keep");
	ASSERT_STR(ev->ts, "1.5");
	ASSERT_STR(ev->user.id, "U1ANA");
	ASSERT_STR(ev->author.id, "U2RAJ");
	event_free(ev);
}

/* ---- times ---- */

static void test_times(void)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{ "{\"type\":\"x\",\"event_ts\":\"1355517523.123456\"}", 1355517523123 },
		{ "{\"type\":\"x\",\"event_ts\":\"1355517523123456\"}", 1355517523123 },
		{ "{\"type\":\"x\",\"event_ts\":\"1355517523\"}", 1355517523000 },
		{ "{\"type\":\"x\",\"event_ts\":\"soon\"}", 1355517523000 },
		{ "{\"type\":\"x\",\"event_ts\":\"-5.9\"}", 1355517523000 },
		{ "{\"type\":\"x\",\"event_ts\":\"99999999999999999999.1\"}", 1355517523000 },
		{ "{\"type\":\"x\"}", 1355517523000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct event *ev = decoded(cases[i].text);

		CU_ASSERT_EQUAL(ev->time.ms, cases[i].ms);
		event_free(ev);
	}
}

/* ---- the wrapper ---- */

static int decode_body(const char *text, struct event **ev)
{
	CLEANUP(json_freep) struct json *body = NULL;
	const char *why = NULL;
	int r;

	CU_ASSERT_EQUAL_FATAL(json_parse(&body, str_from(text), &why), 0);
	r = decode_callback(ev, body, &me, &why);
	CU_ASSERT((r == 0) == (*ev != NULL));
	CU_ASSERT(r == 0 || why != NULL);
	return r;
}

static void test_the_wrapper(void)
{
	struct event *ev;

	CU_ASSERT_EQUAL(
		decode_body("{\"type\":\"event_callback\",\"team_id\":\"T2\",\"event_id\":\"Ev2\","
			    "\"event_time\":1234567890123456,\"event\":{\"type\":\"x\"}}",
			    &ev),
		0);
	ASSERT_STR(ev->team, "T2");
	ASSERT_STR(ev->event_id, "Ev2");
	CU_ASSERT_EQUAL(ev->time.ms, 1234567890123);
	event_free(ev);
	CU_ASSERT_EQUAL(decode_body("{\"team_id\":null,\"authorizations\":[{\"team_id\":\"T3\"}],"
				    "\"event\":{\"type\":\"x\"}}",
				    &ev),
			0);
	ASSERT_STR(ev->team, "T3");
	event_free(ev);
	CU_ASSERT_EQUAL(decode_body("{\"event\":{\"type\":\"x\"}}", &ev), 0);
	ASSERT_STR(ev->team, "T1");
	event_free(ev);
	CU_ASSERT_EQUAL(
		decode_body("{\"type\":\"app_rate_limited\",\"minute_rate_limited\":1}", &ev), 0);
	ASSERT_STR(ev->type, "app_rate_limited");
	event_free(ev);
}

static void test_what_is_no_event(void)
{
	static const char *const bad[] = { "{}",
					   "[]",
					   "null",
					   "7",
					   "\"x\"",
					   "{\"event\":null}",
					   "{\"event\":[]}",
					   "{\"event\":{}}",
					   "{\"event\":{\"type\":7}}",
					   "{\"event\":{\"type\":\"\"}}",
					   "{\"type\":\"event_callback\"}" };
	struct event *ev;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CU_ASSERT_EQUAL(decode_body(bad[i], &ev), DECODE_NOT_AN_EVENT);
}

/* Every field of the wrong type, in every shape that has a reader. */
static void test_hostile_types(void)
{
	static const char *const shapes[] = { "message",
					      "app_mention",
					      "reaction_added",
					      "reaction_removed",
					      "member_joined_channel",
					      "pin_added",
					      "team_join",
					      "other" };
	static const char *const fields[] = { "channel",      "user",	   "ts",
					      "text",	      "message",   "previous_message",
					      "item",	      "reaction",  "channel_type",
					      "files",	      "edited",	   "bot_profile",
					      "hidden",	      "event_ts",  "subtype",
					      "user_profile", "thread_ts", "deleted_ts" };
	static const char *const values[] = { "null",
					      "true",
					      "-1",
					      "1.5e300",
					      "[]",
					      "[[[]]]",
					      "{}",
					      "{\"id\":{}}",
					      "\"\\u0000\"",
					      "\"message_changed\"",
					      "{\"message\":[],\"ts\":{}}" };
	char text[256];

	for (size_t s = 0; s < ARRAY_LEN(shapes); s++) {
		for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
			for (size_t v = 0; v < ARRAY_LEN(values); v++) {
				snprintf(text, sizeof(text), "{\"%s\":%s,\"type\":\"%s\"}",
					 fields[f], values[v], shapes[s]);
				event_free(decoded(text));
			}
		}
	}
}

/* ---- slash commands ---- */

static const struct wall now = { 1700000000123 };

static struct event *command(const char *text)
{
	CLEANUP(json_freep) struct json *payload = NULL;
	const char *why = NULL;
	struct event *ev = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&payload, str_from(text), &why), 0);
	CU_ASSERT_EQUAL_FATAL(decode_command(&ev, payload, &me, now, &why), 0);
	decode_texts(ev, &me, &no_names);
	return ev;
}

#define LUNCH                                                                                       \
	"\"command\":\"/lunch\",\"user_id\":\"U1ANA\",\"user_name\":\"ana\",\"channel_id\":\"C1\"," \
	"\"channel_name\":\"food\",\"team_id\":\"T2\",\"token\":\"sesame\""

static void test_a_command(void)
{
	struct event *ev = command(
		"{" LUNCH ",\"text\":\"for <@U2RAJ|raj> at &lt;noon&gt;\",\"trigger_id\":"
		"\"1.2.sesame\",\"response_url\":\"https://hooks.slack.com/commands/sesame\"}");
	CLEANUP(buf_deinit) struct buf payload = { 0 };

	CU_ASSERT_EQUAL(ev->kind, EVENT_COMMAND);
	ASSERT_STR(ev->type, "slash_command");
	ASSERT_STR(ev->command, "/lunch");
	ASSERT_STR(ev->text, "for @raj at <noon>");
	ASSERT_STR(ev->text_to_bot, "for @raj at <noon>");
	CU_ASSERT_EQUAL(ev->n_pieces, 3);
	ASSERT_STR(ev->pieces[1].id, "U2RAJ");
	ASSERT_STR(ev->team, "T2");
	ASSERT_STR(ev->channel, "C1");
	ASSERT_STR(ev->channel_name, "food");
	CU_ASSERT_EQUAL(ev->channel_kind, CHANNEL_UNKNOWN);
	ASSERT_STR(ev->user.id, "U1ANA");
	ASSERT_STR(ev->user.handle, "ana");
	ASSERT_STR(ev->author.id, "U1ANA");
	ASSERT_STR(ev->response_url, "https://hooks.slack.com/commands/sesame");
	ASSERT_STR(ev->ts, "");
	CU_ASSERT_EQUAL(ev->time.ms, now.ms);
	CU_ASSERT(ev->text_known);
	CU_ASSERT_FALSE(ev->from_self || ev->from_bot || ev->hidden || ev->mentions_bot);
	buf_init(&payload, 0);
	json_print(ev->payload, &payload);
	CU_ASSERT_EQUAL(str_find(buf_str(&payload), "sesame"), SIZE_MAX);
	ASSERT_STR(json_str(ev->payload, "user_name"), "ana");
	CU_ASSERT_EQUAL(str_find(ev->key, "sesame"), SIZE_MAX); /* keys are logged */
	event_free(ev);
}

static void test_places_of_commands(void)
{
	static const struct {
		const char *id, *name, *seen;
		enum channel_kind kind;
	} places[] = {
		{ "D1", "directmessage", "", CHANNEL_DM },
		{ "C1", "privategroup", "", CHANNEL_PRIVATE },
		{ "C1", "mpdm-ana--raj-1", "mpdm-ana--raj-1", CHANNEL_GROUP },
		{ "D1", "anything", "anything", CHANNEL_DM },
		{ "C1", "general", "general", CHANNEL_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		char text[256];
		struct event *ev;

		snprintf(text, sizeof(text),
			 "{\"command\":\"/x\",\"user_id\":\"U1\",\"channel_id\":\"%s\","
			 "\"channel_name\":\"%s\"}",
			 places[i].id, places[i].name);
		ev = command(text);
		ASSERT_STR(ev->channel_name, places[i].seen);
		CU_ASSERT_EQUAL(ev->channel_kind, places[i].kind);
		ASSERT_STR(ev->team, "T1");
		event_free(ev);
	}
}

static bool same_command(const char *one, const char *other)
{
	struct event *a = command(one), *b = command(other);
	bool same = str_eq(a->key, b->key);

	CU_ASSERT(str_starts(a->key, "c:T2:"));
	event_free(a);
	event_free(b);
	return same;
}

static void test_one_typing_has_one_key(void)
{
#define TYPED(more) "{" LUNCH "," more "}"
	CU_ASSERT(same_command(TYPED("\"trigger_id\":\"1.2.a\",\"text\":\"x\""),
			       TYPED("\"trigger_id\":\"1.2.a\",\"text\":\"y\"")));
	CU_ASSERT_FALSE(same_command(TYPED("\"trigger_id\":\"1.2.a\",\"text\":\"x\""),
				     TYPED("\"trigger_id\":\"1.2.b\",\"text\":\"x\"")));
	CU_ASSERT_FALSE(same_command(TYPED("\"response_url\":\"https://a\""),
				     TYPED("\"response_url\":\"https://b\"")));
	CU_ASSERT(same_command(TYPED("\"text\":\"x\""), TYPED("\"text\":\"x\"")));
	CU_ASSERT_FALSE(same_command(TYPED("\"text\":\"x\""), TYPED("\"text\":\"y\"")));
#undef TYPED
}

/* Where the app does not ask for coded text, people's signs come as typed. */
static void test_commands_as_typed(void)
{
	struct event *ev = command("{" LUNCH ",\"text\":\"a < b & c > d &amp <\"}");

	ASSERT_STR(ev->text, "a < b & c > d &amp <");
	event_free(ev);
	ev = command("{" LUNCH ",\"text\":null}");
	ASSERT_STR(ev->text, "");
	event_free(ev);
}

static void test_what_is_no_command(void)
{
	static const char *const payloads[] = {
		"{}",
		"null",
		"[]",
		"{\"command\":\"/x\",\"channel_id\":\"C1\"}",
		"{\"command\":\"/x\",\"user_id\":\"U1\"}",
		"{\"command\":\"x\",\"user_id\":\"U1\",\"channel_id\":\"C1\"}",
		"{\"command\":\"/\",\"user_id\":\"U1\",\"channel_id\":\"C1\"}",
		"{\"command\":7,\"user_id\":\"U1\",\"channel_id\":\"C1\"}",
		"{\"command\":\"/x\",\"user_id\":{},\"channel_id\":[]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
		CLEANUP(json_freep) struct json *payload = NULL;
		const char *why = NULL;
		struct event *ev = NULL;

		json_parse(&payload, str_from(payloads[i]), &why);
		why = NULL;
		CU_ASSERT_EQUAL(decode_command(&ev, payload, &me, now, &why), DECODE_NOT_AN_EVENT);
		CU_ASSERT_PTR_NOT_NULL(why);
		CU_ASSERT_PTR_NULL(ev);
	}
}

/* ---- an organisation ---- */

/* The message is one, live by way of whichever workspace, and from the history, which names none. */
static void test_a_message_of_an_organisation_has_one_key(void)
{
	static const char *const bodies[] = {
		"{\"type\":\"event_callback\",\"team_id\":\"T1\",\"event\":{" MESSAGE "," BY_ANA
		"}}",
		"{\"type\":\"event_callback\",\"team_id\":\"T2OTHER\",\"context_team_id\":\"T1\","
		"\"enterprise_id\":\"E1\",\"context_enterprise_id\":\"E1\",\"authorizations\":"
		"[{\"enterprise_id\":\"E1\",\"team_id\":\"T1\",\"user_id\":\"UBOT\",\"is_bot\":true,"
		"\"is_enterprise_install\":false}],\"is_ext_shared_channel\":false,\"event\":{" MESSAGE
		"," BY_ANA ",\"team\":\"T2OTHER\",\"user_team\":\"T2OTHER\",\"source_team\":"
		"\"T2OTHER\",\"user_profile\":{\"team\":\"T2OTHER\"},\"event_ts\":"
		"\"1355517523.000005\"}}",
		"{\"type\":\"event_callback\",\"team_id\":null,\"enterprise_id\":\"E1\","
		"\"authorizations\":[{\"enterprise_id\":\"E1\",\"team_id\":null,\"user_id\":\"UBOT\","
		"\"is_enterprise_install\":true}],\"event\":{" MESSAGE "," BY_ANA
		",\"team\":\"E1\"}}",
	};
	static const char *const teams[] = { "T1", "T2OTHER", "T1" };

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		CLEANUP(json_freep) struct json *body = NULL;
		const char *why = NULL;
		struct event *ev = NULL;

		CU_ASSERT_EQUAL_FATAL(json_parse(&body, str_from(bodies[i]), &why), 0);
		CU_ASSERT_EQUAL_FATAL(decode_callback(&ev, body, &me, &why), 0);
		ASSERT_STR(ev->key, "m:T1:C1:1355517523.000005");
		ASSERT_STR(ev->team, teams[i]);
		event_free(ev);
	}
	key_is("{" MESSAGE "," BY_ANA "}", "m:T1:C1:1355517523.000005");
}

/* ---- what rules must not see ---- */

static void test_no_secret_is_kept(void)
{
	static const char *const bodies[] = {
		"{\"token\":\"sesame\",\"type\":\"event_callback\",\"event\":{" MESSAGE "}}",
		"{\"token\":\"sesame\",\"type\":\"app_rate_limited\",\"team_id\":\"T1\"}",
		"{\"type\":\"event_callback\",\"event\":{\"type\":\"function_executed\","
		"\"bot_access_token\":\"sesame\",\"token\":\"sesame\",\"trigger_id\":\"sesame\","
		"\"response_url\":\"sesame\",\"kept\":\"yes\"}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		CLEANUP(json_freep) struct json *body = NULL;
		CLEANUP(buf_deinit) struct buf kept = { 0 };
		const char *why = NULL;
		struct event *ev = NULL;

		CU_ASSERT_EQUAL_FATAL(json_parse(&body, str_from(bodies[i]), &why), 0);
		CU_ASSERT_EQUAL_FATAL(decode_callback(&ev, body, &me, &why), 0);
		buf_init(&kept, 0);
		json_print(ev->payload, &kept);
		CU_ASSERT_EQUAL(str_find(buf_str(&kept), "sesame"), SIZE_MAX);
		CU_ASSERT(i != 2 || str_is(json_str(ev->payload, "kept"), "yes"));
		event_free(ev);
	}
}

static void test_guests(void)
{
	struct event *ev = decoded(
		"{\"type\":\"team_join\",\"user\":{\"id\":\"U1\",\"is_ultra_restricted\":true}}");

	CU_ASSERT(ev->user.is_guest);
	event_free(ev);
	ev = decoded("{" MESSAGE ",\"user\":\"U1\",\"user_profile\":{\"is_restricted\":true}}");
	CU_ASSERT(ev->user.is_guest && ev->author.is_guest);
	event_free(ev);
	ev = decoded("{" MESSAGE ",\"user\":\"U1\"}");
	CU_ASSERT_FALSE(ev->user.is_guest);
	event_free(ev);
}

/* The message with the file is the sharing; what tells of the file alone is not. */
static void test_a_file_is_shared_once(void)
{
	check_kind("{\"type\":\"file_shared\",\"file_id\":\"F1\",\"user_id\":\"U1\",\"channel_id\":"
		   "\"C1\",\"file\":{\"id\":\"F1\"},\"event_ts\":\"1355517523.000005\"}",
		   EVENT_OTHER, false);
	check_kind("{\"type\":\"file_created\",\"file_id\":\"F1\",\"file\":{\"id\":\"F1\"}}",
		   EVENT_OTHER, false);
	check_kind("{" MESSAGE ",\"subtype\":\"file_share\",\"files\":[{\"id\":\"F1\"}]}",
		   EVENT_MESSAGE, false);
}

/* ---- samples, where they are at hand ---- */

static bool is_wrapper(const struct json *body)
{
	return json_kind(json_at(body, "event")) == JSON_OBJECT;
}

static void decode_sample(const char *path)
{
	CLEANUP(buf_deinit) struct buf text;
	CLEANUP(json_freep) struct json *body = NULL;
	struct event *ev = NULL;
	const char *why = "";
	int r;

	buf_init(&text, 0);
	CU_ASSERT_PTR_NULL_FATAL(file_load(path, &text));
	CU_ASSERT_EQUAL_FATAL(json_parse(&body, buf_str(&text), &why), 0);
	r = is_wrapper(body) ? decode_callback(&ev, body, &me, &why) :
			       decode_event(&ev, body, STR_EMPTY, STR_EMPTY, 0, &me, &why);
	if (r != 0) {
		printf("\n  %s: %s", path, why);
		CU_FAIL("a sample that does not decode");
		return;
	}
	decode_texts(ev, &me, &no_names);
	event_free(ev);
}

static void test_samples(void)
{
	static const char *const folders[] = { "events", "events-realistic", "rtm" };
	const char *data = getenv("RETORT_DATA") != NULL ? getenv("RETORT_DATA") : "../shared/data";

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char path[1024];
		struct dirent *entry;
		DIR *dir;

		snprintf(path, sizeof(path), "%s/slack/%s", data, folders[i]);
		dir = opendir(path);
		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			snprintf(path, sizeof(path), "%s/slack/%s/%s", data, folders[i],
				 entry->d_name);
			if (str_ends(str_from(entry->d_name), ".json"))
				decode_sample(path);
		}
		if (dir != NULL)
			closedir(dir);
	}
}

UNIT_MAIN("decode", { "a message with all its parts", test_a_message },
	  { "kinds of messages", test_kinds_of_messages }, { "files", test_files },
	  { "a mention and its message are one", test_mention_and_message_are_one },
	  { "kinds of channels", test_channel_kinds }, { "a real edit", test_a_real_edit },
	  { "what is no edit", test_what_is_no_edit }, { "deletions", test_deletions },
	  { "own messages are known as such", test_own_messages },
	  { "nothing is not equal to nothing", test_nothing_is_not_equal_to_nothing },
	  { "other bots are known as such", test_other_bots },
	  { "people and channels as objects", test_people_as_objects },
	  { "a join is one join", test_a_join_is_one_join }, { "reactions", test_reactions },
	  { "pins", test_pins }, { "times in every unit", test_times },
	  { "the wrapper", test_the_wrapper }, { "what is no event", test_what_is_no_event },
	  { "hostile types", test_hostile_types }, { "a command", test_a_command },
	  { "places of commands", test_places_of_commands },
	  { "one typing has one key", test_one_typing_has_one_key },
	  { "commands as typed", test_commands_as_typed },
	  { "what is no command", test_what_is_no_command },
	  { "a message of an organisation has one key",
	    test_a_message_of_an_organisation_has_one_key },
	  { "no secret is kept", test_no_secret_is_kept }, { "guests", test_guests },
	  { "a file is shared once", test_a_file_is_shared_once },
	  { "samples decode", test_samples })
