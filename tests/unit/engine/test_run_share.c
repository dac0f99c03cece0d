/* SPDX-License-Identifier: MIT */
#include "engine/run_share.h"

#include <stdio.h>
#include <string.h>
#include "lib/engine_fixture.h"
#include "lib/journal.h"
#include "lib/unit.h"
#include "store/memory.h"

enum { LONG = 38000, KIB = 1 << 10, MIB = 1 << 20 };

static char long_text[LONG + 1];

/* What Slack makes of a long text: much more of it. */
static struct event *long_one(const char *word, const char *who, int i)
{
	struct event *ev;
	char ts[32];

	memset(long_text, 'x', LONG);
	memcpy(long_text, word, strlen(word));
	snprintf(ts, sizeof(ts), "%d.1", i);
	ev = said(long_text, ts);
	ev->user.id = ev->author.id = str_keep(&ev->arena, str_from(who));
	ev->key = str_keepf(&ev->arena, "m:%s:%d", who, i);
	ev->payload = json_new_object();
	json_set_str(ev->payload, "text", ev->text);
	json_set_str(ev->payload, "blocks", ev->text);
	return ev;
}

static size_t held(const struct engine_fixture *h)
{
	return h->engine->resting.held;
}

static const char *const rules =
	"[rule little]\nmatch = ^little\nwait = 1h\nsay = {user.name}\n"
	"[rule all]\nmatch = ^all (.+)\nwait = 1h\nsay = {1}\n"
	"[rule field]\nmatch = ^field\nwait = 1h\nsay = {event.text|short 3}\n"
	"[rule both]\nmatch = ^both\nreact = eyes\nwait = 1h\nsay = {text|short 9}\nfollow = edits\n";

static void test_of_the_event_no_more_is_kept_than_is_needed(void)
{
	static const struct {
		const char *word;
		size_t least, most;
	} cases[] = {
		{ "little", 0, 4 * KIB },
		{ "all ", LONG, LONG + 8 * KIB },
		{ "field", 2 * LONG, 2 * LONG + 6 * KIB },
		{ "both", LONG, LONG + 4 * KIB },
	};
	struct engine_fixture h;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		fixture_init(&h, memory_open(), rules);
		fixture_hear(&h, long_one(cases[i].word, "U1ANA", 1));
		CU_ASSERT_EQUAL(engine_waiting(h.engine), 1);
		CU_ASSERT_TRUE(held(&h) > cases[i].least && held(&h) < cases[i].most);
		fixture_wait(&h, 3600000);
		CU_ASSERT_TRUE(h.done.len > 0);
		CU_ASSERT_EQUAL(held(&h), 0);
		CU_ASSERT_EQUAL(h.engine->resting.holders.n, 0);
		fixture_deinit(&h);
	}
}

static void test_one_person_has_a_share_of_the_waits(void)
{
	struct engine_fixture h;
	size_t n;

	fixture_init(&h, journal_new(), rules);
	for (int i = 1; i <= 500; i++)
		fixture_take(&h, long_one("field", "U1ANA", i));
	engine_commit(h.engine);
	n = engine_waiting(h.engine);
	CU_ASSERT_TRUE(n > 80 && n < 120);
	CU_ASSERT_TRUE(held(&h) < 8 * MIB);
	CU_ASSERT_TRUE(fixture_counted(&h, METRIC_SHARES_REFUSED) >= 500 - n);
	fixture_hear(&h, long_one("field", "U9RAJ", 501));
	CU_ASSERT_EQUAL(engine_waiting(h.engine), n + 1);
	fixture_crash(&h);
	CU_ASSERT_EQUAL(engine_waiting(h.engine), n + 1);
	fixture_hear(&h, long_one("field", "U1ANA", 502));
	CU_ASSERT_EQUAL(engine_waiting(h.engine), n + 1);
	fixture_hear(&h, long_one("field", "U9RAJ", 503));
	CU_ASSERT_EQUAL(engine_waiting(h.engine), n + 2);
	fixture_deinit(&h);
}

static struct event *edited(const char *who, int i)
{
	struct event *ev = long_one("both", who, i);

	ev->kind = EVENT_EDIT;
	ev->key = str_keepf(&ev->arena, "e:%s:%d", who, i);
	return ev;
}

/* Short messages that become long ones. */
static void test_what_waits_may_not_grow_beyond_the_share(void)
{
	struct engine_fixture h;
	struct event *ev;

	fixture_init(&h, memory_open(), rules);
	for (int i = 1; i <= 1000; i++) {
		ev = long_one("both", "U1ANA", i);
		ev->text = ev->text_raw = ev->text_to_bot = STR("both");
		fixture_hear(&h, ev);
	}
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 1000);
	for (int i = 1; i <= 1000; i++)
		fixture_hear(&h, edited("U1ANA", i));
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 1000);
	CU_ASSERT_TRUE(held(&h) > 6 * MIB && held(&h) < 8 * MIB);
	fixture_deinit(&h);
}

/* While the reaction is on its way the edits pile up. */
static void test_edits_of_one_person_have_a_share(void)
{
	struct engine_fixture h;
	struct event *ev;

	fixture_init(&h, memory_open(), rules);
	fixture_take(&h, long_one("both", "U1ANA", 1));
	for (int i = 1; i <= 1000; i++) {
		ev = edited("U1ANA", 1);
		ev->key = str_keepf(&ev->arena, "e:%d", i);
		fixture_take(&h, ev);
	}
	CU_ASSERT_TRUE(held(&h) < 8 * MIB);
	CU_ASSERT_TRUE(fixture_counted(&h, METRIC_SHARES_REFUSED) > 800);
	fixture_run(&h);
	CU_ASSERT_EQUAL(engine_waiting(h.engine), 1);
	CU_ASSERT_TRUE(held(&h) < 100 * KIB);
	fixture_deinit(&h);
}

UNIT_MAIN("run share",
	  { "of the event no more is kept than is needed",
	    test_of_the_event_no_more_is_kept_than_is_needed },
	  { "one person has a share of the waits", test_one_person_has_a_share_of_the_waits },
	  { "what waits may not grow beyond the share",
	    test_what_waits_may_not_grow_beyond_the_share },
	  { "edits of one person have a share", test_edits_of_one_person_have_a_share })
