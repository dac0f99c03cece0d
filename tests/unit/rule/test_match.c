/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "lib/captures.h"
#include "lib/events.h"
#include "lib/rules.h"
#include "lib/unit.h"
#include "model/workspace.h"
#include "rule/match.h"

/* ---- the world: @ana is ana, @maybe is not known yet ---- */

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	(void)w;
	if (str_is(name, "maybe"))
		return TRISTATE_UNKNOWN;
	return str_eq_nocase(name, person->handle) ? TRISTATE_YES : TRISTATE_NO;
}

/* Everybody is in S1, it is not known who is in S2. */
static enum tristate in_group(const struct workspace *w, struct str id, const struct person *person)
{
	(void)w;
	(void)person;
	return str_is(id, "S1") ? TRISTATE_YES : str_is(id, "S2") ? TRISTATE_UNKNOWN : TRISTATE_NO;
}

static const struct resolver resolver = { .is_user = is_user, .in_group = in_group };
static const struct workspace workspace = { .name = "main", .resolver = &resolver };

static enum tristate ask(const char *keys, struct event *ev, struct captures *caught,
			 const struct trace *trace)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	enum tristate answer;
	struct ruleset *set;

	buf_init(&text, 0);
	buf_addf(&text, "[rule r]\n%s\nsay = x\n", keys);
	buf_addc(&text, '\0');
	set = rules_good(text.p);
	ev->workspace = &workspace;
	answer = rule_match(ruleset_rule(set, 0), ev, caught, trace, NULL);
	ruleset_unref(set);
	return answer;
}

/* Takes the event. */
static void check(const char *keys, struct event *ev, enum tristate wanted)
{
	struct captures caught;
	enum tristate seen = ask(keys, ev, &caught, NULL);

	if (seen != wanted)
		printf("\n  %s: seen %d, wanted %d", keys, (int)seen, (int)wanted);
	CU_ASSERT_EQUAL(seen, wanted);
	event_free(ev);
}

static struct event *hello(void)
{
	return said("Hello there", "1.1");
}

#define YES(keys, ev) check(keys, ev, TRISTATE_YES)
#define NO(keys, ev) check(keys, ev, TRISTATE_NO)
#define UNKNOWN(keys, ev) check(keys, ev, TRISTATE_UNKNOWN)

/* ---- on ---- */

static struct event *of_kind(enum event_kind kind, const char *type)
{
	struct event *ev = said("x", "1.1");

	ev->kind = kind;
	ev->type = str_from(type);
	return ev;
}

static void test_only_what_is_named_fires(void)
{
	static const struct {
		const char *on;
		enum event_kind kind;
		const char *type;
	} rows[] = {
		{ "message", EVENT_MESSAGE, "message" },
		{ "edit", EVENT_EDIT, "message" },
		{ "delete", EVENT_DELETE, "message" },
		{ "reaction", EVENT_REACTION, "reaction_added" },
		{ "unreaction", EVENT_UNREACTION, "reaction_removed" },
		{ "join", EVENT_JOIN, "member_joined_channel" },
		{ "leave", EVENT_LEAVE, "member_left_channel" },
		{ "pin", EVENT_PIN, "pin_added" },
		{ "event channel_rename", EVENT_OTHER, "channel_rename" },
	};

	for (size_t rule = 0; rule < ARRAY_LEN(rows); rule++) {
		for (size_t ev = 0; ev < ARRAY_LEN(rows); ev++) {
			char keys[64];

			snprintf(keys, sizeof(keys), "on = %s", rows[rule].on);
			check(keys, of_kind(rows[ev].kind, rows[ev].type),
			      rule == ev ? TRISTATE_YES : TRISTATE_NO);
		}
	}
	YES("on = join, message", hello());
	YES("on = event member_joined_channel", of_kind(EVENT_JOIN, "member_joined_channel"));
}

static void test_mentions_files_and_emoji(void)
{
	struct event *mention = hello(), *file = hello();

	mention->mentions_bot = true;
	file->has_files = true;
	YES("on = mention", mention);
	NO("on = mention", hello());
	YES("on = file", file);
	NO("on = file", hello());
	YES("on = reaction :eyes:", reacted("eyes", "1.1"));
	YES("on = reaction eyes", reacted("eyes", "1.1"));
	YES("on = reaction :eyes::skin-tone-3:", reacted("eyes", "1.1"));
	YES("on = reaction", reacted("eyes", "1.1"));
	NO("on = reaction :eye:", reacted("eyes", "1.1"));
}

static void test_hidden_and_own_events_never_fire(void)
{
	struct event *hidden = hello(), *own = hello();

	hidden->hidden = true;
	own->from_self = true;
	NO("", hidden);
	NO("from = bots, people", own);
}

/* ---- in ---- */

static struct event *in_channel(const char *id, const char *name, enum channel_kind kind)
{
	struct event *ev = hello();

	ev->channel = str_from(id);
	ev->channel_name = str_from(name);
	ev->channel_kind = kind;
	return ev;
}

static void test_in_allows_and_denies(void)
{
	YES("in = #general", hello());
	YES("in = #General", hello());
	NO("in = #gener", hello());
	YES("in = #it, #general", hello());
	YES("in = C1GENERAL", hello());
	NO("in = C1", hello());
	YES("in = #gen*", hello());
	YES("in = #*ral", hello());
	YES("in = #*", hello());
	YES("in = #g?neral", hello());
	NO("in = #g?eneral", hello());
	YES("in = #*e*e*l", hello());
	NO("in = #*x*", hello());
	YES("in = #caf?", in_channel("C1", "caf\xC3\xA9", CHANNEL_PUBLIC));
	NO("in = #caf??", in_channel("C1", "caf\xC3\xA9", CHANNEL_PUBLIC));
	NO("in = !#general", hello());
	YES("in = !#it", hello());
	NO("in = #general, !#gen*", hello());
	NO("in = !C1GENERAL, public", hello());
}

static void test_in_knows_kinds(void)
{
	YES("in = public", hello());
	NO("in = private, dm, group", hello());
	YES("in = dm", in_channel("D1", "", CHANNEL_DM));
	NO("in = #general", in_channel("D1", "", CHANNEL_DM));
	YES("in = !#general", in_channel("D1", "", CHANNEL_DM));
	YES("in = group", in_channel("G1", "mpdm-a", CHANNEL_GROUP));
	NO("in = !private", in_channel("C1", "x", CHANNEL_PRIVATE));
	NO("in = #x", in_channel("", "", CHANNEL_UNKNOWN));
	NO("in = public", in_channel("", "", CHANNEL_UNKNOWN));
	YES("in = !#x", in_channel("", "", CHANNEL_UNKNOWN));
}

static void test_names_not_known_cannot_be_told(void)
{
	UNKNOWN("in = #general", in_channel("C1", "", CHANNEL_PUBLIC));
	UNKNOWN("in = !#general", in_channel("C1", "", CHANNEL_PUBLIC));
	YES("in = #general, public", in_channel("C1", "", CHANNEL_PUBLIC));
	NO("in = #general, !public", in_channel("C1", "", CHANNEL_PUBLIC));
	UNKNOWN("in = public, !#general", in_channel("C1", "", CHANNEL_PUBLIC));
	UNKNOWN("in = private", in_channel("C1", "x", CHANNEL_UNKNOWN));
	NO("in = dm", in_channel("C1", "x", CHANNEL_UNKNOWN)); /* its id would begin with D */
	YES("in = !dm", in_channel("C1", "x", CHANNEL_UNKNOWN));
	/* A later no makes it sure. */
	NO("in = #general\nmatch = zzz", in_channel("C1", "", CHANNEL_PUBLIC));
}

/* ---- from ---- */

static struct event *by_bot(void)
{
	struct event *ev = hello();

	ev->from_bot = true;
	ev->bot_id = STR("B7");
	ev->user.handle = STR("jenkins");
	ev->user.id = STR("U7BOT");
	return ev;
}

static void test_from_allows_and_denies(void)
{
	YES("from = @ana", hello());
	YES("from = @Ana", hello());
	NO("from = @raj", hello());
	YES("from = U1ANA", hello());
	NO("from = !@ana", hello());
	YES("from = !@raj", hello());
	NO("from = people, !@ana", hello());
	UNKNOWN("from = @maybe", hello());
	UNKNOWN("from = !@maybe", hello());
	UNKNOWN("from = people, !@maybe", hello());
	YES("from = @maybe, @ana", hello());
	NO("from = !@maybe, !@ana", hello());
}

static void test_bots_only_where_they_are_named(void)
{
	NO("", by_bot());
	NO("from = people", by_bot());
	NO("from = !@raj", by_bot());
	YES("from = bots", by_bot());
	NO("from = bots", hello());
	YES("from = bots, people", hello());
	YES("from = @jenkins", by_bot());
	YES("from = B7", by_bot());
	NO("from = bots, !B7", by_bot());
	NO("from = !bots", by_bot());
	YES("from = !bots", hello());
}

static void test_events_of_nobody(void)
{
	struct event *a = hello(), *b = hello(), *c = hello();

	a->user = b->user = c->user = (struct person){ 0 };
	YES("", a);
	NO("from = @ana", b);
	NO("from = @maybe", c);
}

/* ---- to bot, thread ---- */

static void test_to_bot(void)
{
	struct event *mention = hello();

	mention->mentions_bot = true;
	YES("to bot = yes", mention);
	NO("to bot = yes", hello());
	YES("to bot = no", hello());
	YES("to bot = yes", in_channel("D1", "", CHANNEL_DM));
}

static void test_thread(void)
{
	YES("thread = root", hello());
	NO("thread = replies", hello());
	YES("thread = any", hello());
	NO("thread = root", replied("x", "1.2", "1.1"));
	YES("thread = replies", replied("x", "1.2", "1.1"));
	YES("thread = root", replied("x", "1.1", "1.1"));
}

/* ---- text ---- */

static void test_any_text_key_suffices(void)
{
	YES("match = ^hello", hello());
	NO("match = ^there", hello());
	YES("match = ^there\n  there$", hello());
	YES("match = zzz\nwords = there", hello());
	NO("words = the", hello());
	YES("phrase = the", hello());
	NO("match = hello\nexcept = there", hello());
	YES("match = hello\nexcept = zzz", hello());
	NO("case = yes\nmatch = hello", hello());
	NO("case = yes\nwords = hello", hello());
	NO("case = yes\nphrase = HELLO", hello());
	YES("match = hello\ncase = yes\nexcept = THERE\nwords = Hello", hello());
}

static void test_a_leading_mention_does_not_count(void)
{
	struct event *ev = said("@bot coffee", "1.1");

	ev->mentions_bot = true;
	ev->text_to_bot = STR("coffee");
	for (int i = 0; i < 5; i++) {
		static const char *const keys[] = { "match = ^coffee",
						    "to bot = yes\nmatch = ^coffee",
						    "on = mention\nmatch = ^coffee",
						    "match = ^@bot",
						    "on = message, mention\nmatch = ^coffee" };
		static const enum tristate wanted[] = { TRISTATE_NO, TRISTATE_YES, TRISTATE_YES,
							TRISTATE_YES, TRISTATE_YES };
		struct captures caught;

		CU_ASSERT_EQUAL(ask(keys[i], ev, &caught, NULL), wanted[i]);
	}
	event_free(ev);
}

static void test_a_message_that_cannot_be_read_cannot_be_told(void)
{
	struct event *ev = reacted("eyes", "1.1");

	UNKNOWN("on = reaction\nmatch = x", reacted("eyes", "1.1"));
	UNKNOWN("on = reaction\nexcept = x", reacted("eyes", "1.1"));
	YES("on = reaction", reacted("eyes", "1.1"));
	ev->text_known = true;
	ev->text = STR("ax");
	YES("on = reaction\nmatch = x", ev);
}

static void test_what_was_caught(void)
{
	struct event *ev = said("ticket ops-17, hello", "1.1");
	struct captures caught;

	CU_ASSERT_EQUAL(ask("match = zz(z)\n  ticket (?<id>\\S+-\\d+)", ev, &caught, NULL),
			TRISTATE_YES);
	CU_ASSERT_EQUAL(caught.n, 2);
	ASSERT_STR(caught.group[0], "ticket ops-17");
	ASSERT_STR(caught.group[1], "ops-17");
	CU_ASSERT_EQUAL(ask("words = hello", ev, &caught, NULL), TRISTATE_YES);
	CU_ASSERT_EQUAL(caught.n, 1);
	ASSERT_STR(caught.group[0], "hello");
	CU_ASSERT_EQUAL(ask("except = zzz", ev, &caught, NULL), TRISTATE_YES);
	CU_ASSERT_EQUAL(caught.n, 0);
	CU_ASSERT_EQUAL(captures_index(&caught, STR("id")), SIZE_MAX);
	event_free(ev);
}

/* ---- trace ---- */

static void note(void *owner, const struct rule *rule, const char *predicate, enum tristate answer,
		 struct str seen, struct str wanted)
{
	static const char *const answers[] = { "no", "yes", "?" };

	CU_ASSERT_STRING_EQUAL(rule->name, "r");
	buf_addf(owner, "%s=%s(%.*s|%.*s) ", predicate, answers[answer], STR_ARG(seen),
		 STR_ARG(wanted));
}

static void told(const char *keys, struct event *ev, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf heard = { 0 };
	const struct trace trace = { &heard, note };
	struct captures caught;

	buf_init(&heard, 0);
	ask(keys, ev, &caught, &trace);
	ASSERT_STR(buf_str(&heard), wanted);
	event_free(ev);
}

static void test_the_trace_hears_what_was_seen_and_wanted(void)
{
	told("on = join, reaction :x:, mention, event foo", hello(),
	     "on=no(message|join, reaction :x:, mention, event foo) ");
	told("in = #it-*, !dm\nfrom = @raj", hello(),
	     "on=yes(message|message) hidden=yes(an event that people see|an event that people see) "
	     "self=yes(somebody else|somebody else) workspace=yes(the workspace T1|any) "
	     "in=no(#general|#it-*, !dm) ");
	told("from = @maybe\nmatch = zz\n  yy\nexcept = q", hello(),
	     "on=yes(message|message) hidden=yes(an event that people see|an event that people see) "
	     "self=yes(somebody else|somebody else) workspace=yes(the workspace T1|any) "
	     "in=yes(#general|everywhere) from=?(@ana|@maybe) "
	     "to bot=yes(no mention of the bot|anything) thread=yes(not in a thread|any) "
	     "when=yes(no time|always) expires=yes(1970-01-01|any day) "
	     "match=no(Hello there|zz or yy) ");
}

/* ---- commands and moments ---- */

static void test_commands(void)
{
	struct event *lunch = of_kind(EVENT_COMMAND, "slash_command");

	lunch->command = STR("/Lunch");
	YES("on = command /lunch", event_ref(lunch));
	NO("on = command /lunches", event_ref(lunch));
	NO("on = message", event_ref(lunch));
	YES("on = message, command /LUNCH\nmatch = x", lunch);
}

/* A moment is for one rule alone. */
static void test_moments(void)
{
	struct ruleset *set = rules_good("[rule r]\non = every 30m\npost #x = y\n"
					 "[rule s]\non = every 30m\npost #x = y\n");
	struct event *ev = event_new();
	struct captures caught;

	ev->kind = EVENT_TIME;
	ev->workspace = &workspace;
	ev->for_rule = STR("s");
	ev->time = (struct wall){ 1767787200000 };
	CU_ASSERT_EQUAL(rule_match(ruleset_rule(set, 0), ev, &caught, NULL, NULL), TRISTATE_NO);
	CU_ASSERT_EQUAL(rule_match(ruleset_rule(set, 1), ev, &caught, NULL, NULL), TRISTATE_YES);
	event_free(ev);
	ruleset_unref(set);
}

/* ---- groups, guests, lists, workspaces ---- */

static void test_groups_and_guests(void)
{
	struct event *guest = hello(), *nobody = hello(), *unknown = hello();

	guest->user.is_guest = true;
	nobody->user.id = STR("");
	unknown->user.handle = STR("");
	YES("from = S1", hello());
	NO("from = S3", hello());
	UNKNOWN("from = S2", hello());
	NO("from = S2, !@ana", hello());
	NO("from = S1", nobody);
	YES("from = guests", guest);
	NO("from = guests", hello());
	UNKNOWN("from = guests", unknown);
}

/* The rule `r` is the first; the list stands behind it. */
static void test_lists(void)
{
	static const char *const lists = "\nsay = x\n[list l]\npeople = @raj, @ana\n"
					 "channels = #general, #x-*\n[list m]\npeople = @maybe\n"
					 "[rule z]";
	static const struct {
		const char *key;
		enum tristate wanted;
	} rows[] = {
		{ "from = [l]", TRISTATE_YES },
		{ "from = ![l]", TRISTATE_NO },
		{ "in = [l]", TRISTATE_YES },
		{ "in = ![l]", TRISTATE_NO },
		{ "from = [m]", TRISTATE_UNKNOWN },
		{ "from = [m], [l]", TRISTATE_YES },
		{ "from = [l], ![m]", TRISTATE_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char keys[200];

		snprintf(keys, sizeof(keys), "%s%s", rows[i].key, lists);
		check(keys, hello(), rows[i].wanted);
	}
}

static void test_workspaces(void)
{
	YES("workspace = main", hello());
	YES("workspace = other, main", hello());
	NO("workspace = other", hello());
}

/* ---- when, expires ---- */

static struct event *at(int64_t seconds)
{
	struct event *ev = hello();

	ev->time = (struct wall){ seconds * 1000 };
	return ev;
}

static void test_hours(void)
{
	const int64_t noon = 1767787200; /* Wednesday 2026-01-07 12:00 UTC */

	YES("when = mon-fri 09:00-17:00 UTC", at(noon));
	NO("when = not mon-fri 09:00-17:00 UTC", at(noon));
	NO("when = mon-fri 09:00-17:00 Asia/Tokyo", at(noon));
	YES("when = 21:00-22:00\nzone = Asia/Tokyo", at(noon));
	NO("when = wed 09:00-12:00 UTC", at(noon)); /* the end is excluded */
	YES("when = wed 09:00-12:00 UTC", at(noon - 1));
	UNKNOWN("when = mon-sun", at(0)); /* when was that? */
	UNKNOWN("when = not mon-sun", at(0));
	NO("when = mon-sun\nin = #other", at(0));
}

static void test_the_last_day_counts(void)
{
	YES("expires = 2099-12-31\nzone = UTC", at(4102444799));
	NO("expires = 2099-12-31\nzone = UTC", at(4102444800));
}

/* ---- what is looked at ---- */

static void test_what_is_ignored_is_not_seen(void)
{
	YES("match = outage\nignore = planned outage", said("an outage", "1.1"));
	NO("match = outage\nignore = planned outage", said("a planned outage", "1.1"));
	NO("except = outage", said("a planned outage", "1.1"));
	YES("except = outage\nignore = planned outage", said("a planned outage", "1.1"));
	NO("match = there\nlook in = code", hello());
	NO("match = there\nlook in = field a", hello());
}

static void test_who_would_be_listened_to(void)
{
	struct ruleset *set = rules_good(
		"[rule r]\nin = #general\nfrom = @ana\nmatch = zzz\nsay = x\n"
		"[rule s]\nfrom = @raj\nsay = x\n[rule t]\nfrom = @maybe\nsay = x\n"
		"[rule u]\nworkspace = other\nsay = x\n");
	static const enum tristate wanted[] = { TRISTATE_YES, TRISTATE_NO, TRISTATE_UNKNOWN,
						TRISTATE_NO };
	struct event *ev = hello();

	ev->workspace = &workspace;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		CU_ASSERT_EQUAL(rule_listens(ruleset_rule(set, i), ev), wanted[i]);
	event_free(ev);
	ruleset_unref(set);
}

UNIT_MAIN("match", { "only what is named fires", test_only_what_is_named_fires },
	  { "mentions, files and emoji", test_mentions_files_and_emoji },
	  { "hidden and own events never fire", test_hidden_and_own_events_never_fire },
	  { "in allows and denies", test_in_allows_and_denies },
	  { "in knows kinds", test_in_knows_kinds },
	  { "names not known cannot be told", test_names_not_known_cannot_be_told },
	  { "from allows and denies", test_from_allows_and_denies },
	  { "bots only where they are named", test_bots_only_where_they_are_named },
	  { "events of nobody", test_events_of_nobody }, { "to bot", test_to_bot },
	  { "thread", test_thread }, { "any text key suffices", test_any_text_key_suffices },
	  { "a leading mention does not count", test_a_leading_mention_does_not_count },
	  { "a message that cannot be read cannot be told",
	    test_a_message_that_cannot_be_read_cannot_be_told },
	  { "what was caught", test_what_was_caught },
	  { "the trace hears what was seen and wanted",
	    test_the_trace_hears_what_was_seen_and_wanted },
	  { "commands", test_commands }, { "moments", test_moments },
	  { "groups and guests", test_groups_and_guests }, { "lists", test_lists },
	  { "workspaces", test_workspaces }, { "hours", test_hours },
	  { "the last day counts", test_the_last_day_counts },
	  { "what is ignored is not seen", test_what_is_ignored_is_not_seen },
	  { "who would be listened to", test_who_would_be_listened_to })
