/* SPDX-License-Identifier: MIT */
/* The parts of the local Slack that need no socket. What it does on the wire is proven by Slack's own clients
 * (tests/sim/node). */
#include <stdio.h>
#include <string.h>
#include "lib/unit.h"
#include "sim/bucket.h"
#include "sim/facts.h"
#include "sim/fault.h"
#include "sim/ledger.h"
#include "sim/pattern.h"
#include "sim/request.h"
#include "sim/tickets.h"

static struct mono at_ms(int64_t ms)
{
	return (struct mono){ ms * 1000000 };
}

static void test_bucket_gives_its_burst_then_one_a_second(void)
{
	struct bucket b;

	bucket_init(&b, 1000, 5);
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(bucket_take(&b, at_ms(5000)), 0);
	CU_ASSERT_EQUAL(bucket_take(&b, at_ms(5000)), 1000);
	CU_ASSERT_EQUAL(bucket_take(&b, at_ms(5400)), 600);
	CU_ASSERT_EQUAL(bucket_take(&b, at_ms(6000)), 0);
	CU_ASSERT_EQUAL(bucket_take(&b, at_ms(6000)), 1000);
	bucket_init(&b, 0, 0);
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(bucket_take(&b, at_ms(1)), 0);
}

/* ---- requests ---- */

static const char post[] = "POST /api/chat.postMessage?x=1 HTTP/1.1\r\nHost: localhost\r\n"
			   "content-length: 7\r\nCONNECTION: close\r\n\r\na=b&c=d";

static void test_request_waits_for_its_last_byte(void)
{
	struct request r;
	size_t used = 0;

	for (size_t n = 0; n < sizeof(post) - 1; n++) {
		int got = request_parse(str_make(post, n), &r, &used);

		CU_ASSERT(got == REQUEST_MORE || got == REQUEST_BODY_MISSING);
	}
	CU_ASSERT_EQUAL(request_parse(str_from(post), &r, &used), 0);
	CU_ASSERT_EQUAL(used, sizeof(post) - 1);
	ASSERT_STR(r.method, "POST");
	ASSERT_STR(r.path, "/api/chat.postMessage");
	ASSERT_STR(r.query, "x=1");
	ASSERT_STR(r.body, "a=b&c=d");
	ASSERT_STR(request_header(&r, "Content-Length"), "7");
	CU_ASSERT(!r.keep_alive);
}

static void test_request_refuses_what_is_none(void)
{
	static const char *const bad[] = {
		"\r\n\r\n",
		"GET\r\n\r\n",
		"GET / HTTP/2\r\n\r\n",
		"GET nowhere HTTP/1.1\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
	};
	struct request r;
	size_t used;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CU_ASSERT_EQUAL(request_parse(str_from(bad[i]), &r, &used), REQUEST_BAD);
}

static void test_form_is_decoded(void)
{
	CLEANUP(json_freep) struct json *j = json_new_object();

	CU_ASSERT(form_into(STR("text=a+b%26c%3D%C3%A9&empty=&bare&odd=%zz%4"), j));
	ASSERT_STR(json_str(j, "text"), "a b&c=é");
	ASSERT_STR(json_str(j, "odd"), "%zz%4");
	CU_ASSERT_PTR_NOT_NULL(json_at(j, "empty"));
	CU_ASSERT_PTR_NOT_NULL(json_at(j, "bare"));
	CU_ASSERT(!form_into(STR("bad=%ff"), j));
}

/* ---- the language ---- */

static bool fits(const char *pattern, const char *line, struct arena *arena, struct match *m)
{
	struct words words;

	CU_ASSERT_PTR_NULL_FATAL(words_cut(str_from(line), arena, &words));
	return pattern_fits(pattern, &words, arena, m);
}

static void test_pattern_understands_a_line(void)
{
	struct arena arena;
	struct match m;

	arena_init(&arena);
	CU_ASSERT(fits("PERSON in CHANNEL says TEXT [as NAME]",
		       "@ana in #general  says \"Hi \\\"you\\\"\\n\\x41\" as first", &arena, &m));
	ASSERT_STR(match_text(&m, "PERSON"), "@ana");
	ASSERT_STR(match_text(&m, "CHANNEL"), "#general");
	ASSERT_STR(match_text(&m, "TEXT"), "Hi \"you\"\nA");
	ASSERT_STR(match_text(&m, "NAME"), "first");
	CU_ASSERT(
		fits("PERSON in CHANNEL says TEXT [as NAME]", "@ana in dm says \"\"", &arena, &m));
	CU_ASSERT(!match_has(&m, "NAME"));
	CU_ASSERT(match_has(&m, "TEXT"));
	CU_ASSERT(fits("flood NUMBER messages [matching PERCENT] [over NUMBER2 channels]",
		       "flood 20000 messages over 500 channels", &arena, &m));
	CU_ASSERT_EQUAL(match_number(&m, "NUMBER", 0), 20000);
	CU_ASSERT_EQUAL(match_number(&m, "NUMBER2", 0), 500);
	CU_ASSERT_EQUAL(match_number(&m, "PERCENT", 10), 10);
	CU_ASSERT(fits("people PERSONS", "people @ana @raj", &arena, &m));
	ASSERT_STR(match_text(&m, "PERSONS"), "@ana @raj");
	CU_ASSERT(fits("rules [NAME] :", "rules", &arena, &m));
	CU_ASSERT(fits("patience TIME", "patience 300ms", &arena, &m));
	CU_ASSERT_EQUAL(match_ms(&m, "TIME", 0), 300);
	arena_deinit(&arena);
}

static void test_pattern_refuses_what_does_not_fit(void)
{
	static const struct {
		const char *pattern, *line;
	} wrong[] = {
		{ "PERSON joins CHANNEL", "ana joins #general" },
		{ "PERSON joins CHANNEL", "@ana joins general" },
		{ "PERSON joins CHANNEL", "@ana joins #general now" },
		{ "PERSON joins CHANNEL", "@ana joins" },
		{ "PERSON joins CHANNEL", "@ana \"joins\" #general" },
		{ "expect say TEXT", "expect say hello" },
		{ "close [NUMBER]", "close soon" },
		{ "people PERSONS", "people" },
		{ "patience TIME", "patience 5" },
	};
	struct arena arena;
	struct match m;

	arena_init(&arena);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		CU_ASSERT(!fits(wrong[i].pattern, wrong[i].line, &arena, &m));
	arena_deinit(&arena);
}

static void test_words_say_what_is_wrong(void)
{
	struct arena arena;
	struct words words;

	arena_init(&arena);
	CU_ASSERT_PTR_NOT_NULL(words_cut(STR("says \"open"), &arena, &words));
	CU_ASSERT_PTR_NOT_NULL(words_cut(STR("says \"\\q\""), &arena, &words));
	CU_ASSERT_PTR_NOT_NULL(words_cut(STR("says \"\\x4\""), &arena, &words));
	CU_ASSERT_PTR_NULL(words_cut(STR("  "), &arena, &words));
	CU_ASSERT_EQUAL(words.n, 0);
	arena_deinit(&arena);
}

/* ---- the workspace ---- */

static void test_workspace_gives_every_message_a_new_ts(void)
{
	struct workspace w;
	struct channel *c, *found = NULL;
	struct user *ana;
	const struct message *first, *last;

	workspace_init(&w, clock_system());
	ana = workspace_add_user(&w, STR("ana"), false);
	c = workspace_add_channel(&w, STR("general"), PLACE_PUBLIC);
	CU_ASSERT_PTR_EQUAL(workspace_add_user(&w, STR("ana"), false), ana);
	first = channel_post(c, w.clock, ana, STR("one"), STR_EMPTY);
	last = first;
	for (int i = 0; i < 100; i++) {
		const struct message *next = channel_post(c, w.clock, ana, STR("more"),
							  str_from(first->ts));

		CU_ASSERT(strcmp(last->ts, next->ts) < 0);
		CU_ASSERT_EQUAL(strlen(next->ts), 17);
		last = next;
	}
	CU_ASSERT_EQUAL(first->n_replies, 100);
	CU_ASSERT_STRING_EQUAL(first->thread_ts, first->ts);
	CU_ASSERT_STRING_EQUAL(first->latest_reply, last->ts);
	CU_ASSERT_PTR_EQUAL(workspace_message(&w, STR("one"), &found), first);
	CU_ASSERT_PTR_EQUAL(found, c);
	workspace_deinit(&w);
}

static void test_workspace_turns_names_into_ids_and_back(void)
{
	struct workspace w;
	CLEANUP(buf_deinit) struct buf wire;
	CLEANUP(buf_deinit) struct buf plain;

	buf_init(&wire, 0);
	buf_init(&plain, 0);
	workspace_init(&w, clock_system());
	workspace_add_user(&w, STR("ana"), false);
	workspace_add_channel(&w, STR("general"), PLACE_PUBLIC);
	workspace_wire_text(&w, STR("<@ana> and <@bot> in <#general|x>, <@nobody> <b> <@"), &wire);
	ASSERT_STR(buf_str(&wire),
		   "<@U01ANA> and <@U01RETORT> in <#C01GENERAL|x>, <@nobody> <b> <@");
	workspace_plain_text(&w, buf_str(&wire), &plain);
	ASSERT_STR(buf_str(&plain), "@ana and @retort in #general, <@nobody> <b> <@");
	workspace_deinit(&w);
}

static void test_facts_are_json(void)
{
	struct workspace w;
	struct channel *c;
	CLEANUP(json_freep) struct json *event = NULL;
	CLEANUP(json_freep) struct json *body = NULL;
	CLEANUP(buf_deinit) struct buf inner;
	CLEANUP(buf_deinit) struct buf text;
	struct message *m;

	buf_init(&inner, 0);
	buf_init(&text, 0);
	workspace_init(&w, clock_system());
	c = workspace_add_channel(&w, STR("general"), PLACE_PUBLIC);
	m = channel_post(c, w.clock, workspace_add_user(&w, STR("ana"), false), STR("a \"b\"\n\\"),
			 STR_EMPTY);
	event = fact_message_event(&w, c, m);
	json_print(event, &inner);
	fact_callback(&w, buf_str(&inner), "Ev1", &text);
	CU_ASSERT_EQUAL_FATAL(json_parse(&body, buf_str(&text), NULL), 0);
	ASSERT_STR(json_str(body, "event.text"), "a \"b\"\n\\");
	ASSERT_STR(json_str(body, "event.channel_type"), "channel");
	ASSERT_STR(json_str(body, "authorizations.0.user_id"), w.bot->id);
	workspace_deinit(&w);
}

/* ---- faults, tickets, ledger ---- */

static void test_faults_are_used_up_in_order(void)
{
	struct list faults;
	struct fault f;

	list_init(&faults);
	fault_add(&faults, STR("auth.test"), 2, FAULT_STATUS, 500, STR_EMPTY);
	fault_add(&faults, STR("call"), 1, FAULT_ERROR, 0, STR("fatal_error"));
	CU_ASSERT(fault_take(&faults, "auth.test", &f));
	CU_ASSERT_EQUAL(f.kind, FAULT_STATUS);
	CU_ASSERT(fault_take(&faults, "users.list", &f));
	CU_ASSERT_STRING_EQUAL(f.word, "fatal_error");
	CU_ASSERT(!fault_take(&faults, "users.list", &f));
	CU_ASSERT(fault_take(&faults, "auth.test", &f));
	CU_ASSERT(!fault_take(&faults, "auth.test", &f));
	fault_add(&faults, STR("auth.test"), 0, FAULT_RESET, 0, STR_EMPTY);
	for (int i = 0; i < 10; i++)
		CU_ASSERT(fault_take(&faults, "auth.test", &f));
	faults_clear(&faults);
	CU_ASSERT(!fault_take(&faults, "auth.test", &f));
}

static void test_tickets_work_once(void)
{
	struct tickets t = { 0 };

	ticket_give(&t, "one", at_ms(100));
	ticket_give(&t, "two", at_ms(100));
	CU_ASSERT(tickets_pending(&t, at_ms(50)));
	CU_ASSERT_EQUAL(ticket_use(&t, STR("one"), at_ms(50)), TICKET_GOOD);
	CU_ASSERT_EQUAL(ticket_use(&t, STR("one"), at_ms(50)), TICKET_USED);
	CU_ASSERT_EQUAL(ticket_use(&t, STR("two"), at_ms(101)), TICKET_EXPIRED);
	CU_ASSERT_EQUAL(ticket_use(&t, STR("three"), at_ms(50)), TICKET_UNKNOWN);
	CU_ASSERT(!tickets_pending(&t, at_ms(50)));
	tickets_deinit(&t);
}

static void test_ledger_keeps_no_token_and_finds_the_unwanted(void)
{
	struct ledger l;
	CLEANUP(json_freep) struct json *args = json_new_object();
	CLEANUP(buf_deinit) struct buf line;
	struct entry *quiet, *loud;

	buf_init(&line, 0);
	ledger_init(&l);
	json_set_str(args, "token", STR("xoxb-very-secret"));
	quiet = ledger_add(&l, at_ms(1), 1, "auth.test", args);
	loud = ledger_add(&l, at_ms(2), 2, "chat.postMessage", args);
	loud->acted = true;
	ledger_entry_json(quiet, &line);
	buf_addc(&line, '\0');
	CU_ASSERT_PTR_NULL(strstr(line.p, "secret"));
	CU_ASSERT_PTR_EQUAL(ledger_unwanted(&l), loud);
	loud->wanted = true;
	CU_ASSERT_PTR_NULL(ledger_unwanted(&l));
	ledger_deinit(&l);
}

UNIT_MAIN("sim",
	  { "bucket gives its burst, then one a second",
	    test_bucket_gives_its_burst_then_one_a_second },
	  { "request waits for its last byte", test_request_waits_for_its_last_byte },
	  { "request refuses what is none", test_request_refuses_what_is_none },
	  { "form is decoded", test_form_is_decoded },
	  { "pattern understands a line", test_pattern_understands_a_line },
	  { "pattern refuses what does not fit", test_pattern_refuses_what_does_not_fit },
	  { "words say what is wrong", test_words_say_what_is_wrong },
	  { "workspace gives every message a new ts", test_workspace_gives_every_message_a_new_ts },
	  { "workspace turns names into ids and back",
	    test_workspace_turns_names_into_ids_and_back },
	  { "facts are JSON", test_facts_are_json },
	  { "faults are used up in order", test_faults_are_used_up_in_order },
	  { "tickets work once", test_tickets_work_once },
	  { "ledger keeps no token and finds the unwanted",
	    test_ledger_keeps_no_token_and_finds_the_unwanted })
