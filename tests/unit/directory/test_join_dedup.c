/* SPDX-License-Identifier: MIT */
#include "directory/join_dedup.h"

#include <stdio.h>
#include "lib/unit.h"

enum { HOUR = 3600000 };

static struct join_dedup moves;

/* The key that a move gets at that time. */
static void told(enum event_kind kind, const char *who_where, int64_t ms, const char *wanted)
{
	struct event *ev = event_new();

	ev->kind = kind;
	ev->time.ms = ms;
	ev->key = str_keepf(&ev->arena, "%s:%lld", who_where, (long long)(ms / HOUR));
	join_dedup_unify(&moves, ev);
	ASSERT_STR(ev->key, wanted);
	event_free(ev);
}

static void test_both_sides_of_an_hour(void)
{
	join_dedup_init(&moves);
	told(EVENT_JOIN, "j:T:C:U", 5 * HOUR - 100, "j:T:C:U:4");
	told(EVENT_JOIN, "j:T:C:U", 5 * HOUR + 100, "j:T:C:U:4");
	told(EVENT_JOIN, "j:T:C:U", 5 * HOUR + 100, "j:T:C:U:4"); /* sent again */
	told(EVENT_JOIN, "j:T:C:U2", 5 * HOUR + 100, "j:T:C:U2:5");
	told(EVENT_JOIN, "j:T:C:U2", 5 * HOUR - 100, "j:T:C:U2:5"); /* the later one came first */
	told(EVENT_LEAVE, "l:T:C:U", 5 * HOUR + 100, "l:T:C:U:5");
	told(EVENT_JOIN, "j:T:C:U", 5 * HOUR + 200000, "j:T:C:U:5"); /* a new joining */
	join_dedup_deinit(&moves);
}

static void test_others_are_left_alone(void)
{
	join_dedup_init(&moves);
	told(EVENT_MESSAGE, "m:T:C:1.2", 5 * HOUR - 1, "m:T:C:1.2:4");
	told(EVENT_MESSAGE, "m:T:C:1.2", 5 * HOUR + 1, "m:T:C:1.2:5");
	CU_ASSERT_EQUAL(moves.latest.n, 0);
	join_dedup_deinit(&moves);
}

static void test_a_stampede_is_bounded(void)
{
	join_dedup_init(&moves);
	for (int i = 0; i < 5000; i++) {
		char who[32], key[40];

		snprintf(who, sizeof(who), "j:T:C:U%d", i);
		snprintf(key, sizeof(key), "%s:4", who);
		told(EVENT_JOIN, who, 5 * HOUR - 1, key);
		CU_ASSERT(moves.latest.n <= 2000);
	}
	told(EVENT_JOIN, "j:T:C:U4999", 5 * HOUR, "j:T:C:U4999:4");
	join_dedup_deinit(&moves);
}

UNIT_MAIN("moves", { "both sides of an hour", test_both_sides_of_an_hour },
	  { "others are left alone", test_others_are_left_alone },
	  { "a stampede is bounded", test_a_stampede_is_bounded })
