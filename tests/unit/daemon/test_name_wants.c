/* SPDX-License-Identifier: MIT */
/* The directory is played by this file: it knows @ana and #general. */
#include "daemon/name_wants.h"

#include "lib/events.h"
#include "lib/rules.h"
#include "lib/unit.h"
#include "lib/world.h"

static bool is_loaded, is_loading;
static struct world world;

int directory_find_user(const struct directory *d, struct str name, struct str *id)
{
	(void)d;
	*id = STR("U1ANA");
	return str_is(name, "ana") || str_is(name, "annie");
}

/* annie is what she shows. */
bool directory_is_sure(const struct directory *d, struct str name)
{
	(void)d;
	return str_is(name, "ana");
}

int directory_find_group(const struct directory *d, struct str handle, struct str *id)
{
	(void)d;
	*id = STR_EMPTY;
	return str_is(handle, "support");
}

int directory_find_channel(const struct directory *d, struct str name, struct str *id)
{
	(void)d;
	*id = STR("C1");
	return str_is(name, "general");
}

bool directory_is_loaded(const struct directory *d)
{
	(void)d;
	return is_loaded;
}

bool directory_is_loading(const struct directory *d)
{
	(void)d;
	return is_loading;
}

/* What matters of a message in #general to these rules. */
static unsigned asked(const char *rules, const char *text)
{
	struct name_wants w = { 0 };
	struct ruleset *set = world_rules(rules);
	struct event *ev = said(text, "1.2");
	unsigned wants;

	world_init(&world);
	ev->workspace = &world.workspace;
	name_wants_set_rules(&w, set);
	wants = name_wants_of(&w, ev, WANT_TEXT | WANT_NAMES);
	name_wants_deinit(&w);
	event_free(ev);
	ruleset_unref(set);
	return wants;
}

#define HELLO "[rule a]\nwords = hello\n"

static void test_names_of_the_event(void)
{
	is_loaded = true;
	is_loading = false;
	CU_ASSERT_EQUAL(asked(HELLO "say = hi", "bye"), 0);
	CU_ASSERT_EQUAL(asked(HELLO "say = hi", "hello"), WANT_TEXT);
	CU_ASSERT_EQUAL(asked(HELLO "say = hi {user.name}", "hello"), WANT_TEXT | WANT_NAMES);
	CU_ASSERT_EQUAL(asked(HELLO "say = hi {user.name}", "bye"), 0);
	CU_ASSERT_EQUAL(asked(HELLO "from = @raj\nsay = hi", "hello"), 0); /* that is Ana's */
	CU_ASSERT_EQUAL(asked(HELLO "from = @ana\nsay = hi", "hello"), WANT_TEXT | WANT_NAMES);
	CU_ASSERT_EQUAL(asked(HELLO "on = join\nsay = hi {user.name}", "hello"), 0);
	CU_ASSERT_EQUAL(asked("[rule a]\nphrase = thanks @bob\nsay = hi", "bye"), WANT_TEXT);
	is_loaded = false; /* most people are strangers yet */
	CU_ASSERT_EQUAL(asked(HELLO "say = hi", "bye"), WANT_TEXT);
}

static void test_names_to_be_said(void)
{
	is_loaded = false;
	is_loading = true;
	CU_ASSERT_EQUAL(asked(HELLO "say = hi @bob", "hello"), WANT_TEXT | WANT_LISTED);
	CU_ASSERT_EQUAL(asked(HELLO "say = hi @bob", "bye"), WANT_TEXT);
	CU_ASSERT_EQUAL(asked(HELLO "say = hi @ana, @support", "hello"), WANT_TEXT);
	CU_ASSERT_EQUAL(asked(HELLO "dm @annie = hi", "hello"), /* another may have that name */
			WANT_TEXT | WANT_LISTED);
	CU_ASSERT_EQUAL(asked(HELLO "say = see #general", "hello"), WANT_TEXT);
	CU_ASSERT_EQUAL(asked(HELLO "say = see #ops", "hello"), WANT_TEXT | WANT_LISTED);
	CU_ASSERT_EQUAL(asked(HELLO "dm @bob = hi", "hello"), WANT_TEXT | WANT_LISTED);
	CU_ASSERT_EQUAL(asked(HELLO "dm = hi", "hello"), WANT_TEXT);
	CU_ASSERT_EQUAL(asked(HELLO "post #ops = hi", "hello"), WANT_TEXT | WANT_LISTED);
	CU_ASSERT_EQUAL(asked("[rule a]\nmatch = hello (\\w+)\ndm @{1} = hi", "hello bob"),
			WANT_TEXT | WANT_LISTED);
	CU_ASSERT_EQUAL(
		asked("[table who]\nbilling = @bob\n[rule a]\nwords = hello\nsay = {who[billing]}",
		      "hello"),
		WANT_TEXT | WANT_LISTED);
	/* whom it listens to narrows down, no more */
	CU_ASSERT_EQUAL(asked(HELLO "from = !@bob\nsay = hi", "hello") & WANT_LISTED, 0);
	is_loading = false; /* nothing more will come */
	CU_ASSERT_EQUAL(asked(HELLO "say = hi @bob", "hello"), WANT_TEXT);
}

static void test_what_is_not_clear_wants_all(void)
{
	struct name_wants w = { 0 };
	struct ruleset *set = rules_good(HELLO "say = hi");
	struct event *ev = said("bye", "1.2");

	is_loaded = true;
	is_loading = false;
	world_init(&world);
	ev->workspace = &world.workspace;
	CU_ASSERT_EQUAL(name_wants_of(&w, ev, WANT_TEXT | WANT_NAMES), WANT_TEXT | WANT_NAMES);
	name_wants_set_rules(&w, set);
	ev->kind = EVENT_EDIT;
	CU_ASSERT_EQUAL(name_wants_of(&w, ev, WANT_TEXT | WANT_NAMES), WANT_TEXT | WANT_NAMES);
	ev->kind = EVENT_REACTION;
	ev->text_known = false;
	CU_ASSERT_EQUAL(name_wants_of(&w, ev, WANT_TEXT | WANT_REACTED), WANT_TEXT | WANT_REACTED);
	name_wants_deinit(&w);
	event_free(ev);
	ruleset_unref(set);
}

UNIT_MAIN("name wants", { "names of the event", test_names_of_the_event },
	  { "names to be said", test_names_to_be_said },
	  { "what is not clear wants all", test_what_is_not_clear_wants_all })
