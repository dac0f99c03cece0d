/* SPDX-License-Identifier: MIT */
#include "directory/keep.h"

#include <stdio.h>
#include "lib/fakeclock.h"
#include "lib/journal.h"
#include "lib/unit.h"

static struct fakeclock clock_;
static struct loop *loop;
static struct store *store;
static struct cache cache;
static struct bindings bindings;
static struct keep *keep;

static const struct identity home = { .team_id = (char *)"T1" };

static size_t begin(void)
{
	cache_init(&cache);
	cache.home = &home;
	bindings_init(&bindings);
	keep = keep_new(loop, store, &cache, &bindings, STR("T1"));
	return keep_load(keep);
}

static void end(void)
{
	keep_free(keep);
	bindings_deinit(&bindings);
	cache_deinit(&cache);
}

static void start(void)
{
	fakeclock_init(&clock_);
	CU_ASSERT_EQUAL_FATAL(loop_new(&loop, &clock_.clock), 0);
	store = journal_new();
}

static void stop(void)
{
	store->ops->close(store);
	loop_free(loop);
}

static void learn(bool is_channel, const char *text)
{
	CLEANUP(json_freep) struct json *j = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&j, str_from(text), NULL), 0);
	if (is_channel)
		cache_learn_channel(&cache, j, CHANNEL_UNKNOWN);
	else
		cache_learn_user(&cache, j);
}

static void test_the_next_start_knows_all(void)
{
	const struct cache_user *u;
	const struct cache_channel *c;
	CLEANUP(buf_deinit) struct buf ids = { 0 };

	start();
	CU_ASSERT_EQUAL(begin(), 0);
	learn(false,
	      "{\"id\":\"U1\",\"name\":\"ana\",\"profile\":{\"display_name\":\"Ana \\\"A\\\"\","
	      "\"email\":\"a@x\"},\"is_bot\":false,\"is_restricted\":true}");
	learn(false, "{\"id\":\"U2\",\"name\":\"old\",\"deleted\":true}");
	learn(true, "{\"id\":\"G1\",\"name\":\"ops\",\"is_private\":true,\"is_member\":true}");
	learn(true, "{\"id\":\"D1\",\"is_im\":true}");
	end();
	CU_ASSERT_EQUAL(begin(), 4);
	u = cache_user(&cache, STR("U1"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(u);
	CU_ASSERT_STRING_EQUAL(u->handle, "ana");
	CU_ASSERT_STRING_EQUAL(u->name, "Ana \"A\"");
	CU_ASSERT_STRING_EQUAL(u->email, "a@x");
	CU_ASSERT_TRUE(u->is_guest && !u->is_bot && !u->is_gone);
	CU_ASSERT_TRUE(cache_user(&cache, STR("U2"))->is_gone);
	CU_ASSERT_EQUAL(cache_find_user(&cache, STR("old"), &ids), 0);
	c = cache_channel(&cache, STR("G1"));
	CU_ASSERT_STRING_EQUAL(c->name, "ops");
	CU_ASSERT_TRUE(c->is_member && c->kind == CHANNEL_PRIVATE);
	CU_ASSERT_EQUAL(cache_channel(&cache, STR("D1"))->kind, CHANNEL_DM);
	end();
	stop();
}

static void test_an_outsider_stays_one(void)
{
	CLEANUP(buf_deinit) struct buf ids = { 0 };

	start();
	begin();
	learn(false, "{\"id\":\"U1\",\"name\":\"raj\",\"team_id\":\"T1\"}");
	learn(false, "{\"id\":\"U2\",\"name\":\"raj\",\"team_id\":\"T2\"}");
	end();
	CU_ASSERT_EQUAL(begin(), 2);
	CU_ASSERT_EQUAL(cache_find_user(&cache, STR("raj"), &ids), 1);
	ASSERT_STR(buf_str(&ids), "U1");
	end();
	stop();
}

static void test_only_what_is_new_is_written(void)
{
	size_t n;

	start();
	begin();
	learn(false, "{\"id\":\"U1\",\"name\":\"ana\"}");
	learn(false, "{\"id\":\"U2\",\"name\":\"raj\"}");
	end();
	n = journal_n_commits(store);
	begin();
	learn(false, "{\"id\":\"U1\",\"name\":\"ana\"}"); /* told again */
	end();
	CU_ASSERT_EQUAL(journal_n_commits(store), n);
	begin();
	learn(false, "{\"id\":\"U1\",\"name\":\"anna\"}");
	fakeclock_pass(&clock_, 60000);
	loop_turn(loop, 0);
	CU_ASSERT_EQUAL(journal_n_commits(store), n + 1);
	while (journal_answer(store))
		;
	end();
	CU_ASSERT_EQUAL(journal_n_commits(store), n + 1);
	begin();
	CU_ASSERT_STRING_EQUAL(cache_user(&cache, STR("U1"))->handle, "anna");
	end();
	stop();
}

static void test_a_large_workspace_is_written_in_pieces(void)
{
	char text[64];

	start();
	begin();
	for (int i = 0; i < 2500; i++) {
		snprintf(text, sizeof(text), "{\"id\":\"U%d\",\"name\":\"n%d\"}", i, i);
		learn(false, text);
	}
	for (int i = 0; i < 3; i++) {
		fakeclock_pass(&clock_, i == 0 ? 60000 : 100);
		loop_turn(loop, 0);
		while (journal_answer(store))
			;
		CU_ASSERT_EQUAL(journal_n_rows(store, STORE_PERSON),
				i < 2 ? 1000u * (i + 1) : 2500u);
	}
	end();
	CU_ASSERT_EQUAL(begin(), 2500);
	end();
	stop();
}

static void test_what_does_not_stand_is_written_again(void)
{
	start();
	begin();
	learn(false, "{\"id\":\"U1\",\"name\":\"ana\"}");
	journal_break(store, true);
	fakeclock_pass(&clock_, 60000);
	loop_turn(loop, 0);
	journal_answer(store);
	journal_break(store, false);
	end();
	CU_ASSERT_EQUAL(begin(), 1);
	end();
	stop();
}

/* A large workspace, a full disk, and the end: what cannot be written is not tried for ever. */
static void test_a_store_that_takes_nothing_is_left_at_the_end(void)
{
	char text[64];

	start();
	begin();
	for (int i = 0; i < 2500; i++) {
		snprintf(text, sizeof(text), "{\"id\":\"U%d\",\"name\":\"n%d\"}", i, i);
		learn(false, text);
	}
	journal_break(store, true);
	end();
	CU_ASSERT_EQUAL(journal_n_rows(store, STORE_PERSON), 0);
	stop();
}

static const struct binding *bound(const char *name)
{
	return bindings_find(&bindings, str_from(name));
}

static void test_names_in_rules_stay_bound(void)
{
	start();
	begin();
	learn(false, "{\"id\":\"U1\",\"name\":\"raj\",\"team_id\":\"T1\"}");
	bindings_begin(&bindings);
	bindings_say(&bindings, STR("Raj"), (struct place){ "a.ini", 1 });
	bindings_end(&bindings);
	bindings_settle(&bindings, &cache, true);
	end();
	begin();
	bindings_begin(&bindings);
	bindings_say(&bindings, STR("raj"), (struct place){ "a.ini", 1 });
	bindings_end(&bindings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bound("raj"));
	CU_ASSERT_EQUAL(bound("raj")->kind, '@');
	ASSERT_STR(str_from(bound("raj")->id), "U1");
	bindings_begin(&bindings); /* no rule says it any more */
	bindings_end(&bindings);
	end();
	begin();
	CU_ASSERT_EQUAL(bindings.names.n, 0);
	end();
	stop();
}

UNIT_MAIN("keep", { "the next start knows all", test_the_next_start_knows_all },
	  { "an outsider stays one", test_an_outsider_stays_one },
	  { "only what is new is written", test_only_what_is_new_is_written },
	  { "a large workspace is written in pieces", test_a_large_workspace_is_written_in_pieces },
	  { "a store that takes nothing is left at the end",
	    test_a_store_that_takes_nothing_is_left_at_the_end },
	  { "what does not stand is written again", test_what_does_not_stand_is_written_again },
	  { "names in rules stay bound", test_names_in_rules_stay_bound })
