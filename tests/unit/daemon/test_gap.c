/* SPDX-License-Identifier: MIT */
/* Which channels are read back after a gap, in which order, and from where on. */
#include "daemon/gap.h"

#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "engine/inner.h"
#include "lib/engine_fixture.h"
#include "lib/fakehttp.h"
#include "lib/unit.h"

enum { DAY_MS = 24 * 3600 * 1000 };

#define RULES "[rule a]\nmatch = hello\nsay = A\n"
#define EMPTY "{\"ok\":true,\"messages\":[]}"
#define SAID(ts) "{\"type\":\"message\",\"user\":\"U1ANA\",\"ts\":\"" ts "\",\"text\":\"hello\"}"

static struct engine_fixture h;
static struct loop *loop;
static struct http *http;
static struct api *api;
static struct secret token;
static struct directory *directory;
static struct gap gap;

static void on_decided(void *owner, void *tag)
{
	(void)owner;
	catchup_decided(gap.catchup, tag);
}

static bool on_event(void *owner, struct event *take, void *tag)
{
	(void)owner;
	take->time = clock_wall(&h.world.clock.clock);
	CU_ASSERT_TRUE(engine_take(h.engine, take, on_decided, NULL, tag));
	return true;
}

static void on_read(void *owner, struct str channel)
{
	(void)owner;
	gap_was_read(&gap, channel);
}

static void on_listed(void *owner)
{
	(void)owner;
	gap_read_rest(&gap);
}

static void start(void)
{
	log_set_level(LOG_ERROR);
	fixture_init(&h, journal_new(), RULES);
	h.world.clock.wall_ms = INT64_C(1700001000000);
	CU_ASSERT_EQUAL_FATAL(loop_new(&loop, &h.world.clock.clock), 0);
	http_new(&http, loop, NULL);
	secret_set(&token, STR("xoxb-test"));
	api_new(&api, &(struct api_setup){
			      .loop = loop, .http = http, .base_url = "https://slack.test/api/" });
	directory_new(&directory, loop, api, &token, &h.world.workspace.me);
	directory_on_listed(directory, on_listed, NULL);
	gap_init(&gap);
	gap.loop = loop;
	gap.engine = h.engine;
	gap.directory = directory;
	gap.back_ms = DAY_MS;
	gap.catchup = catchup_new(&(struct catchup_setup){
		.loop = loop,
		.api = api,
		.token = &token,
		.me = &h.world.workspace.me,
		.on_event = on_event,
		.on_read = on_read,
	});
}

static void stop(void)
{
	gap_deinit(&gap);
	catchup_free(gap.catchup);
	directory_free(directory);
	api_free(api);
	http_free(http);
	loop_free(loop);
	secret_deinit(&token);
	fixture_deinit(&h);
}

static void hear(const char *channel, const char *ts)
{
	struct event *ev = said("nothing", ts);

	ev->channel = str_keep(&ev->arena, str_from(channel));
	ev->key = STR_EMPTY;
	fixture_hear(&h, ev);
}

/* The open request that has these texts is answered. */
static void answer(const char *wanted, const char *also, const char *body)
{
	struct fakehttp_request *request = fakehttp_find(http, wanted);

	if (request == NULL || strstr(request->body, also) == NULL)
		printf("\nasked in place of %s %s: %s", wanted, also,
		       request != NULL ? request->body : "nothing");
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_PTR_NOT_NULL(strstr(request->body, also));
	fakehttp_answer(request, 200, body);
	fixture_run(&h);
}

#define HEARD(channel, wanted) ASSERT_STR(engine_heard(h.engine, STR(channel)), wanted)

static void test_nothing_was_heard_so_nothing_is_missed(void)
{
	start();
	gap_end(&gap);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	HEARD("", "1700001000.000000");
	stop();
}

static void test_channels_heard_last_come_first_and_new_ones_too(void)
{
	start();
	hear("C1", "1700000001.000000");
	hear("C2", "1700000003.000000");
	hear("C3", "1700000002.000000");
	gap_end(&gap);
	hear("C1", "1700000900.000000");
	hear("C4", "1700000901.000000"); /* of which more may have been said before */
	answer("conversations.history", "channel=C2&oldest=1699999883.0", EMPTY);
	HEARD("C2", "1700000003.000000");
	answer("channel=C3", "oldest=1699999882.0", EMPTY);
	HEARD("C1", "1700000001.000000");
	answer("channel=C1", "oldest=1699999881.0",
	       "{\"ok\":true,\"messages\":[" SAID("1700000100.000000") "]}");
	HEARD("C1", "1700000900.000000");
	CU_ASSERT_TRUE(gap.is_open);
	HEARD("", "1700000003.000000");
	answer("users.conversations", "",
	       "{\"ok\":true,\"channels\":[{\"id\":\"C1\"},{\"id\":\"C4\"},{\"id\":\"C5\"}]}");
	HEARD("C4", "1700000003.000000");
	answer("channel=C4", "oldest=1699999883.0", EMPTY);
	HEARD("C4", "1700000003.000000"); /* the next event will move it */
	HEARD("", "1700000003.000000");
	answer("channel=C5", "oldest=1699999883.0", EMPTY);
	HEARD("", "1700000901.000000");
	ASSERT_STR(buf_str(&h.short_done), "say:A");
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	/* The bot may have been brought into others in the next one. */
	gap_end(&gap);
	answer("users.conversations", "", "{\"ok\":true,\"channels\":[{\"id\":\"C6\"}]}");
	CU_ASSERT_EQUAL(catchup_left(gap.catchup), 6);
	stop();
}

static void test_a_gap_within_a_gap_forgets_nothing(void)
{
	start();
	hear("C1", "1700000001.000000");
	gap_end(&gap);
	hear("C1", "1700000800.000000");
	gap_end(&gap);
	answer("channel=C1", "oldest=1699999881.0", EMPTY);
	HEARD("C1", "1700000001.000000"); /* until it has been read once more */
	answer("users.conversations", "", "{\"ok\":false,\"error\":\"missing_scope\"}");
	answer("channel=C1", "oldest=1699999881.0", EMPTY);
	HEARD("C1", "1700000800.000000");
	HEARD("", "1700000800.000000");
	stop();
}

static void fall_behind(void)
{
	char key[24];

	for (int i = 0; i < ENGINE_ROWS_MAX; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		batch_put(&h.engine->batch, STORE_VARIABLE, str_from(key), STR("\"1\""));
	}
}

static void test_what_was_refused_is_read_back(void)
{
	start();
	hear("C1", "1700000001.000000");
	fall_behind();
	hear("C1", "1700000500.000000");
	hear("C1", "1700000600.000000");
	HEARD("C1", "1700000001.000000");
	gap_read_missed(&gap);
	answer("channel=C1", "oldest=1699999881.0",
	       "{\"ok\":true,\"messages\":[" SAID("1700000600.000000") "," SAID(
		       "1700000500.000000") "]}");
	HEARD("C1", "1700000600.000000");
	HEARD("", "1700000600.000000");
	ASSERT_STR(buf_str(&h.short_done), "say:A say:A");
	gap_read_missed(&gap);
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

static void test_where_nothing_is_read_back_marks_go_on(void)
{
	start();
	gap.back_ms = 0;
	hear("C1", "1700000001.000000");
	gap_end(&gap);
	fall_behind();
	hear("C1", "1700000500.000000");
	gap_read_missed(&gap);
	hear("C1", "1700000600.000000");
	HEARD("C1", "1700000600.000000");
	CU_ASSERT_EQUAL(fakehttp_n_open(http), 0);
	stop();
}

UNIT_MAIN("gap",
	  { "nothing was heard, so nothing is missed",
	    test_nothing_was_heard_so_nothing_is_missed },
	  { "channels heard last come first, and new ones too",
	    test_channels_heard_last_come_first_and_new_ones_too },
	  { "a gap within a gap forgets nothing", test_a_gap_within_a_gap_forgets_nothing },
	  { "what was refused is read back", test_what_was_refused_is_read_back },
	  { "where nothing is read back marks go on", test_where_nothing_is_read_back_marks_go_on })
