/* SPDX-License-Identifier: MIT */
#include "directory/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/fakeclock.h"
#include "lib/fakehttp.h"
#include "lib/unit.h"
#include "slack/decode.h"

/* ---- a Slack that the test plays ---- */

static struct fakeclock clock_;
static struct loop *loop;
static struct http *http;
static struct api *api;
static struct secret token;
static struct directory *directory;
static struct identity me = { .team_id = (char *)"T1", .user_id = (char *)"UBOT" };

static void start(void)
{
	fakeclock_init(&clock_);
	CU_ASSERT_EQUAL_FATAL(loop_new(&loop, &clock_.clock), 0);
	http_new(&http, loop, NULL);
	secret_set(&token, STR("xoxb-test"));
	api_new(&api, &(struct api_setup){
			      .loop = loop, .http = http, .base_url = "https://slack.test/api/" });
	directory_new(&directory, loop, api, &token, &me);
}

static void stop(void)
{
	directory_free(directory);
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

static void answer(const char *to, const char *body)
{
	struct fakehttp_request *request = fakehttp_find(http, to);

	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	fakehttp_answer(request, 200, body);
}

static struct event *event(const char *text)
{
	CLEANUP(json_freep) struct json *inner = NULL;
	const char *why;
	struct event *ev;

	CU_ASSERT_EQUAL_FATAL(json_parse(&inner, str_from(text), &why), 0);
	CU_ASSERT_EQUAL_FATAL(decode_event(&ev, inner, STR_EMPTY, STR_EMPTY, 0, &me, &why), 0);
	return ev;
}

static struct event *message(const char *channel, const char *user, const char *text)
{
	char json[512];

	snprintf(json, sizeof(json),
		 "{\"type\":\"message\",\"channel\":\"%s\",\"user\":\"%s\",\"text\":\"%s\","
		 "\"ts\":\"1355517523.000005\"}",
		 channel, user, text);
	return event(json);
}

/* What came out, as one text. */
static struct buf out = { .max = 1 << 20 };

static const char *const kind_names[] = { "?", "public", "private", "dm", "group" };

static void on_complete(void *owner, struct event *take, void *tag)
{
	(void)owner;
	buf_addf(&out, "[%s %.*s %s @%.*s: %.*s]", (const char *)tag, STR_ARG(take->channel_name),
		 kind_names[take->channel_kind], STR_ARG(take->user.handle), STR_ARG(take->text));
	event_free(take);
}

static void complete(struct event *take, unsigned wants, const char *tag)
{
	if (directory_complete(directory, take, WANT_TEXT | wants, on_complete, NULL, (void *)tag))
		on_complete(NULL, take, (void *)tag);
}

static void out_is(const char *wanted)
{
	ASSERT_STR(buf_str(&out), wanted);
	buf_clear(&out);
}

#define ANA \
	"{\"id\":\"U1ANA\",\"name\":\"ana\",\"profile\":{\"display_name\":\"Ana\",\"email\":\"a@x\"}}"
#define RAJ "{\"id\":\"U2RAJ\",\"name\":\"raj\",\"profile\":{\"real_name\":\"Raj P\"}}"
#define GENERAL "{\"id\":\"C1\",\"name\":\"general\",\"is_channel\":true,\"is_private\":false}"

static void on_loaded(void *owner)
{
	++*(unsigned *)owner;
}

/* ---- loading ---- */

static void test_loading_all_pages(void)
{
	unsigned loaded = 0;
	struct str id;

	start();
	directory_load(directory, on_loaded, &loaded);
	CU_ASSERT(strstr(fakehttp_find(http, "users.list")->body, "limit=200") != NULL);
	answer("users.list", "{\"ok\":true,\"members\":[" ANA
			     "],\"response_metadata\":{\"next_cursor\":\"dXNlcg==\"}}");
	CU_ASSERT_PTR_NOT_NULL(fakehttp_find(http, "cursor=dXNlcg%3D%3D"));
	answer("users.list",
	       "{\"ok\":true,\"members\":[],\"response_metadata\":{\"next_cursor\":\"b\"}}");
	answer("users.list", "{\"ok\":true,\"members\":[" RAJ "]}");
	CU_ASSERT_EQUAL(loaded, 0);
	CU_ASSERT_FALSE(directory_is_loaded(directory));
	CU_ASSERT(strstr(fakehttp_find(http, "users.conversations")->body,
			 "types=public_channel%2Cprivate_channel%2Cmpim%2Cim") != NULL);
	answer("users.conversations", "{\"ok\":true,\"channels\":[" GENERAL "]}");
	CU_ASSERT_EQUAL(loaded, 1);
	CU_ASSERT(directory_is_loaded(directory));
	CU_ASSERT_EQUAL(directory_find_user(directory, STR("raj"), &id), 1);
	ASSERT_STR(id, "U2RAJ");
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("general"), &id), 1);
	ASSERT_STR(id, "C1");
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("nowhere"), &id), 0);
	stop();
}

static void test_an_old_cursor_starts_over(void)
{
	unsigned loaded = 0;

	start();
	directory_load(directory, on_loaded, &loaded);
	answer("users.conversations", "{\"ok\":true}");
	answer("users.list",
	       "{\"ok\":true,\"members\":[],\"response_metadata\":{\"next_cursor\":\"old\"}}");
	for (int i = 0; i < 3; i++) {
		answer("users.list", "{\"ok\":false,\"error\":\"invalid_cursor\"}");
		CU_ASSERT_PTR_NULL(fakehttp_find(http, "cursor="));
		CU_ASSERT_EQUAL(loaded, 0);
	}
	answer("users.list",
	       "{\"ok\":false,\"error\":\"invalid_cursor\"}"); /* there is an end to it */
	CU_ASSERT_EQUAL(loaded, 1);
	CU_ASSERT_FALSE(directory_is_loaded(directory));
	stop();
}

static void test_a_missing_scope_is_no_obstacle(void)
{
	unsigned loaded = 0;

	start();
	directory_load(directory, on_loaded, &loaded);
	answer("users.list",
	       "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"users:read\"}");
	answer("users.conversations",
	       "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"mpim:read\"}");
	CU_ASSERT_EQUAL(loaded, 1);
	CU_ASSERT_FALSE(directory_is_loaded(directory));
	complete(message("C1", "U1ANA", "hi"), WANT_NAMES, "a");
	answer("users.info",
	       "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"users:read\"}");
	answer("conversations.info", "{\"ok\":true,\"channel\":" GENERAL "}");
	out_is("[a general public @: hi]");
	complete(message("C1", "U2RAJ", "ho"), WANT_NAMES, "b"); /* not asked again and again */
	out_is("[b general public @: ho]");
	stop();
}

static void test_names_that_several_have(void)
{
	unsigned loaded = 0;
	struct str id;

	start();
	directory_load(directory, on_loaded, &loaded);
	answer("users.list",
	       "{\"ok\":true,\"members\":[{\"id\":\"U1\",\"name\":\"a\",\"real_name\":\"Sam\"},"
	       "{\"id\":\"U2\",\"name\":\"b\",\"real_name\":\"Sam\"}]}");
	CU_ASSERT_EQUAL(directory_find_user(directory, STR("sam"), &id), 2);
	ASSERT_STR(id, "U1, U2");
	stop();
}

/* ---- completing ---- */

static void test_nothing_missing_completes_at_once(void)
{
	start();
	complete(message("C1", "U1ANA", "hi &amp; bye"), 0, "a");
	out_is("[a  ? @: hi & bye]");
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	complete(message("D1", "", "hi"), WANT_NAMES, "b");
	out_is("[b  dm @: hi]");
	stop();
}

static void test_names_are_asked_for_once(void)
{
	start();
	complete(message("C1", "U1ANA", "one"), WANT_NAMES, "a");
	complete(message("C1", "U1ANA", "two"), WANT_NAMES, "b");
	complete(message("C2", "U1ANA", "three"), 0, "c");
	out_is("[c  ? @: three]");
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 2);
	answer("user=U1ANA", "{\"ok\":true,\"user\":" ANA "}");
	out_is("");
	answer("channel=C1", "{\"ok\":true,\"channel\":" GENERAL "}");
	out_is("[a general public @ana: one][b general public @ana: two]");
	complete(message("C1", "U1ANA", "four"), WANT_NAMES, "d");
	out_is("[d general public @ana: four]");
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

static void test_mentions_are_always_asked_for(void)
{
	start();
	complete(message("C1", "U9", "ask <@U1ANA> or <@U2RAJ> or <@U2RAJ>"), 0, "a");
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 2);
	answer("user=U2RAJ", "{\"ok\":true,\"user\":" RAJ "}");
	answer("user=U1ANA", "{\"ok\":true,\"user\":" ANA "}");
	out_is("[a  ? @: ask @Ana or @Raj P or @Raj P]");
	complete(message("C1", "U9", "<@not an id> <@U1ANA>"), 0, "b");
	out_is("[b  ? @: @not an id @Ana]");
	stop();
}

static void test_an_unknown_id_is_asked_for_again_after_a_while(void)
{
	start();
	complete(message("C1", "U9", "<@U7GONE>"), 0, "a");
	answer("user=U7GONE", "{\"ok\":false,\"error\":\"user_not_found\"}");
	out_is("[a  ? @: @U7GONE]");
	complete(message("C1", "U9", "<@U7GONE>"), 0, "b");
	out_is("[b  ? @: @U7GONE]");
	pass(600001);
	complete(message("C1", "U9", "<@U7GONE>"), 0, "c");
	out_is("");
	answer("user=U7GONE", "{\"ok\":true,\"user\":{\"id\":\"U7GONE\",\"name\":\"back\"}}");
	out_is("[c  ? @: @back]");
	complete(message("C1", "U9", "<@U8ODD>"), 0, "d");
	answer("user=U8ODD", "{\"ok\":true,\"user\":{}}"); /* an answer that tells nothing */
	complete(message("C1", "U9", "<@U8ODD>"), 0, "e");
	out_is("[d  ? @: @U8ODD][e  ? @: @U8ODD]");
	stop();
}

static void test_nobody_waits_for_ever(void)
{
	start();
	complete(message("C1", "U9", "<@U1ANA>"), 0, "a");
	pass(1000);
	complete(message("C1", "U9", "<@U2RAJ>"), 0, "b");
	complete(message("C1", "U9", "plain"), 0, "c"); /* behind the others */
	complete(message("C2", "U9", "plain"), 0, "d"); /* another channel */
	out_is("[d  ? @: plain]");
	pass(499);
	out_is("");
	pass(1);
	out_is("[a  ? @: @U1ANA]");
	pass(1000);
	out_is("[b  ? @: @U2RAJ][c  ? @: plain]");
	answer("user=U1ANA", "{\"ok\":true,\"user\":" ANA "}"); /* late, but not lost */
	complete(message("C1", "U9", "<@U1ANA>"), 0, "e");
	out_is("[e  ? @: @Ana]");
	stop();
}

static void test_order_within_a_channel(void)
{
	start();
	complete(message("C1", "U9", "<@U1ANA>"), 0, "a");
	complete(message("C1", "U9", "<@U2RAJ>"), 0, "b");
	answer("user=U2RAJ", "{\"ok\":true,\"user\":" RAJ "}");
	out_is("");
	answer("user=U1ANA", "{\"ok\":true,\"user\":" ANA "}");
	out_is("[a  ? @: @Ana][b  ? @: @Raj P]");
	stop();
}

static void test_a_thousand_mentions_ask_for_a_few(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct event *ev;
	int n_asked = 0;

	start();
	buf_addz(&text, "{\"type\":\"message\",\"channel\":\"C1\",\"ts\":\"1.2\",\"text\":\"");
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "<@U%d>", 1000 + i);
	buf_addz(&text, "\"}");
	buf_addc(&text, '\0');
	ev = event(text.p);
	complete(ev, 0, "a");
	while (fakehttp_n_open(http) > 0) {
		fakehttp_answer(fakehttp_open(http, 0), 200,
				"{\"ok\":false,\"error\":\"user_not_found\"}");
		n_asked++;
	}
	CU_ASSERT_EQUAL(n_asked, 20);
	buf_clear(&out);
	stop();
}

/* ---- reactions ---- */

#define REACTION                                                                                           \
	"{\"type\":\"reaction_added\",\"user\":\"U1ANA\",\"reaction\":\"ticket\",\"item_user\":\"U2RAJ\"," \
	"\"item\":{\"type\":\"message\",\"channel\":\"C1\",\"ts\":\"1.5\"},\"event_ts\":\"2.5\"}"

static struct event *completed;

static void keep(void *owner, struct event *take, void *tag)
{
	(void)owner;
	(void)tag;
	completed = take;
}

static void complete_and_keep(struct event *take, unsigned wants)
{
	if (directory_complete(directory, take, WANT_TEXT | wants, keep, NULL, NULL))
		keep(NULL, take, NULL);
}

static void test_bots_are_recognised_by_their_user(void)
{
	start();
	complete_and_keep(message("D1", "U5ROBO", "beep"), WANT_NAMES);
	answer("user=U5ROBO",
	       "{\"ok\":true,\"user\":{\"id\":\"U5ROBO\",\"name\":\"robo\",\"is_bot\":true}}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(completed);
	CU_ASSERT(completed->from_bot);
	event_free(completed);
	completed = NULL;
	stop();
}

static void test_the_message_reacted_to(void)
{
	start();
	complete_and_keep(event(REACTION), WANT_REACTED);
	CU_ASSERT_STRING_EQUAL(fakehttp_find(http, "reactions.get")->body,
			       "channel=C1&timestamp=1.5&full=true");
	answer("reactions.get",
	       "{\"ok\":true,\"type\":\"message\",\"channel\":\"C1\",\"message\":{\"text\":"
	       "\"ask <@U1ANA>\",\"user\":\"U3KIM\",\"ts\":\"1.5\",\"thread_ts\":\"1.1\"}}");
	CU_ASSERT_PTR_NULL(completed);
	answer("user=U1ANA", "{\"ok\":true,\"user\":" ANA "}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(completed);
	ASSERT_STR(completed->text, "ask @Ana");
	ASSERT_STR(completed->thread_ts, "1.1");
	ASSERT_STR(completed->author.id, "U3KIM");
	ASSERT_STR(completed->user.handle, "ana");
	CU_ASSERT(completed->text_known);
	event_free(completed);
	completed = NULL;
	stop();
}

static void test_the_message_reacted_to_cannot_be_read(void)
{
	start();
	complete_and_keep(event(REACTION), WANT_REACTED);
	answer("reactions.get",
	       "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"reactions:read\"}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(completed);
	CU_ASSERT_FALSE(completed->text_known);
	event_free(completed);
	completed = NULL;
	complete_and_keep(event(REACTION), WANT_REACTED);
	CU_ASSERT_PTR_NOT_NULL_FATAL(completed); /* not asked again */
	event_free(completed);
	completed = NULL;
	complete_and_keep(event(REACTION), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(completed);
	CU_ASSERT_FALSE(completed->text_known);
	event_free(completed);
	completed = NULL;
	stop();
}

/* ---- learning ---- */

static void note(const char *text)
{
	struct event *ev = event(text);

	CU_ASSERT_TRUE(directory_complete(directory, ev, 0, NULL, NULL, NULL));
	event_free(ev);
}

static void test_learning_from_events(void)
{
	struct str id;

	start();
	note("{\"type\":\"team_join\",\"user\":" ANA "}");
	note("{\"type\":\"channel_created\",\"channel\":{\"id\":\"C1\",\"name\":\"general\"}}");
	complete(message("C1", "U1ANA", "hi"), WANT_NAMES, "a");
	out_is("[a general public @ana: hi]");
	note("{\"type\":\"channel_rename\",\"channel\":{\"id\":\"C1\",\"name\":\"lobby\"}}");
	note("{\"type\":\"user_change\",\"user\":{\"id\":\"U1ANA\",\"name\":\"anna\"}}");
	complete(message("C1", "U1ANA", "hi"), WANT_NAMES, "b");
	out_is("[b lobby public @anna: hi]");
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("general"), &id), 0);
	note("{\"type\":\"message\",\"subtype\":\"channel_name\",\"channel\":\"C1\",\"ts\":\"1.1\","
	     "\"old_name\":\"lobby\",\"name\":\"hall\"}");
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("lobby"), &id), 0);
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("hall"), &id), 1);
	note("{\"type\":\"message\",\"subtype\":\"group_name\",\"channel\":\"C1\",\"name\":\"lobby\"}");
	note("{\"type\":\"message\",\"subtype\":\"channel_name\",\"channel\":\"C7\",\"name\":\"x\"}");
	note("{\"type\":\"message\",\"subtype\":\"channel_name\",\"channel\":\"C1\",\"name\":7}");
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("lobby"), &id), 1);
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("x"), &id), 0);
	note("{\"type\":\"subteam_created\",\"subteam\":{\"id\":\"S1\",\"handle\":\"helpers\"}}");
	complete(message("C1", "U1ANA", "<!subteam^S1>"), 0, "c");
	out_is("[c lobby public @anna: @helpers]");
	note("{\"type\":\"channel_id_changed\",\"old_channel_id\":\"C1\",\"new_channel_id\":\"C9\"}");
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("lobby"), &id), 1);
	ASSERT_STR(id, "C9");
	note("{\"type\":\"user_change\",\"user\":null}");
	note("{\"type\":\"channel_rename\",\"channel\":\"C1\"}");
	stop();
}

static void test_the_bots_own_join_teaches_the_channel(void)
{
	struct str id;

	start();
	note("{\"type\":\"member_joined_channel\",\"user\":\"U1ANA\",\"channel\":\"C1\"}");
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	note("{\"type\":\"member_joined_channel\",\"user\":\"UBOT\",\"channel\":\"C1\"}");
	answer("channel=C1", "{\"ok\":true,\"channel\":" GENERAL "}");
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("general"), &id), 1);
	stop();
}

static void test_channels_the_bot_is_in(void)
{
	unsigned loaded = 0;

	start();
	directory_load(directory, on_loaded, &loaded);
	answer("users.conversations",
	       "{\"ok\":true,\"channels\":[" GENERAL ",{\"id\":\"D1\",\"is_im\":true}]}");
	CU_ASSERT(directory_is_member(directory, STR("C1")));
	CU_ASSERT(directory_is_member(directory, STR("D1")));
	note("{\"type\":\"channel_created\",\"channel\":{\"id\":\"C2\",\"name\":\"new\"}}");
	CU_ASSERT_FALSE(directory_is_member(directory, STR("C2")));
	note("{\"type\":\"member_joined_channel\",\"user\":\"U1ANA\",\"channel\":\"C2\"}");
	CU_ASSERT_FALSE(directory_is_member(directory, STR("C2")));
	note("{\"type\":\"member_joined_channel\",\"user\":\"UBOT\",\"channel\":\"C2\"}");
	CU_ASSERT(directory_is_member(directory, STR("C2")));
	note("{\"type\":\"member_left_channel\",\"user\":\"U1ANA\",\"channel\":\"C2\"}");
	CU_ASSERT(directory_is_member(directory, STR("C2")));
	note("{\"type\":\"member_left_channel\",\"user\":\"UBOT\",\"channel\":\"C2\"}");
	CU_ASSERT_FALSE(directory_is_member(directory, STR("C2")));
	note("{\"type\":\"message\",\"subtype\":\"channel_join\",\"user\":\"UBOT\",\"channel\":\"C2\","
	     "\"ts\":\"1.1\"}");
	CU_ASSERT(directory_is_member(directory, STR("C2")));
	note("{\"type\":\"message\",\"subtype\":\"channel_leave\",\"user\":\"UBOT\",\"channel\":\"C2\","
	     "\"ts\":\"1.2\"}");
	CU_ASSERT_FALSE(directory_is_member(directory, STR("C2")));
	note("{\"type\":\"channel_joined\",\"channel\":{\"id\":\"C2\",\"name\":\"new\"}}");
	CU_ASSERT(directory_is_member(directory, STR("C2")));
	note("{\"type\":\"channel_left\",\"channel\":\"C2\"}");
	CU_ASSERT_FALSE(directory_is_member(directory, STR("C2")));
	CU_ASSERT_FALSE(directory_is_member(directory, STR("C9")));
	stop();
}

static void test_channels_are_listed_anew(void)
{
	unsigned loaded = 0, listed = 0;

	start();
	directory_on_listed(directory, on_loaded, &listed);
	directory_load(directory, on_loaded, &loaded);
	directory_list_channels(directory); /* that is under way */
	answer("users.conversations", "{\"ok\":true,\"channels\":[" GENERAL "]}");
	CU_ASSERT_EQUAL(listed, 1);
	CU_ASSERT_EQUAL(loaded, 0); /* people are yet to come */
	answer("users.list", "{\"ok\":true,\"members\":[" ANA "]}");
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	directory_list_channels(directory);
	answer("users.conversations",
	       "{\"ok\":true,\"channels\":[{\"id\":\"C2\",\"name\":\"new\"}],"
	       "\"response_metadata\":{\"next_cursor\":\"b\"}}");
	CU_ASSERT_EQUAL(listed, 1);
	answer("cursor=b", "{\"ok\":true,\"channels\":[]}");
	CU_ASSERT_EQUAL(listed, 2);
	CU_ASSERT_TRUE(directory_is_member(directory, STR("C1")));
	CU_ASSERT_TRUE(directory_is_member(directory, STR("C2")));
	directory_list_channels(directory);
	answer("users.conversations", "{\"ok\":false,\"error\":\"missing_scope\"}");
	CU_ASSERT_EQUAL(listed, 3);
	CU_ASSERT_EQUAL(loaded, 1);
	stop();
}

static void test_one_joining_has_one_key(void)
{
	struct str first;

	start();
	complete_and_keep(
		event("{\"type\":\"member_joined_channel\",\"user\":\"U9\",\"channel\":\"C1\",\"event_ts\":\"1355518799.900000\"}"),
		0);
	first = str_from(str_dup(completed->key));
	event_free(completed);
	complete_and_keep(
		event("{\"type\":\"message\",\"subtype\":\"channel_join\",\"user\":\"U9\",\"channel\":\"C1\",\"ts\":\"1355518800.000100\"}"),
		0);
	CU_ASSERT(first.len > 0 && str_eq(completed->key, first));
	event_free(completed);
	completed = NULL;
	free((char *)first.p);
	stop();
}

/* ---- user groups ---- */

#define OPS "{\"id\":\"S1\",\"handle\":\"ops\",\"users\":[\"U1ANA\"],\"user_count\":\"1\"}"
#define WEB "{\"id\":\"S2\",\"handle\":\"web\",\"users\":[\"U2RAJ\"],\"date_delete\":0}"

static enum tristate in_group(const char *group, const char *user)
{
	return directory_in_group(directory, str_from(group), str_from(user));
}

static void test_groups_are_asked_for_only_when_wanted(void)
{
	unsigned loaded = 0;

	start();
	directory_load(directory, on_loaded, &loaded);
	note("{\"type\":\"subteam_members_changed\",\"subteam_id\":\"S7\",\"added_users\":[\"U1\"]}");
	pass(3600000);
	CU_ASSERT_PTR_NULL(fakehttp_find(http, "usergroups.list"));
	CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), TRISTATE_UNKNOWN);
	CU_ASSERT_FALSE(directory_has_groups(directory));
	directory_want_groups(directory); /* by rules that came later */
	directory_want_groups(directory);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 3);
	CU_ASSERT_STRING_EQUAL(fakehttp_find(http, "usergroups.list")->body, "include_users=true");
	answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" OPS "]}");
	CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), 1);
	CU_ASSERT_EQUAL(loaded, 0); /* people and channels are still to come */
	answer("users.list", "{\"ok\":true}");
	answer("users.conversations", "{\"ok\":true}");
	CU_ASSERT_EQUAL(loaded, 1);
	stop();
}

static void test_groups_are_loaded_with_the_rest(void)
{
	unsigned loaded = 0;
	struct str id;

	start();
	directory_want_groups(directory);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	directory_load(directory, on_loaded, &loaded);
	answer("users.list", "{\"ok\":true}");
	answer("users.conversations", "{\"ok\":true}");
	CU_ASSERT_EQUAL(loaded, 0);
	answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" OPS "," WEB "]}");
	CU_ASSERT_EQUAL(loaded, 1);
	CU_ASSERT(directory_is_loaded(directory) && directory_has_groups(directory));
	CU_ASSERT_EQUAL(directory_find_group(directory, STR("web"), &id), 1);
	ASSERT_STR(id, "S2");
	CU_ASSERT_EQUAL(directory_in_group(directory, id, STR("U2RAJ")), 1);
	CU_ASSERT_EQUAL(directory_find_group(directory, STR("nix"), &id), 0);
	CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), 1);
	CU_ASSERT_EQUAL(in_group("S1", "U2RAJ"), 0);
	CU_ASSERT_EQUAL(in_group("nix", "U2RAJ"), 0); /* sure: there is no such group */
	CU_ASSERT_EQUAL(in_group("S9", "U2RAJ"), 0);
	stop();
}

static enum tristate is_user(const char *name, const char *id, const char *handle)
{
	const struct person person = { .id = str_from(id),
				       .handle = str_from(handle),
				       .name = STR("Somebody") };

	return directory_is_user(directory, str_from(name), &person);
}

static void test_who_is_meant_by_a_name(void)
{
	unsigned loaded = 0;

	start();
	directory_want_groups(directory);
	directory_load(directory, on_loaded, &loaded);
	/* Before anybody is known, only somebody else's names are sure. */
	CU_ASSERT_EQUAL(is_user("ana", "U1ANA", ""), TRISTATE_UNKNOWN);
	CU_ASSERT_EQUAL(is_user("ana", "U2RAJ", "raj"), TRISTATE_UNKNOWN); /* a group? */
	answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" OPS "]}");
	CU_ASSERT_EQUAL(is_user("ana", "U2RAJ", "raj"), TRISTATE_NO);
	CU_ASSERT_EQUAL(is_user("ops", "U1ANA", "ana"), TRISTATE_YES);
	CU_ASSERT_EQUAL(is_user("ops", "U1ANA", ""), TRISTATE_UNKNOWN);
	answer("users.list",
	       "{\"ok\":true,\"members\":[{\"id\":\"U1ANA\",\"name\":\"ana\"},"
	       "{\"id\":\"U3\",\"name\":\"t1\",\"profile\":{\"display_name\":\"twin\"}},"
	       "{\"id\":\"U4\",\"name\":\"t2\",\"profile\":{\"display_name\":\"twin\"}}]}");
	answer("users.conversations", "{\"ok\":true}");
	CU_ASSERT_EQUAL(loaded, 1);
	CU_ASSERT_EQUAL(is_user("ana", "U1ANA", "ana"), TRISTATE_YES);
	CU_ASSERT_EQUAL(is_user("ana", "U2RAJ", "raj"), TRISTATE_NO);
	CU_ASSERT_EQUAL(is_user("twin", "U3", "twin"), TRISTATE_UNKNOWN); /* which of the two? */
	CU_ASSERT_EQUAL(is_user("twin", "U2RAJ", "raj"), TRISTATE_NO);
	CU_ASSERT_EQUAL(is_user("ops", "U1ANA", ""), TRISTATE_YES);
	CU_ASSERT_EQUAL(is_user("nobody", "U1ANA", ""), TRISTATE_NO);
	stop();
}

static void test_groups_are_loaded_again(void)
{
	unsigned loaded = 0;
	struct str id;

	start();
	directory_want_groups(directory);
	directory_load(directory, on_loaded, &loaded);
	answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" OPS "]}");
	pass(30 * 60000);
	CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), 1); /* what was known holds meanwhile */
	answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" WEB "]}");
	CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), 0);
	CU_ASSERT_EQUAL(directory_find_group(directory, STR("ops"), &id), 0);
	CU_ASSERT_EQUAL(in_group("web", "U2RAJ"), 1);
	pass(30 * 60000);
	answer("usergroups.list", "{\"ok\":false,\"error\":\"fatal_trouble\"}");
	CU_ASSERT_EQUAL(in_group("web", "U2RAJ"), 1);
	CU_ASSERT_EQUAL(loaded, 0);
	stop();
}

static void test_groups_that_cannot_be_had(void)
{
	static const char *const errors[] = { "missing_scope", "plan_upgrade_required" };

	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		unsigned loaded = 0;
		char body[100];

		snprintf(body, sizeof(body), "{\"ok\":false,\"error\":\"%s\"}", errors[i]);
		start();
		directory_want_groups(directory);
		directory_load(directory, on_loaded, &loaded);
		answer("users.list", "{\"ok\":true}");
		answer("users.conversations", "{\"ok\":true}");
		answer("usergroups.list", body);
		CU_ASSERT_EQUAL(loaded, 1); /* nothing waits for them */
		CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), TRISTATE_UNKNOWN);
		CU_ASSERT_FALSE(directory_has_groups(directory));
		pass(30 * 60000); /* the scope may have come */
		answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" OPS "]}");
		CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), 1);
		CU_ASSERT_EQUAL(loaded, 1);
		stop();
	}
}

static void test_groups_learn_from_events(void)
{
	unsigned loaded = 0;

	start();
	directory_want_groups(directory);
	directory_load(directory, on_loaded, &loaded);
	answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" OPS "]}");
	note("{\"type\":\"subteam_created\",\"subteam\":" WEB "}");
	CU_ASSERT_EQUAL(in_group("web", "U2RAJ"), 1);
	note("{\"type\":\"subteam_members_changed\",\"subteam_id\":\"S1\",\"added_users\":[\"U2RAJ\"],"
	     "\"added_users_count\":\"1\",\"removed_users\":[\"U1ANA\"],\"removed_users_count\":1}");
	CU_ASSERT_EQUAL(in_group("ops", "U2RAJ"), 1);
	CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), 0);
	note("{\"type\":\"subteam_updated\",\"subteam\":{\"id\":\"S2\",\"handle\":\"www\",\"users\":[]}}");
	CU_ASSERT_EQUAL(in_group("www", "U2RAJ"), 0);
	pass(60000);
	CU_ASSERT_PTR_NULL(fakehttp_find(http, "usergroups.list")); /* all was said */
	stop();
}

static void test_events_that_do_not_say_all(void)
{
	static const char *const events[] = {
		"{\"type\":\"subteam_members_changed\",\"subteam_id\":\"S1\",\"added_users_count\":2}",
		"{\"type\":\"subteam_members_changed\",\"subteam_id\":\"S1\",\"removed_users\":[\"U1\"],\"removed_users_count\":\"2\"}",
		"{\"type\":\"subteam_members_changed\",\"subteam_id\":\"S9\",\"added_users\":[\"U1\"]}",
		"{\"type\":\"subteam_created\",\"subteam\":{\"id\":\"S9\",\"handle\":\"new\"}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		unsigned loaded = 0;

		start();
		directory_want_groups(directory);
		directory_load(directory, on_loaded, &loaded);
		answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" OPS "]}");
		note(events[i]);
		pass(6000);
		note(events[i]); /* a row of them does not put it off */
		CU_ASSERT_PTR_NULL(fakehttp_find(http, "usergroups.list"));
		pass(4000);
		answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" WEB "]}");
		CU_ASSERT_EQUAL(in_group("web", "U2RAJ"), 1);
		pass(60000);
		CU_ASSERT_PTR_NULL(fakehttp_find(http, "usergroups.list"));
		stop();
	}
}

/* The list was written before the event happened, and comes after it. */
static void test_an_event_overtakes_the_list(void)
{
	unsigned loaded = 0;

	start();
	directory_want_groups(directory);
	directory_load(directory, on_loaded, &loaded);
	note("{\"type\":\"subteam_updated\",\"subteam\":{\"id\":\"S1\",\"handle\":\"ops\",\"users\":[\"U2RAJ\"]}}");
	answer("usergroups.list", "{\"ok\":true,\"usergroups\":[" OPS "]}");
	CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), 1);
	pass(10000);
	answer("usergroups.list",
	       "{\"ok\":true,\"usergroups\":[{\"id\":\"S1\",\"handle\":\"ops\",\"users\":[\"U2RAJ\"]}]}");
	CU_ASSERT_EQUAL(in_group("ops", "U1ANA"), 0);
	stop();
}

/* A membership event has only one letter for its channel. */
static void test_the_roster_knows_kinds_better(void)
{
	start();
	note("{\"type\":\"group_joined\",\"channel\":{\"id\":\"C1\",\"name\":\"secret\",\"is_private\":true}}");
	complete(
		event("{\"type\":\"member_joined_channel\",\"user\":\"U9\",\"channel\":\"C1\",\"channel_type\":\"C\"}"),
		0, "a");
	out_is("[a secret private @: ]");
	stop();
}

/* ---- what makes a difference ---- */

/* Rules that look only at texts with a word, and mention @raj and write to #ops then. */
static unsigned only_alarms(void *owner, struct event *ev, unsigned wants)
{
	struct str id;

	(void)owner;
	if (str_find(ev->text, "alarm") == SIZE_MAX)
		return wants & ~(unsigned)(WANT_TEXT | WANT_NAMES);
	if (directory_find_user(directory, STR("raj"), &id) == 1 &&
	    directory_find_channel(directory, STR("ops"), &id) == 1)
		return wants;
	return wants | WANT_LISTED;
}

static void test_what_makes_no_difference_is_not_waited_for(void)
{
	start();
	directory_ask(directory, only_alarms, NULL);
	complete(message("C1", "U1ANA", "<@U2RAJ> hello"), WANT_NAMES, "a");
	out_is("[a  ? @: @U2RAJ hello]");
	CU_ASSERT_PTR_NOT_NULL(fakehttp_find(http, "user=U2RAJ")); /* for the next time */
	complete(message("C1", "U1ANA", "<@U2RAJ> alarm"), 0, "b");
	out_is("");
	answer("user=U2RAJ", "{\"ok\":true,\"user\":" RAJ "}");
	out_is("[b  ? @: @Raj P alarm]");
	stop();
}

static void test_a_name_to_be_said_comes_with_the_list(void)
{
	unsigned loaded = 0;

	start();
	directory_ask(directory, only_alarms, NULL);
	directory_load(directory, on_loaded, &loaded);
	complete(message("C1", "U1ANA", "alarm"), 0, "a");
	complete(message("C1", "U1ANA", "hello"), 0, "b");
	complete(message("C2", "U1ANA", "hello"), 0, "c");
	out_is("[c  ? @: hello]"); /* a and b keep their order, elsewhere nobody waits */
	pass(50000);
	answer("users.list",
	       "{\"ok\":true,\"members\":[" RAJ "],\"response_metadata\":{\"next_cursor\":\"b\"}}");
	out_is("");
	answer("users.conversations",
	       "{\"ok\":true,\"channels\":[{\"id\":\"C9\",\"name\":\"ops\"}]}");
	out_is("[a  ? @: alarm][b  ? @: hello]"); /* the rest of the list is not needed */
	complete(message("C1", "U1ANA", "alarm"), 0, "d");
	out_is("[d  ? @: alarm]");
	stop();
}

static void test_a_late_list_is_got_around(void)
{
	unsigned loaded = 0;

	start();
	directory_ask(directory, only_alarms, NULL);
	directory_load(directory, on_loaded, &loaded);
	answer("users.conversations",
	       "{\"ok\":true,\"channels\":[{\"id\":\"C9\",\"name\":\"ops\"}]}");
	complete(message("C1", "U1ANA", "alarm"), 0, "a");
	pass(2999);
	CU_ASSERT_PTR_NULL(fakehttp_find(http, "conversations.members"));
	pass(1);
	CU_ASSERT_PTR_NOT_NULL(fakehttp_find(http, "channel=C1&limit=200"));
	answer("conversations.members", "{\"ok\":true,\"members\":[\"U1ANA\",\"U2RAJ\",7]}");
	answer("user=U1ANA", "{\"ok\":true,\"user\":" ANA "}");
	out_is("");
	answer("user=U2RAJ", "{\"ok\":true,\"user\":" RAJ "}");
	out_is("[a  ? @ana: alarm]");
	complete(message("C1", "U1ANA", "alarm"), 0, "b");
	out_is("[b  ? @ana: alarm]");
	stop();
}

static void test_a_list_is_waited_for_a_minute_at_most(void)
{
	unsigned loaded = 0;

	start();
	directory_ask(directory, only_alarms, NULL);
	directory_load(directory, on_loaded, &loaded);
	complete(message("C1", "U1ANA", "alarm"), 0, "a");
	pass(30000);
	complete(message("C2", "U1ANA", "alarm"), 0, "b");
	pass(29999);
	out_is("");
	pass(1); /* what does not come for one does not come for the others */
	out_is("[a  ? @: alarm][b  ? @: alarm]");
	complete(message("C1", "U1ANA", "alarm"), 0, "c");
	out_is("[c  ? @: alarm]");
	/* it comes after all, in part */
	answer("users.list",
	       "{\"ok\":true,\"members\":[],\"response_metadata\":{\"next_cursor\":\"b\"}}");
	complete(message("C1", "U1ANA", "alarm"), 0, "d");
	out_is("");
	answer("users.list", "{\"ok\":false,\"error\":\"missing_scope\"}");
	answer("users.conversations", "{\"ok\":false,\"error\":\"missing_scope\"}");
	out_is("[d  ? @: alarm]"); /* nothing more will come */
	stop();
}

static size_t n_out;

static void on_counted(void *owner, struct event *take, void *tag)
{
	(void)owner;
	(void)tag;
	n_out++;
	event_free(take);
}

/* Each takes up so many bytes more than it says. */
static void flood_by(const char *channel, size_t n, size_t people, size_t bytes)
{
	for (size_t i = 0; i < n; i++) {
		char who[32];
		struct event *ev;

		snprintf(who, sizeof(who), "U%zuANA", 1 + i % people);
		ev = message(channel, who, "alarm");
		arena_alloc(&ev->arena, bytes);
		if (directory_complete(directory, ev, WANT_TEXT, on_counted, NULL, NULL))
			on_counted(NULL, ev, NULL);
	}
}

/* Many people. */
static void flood(const char *channel, size_t n)
{
	flood_by(channel, n, 100, 0);
}

/* Long messages of one person go on without names; another one's, elsewhere, waits for them. */
static void test_one_person_has_a_share_of_what_waits(void)
{
	unsigned loaded = 0;

	start();
	n_out = 0;
	directory_ask(directory, only_alarms, NULL);
	directory_load(directory, on_loaded, &loaded);
	flood_by("C1", 500, 1, 40000);
	CU_ASSERT_TRUE(n_out > 400 && n_out < 490);
	flood_by("C2", 500, 1, 40000);
	CU_ASSERT_TRUE(n_out > 900 && n_out < 1000);
	n_out = 0;
	flood("C3", 1);
	flood_by("C4", 1, 1, 0);
	CU_ASSERT_EQUAL(n_out, 0);
	pass(60000);
	stop();
}

static void test_not_all_can_wait(void)
{
	unsigned loaded = 0;

	start();
	n_out = 0;
	directory_ask(directory, only_alarms, NULL);
	directory_load(directory, on_loaded, &loaded);
	flood("C1", 3000);
	CU_ASSERT_EQUAL(n_out, 2000); /* the first ones of that channel */
	for (int i = 2; i <= 10; i++) {
		char channel[16];

		snprintf(channel, sizeof(channel), "C%d", i);
		flood(channel, 1000);
	}
	CU_ASSERT_EQUAL(n_out, 2000);
	flood("C11", 5); /* nobody is in front of these */
	CU_ASSERT_EQUAL(n_out, 2005);
	flood("C2", 5);
	CU_ASSERT_EQUAL(n_out, 2010);
	pass(60000);
	CU_ASSERT_EQUAL(n_out, 3000 + 9000 + 10);
	stop();
}

static void test_freeing_with_everything_under_way(void)
{
	unsigned loaded = 0;

	start();
	directory_want_groups(directory);
	directory_load(directory, on_loaded, &loaded);
	complete(message("C1", "U1ANA", "<@U2RAJ>"), WANT_NAMES, "a");
	complete(message("C1", "U1ANA", "<@U2RAJ>"), WANT_NAMES, "b");
	complete(event(REACTION), WANT_NAMES | WANT_REACTED, "c");
	stop();
	CU_ASSERT_EQUAL(loaded, 0);
	out_is("");
	buf_deinit(&out);
}

/* ---- channels that are named and not known ---- */

static void test_the_list_of_channels_is_asked_for_anew(void)
{
	unsigned loaded = 0;
	struct str id;
	uint64_t news;

	start();
	directory_load(directory, on_loaded, &loaded);
	CU_ASSERT_TRUE(directory_seek_channels(directory)); /* it is under way */
	news = directory_news(directory);
	answer("users.list", "{\"ok\":true,\"members\":[]}");
	answer("users.conversations", "{\"ok\":true,\"channels\":[" GENERAL "]}");
	CU_ASSERT_NOT_EQUAL(directory_news(directory), news);
	CU_ASSERT_FALSE(directory_seek_channels(directory)); /* it came just now */
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	fakeclock_pass(&clock_, 601000);
	loop_turn(loop, 0);
	CU_ASSERT_TRUE(directory_seek_channels(directory));
	CU_ASSERT_TRUE(directory_seek_channels(directory));
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 1);
	answer("users.conversations",
	       "{\"ok\":true,\"channels\":[{\"id\":\"C6\",\"name\":\"ops\"}]}");
	CU_ASSERT_EQUAL(directory_find_channel(directory, STR("ops"), &id), 1);
	ASSERT_STR(id, "C6");
	CU_ASSERT_EQUAL(loaded, 1);
	fakeclock_pass(&clock_, 601000);
	loop_turn(loop, 0);
	CU_ASSERT_TRUE(directory_seek_channels(directory));
	answer("users.conversations", "{\"ok\":false,\"error\":\"missing_scope\"}");
	CU_ASSERT_FALSE(directory_seek_channels(directory));
	stop();
}

UNIT_MAIN("directory",
	  { "the list of channels is asked for anew", test_the_list_of_channels_is_asked_for_anew },
	  { "all pages are loaded", test_loading_all_pages },
	  { "an old cursor starts over", test_an_old_cursor_starts_over },
	  { "a missing scope is no obstacle", test_a_missing_scope_is_no_obstacle },
	  { "names that several have", test_names_that_several_have },
	  { "nothing missing completes at once", test_nothing_missing_completes_at_once },
	  { "names are asked for once", test_names_are_asked_for_once },
	  { "mentions are always asked for", test_mentions_are_always_asked_for },
	  { "an unknown id is asked for again after a while",
	    test_an_unknown_id_is_asked_for_again_after_a_while },
	  { "nobody waits for ever", test_nobody_waits_for_ever },
	  { "order within a channel", test_order_within_a_channel },
	  { "a thousand mentions ask for a few", test_a_thousand_mentions_ask_for_a_few },
	  { "bots are recognised by their user", test_bots_are_recognised_by_their_user },
	  { "the message reacted to", test_the_message_reacted_to },
	  { "the message reacted to cannot be read", test_the_message_reacted_to_cannot_be_read },
	  { "learning from events", test_learning_from_events },
	  { "the bot's own join teaches the channel", test_the_bots_own_join_teaches_the_channel },
	  { "channels the bot is in", test_channels_the_bot_is_in },
	  { "channels are listed anew", test_channels_are_listed_anew },
	  { "one joining has one key", test_one_joining_has_one_key },
	  { "groups are asked for only when wanted", test_groups_are_asked_for_only_when_wanted },
	  { "groups are loaded with the rest", test_groups_are_loaded_with_the_rest },
	  { "who is meant by a name", test_who_is_meant_by_a_name },
	  { "groups are loaded again", test_groups_are_loaded_again },
	  { "groups that cannot be had", test_groups_that_cannot_be_had },
	  { "groups learn from events", test_groups_learn_from_events },
	  { "events that do not say all", test_events_that_do_not_say_all },
	  { "an event overtakes the list", test_an_event_overtakes_the_list },
	  { "the roster knows kinds better", test_the_roster_knows_kinds_better },
	  { "what makes no difference is not waited for",
	    test_what_makes_no_difference_is_not_waited_for },
	  { "a name to be said comes with the list", test_a_name_to_be_said_comes_with_the_list },
	  { "a late list is got around", test_a_late_list_is_got_around },
	  { "a list is waited for a minute at most", test_a_list_is_waited_for_a_minute_at_most },
	  { "one person has a share of what waits", test_one_person_has_a_share_of_what_waits },
	  { "not all can wait", test_not_all_can_wait },
	  { "freeing with everything under way", test_freeing_with_everything_under_way })
