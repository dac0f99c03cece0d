/* SPDX-License-Identifier: MIT */
#include "directory/enrich.h"

#include "lib/unit.h"

static void learn_user(struct cache *r, const char *text)
{
	CLEANUP(json_freep) struct json *user = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&user, str_from(text), NULL), 0);
	cache_learn_user(r, user);
}

static void learn_channel(struct cache *r, const char *text)
{
	CLEANUP(json_freep) struct json *channel = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&channel, str_from(text), NULL), 0);
	cache_learn_channel(r, channel, CHANNEL_UNKNOWN);
}

static void test_an_event_is_told(void)
{
	struct event *ev = event_new();
	struct cache r;

	cache_init(&r);
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"robo\",\"is_bot\":true}");
	learn_channel(&r, "{\"id\":\"C1\",\"name\":\"secret\",\"is_private\":true}");
	ev->user.id = STR("U1");
	ev->author.id = STR("U2");
	ev->channel = STR("C1");
	ev->kind = EVENT_MESSAGE;
	ev->channel_kind = CHANNEL_PUBLIC;
	CU_ASSERT_EQUAL(enrich_kind(&r, ev), CHANNEL_PUBLIC); /* a message knows it well */
	ev->kind = EVENT_JOIN;
	enrich_fill(&r, ev);
	ASSERT_STR(ev->user.handle, "robo");
	ASSERT_STR(ev->author.handle, "");
	ASSERT_STR(ev->channel_name, "secret");
	CU_ASSERT_EQUAL(ev->channel_kind, CHANNEL_PRIVATE);
	CU_ASSERT(ev->from_bot);
	cache_deinit(&r);
	ASSERT_STR(ev->user.handle, "robo"); /* a copy of its own */
	event_free(ev);
}

static void test_guests_are_told(void)
{
	struct event *ev = event_new();
	struct cache r;

	cache_init(&r);
	learn_user(&r, "{\"id\":\"U1\",\"name\":\"eve\",\"is_restricted\":true}");
	ev->user.id = STR("U1");
	enrich_fill(&r, ev);
	CU_ASSERT(ev->user.is_guest);
	CU_ASSERT_FALSE(ev->author.is_guest);
	learn_user(&r, "{\"id\":\"U1\",\"is_restricted\":false}");
	enrich_fill(&r, ev);
	CU_ASSERT_FALSE(ev->user.is_guest);
	event_free(ev);
	cache_deinit(&r);
}

UNIT_MAIN("enrich", { "an event is told", test_an_event_is_told },
	  { "guests are told", test_guests_are_told })
