/* SPDX-License-Identifier: MIT */
#include "directory/bindings.h"

#include <stdio.h>
#include "lib/logcatch.h"
#include "lib/unit.h"
#include "model/workspace.h"

static const struct identity home = { .team_id = (char *)"T1" };
static struct cache cache;
static struct bindings bindings;

static void user(const char *id, const char *handle, const char *shown, const char *more)
{
	CLEANUP(json_freep) struct json *j = NULL;
	char text[300];

	snprintf(text, sizeof(text),
		 "{\"id\":\"%s\",\"name\":\"%s\",\"profile\":{\"display_name\":\"%s\"}%s}", id,
		 handle, shown, more);
	CU_ASSERT_EQUAL_FATAL(json_parse(&j, str_from(text), NULL), 0);
	cache_learn_user(&cache, j);
	bindings_hear(&bindings, &cache, str_from(id));
}

static void group(const char *id, const char *handle)
{
	CLEANUP(json_freep) struct json *j = NULL;
	char text[300];

	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"handle\":\"%s\"}", id, handle);
	CU_ASSERT_EQUAL_FATAL(json_parse(&j, str_from(text), NULL), 0);
	cache_learn_group(&cache, j);
	bindings_hear(&bindings, &cache, str_from(id));
}

/* The rules say these, up to a NULL. */
static void say(const char *const *names)
{
	bindings_begin(&bindings);
	for (size_t i = 0; names[i] != NULL; i++)
		bindings_say(&bindings, str_from(names[i]),
			     (struct place){ "rules.ini", (unsigned)i + 1 });
	bindings_end(&bindings);
}

#define SAY(...) say((const char *const[]){ __VA_ARGS__, NULL })

/* "@U1", "&S1", "nobody", "not yet", "not said" */
static void means(const char *name, const char *wanted)
{
	const struct binding *it = bindings_find(&bindings, str_from(name));
	char seen[40];

	if (it == NULL)
		snprintf(seen, sizeof(seen), "not said");
	else if (!it->is_settled)
		snprintf(seen, sizeof(seen), "not yet");
	else if (it->kind == 0)
		snprintf(seen, sizeof(seen), "nobody");
	else
		snprintf(seen, sizeof(seen), "%c%s", it->kind, it->id);
	ASSERT_STR(str_from(seen), wanted);
}

/* The last who was told of. */
static void claimed(const char *name, const char *by)
{
	struct str ids = buf_str(&bindings_find(&bindings, str_from(name))->claimants);

	CU_ASSERT_TRUE(str_ends(ids, by));
}

static void settle(void)
{
	bindings_settle(&bindings, &cache, true);
}

static void start(void)
{
	cache_init(&cache);
	cache.home = &home;
	bindings_init(&bindings);
}

static void stop(void)
{
	bindings_deinit(&bindings);
	cache_deinit(&cache);
}

/* ---- cases ---- */

static void test_what_a_name_means(void)
{
	start();
	user("U1", "raj", "Raj P", "");
	user("U2", "mallory", "support-team", "");
	user("U3", "x3", "twin", "");
	user("U4", "x4", "Twin", "");
	user("U5", "x5", "raj", "");
	group("S1", "support-team");
	SAY("RAJ", "Support-Team", "twin", "ops-lead");
	means("raj", "not yet");
	settle();
	means("raj", "@U1"); /* a handle beats what another shows */
	means("support-team", "&S1");
	means("twin", "nobody");
	means("ops-lead", "nobody");
	means("x3", "not said");
	claimed("raj", "U5");
	stop();
}

static void test_it_stays_so(void)
{
	start();
	user("U1", "raj", "Raj", "");
	group("S1", "support-team");
	user("U2", "mallory", "Mallory", "");
	user("U3", "twin1", "twin", "");
	user("U4", "twin2", "twin", "");
	SAY("raj", "support-team", "ops-lead", "twin");
	settle();
	user("U2", "mallory", "raj", ""); /* by display name */
	claimed("raj", "U2");
	user("U2", "support-team", "Mallory", ""); /* that of a group, as a handle */
	claimed("support-team", "U2");
	user("U2", "ops-lead", "Mallory", ""); /* one that nobody had */
	claimed("ops-lead", "U2");
	settle(); /* the lists come again */
	means("ops-lead", "nobody");
	user("U3", "twin1", "single", "");
	user("U9", "raj", "raj", ",\"team_id\":\"T9\""); /* from outside */
	claimed("raj", "U2");
	user("U1", "rajesh", "Rajesh", "");
	user("U2", "raj", "raj", ""); /* by handle, when it is free */
	means("raj", "@U1");
	means("support-team", "&S1");
	means("ops-lead", "nobody");
	means("twin", "nobody");
	user("U1", "rajesh", "Rajesh", ",\"deleted\":true");
	means("raj", "@U1");
	group("S2", "raj");
	claimed("raj", "S2");
	SAY("raj", "support-team", "ops-lead"); /* the rules are loaded again */
	settle();
	means("raj", "@U1");
	means("ops-lead", "nobody"); /* for U2 has gone on to the next name */
	stop();
}

/* Common names are shown by many, and the lists come page by page. */
static void test_each_is_told_of_once(void)
{
	char id[16];

	start();
	user("U1", "raj", "Raj", "");
	for (int i = 2; i < 60; i++) {
		snprintf(id, sizeof(id), "U%d", i);
		user(id, id, "raj", "");
	}
	SAY("raj");
	logcatch_begin();
	settle();
	for (int i = 0; i < 10; i++)
		settle();
	user("U2", "u2", "other", "");
	user("U2", "u2", "raj", "");
	logcatch_end();
	CU_ASSERT_EQUAL(logcatch_count("@raj means U1 since"), 10);
	CU_ASSERT_EQUAL(logcatch_count("U2, who is called so"), 1);
	CU_ASSERT_EQUAL(logcatch_count("still more are called @raj"), 1);
	stop();
}

static void test_given_free(void)
{
	start();
	user("U1", "raj", "Raj", "");
	SAY("raj", "ops-lead");
	settle();
	user("U1", "rajesh", "Rajesh", "");
	user("U2", "raj", "Raj", "");
	user("U3", "ops-lead", "", "");
	SAY("ops-lead");
	settle();
	means("raj", "not said");
	means("ops-lead", "@U3"); /* whoever loads the rules has seen the warning */
	SAY("raj");
	settle();
	means("raj", "@U2");
	stop();
}

static void test_groups_are_waited_for(void)
{
	start();
	user("U1", "raj", "Raj", "");
	user("U2", "mallory", "support-team", "");
	SAY("raj", "support-team");
	bindings_settle(&bindings, &cache, false);
	means("raj", "@U1"); /* nobody else can have his handle */
	means("support-team", "not yet");
	group("S1", "support-team");
	bindings_settle(&bindings, &cache, false);
	means("support-team", "&S1");
	stop();
}

static void test_another_start(void)
{
	start();
	user("U2", "raj", "Raj", "");
	SAY("raj");
	bindings_restore(&bindings, STR("raj"), '@', STR("U1"));
	bindings_restore(&bindings, STR("old"), '@', STR("U1"));
	bindings_end(&bindings);
	settle();
	means("raj", "@U1");
	means("old", "not said");
	claimed("raj", "U2");
	stop();
	start(); /* or the rules come behind it */
	group("S1", "raj");
	bindings_restore(&bindings, STR("raj"), '&', STR("S1"));
	means("raj", "not said");
	SAY("Raj");
	settle();
	means("raj", "&S1");
	stop();
}

UNIT_MAIN("bindings", { "what a name means", test_what_a_name_means },
	  { "it stays so", test_it_stays_so },
	  { "each is told of once", test_each_is_told_of_once }, { "given free", test_given_free },
	  { "groups are waited for", test_groups_are_waited_for },
	  { "another start", test_another_start })
