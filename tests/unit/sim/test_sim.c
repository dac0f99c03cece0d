/* SPDX-License-Identifier: MIT */
/* The parts of the local Slack that need no socket. What it does on the wire is proven by Slack's own clients
 * (tests/sim/node) and by the scenarios that play it alone (tests/e2e/9?-the-local-slack-*). */
#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "lib/unit.h"
#include "sim/bucket.h"
#include "sim/commands.h"
#include "sim/compare.h"
#include "sim/facts.h"
#include "sim/fault.h"
#include "sim/ledger.h"
#include "sim/links.h"
#include "sim/pattern.h"
#include "sim/request.h"
#include "sim/slash.h"
#include "sim/stage.h"
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
	struct arena arena = { 0 };
	struct match m;

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
	struct arena arena = { 0 };
	struct match m;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		CU_ASSERT(!fits(wrong[i].pattern, wrong[i].line, &arena, &m));
	arena_deinit(&arena);
}

static void test_words_say_what_is_wrong(void)
{
	struct arena arena = { 0 };
	struct words words;

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
	struct sim_workspace w;
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
	struct sim_workspace w;
	CLEANUP(buf_deinit) struct buf wire = { 0 };
	CLEANUP(buf_deinit) struct buf plain = { 0 };

	workspace_init(&w, clock_system());
	workspace_add_user(&w, STR("ana"), false);
	workspace_add_channel(&w, STR("general"), PLACE_PUBLIC);
	workspace_wire_text(&w, STR("<@ana> and <@bot> in <#general|x>, <@nobody> <b> <@"), &wire);
	ASSERT_STR(buf_str(&wire),
		   "<@U01ANA> and <@U01RETORT> in <#C01GENERAL|x>, <@nobody> <b> <@");
	workspace_plain_text(&w, buf_str(&wire), &plain);
	ASSERT_STR(buf_str(&plain), "@ana and @retort in #general, <@nobody> <b> <@");
	buf_clear(&plain);
	workspace_command_text(&w, buf_str(&wire), &plain);
	ASSERT_STR(buf_str(&plain), "<@U01ANA|ana> and <@U01RETORT|retort> in <#C01GENERAL|x>, "
				    "<@nobody> <b> <@");
	workspace_deinit(&w);
}

static void test_facts_are_json(void)
{
	struct sim_workspace w;
	struct channel *c;
	CLEANUP(json_freep) struct json *event = NULL;
	CLEANUP(json_freep) struct json *body = NULL;
	CLEANUP(buf_deinit) struct buf inner = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct message *m;

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
	CLEANUP(buf_deinit) struct buf line = { 0 };
	struct entry *quiet, *loud;

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

/* ---- quotes, arguments, JSON ---- */

static void test_words_keep_single_quotes_as_they_stand(void)
{
	struct arena arena = { 0 };
	struct words words;

	CU_ASSERT_PTR_NULL_FATAL(words_cut(
		STR("with '{\"a\": \"b\\n\"}' text=\"x \\\"y\\\"\" blocks='[1, 2]' 'don\\'t' n=1"),
		&arena, &words));
	CU_ASSERT_EQUAL_FATAL(words.n, 6);
	ASSERT_STR(words.at[1].text, "{\"a\": \"b\\n\"}");
	CU_ASSERT(words.at[1].quoted && words.at[1].raw);
	ASSERT_STR(words.at[2].text, "text=x \"y\"");
	CU_ASSERT(!words.at[2].quoted && words.at[2].value_quoted && !words.at[2].raw);
	ASSERT_STR(words.at[3].text, "blocks=[1, 2]");
	CU_ASSERT(!words.at[3].quoted && words.at[3].raw);
	ASSERT_STR(words.at[4].text, "don't");
	ASSERT_STR(words.at[5].text, "n=1");
	CU_ASSERT(!words.at[5].value_quoted);
	CU_ASSERT_PTR_NOT_NULL(words_cut(STR("with '{}"), &arena, &words));
	CU_ASSERT_PTR_NOT_NULL(words_cut(STR("text=\"open"), &arena, &words));
	CU_ASSERT_PTR_NOT_NULL(words_cut(STR("text='open\\'"), &arena, &words));
	arena_deinit(&arena);
}

static void test_pattern_tells_json_arguments_and_texts_apart(void)
{
	static const struct {
		const char *pattern, *line;
		bool fits;
	} cases[] = {
		{ "expect webhook WORD with JSON", "expect webhook a with '{}'", true },
		{ "expect webhook WORD with JSON", "expect webhook a with \"{}\"", false },
		{ "expect webhook WORD with TEXT", "expect webhook a with \"{}\"", true },
		{ "expect call METHOD with ARGUMENTS", "expect call a.b with c=d e='[]' f=\"g h\"",
		  true },
		{ "expect call METHOD with ARGUMENTS", "expect call a.b with c=d e", false },
		{ "expect call METHOD with ARGUMENTS", "expect call a.b with =d", false },
		{ "expect call METHOD with ARGUMENTS", "expect call a.b with \"c=d\"", false },
		{ "people PERSONS", "people @ana raj", false },
	};
	struct arena arena = { 0 };
	struct match m;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CU_ASSERT_EQUAL(fits(cases[i].pattern, cases[i].line, &arena, &m), cases[i].fits);
	arena_deinit(&arena);
}

static struct json *parse(const char *text)
{
	struct json *j = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&j, str_from(text), NULL), 0);
	return j;
}

static void test_json_is_compared_as_json(void)
{
	static const struct {
		const char *a, *b;
		bool same, within,
			argument; /* is a the same as b, within b, fit for an argument b */
	} cases[] = {
		{ "{\"a\":1,\"b\":[1,2]}", "{ \"b\" : [1, 2], \"a\" : 1 }", true, true, true },
		{ "{\"a\":1}", "{\"a\":1,\"b\":2}", false, true, false },
		{ "{\"a\":1,\"b\":2}", "{\"a\":1}", false, false, false },
		{ "{\"a\":{\"x\":1}}", "{\"a\":{\"x\":1,\"y\":2},\"b\":0}", false, true, false },
		{ "{\"a\":null}", "{\"a\":null}", true, true, true },
		{ "{\"a\":null}", "{}", false, false, false },
		{ "{\"a\":null}", "{\"b\":1}", false, false, false },
		{ "[1,2]", "[2,1]", false, false, false },
		{ "[1]", "[1,2]", false, false, false },
		{ "\"x\"", "\"x\"", true, true, true },
		{ "\"true\"", "true", false, false, true },
		{ "5", "\"5\"", false, false, true },
		{ "\"[1, 2]\"", "[1,2]", false, false, true },
		{ "\"[1, 2]\"", "[2,1]", false, false, false },
		{ "\"[1, 2]\"", "\"[1,2]\"", false, false, false },
		{ "{\"a.b\":1}", "{\"a.b\":1}", true, true, true },
		{ "{\"a.b\":1}", "{\"a\":{\"b\":1}}", false, false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(json_freep) struct json *a = parse(cases[i].a);
		CLEANUP(json_freep) struct json *b = parse(cases[i].b);

		CU_ASSERT_EQUAL(json_is_same(a, b), cases[i].same);
		CU_ASSERT_EQUAL(json_is_within(a, b), cases[i].within);
		CU_ASSERT_EQUAL(argument_is(a, b), cases[i].argument);
	}
}

/* ---- the workspace, once more ---- */

static void test_workspace_leaves_a_tombstone_over_answers(void)
{
	struct sim_workspace w;
	struct user *ana;
	struct channel *c;
	struct message *root, *first, *second;

	workspace_init(&w, clock_system());
	ana = workspace_add_user(&w, STR("ana"), false);
	c = workspace_add_channel(&w, STR("general"), PLACE_PUBLIC);
	root = channel_post(c, w.clock, ana, STR("root"), STR_EMPTY);
	first = channel_post(c, w.clock, ana, STR("one"), str_from(root->ts));
	second = channel_post(c, w.clock, ana, STR("two"), str_from(root->ts));
	CU_ASSERT(message_take_back(&w, c, root));
	CU_ASSERT(message_is(root, "tombstone"));
	CU_ASSERT_PTR_EQUAL(channel_message(c, str_from(root->ts)), root);
	CU_ASSERT(!message_take_back(&w, c, first));
	CU_ASSERT_PTR_NULL(channel_message(c, str_from(first->ts)));
	CU_ASSERT_PTR_EQUAL(channel_message(c, str_from(root->ts)), root);
	CU_ASSERT(!message_take_back(&w, c, second));
	CU_ASSERT_PTR_NULL(channel_message(c, str_from(root->ts)));
	workspace_deinit(&w);
}

static void test_workspace_knows_groups_of_people(void)
{
	struct sim_workspace w;
	struct usergroup *g;
	CLEANUP(buf_deinit) struct buf wire = { 0 };
	CLEANUP(json_freep) struct json *fact = NULL;

	workspace_init(&w, clock_system());
	g = workspace_add_usergroup(&w, STR("support-team"));
	usergroup_add(g, workspace_add_user(&w, STR("ana"), false));
	usergroup_add(g, workspace_user(&w, STR("ana")));
	CU_ASSERT_EQUAL(g->n_users, 1);
	CU_ASSERT_PTR_EQUAL(workspace_usergroup(&w, STR("S01SUPPORTTEAM")), g);
	CU_ASSERT_PTR_EQUAL(workspace_add_usergroup(&w, STR("support-team")), g);
	workspace_wire_text(&w, STR("<@support-team|x> <@ana> <@support>"), &wire);
	ASSERT_STR(buf_str(&wire), "<!subteam^S01SUPPORTTEAM|x> <@U01ANA> <@support>");
	fact = fact_usergroup(&w, g, true);
	ASSERT_STR(json_str(fact, "users.0"), "U01ANA");
	ASSERT_STR(json_str(fact, "user_count"), "1");
	workspace_deinit(&w);
}

static void test_facts_tell_guests_and_hide_addresses(void)
{
	struct sim_workspace w;
	struct user *u;
	struct json *fact;
	bool flag = false;

	workspace_init(&w, clock_system());
	u = workspace_add_user(&w, STR("sue"), false);
	u->guest = GUEST_ULTRA_RESTRICTED;
	fact = fact_user(&w, u);
	CU_ASSERT(json_get_bool(fact, "is_restricted", &flag) && flag);
	CU_ASSERT(json_get_bool(fact, "is_ultra_restricted", &flag) && flag);
	ASSERT_STR(json_str(fact, "profile.email"), "sue@slacksim.example");
	json_free(fact);
	w.hides_emails = true;
	u->guest = GUEST_RESTRICTED;
	fact = fact_user(&w, u);
	CU_ASSERT(json_get_bool(fact, "is_restricted", &flag) && flag);
	CU_ASSERT(json_get_bool(fact, "is_ultra_restricted", &flag) && !flag);
	CU_ASSERT_PTR_NULL(json_at(fact, "profile.email"));
	json_free(fact);
	workspace_deinit(&w);
}

/* ---- expectations: each is met by what it names, and by nothing else ---- */

/* A stage with people, channels and a question, and with no patience. */
struct play {
	struct sim *sim;
	struct stage stage;
};

static bool play_line(struct play *p, const char *line)
{
	struct arena arena = { 0 };
	struct words words;
	struct match m;
	const char *why = NULL;
	const struct command *c;
	bool good;

	CU_ASSERT_PTR_NULL_FATAL(words_cut(str_from(line), &arena, &words));
	c = command_find(&words, &arena, &m, &why);
	if (c == NULL)
		printf("\n    %s: %s", line, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	buf_clear(&p->stage.complaint);
	good = c->run(&p->stage, &m);
	CU_ASSERT_EQUAL(p->stage.complaint.len == 0, good);
	arena_deinit(&arena);
	return good;
}

static void play_start(struct play *p)
{
	static const char *const scene[] = {
		"people @ana @raj",
		"channels #general #incidents",
		"patience 1ms",
		"quiet 1ms",
		"@ana in #general says \"is it down?\" as question",
	};

	CU_ASSERT_EQUAL_FATAL(sim_new(&p->sim, NULL, 0, 1), 0);
	stage_init(&p->stage, p->sim);
	for (size_t i = 0; i < ARRAY_LEN(scene); i++)
		CU_ASSERT(play_line(p, scene[i]));
}

static void play_stop(struct play *p)
{
	stage_deinit(&p->stage);
	sim_free(p->sim);
}

/* As if the client had called it; nothing else has been called. */
static struct entry *only_call(struct play *p, const char *method, const char *args)
{
	struct ledger *l = &p->sim->ledger;
	struct json *j = stage_json(&p->stage, str_from(args));
	const struct channel *c = workspace_channel(&p->sim->workspace, json_str(j, "channel"));
	struct entry *e;

	ledger_deinit(l);
	p->stage.met = NULL;
	e = ledger_add(l, at_ms(1), 1, method, j);
	e->status = 200;
	e->acted = true;
	e->channel = c != NULL ? mem_strdup(c->id) : NULL;
	json_free(j);
	return e;
}

static void test_expectations_are_met_by_what_they_name(void)
{
	static const char answer[] =
		"{\"channel\":\"{#general}\",\"thread_ts\":\"{ts question}\",\"text\":"
		"\"Yes, <@ana>.\"}";
	static const char shown[] =
		"{\"channel\":\"{#general}\",\"thread_ts\":\"{ts question}\",\"text\":"
		"\"Yes.\",\"reply_broadcast\":\"true\"}";
	static const char posted[] =
		"{\"channel\":\"{#incidents}\",\"text\":\"Down.\",\"unfurl_links\":"
		"false,\"blocks\":\"[{\\\"type\\\":\\\"divider\\\"}]\"}";
	static const char direct[] = "{\"channel\":\"{dm @ana}\",\"text\":\"Psst.\"}";
	static const char whisper[] =
		"{\"channel\":\"{#general}\",\"user\":\"{@ana}\",\"text\":\"Hush.\"}";
	static const char reaction[] =
		"{\"channel\":\"{#general}\",\"timestamp\":\"{ts question}\",\"name\":"
		"\"eyes\"}";
	static const struct {
		const char *method, *args, *line;
		bool met;
	} cases[] = {
		{ "chat.postMessage", answer, "expect reply \"Yes, <@ana>.\"", true },
		{ "chat.postMessage", answer,
		  "expect reply with \"<@ana>\" in the thread of question", true },
		{ "chat.postMessage", answer, "expect reply \"Yes\"", false },
		{ "chat.postMessage", answer, "expect say with \"Yes\"", false },
		{ "chat.postMessage", answer, "expect broadcast with \"Yes\"", false },
		{ "chat.postMessage", shown, "expect broadcast \"Yes.\"", true },
		{ "chat.postMessage", shown, "expect reply \"Yes.\"", false },
		{ "chat.postMessage", posted, "expect post \"Down.\" in #incidents", true },
		{ "chat.postMessage", posted, "expect say with \"own\" in #incidents", true },
		{ "chat.postMessage", posted, "expect post \"Down.\" in #general", false },
		{ "chat.postMessage", posted, "expect say \"Down.\"", false },
		{ "chat.postMessage", posted, "expect dm to @ana \"Down.\"", false },
		{ "chat.postMessage", posted, "expect blocks '[{\"type\": \"divider\"}]'", true },
		{ "chat.postMessage", posted, "expect blocks '[{\"type\": \"header\"}]'", false },
		{ "chat.postMessage", posted, "expect also unfurl_links=false", true },
		{ "chat.postMessage", posted, "expect also unfurl_links=true", false },
		{ "chat.postMessage", direct, "expect dm to @ana \"Psst.\"", true },
		{ "chat.postMessage", direct, "expect dm to @ana with \"ss\"", true },
		{ "chat.postMessage", direct, "expect dm to @raj \"Psst.\"", false },
		{ "chat.postEphemeral", whisper, "expect whisper to @ana \"Hush.\" in #general",
		  true },
		{ "chat.postEphemeral", whisper, "expect whisper to @ana with \"us\"", true },
		{ "chat.postEphemeral", whisper, "expect whisper to @raj \"Hush.\"", false },
		{ "chat.postEphemeral", whisper,
		  "expect whisper to @ana \"Hush.\" in the thread of question", false },
		{ "reactions.add", reaction, "expect react :eyes:", true },
		{ "reactions.add", reaction, "expect unreact :eyes:", false },
		{ "reactions.remove", reaction, "expect unreact :eyes: from \"is it down?\"",
		  true },
		{ "reactions.remove", reaction, "expect unreact :x:", false },
		{ "pins.add", reaction, "expect call pins.add", true },
		{ "pins.add", reaction, "expect call pins.remove", false },
		{ "pins.add", reaction, "expect failed call pins.add", false },
		{ "pins.add", reaction, "expect call pins.add with channel=#general name=eyes",
		  true },
		{ "pins.add", reaction, "expect call pins.add with channel=#incidents", false },
		{ "pins.add", reaction,
		  "expect exactly call pins.add with channel=#general timestamp=question name=\"eyes\"",
		  true },
		{ "pins.add", reaction,
		  "expect exactly call pins.add with channel=#general timestamp=\"is it down?\"",
		  false },
		{ "pins.add", reaction, "expect call pins.add with '{\"name\": \"eyes\"}'", true },
		{ "pins.add", reaction, "expect exactly call pins.add with '{\"name\": \"eyes\"}'",
		  false },
		{ "pins.add", reaction, "expect call pins.add with nothing=here", false },
		{ "pins.add", reaction, "expect no call pins.add", false },
		{ "pins.add", reaction, "expect 1 calls of pins.add", true },
		{ "chat.postMessage", posted,
		  "expect exactly call chat.postMessage with channel=#incidents text=\"Down.\" "
		  "unfurl_links=false blocks='[{ \"type\": \"divider\" }]'",
		  true },
	};
	struct play p;

	play_start(&p);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool met;

		only_call(&p, cases[i].method, cases[i].args);
		met = play_line(&p, cases[i].line);
		if (met != cases[i].met)
			printf("\n    %s: %s", cases[i].args, cases[i].line);
		CU_ASSERT_EQUAL(met, cases[i].met);
	}
	play_stop(&p);
}

static void test_expectations_know_what_a_message_was(void)
{
	static const char change[] =
		"{\"channel\":\"{#general}\",\"ts\":\"1.000001\",\"text\":\"new\"}";
	static const struct {
		const char *method, *line;
		bool met;
	} cases[] = {
		{ "chat.update", "expect update of \"old\" to \"new\"", true },
		{ "chat.update", "expect update of \"old\" to something with \"e\"", true },
		{ "chat.update", "expect update of \"new\" to \"new\"", false },
		{ "chat.update", "expect update of question to \"new\"", false },
		{ "chat.update", "expect deletion of \"old\"", false },
		{ "chat.delete", "expect deletion of \"old\"", true },
		{ "chat.delete", "expect deletion of \"older\"", false },
	};
	struct play p;

	play_start(&p);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct entry *e = only_call(&p, cases[i].method, change);

		e->before = mem_strdup("old");
		e->ts = mem_strdup("1.000001");
		CU_ASSERT_EQUAL(play_line(&p, cases[i].line), cases[i].met);
	}
	play_stop(&p);
}

static void test_expectations_read_what_webhooks_got(void)
{
	static const struct {
		const char *line;
		bool met;
	} cases[] = {
		{ "expect webhook tickets", true },
		{ "expect webhook others", false },
		{ "expect webhook tickets with '{\"b\": [1], \"a\": 1}'", true },
		{ "expect webhook tickets with '{\"a\": 1}'", false },
		{ "expect webhook tickets with \"\\\"b\\\":\"", true },
		{ "expect webhook tickets with \"c\"", false },
		{ "expect webhook tickets by PUT", true },
		{ "expect webhook tickets with '{\"a\": 1, \"b\": [1]}' by POST", false },
		{ "expect header X-Key \"k 1\" at webhook tickets", true },
		{ "expect header x-key \"k\" at webhook tickets", false },
		{ "expect header x-key \"k 1\" at webhook others", false },
		{ "expect no header authorization at webhook tickets", true },
		{ "expect no header x-key at webhook tickets", false },
		{ "expect no webhook tickets", false },
		{ "expect 0 requests at webhook others", true },
		{ "expect 1..2 requests at webhook tickets", true },
		{ "expect 2 requests at webhook tickets", false },
	};
	struct play p;

	play_start(&p);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct entry *e = only_call(&p, "webhook tickets", "{\"a\": 1, \"b\": [1]}");

		e->verb = mem_strdup("PUT");
		e->head = mem_strdup("Host: x\r\nX-KEY: k 1\r\n");
		e->body = mem_strdup("{\"a\": 1, \"b\": [1]}");
		CU_ASSERT_EQUAL(play_line(&p, cases[i].line), cases[i].met);
	}
	play_stop(&p);
}

/* An answer may ride in the acknowledgement, which is told by the payload that it acknowledges. */
static void test_commands_are_answered_by_acknowledgement(void)
{
	CLEANUP(json_freep) struct json *empty = json_new_object();
	CLEANUP(json_freep) struct json *quiet = parse("{\"text\": \"Done.\"}");
	CLEANUP(json_freep)
	struct json *loud = parse("{\"text\": \"Ordered.\", \"response_type\": \"in_channel\"}");
	struct play p;
	CLEANUP(buf_deinit) struct buf payload = { 0 };

	play_start(&p);
	CU_ASSERT(!play_line(&p, "@ana types \"lunch\" in #general"));
	CU_ASSERT(!play_line(&p, "expect answer \"Done.\""));
	CU_ASSERT(play_line(&p, "@ana types \"/lunch pizza please\" in #general"));
	buf_addf(&payload, "{\"response_url\":\"https://localhost:1%s\"}", slash_path(p.sim, 1));
	slash_acknowledged(p.sim, buf_str(&payload), empty);
	slash_acknowledged(p.sim, STR("{\"response_url\":\"https://localhost:1/commands/x\"}"),
			   quiet);
	CU_ASSERT(!play_line(&p, "expect answer with \"\" to the command"));
	slash_acknowledged(p.sim, buf_str(&payload), quiet);
	CU_ASSERT_PTR_NOT_NULL(ledger_unwanted(&p.sim->ledger));
	CU_ASSERT(!play_line(&p, "expect answer \"Done.\" in the channel"));
	CU_ASSERT(!play_line(&p, "expect answer \"Don\" to the command"));
	CU_ASSERT(play_line(&p, "expect answer \"Done.\" to the command"));
	CU_ASSERT(!play_line(&p, "expect answer \"Done.\" to the command"));
	slash_acknowledged(p.sim, buf_str(&payload), loud);
	CU_ASSERT(!play_line(&p, "expect answer with \"Ord\""));
	CU_ASSERT(play_line(&p, "expect answer with \"Ord\" in the channel"));
	CU_ASSERT_PTR_NULL(ledger_unwanted(&p.sim->ledger));
	play_stop(&p);
}

/* How many of the events that the app was told of have this in them. */
static size_t told_of(const struct play *p, const char *part)
{
	size_t n = 0;

	for (size_t i = 0; i < json_len(p->sim->events); i++)
		n += str_find(json_str(json_item(p->sim->events, i), ""), part) != SIZE_MAX;
	return n;
}

static void test_changes_of_groups_are_told_to_an_app_that_is_there(void)
{
	struct play p;

	play_start(&p);
	CU_ASSERT(play_line(&p, "group @ops of @ana"));
	CU_ASSERT_EQUAL(told_of(&p, "subteam_"), 0);
	p.sim->links->n_ever = 1;
	CU_ASSERT(play_line(&p, "group @ops of @raj @kim"));
	CU_ASSERT_EQUAL(told_of(&p, "\"type\":\"subteam_updated\""), 1);
	CU_ASSERT_EQUAL(told_of(&p, "\"added_users\":[\"U01RAJ\",\"U01KIM\"]"), 1);
	CU_ASSERT_EQUAL(told_of(&p, "\"removed_users\":[\"U01ANA\"]"), 1);
	CU_ASSERT(play_line(&p, "group @support of @ana"));
	CU_ASSERT_EQUAL(told_of(&p, "subteam_created"), 1);
	play_stop(&p);
}

static void test_events_go_out_as_they_are(void)
{
	struct play p;

	play_start(&p);
	CU_ASSERT(play_line(&p, "workspace classic"));
	CU_ASSERT(play_line(&p,
			    "event '{\"type\":\"x\",\"channel_type\":\"C\",\"user\":\"{@ana}\"}'"));
	CU_ASSERT_EQUAL(told_of(&p, "{\"type\":\"x\",\"channel_type\":\"C\",\"user\":\"U01ANA\"}"),
			1);
	CU_ASSERT(!play_line(&p, "event '{\"type\":}'"));
	CU_ASSERT(!play_line(&p, "@ana types \"/lunch\" in #general"));
	play_stop(&p);
}

static void test_braces_stand_for_ids_and_addresses(void)
{
	struct play p;
	char wanted[200];

	play_start(&p);
	snprintf(wanted, sizeof(wanted), "C01GENERAL U01ANA D01RAJ %s {@nobody} {#no} {user} {{} {",
		 p.stage.said->ts);
	ASSERT_STR(stage_fill(&p.stage,
			      STR("{#general} {@ana} {dm @raj} {ts question} {@nobody} {#no} "
				  "{user} {{} {")),
		   wanted);
	CU_ASSERT(str_ends(stage_fill(&p.stage, STR("url = {webhook tickets}")), "/hooks/tickets"));
	play_stop(&p);
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
	  { "words keep single quotes as they stand", test_words_keep_single_quotes_as_they_stand },
	  { "pattern tells JSON, arguments and texts apart",
	    test_pattern_tells_json_arguments_and_texts_apart },
	  { "JSON is compared as JSON", test_json_is_compared_as_json },
	  { "workspace leaves a tombstone over answers",
	    test_workspace_leaves_a_tombstone_over_answers },
	  { "workspace knows groups of people", test_workspace_knows_groups_of_people },
	  { "facts tell guests and hide addresses", test_facts_tell_guests_and_hide_addresses },
	  { "expectations are met by what they name", test_expectations_are_met_by_what_they_name },
	  { "expectations know what a message was", test_expectations_know_what_a_message_was },
	  { "expectations read what webhooks got", test_expectations_read_what_webhooks_got },
	  { "commands are answered by acknowledgement",
	    test_commands_are_answered_by_acknowledgement },
	  { "changes of groups are told to an app that is there",
	    test_changes_of_groups_are_told_to_an_app_that_is_there },
	  { "events go out as they are", test_events_go_out_as_they_are },
	  { "braces stand for ids and addresses", test_braces_stand_for_ids_and_addresses },
	  { "workspace gives every message a new ts", test_workspace_gives_every_message_a_new_ts },
	  { "workspace turns names into ids and back",
	    test_workspace_turns_names_into_ids_and_back },
	  { "facts are JSON", test_facts_are_json },
	  { "faults are used up in order", test_faults_are_used_up_in_order },
	  { "tickets work once", test_tickets_work_once },
	  { "ledger keeps no token and finds the unwanted",
	    test_ledger_keeps_no_token_and_finds_the_unwanted })
