/* SPDX-License-Identifier: MIT */
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "template/template.h"

static struct event *rich(void)
{
	struct event *ev = replied("tell @raj about #ops", "1700000000.000200",
				   "1700000000.000100");

	ev->pieces = arena_alloc(&ev->arena, 4 * sizeof(ev->pieces[0]));
	ev->n_pieces = 4;
	ev->pieces[0] = (struct text_piece){ .shown = str_sub(ev->text, 0, 5), .part = PART_TEXT };
	ev->pieces[1] = (struct text_piece){ .shown = str_sub(ev->text, 5, 9),
					     .part = PART_TEXT,
					     .sigil = '@',
					     .id = STR("U9RAJ") };
	ev->pieces[2] = (struct text_piece){ .shown = str_sub(ev->text, 9, 16), .part = PART_TEXT };
	ev->pieces[3] = (struct text_piece){ .shown = str_sub(ev->text, 16, 20),
					     .part = PART_TEXT,
					     .sigil = '#',
					     .id = STR("C4OPS") };
	ev->author.id = STR("U9RAJ");
	ev->author.handle = STR("raj");
	ev->author.name = STR("Raj");
	ev->author.email = STR("raj@acme.example");
	ev->time = (struct wall){ INT64_C(1700000000000) };
	CU_ASSERT_EQUAL_FATAL(
		json_parse(
			&ev->payload,
			STR("{\"type\": \"message\", \"blocks\": [{\"id\": \"b1\"}], \"n\": 7, \"no\": null, "
			    "\"yes\": true, \"tags\": [\"a\", \"b\"], \"o\": {\"k\": 1}}"),
			NULL),
		0);
	return ev;
}

static struct str plain(struct view *v)
{
	const struct template_host host = values_host(&v->values);
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_init(&out, 0);
	template_render(v->values.rule->actions[0].texts[0], &host, &out);
	return str_keep(&v->arena, buf_str(&out));
}

#define SHARED                                                                       \
	"zone = UTC\n[hours office]\nopen = mon-fri 09:00-17:00\nzone = UTC\n"       \
	"[list oncall]\npeople = @ana, @raj\n"                                       \
	"[table owners]\nbilling = @ana | #billing\nU9RAJ = by id\n@ana = by name\n" \
	"raj = by word\nelse = @duty | #support\n[table small]\na = b\n"

/* What the text is for others than Slack. */
static void check_in(struct world *w, const char *text, struct event *ev, const char *wanted,
		     unsigned line)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct view v;

	buf_init(&rules, 0);
	buf_addf(
		&rules,
		"[rule a]\nmatch = (?<verb>\\w+) {person:who} about {channel:where}\n    (?<name>raj) (?<none>z)?\n"
		"    ^go (?<key>.*)\nsay = %s\n%s[rule s]\nmatch = zzz\nset n = 1\nset v[x] = 1\n",
		text, SHARED);
	buf_addc(&rules, '\0');
	view_init(&v, w, rules.p, ev);
	state_set_variable(&v.state, SHARE_NOBODY, STR("n"), STR("5"));
	state_set_variable(&v.state, SHARE_NOBODY, STR("v[\x01@U9RAJ]"), STR("7"));
	for (int i = 0; i < 41; i++)
		state_count_up(&v.state, STR("a"));
	run_set_error(v.run, STR("it broke"));
	unit_str_is(plain(&v), wanted, __FILE__, line);
	view_deinit(&v);
}

static void check(const char *text, struct event *ev, const char *wanted, unsigned line)
{
	struct world w;

	world_init(&w);
	check_in(&w, text, ev, wanted, line);
}

#define IS(text, wanted) check(text, rich(), wanted, __LINE__)

static void test_people_and_places(void)
{
	IS("{user} {user.name} {user.id} {user.email} {user.mention}",
	   "@Ana Ana U1ANA ana@acme.example @Ana");
	IS("{author} {author.name} {author.email}", "@Raj Raj raj@acme.example");
	IS("{channel} {channel.name} {channel.id}", "#general general C1GENERAL");
	IS("{bot} {bot.name} {bot.id} {bot.email or none}", "@Retort Retort UBOT none");
	IS("{team} {team.id}", "Acme T1");
}

static void test_of_the_message(void)
{
	IS("{ts} {thread}", "1700000000.000200 1700000000.000100");
	IS("{text}", "tell @raj about #ops");
	IS("{match}", "tell @raj about #ops");
	IS("{link}", "https://acme.slack.com/archives/C1GENERAL/p1700000000000200?"
		     "thread_ts=1700000000.000100&cid=C1GENERAL");
	IS("{time}", "2023-11-14 22:13");
	IS("{time|date %H.%M}", "22.13");
}

static void test_what_was_caught(void)
{
	IS("{1} {verb}", "tell tell");
	IS("{who} {who.name} {who.id} {who.email}", "@raj Raj U9RAJ raj@acme.example");
	IS("{where} {where.name} {where.id}", "#ops ops C4OPS");
	check("{name} {name.id} {name.email} {none or nothing}", said("raj ", "1.1"),
	      "raj U9RAJ raj@acme.example nothing", __LINE__);
	check("{who or nobody} {2 or nothing}", said("go x", "1.1"), "nobody nothing", __LINE__);
	check("{key.id or nobody} {key.name}", said("go kim", "1.1"), "nobody kim", __LINE__);
}

static void test_event_paths(void)
{
	IS("{event.type} {event.blocks.0.id} {event.n} {event.yes}", "message b1 7 true");
	IS("{event.no or null} {event.nowhere or none} {event.blocks.9.id or none} {event.n.x or none}",
	   "null none none none");
	IS("{event.tags} {event.tags|join +} {event.o}", "a, b a+b {\"k\":1}");
	check("{event.type or none}", said("go x", "1.1"), "none", __LINE__);
}

static void test_stored_values(void)
{
	/* The text of an id is not the person. */
	IS("{n} {v[{who}]} {v[U9RAJ] or no} {v[nobody] or none}", "5 7 no none");
	IS("{count}", "42");
	IS("{if n > 3: many | else few}", "many");
}

static void test_tables_and_lists(void)
{
	IS("{owners[billing].1} {owners[billing].2} {owners[BILLING].1}", "@ana #billing @ana");
	IS("{owners[{who}].1}", "by id");
	IS("{owners[{user}].1}", "by name");
	IS("{owners[{verb}].1} {owners[x].2}", "@duty #support");
	IS("{small[z].1 or none} {small[a].1}", "none b");
	IS("{oncall} {oncall|join /}", "@ana, @raj @ana/@raj");
}

static void test_hours(void)
{
	/* A Tuesday, 22:13. */
	IS("{office.open} {office.opens|date %a %H:%M} {office.closes|date %a %H:%M}",
	   "no Wed 09:00 Wed 17:00");
}

static void test_without_a_message_or_person(void)
{
	struct event *ev = event_new();
	struct world w;

	world_init(&w);
	ev->kind = EVENT_MESSAGE;
	ev->text = ev->text_to_bot = STR("go x");
	ev->text_known = true;
	ev->team = STR("T9");
	check_in(
		&w,
		"{user or a}{author or b}{channel or c}{ts or d}{thread or e}{link or f}{time or g}",
		ev, "abcdefg", __LINE__);
}

static void test_keys_are_ids(void)
{
	struct world w;
	struct view v;
	const struct rule_action *action;

	world_init(&w);
	view_init(&v, &w,
		  "[rule a]\nmatch = (?<verb>\\w+) {person:who} about {channel:where}\n"
		  "set v[{who}-{where}-{verb}-{user}] = {who}\nset w = {verb}\n",
		  rich());
	action = &v.values.rule->actions[0];
	ASSERT_STR(values_key(&v.values, action->key),
		   "\x01@U9RAJ-\x01\x01#C4OPS-\x01tell-\x01\x01@U1ANA");
	ASSERT_STR(values_variable_key(&v.values, STR("v"), action->key),
		   "v["
		   "\x01@U9RAJ-\x01\x01#C4OPS-\x01tell-\x01\x01@U1ANA"
		   "]");
	ASSERT_STR(values_variable_key(&v.values, STR("w"), NULL), "w");
	ASSERT_STR(values_key(&v.values, NULL), "");
	view_deinit(&v);
}

static void test_what_is_stored_of_a_value(void)
{
	struct world w;
	struct view v;
	struct value value;

	world_init(&w);
	view_init(&v, &w,
		  "[rule a]\nmatch = (\\w+) {person:who} about {channel:where}\nset a = {who}\n"
		  "set b = {where}\nset c = {who}!\n",
		  rich());
	values_of(&v.values, v.values.rule->actions[0].texts[0], &value);
	CU_ASSERT_EQUAL(value.kind, VALUE_USER);
	ASSERT_STR(values_to_store(&v.values, &value), "\x01@U9RAJ\x01@raj");
	values_of(&v.values, v.values.rule->actions[1].texts[0], &value);
	CU_ASSERT_EQUAL(value.kind, VALUE_CHANNEL);
	ASSERT_STR(values_to_store(&v.values, &value), "\x01#C4OPS\x01#ops");
	values_of(&v.values, v.values.rule->actions[2].texts[0], &value);
	CU_ASSERT_EQUAL(value.kind, VALUE_TEXT);
	ASSERT_STR(values_to_store(&v.values, &value), "@raj!");
	value = (struct value){ .kind = VALUE_TEXT, .text = STR("\x01\x01@U1\x01@x") };
	ASSERT_STR(values_to_store(&v.values, &value), "@U1\x01@x");
	view_deinit(&v);
}

static void check_named(struct value value, const char *name, enum tristate wanted)
{
	struct world w;
	struct view v;

	world_init(&w);
	view_init(&v, &w, "[rule a]\nmatch = tell\nsay = x\n", rich());
	CU_ASSERT_EQUAL(values_is_named(&v.values, &value, str_from(name)), wanted);
	view_deinit(&v);
}

static void test_people_are_known_by_their_names(void)
{
	const struct value ana = { .kind = VALUE_USER, .id = STR("U1ANA"), .text = STR("@Ana") };
	const struct value kim = { .kind = VALUE_USER, .id = STR("U7KIM"), .text = STR("@Kim") };
	const struct value ops = { .kind = VALUE_CHANNEL, .id = STR("C4OPS"), .text = STR("#ops") };

	check_named(ana, "@ana", TRISTATE_YES);
	check_named(ana, "ana", TRISTATE_YES);
	check_named(ana, "@raj", TRISTATE_NO);
	check_named(ana, "ANA", TRISTATE_YES);
	check_named(kim, "@kim", TRISTATE_YES);
	check_named(kim, "@ana", TRISTATE_NO);
	check_named(ops, "#ops", TRISTATE_YES);
	check_named(ops, "ops", TRISTATE_YES);
	check_named(ops, "#general", TRISTATE_NO);
}

UNIT_MAIN("values", { "people and places", test_people_and_places },
	  { "of the message", test_of_the_message }, { "what was caught", test_what_was_caught },
	  { "event paths", test_event_paths }, { "stored values", test_stored_values },
	  { "tables and lists", test_tables_and_lists }, { "hours", test_hours },
	  { "without a message or person", test_without_a_message_or_person },
	  { "keys are ids", test_keys_are_ids },
	  { "what is stored of a value", test_what_is_stored_of_a_value },
	  { "people are known by their names", test_people_are_known_by_their_names })
