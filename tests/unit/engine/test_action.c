/* SPDX-License-Identifier: MIT */
/*
 * What people write must be inert wherever it is inserted. The oracle knows nothing of how answers are made: it
 * reads the posted text as Slack does and finds every control sequence and every word that could notify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "engine/action.h"
#include "lib/events.h"
#include "lib/engine_fixture.h"
#include "lib/rules.h"
#include "lib/unit.h"
#include "store/memory.h"

/* ---- the oracle ---- */

static bool is_control_char(unsigned char c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

/* U+202A-202E and U+2066-2069: they turn text around. */
static bool is_direction_mark(const char *p, size_t left)
{
	const unsigned char *u = (const unsigned char *)p;

	return left >= 3 && u[0] == 0xE2 &&
	       ((u[1] == 0x80 && u[2] >= 0xAA && u[2] <= 0xAE) ||
		(u[1] == 0x81 && u[2] >= 0xA6 && u[2] <= 0xA9));
}

static bool is_entity(struct str at)
{
	return str_starts(at, "&amp;") || str_starts(at, "&lt;") || str_starts(at, "&gt;");
}

static bool notifies_as_word(struct str at)
{
	return str_starts(at, "@here") || str_starts(at, "@channel") || str_starts(at, "@everyone");
}

/* Anything in the text that is markup, notifies, or hides; the allowed mention is passed over. NULL = clean. */
static const char *find_markup(struct str text, const char *allowed)
{
	while (text.len > 0) {
		if (str_skip(&text, allowed))
			continue;
		if (text.p[0] == '<' || text.p[0] == '>')
			return "an angle bracket";
		if (text.p[0] == '&' && !is_entity(text))
			return "a bare ampersand";
		if (notifies_as_word(text))
			return "a word that notifies";
		if (is_control_char((unsigned char)text.p[0]))
			return "a control character";
		if (is_direction_mark(text.p, text.len))
			return "a direction mark";
		text = str_sub(text, 1, text.len);
	}
	return NULL;
}

static void test_the_oracle_can_fail(void)
{
	CU_ASSERT_PTR_NOT_NULL(find_markup(STR("x <!channel> y"), "<@U1ANA>"));
	CU_ASSERT_PTR_NOT_NULL(find_markup(STR("fish & chips"), "<@U1ANA>"));
	CU_ASSERT_PTR_NOT_NULL(find_markup(STR("hey @here"), "<@U1ANA>"));
	CU_ASSERT_PTR_NOT_NULL(find_markup(STR("a\x01"), "<@U1ANA>"));
	CU_ASSERT_PTR_NOT_NULL(find_markup(STR("a\xE2\x80\xAE"), "<@U1ANA>"));
	CU_ASSERT_PTR_NULL(find_markup(STR("<@U1ANA> a &amp; b"), "<@U1ANA>"));
}

/* ---- answers ---- */

static const struct outcome done = { .kind = OUTCOME_DONE };

static void free_jobs(struct list *jobs)
{
	list_each (link, jobs)
		job_free(list_entry(link, struct job, link));
}

/* Makes all actions of a rule; gives the number of jobs. */
static size_t make_all(const struct values *values, struct list *jobs)
{
	const struct posted none = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < values->rule->n_actions; i++) {
		struct making m = {
			.values = values,
			.action = i,
			.posted = &none,
			.jobs = jobs,
		};

		action_make(&m);
	}
	list_each (link, jobs)
		n++;
	return n;
}

/* Every job that the first rule makes of this text is clean. */
static size_t check_text(struct ruleset *set, struct str text)
{
	CLEANUP(event_freep) struct event *ev = said("", "1.1");
	struct captures captures;
	struct state state;
	struct arena arena;
	struct run *run;
	struct world world;
	struct values values;
	struct list jobs;
	size_t n;

	world_init(&world);
	ev->text = ev->text_to_bot = str_keep(&ev->arena, text);
	ev->workspace = &world.workspace;
	ev->user.name = str_keep(&ev->arena, text); /* a display name is user text as well */
	if (rule_match(ruleset_rule(set, 0), ev, &captures, NULL, NULL) != TRISTATE_YES)
		return 0;
	state_init(&state, NULL);
	arena_init(&arena);
	run = run_new(1, ev);
	run_catch(run, &captures);
	list_init(&jobs);
	values = (struct values){
		ruleset_rule(set, 0), ev, run, &state, &world.clock.clock, &arena,
	};
	n = make_all(&values, &jobs);
	list_each (link, &jobs) {
		struct job *job = list_entry(link, struct job, link);
		const char *found = find_markup(str_from(job->message.text), "<@U1ANA>");

		if (found != NULL)
			printf("\n  %s in \"%s\" out of \"%.*s\"", found, job->message.text,
			       STR_ARG(text));
		CU_ASSERT_PTR_NULL(found);
		CU_ASSERT_TRUE(utf8_valid(str_from(job->message.text)));
		CU_ASSERT_TRUE(utf8_utf16_units(str_from(job->message.text)) <= 4000);
	}
	free_jobs(&jobs);
	state_deinit(&state);
	run_free(run);
	arena_deinit(&arena);
	return n;
}

#define EVERYWHERE                                                                               \
	"[rule a]\nmatch = (?<all>.+)\n"                                                         \
	"reply = {user}: {text}, {1}, {all}, {match}\n"                                          \
	"say = {text|upper} {text|lower} {text|trim} {text|short 20} {text|plain} {text|code}\n" \
	"whisper = {user.name} {all|short 5|upper} {match|plain|code} x{1}y @{1} &amp;{1}\n"

static const char *const hostile[] = {
	"<!channel>",
	"&lt;!channel&gt;",
	"<!here|here>",
	"<!subteam^S1|@team>",
	"<@U2>",
	"<@U2|x>",
	"@here now",
	"@channel",
	"@everyone",
	"<https://evil|https://bank>",
	"<!date^0^x^https://evil|now>",
	"{user} {text|code}",
	"{{user}}",
	"{",
	"}",
	"`code` ```block",
	"``` <@U2> ```",
	"a\nb\tc",
	"\xE2\x80\xAE"
	"abc",
	"\x01\x02",
	"&",
	"&amp;lt;",
	"&&&&",
	"<",
	">",
	"<<<>>>",
	"*bold* _it_ ~x~",
	"%s%n%x",
	"\\@here",
	"here",
	"everyone",
	"@",
	"@\xE2\x80\x8B"
	"here",
	"mailto:a@b",
	"<#C1|x>",
	"<#C1>",
	"x@here",
	"\xF0\x9F\x98\x80 ok",
	"$(id) `id`",
};

static void test_hostile_texts_are_inert(void)
{
	struct ruleset *set = rules_good(EVERYWHERE);

	/* Of a text without a visible sign there is nothing to say. */
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++)
		CU_ASSERT_TRUE(check_text(set, str_from(hostile[i])) >= 2);
	ruleset_unref(set);
}

static void test_random_mixtures_are_inert(void)
{
	struct ruleset *set = rules_good(EVERYWHERE);
	unsigned seed = unit_seed();

	srand(seed);
	for (int round = 0; round < 3000; round++) {
		CLEANUP(buf_deinit) struct buf text;
		int n = 1 + rand() % 8;

		buf_init(&text, 0);
		for (int i = 0; i < n; i++) {
			struct str piece = str_from(hostile[(size_t)rand() % ARRAY_LEN(hostile)]);
			size_t cut = utf8_valid_len(
				str_sub(piece, 0, (size_t)rand() % (piece.len + 1)));

			buf_add(&text, rand() % 3 == 0 ? str_sub(piece, 0, cut) : piece);
		}
		if (text.len > 0)
			check_text(set, buf_str(&text));
	}
	ruleset_unref(set);
}

static void test_long_texts_are_split_and_inert(void)
{
	struct ruleset *set = rules_good(EVERYWHERE);
	CLEANUP(buf_deinit) struct buf text;

	buf_init(&text, 0);
	while (text.len < 40000)
		buf_addz(&text, "&<@U2> `x` ");
	CU_ASSERT_TRUE(check_text(set, buf_str(&text)) > 20);
	ruleset_unref(set);
}

static void test_the_naughty_strings_are_inert(void)
{
	const char *data = getenv("RETORT_DATA") != NULL ? getenv("RETORT_DATA") : "../shared/data";
	CLEANUP(buf_deinit) struct buf path;
	struct ruleset *set;
	char line[8192];
	size_t n = 0;
	FILE *file;

	buf_init(&path, 0);
	buf_addf(&path, "%s/hostile/blns.txt", data);
	buf_addc(&path, '\0');
	file = fopen(path.p, "r");
	if (file == NULL)
		return; /* a bonus where the data is at hand */
	set = rules_good(EVERYWHERE);
	while (fgets(line, sizeof(line), file) != NULL) {
		struct str text = str_trim(str_from(line));

		if (text.len > 0 && utf8_valid(text))
			n += check_text(set, text) > 0;
	}
	fclose(file);
	CU_ASSERT_TRUE(n > 400);
	ruleset_unref(set);
}

/* ---- every verb ---- */

static void in_thread(struct engine_fixture *h)
{
	fixture_hear(h, replied("x", "1.2", "1.1"));
}

static void in_dm(struct engine_fixture *h)
{
	struct event *ev = said("x", "1.2");

	ev->channel = STR("D1");
	ev->channel_kind = CHANNEL_DM;
	fixture_hear(h, ev);
}

static void by_reaction(struct engine_fixture *h)
{
	struct event *ev = reacted("x", "1.2");

	ev->thread_ts = STR("1.1");
	ev->text = ev->text_to_bot = STR("x");
	ev->text_known = true;
	fixture_hear(h, ev);
}

static void by_join(struct engine_fixture *h)
{
	struct event *ev = said("", "");

	ev->kind = EVENT_JOIN;
	ev->key = STR("join");
	fixture_hear(h, ev);
}

static struct event *command(void)
{
	struct event *ev = said("x", "");

	ev->kind = EVENT_COMMAND;
	ev->command = STR("/x");
	ev->response_url = STR("https://hooks.example/1");
	ev->key = STR("command");
	return ev;
}

static void by_command(struct engine_fixture *h)
{
	fixture_hear(h, command());
}

#define ANY "[rule a]\non = message, reaction :x:, join, command /x\n"
#define TALK ANY "reply = R\nsay = S\nbroadcast = B\nwhisper = W\ndm = D\n"

static void test_answers_stand_where_they_belong(void)
{
	ASSERT_DOES(
		TALK, "x",
		"reply C1GENERAL/1.1: R | say C1GENERAL: S | broadcast C1GENERAL/1.1 broadcast: B | "
		"whisper C1GENERAL@U1ANA: W | dm U1ANA: D");
	ASSERT_STORY(
		TALK, in_thread,
		"reply C1GENERAL/1.1: R | say C1GENERAL/1.1: S | "
		"broadcast C1GENERAL/1.1 broadcast: B | whisper C1GENERAL/1.1@U1ANA: W | dm U1ANA: D");
	ASSERT_STORY(
		TALK, in_dm,
		"reply D1: R | say D1: S | broadcast D1: B | whisper D1@U1ANA: W | dm U1ANA: D");
	ASSERT_STORY(
		TALK, by_reaction,
		"reply C1GENERAL/1.1: R | say C1GENERAL/1.1: S | "
		"broadcast C1GENERAL/1.1 broadcast: B | whisper C1GENERAL/1.1@U1ANA: W | dm U1ANA: D");
	ASSERT_STORY(TALK, by_join,
		     "reply C1GENERAL: R | say C1GENERAL: S | broadcast C1GENERAL: B | "
		     "whisper C1GENERAL@U1ANA: W | dm U1ANA: D");
	ASSERT_STORY(TALK, by_command,
		     "reply C1GENERAL@U1ANA: R | say C1GENERAL: S | broadcast C1GENERAL: B | "
		     "whisper C1GENERAL@U1ANA: W | dm U1ANA: D");
}

static void test_a_command_is_answered_at_its_address(void)
{
	struct engine_fixture h;
	size_t n = 0;

	fixture_init(&h, memory_open(), ANY "reply = R\nsay = S\npost #incidents = P\ndm = D\n");
	fixture_take(&h, command());
	for (;; n++) {
		struct job *job;

		engine_commit(h.engine);
		job = fixture_next(&h);
		if (job == NULL)
			break;
		ASSERT_STR(str_from(job->message.response_url),
			   n < 2 ? "https://hooks.example/1" : "");
		engine_settled(h.engine, job, &done);
	}
	CU_ASSERT_EQUAL(n, 4);
	fixture_deinit(&h);
}

static void test_reactions_are_one_by_one(void)
{
	ASSERT_DOES(
		"[rule a]\nreact = :eyes:, tada\nunreact = eyes\n", "x",
		"react C1GENERAL 1.1: eyes | react C1GENERAL 1.1: tada | unreact C1GENERAL 1.1: eyes");
}

static void test_without_a_channel_or_person(void)
{
	struct engine_fixture h;
	struct event *ev = said("x", "1.1");

	fixture_init(
		&h, memory_open(),
		"[rule a]\nmatch = x\nsay = A\non error post #incidents = {error}\nthen = continue\n"
		"[rule b]\nmatch = x\ndm = A\non error post #incidents = {error}\nthen = continue\n"
		"[rule c]\nmatch = x\nreact = a\non error post #incidents = {error}\n");
	ev->channel = ev->user.id = ev->author.id = STR_EMPTY;
	fixture_hear(&h, ev);
	ASSERT_STR(buf_str(&h.done), "post C2INC: the event belongs to no channel | "
				     "post C2INC: the event has no author to write to | "
				     "post C2INC: the event has no message to put an emoji under");
	fixture_deinit(&h);
}

/* ---- targets ---- */

static struct str aimed_at(struct engine_fixture *h, const char *text)
{
	struct buf said_text;
	static int serial;
	struct event *ev;

	buf_init(&said_text, 0);
	buf_addf(&said_text, "to %s", text);
	buf_addc(&said_text, '\0');
	ev = said(said_text.p, "1.1");
	ev->key = str_keepf(&ev->arena, "%d", ++serial);
	buf_deinit(&said_text);
	buf_clear(&h->done);
	fixture_hear(h, ev);
	return buf_str(&h->done);
}

/* What people wrote is a target only as the one channel or person that it names. */
static void test_a_captured_target_reaches_nothing_else(void)
{
	static const struct {
		const char *text, *post, *dm;
	} cases[] = {
		{ "#general", "post C1GENERAL: A", "" },
		{ "general", "post C1GENERAL: A", "" },
		{ "C2INC", "post C2INC: A", "" },
		{ "#unknown", "post #unknown: A", "" }, /* perhaps a public channel */
		{ "@raj", "", "dm U9RAJ: A" },
		{ "raj", "", "dm U9RAJ: A" },
		{ "U9RAJ", "", "dm U9RAJ: A" },
		{ "W9RAJ", "", "dm W9RAJ: A" },
		{ "unknown", "", "" },
		{ "#general,#incidents", "", "" },
		{ "#general evil", "", "" },
		{ "C2INC,C1GENERAL", "", "" },
		{ "C2INC C1GENERAL", "", "" },
		{ "c2inc", "", "" },
		{ "<#C2INC>", "", "" },
		{ "<@U9RAJ>", "", "" },
		{ "##general", "", "" },
		{ "@@raj", "", "" },
		{ "#", "", "" },
		{ "@", "", "" },
		{ "C", "", "" },
		{ "U", "", "" },
		{ "C12345678901234567890123", "", "" },
		{ "#general&channel=C2INC", "", "" },
		{ "#../general", "", "" },
		{ "#General", "", "" },
	};
	struct engine_fixture h;

	fixture_init(
		&h, memory_open(),
		"[rule p]\nmatch = to (.+)\npost {1} = A\n[rule d]\nmatch = to (.+)\ndm {1} = A\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str seen = aimed_at(&h, cases[i].text);
		CLEANUP(buf_deinit) struct buf wanted = { 0 };

		buf_init(&wanted, 0);
		buf_addf(&wanted, "%s%s%s", cases[i].post,
			 cases[i].post[0] != '\0' && cases[i].dm[0] != '\0' ? " | " : "",
			 cases[i].dm);
		if (!str_eq(seen, buf_str(&wanted)))
			printf("\n  \"%s\": seen \"%.*s\"", cases[i].text, STR_ARG(seen));
		CU_ASSERT_TRUE(str_eq(seen, buf_str(&wanted)));
	}
	fixture_deinit(&h);
}

static void test_targets_may_be_inserts(void)
{
	ASSERT_DOES(
		"[table owners]\nx = @raj | #incidents\n"
		"[rule a]\nmatch = (x)\ndm {owners[{1}].1} = A\npost {owners[{1}].2} = B\n"
		"dm {user} = C\npost {channel} = D\ndm {author.id} = E\npost {channel.name} = F\n",
		"x",
		"dm U9RAJ: A | post C2INC: B | dm U1ANA: C | post C1GENERAL: D | dm U1ANA: E | "
		"post C1GENERAL: F");
	ASSERT_DOES(
		"[rule a]\nmatch = (x)\ndm {channel} = A\n[rule b]\nmatch = x\npost {user} = B\n",
		"x", "");
}

/* ---- texts ---- */

static void test_long_texts_are_several_messages(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct engine_fixture h;

	buf_init(&text, 0);
	while (text.len < 8000)
		buf_addz(&text, "0123456789012345678 ");
	buf_addc(&text, '\0');
	fixture_init(&h, memory_open(), "[rule a]\nbroadcast = {text}\n");
	fixture_take(&h, said(text.p, "1.1"));
	engine_commit(h.engine);
	for (size_t i = 0; i < 3; i++) {
		struct job *job = fixture_next(&h);

		CU_ASSERT_PTR_NOT_NULL_FATAL(job);
		CU_ASSERT_EQUAL(job->message.broadcast, i == 0); /* the first alone */
		CU_ASSERT_TRUE(strlen(job->message.text) <= 3500);
		ASSERT_STR(str_from(job->message.thread_ts), "1.1");
		engine_settled(h.engine, job, &done);
	}
	CU_ASSERT_PTR_NULL(fixture_next(&h));
	fixture_deinit(&h);
}

static void test_with_blocks_nothing_is_split(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct engine_fixture h;
	struct job *job;

	buf_init(&text, 0);
	while (text.len < 8000)
		buf_addz(&text, "0123456789012345678 ");
	buf_addc(&text, '\0');
	fixture_init(&h, memory_open(),
		     "[rule a]\nsay = {text}\nblocks = [{\"type\": \"divider\"}]\nunfurl = yes\n");
	fixture_take(&h, said(text.p, "1.1"));
	engine_commit(h.engine);
	job = fixture_next(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->message.blocks), "[{\"type\":\"divider\"}]");
	CU_ASSERT_TRUE(job->message.unfurl);
	CU_ASSERT_PTR_NULL(fixture_next(&h));
	fixture_deinit(&h);
}

static void test_a_job_says_what_it_answers(void)
{
	struct engine_fixture h;
	struct job *job;

	fixture_init(&h, memory_open(),
		     "[rule other]\nmatch = y\nsay = B\n[rule a]\nreact = eyes\nsay = A\n");
	fixture_take(&h, said("x", "1.1"));
	engine_commit(h.engine);
	job = fixture_next(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	ASSERT_STR(str_from(job->key), "m:T1:C1GENERAL:1.1/a/0");
	ASSERT_STR(str_from(job->rule), "a");
	ASSERT_STR(str_from(job->file), "test.ini");
	CU_ASSERT_EQUAL(job->line, 4);
	CU_ASSERT_TRUE(job->run > 0);
	fixture_deinit(&h);
}

UNIT_MAIN("action", { "the oracle can fail", test_the_oracle_can_fail },
	  { "hostile texts are inert", test_hostile_texts_are_inert },
	  { "random mixtures are inert", test_random_mixtures_are_inert },
	  { "long texts are split and inert", test_long_texts_are_split_and_inert },
	  { "the naughty strings are inert", test_the_naughty_strings_are_inert },
	  { "answers stand where they belong", test_answers_stand_where_they_belong },
	  { "a command is answered at its address", test_a_command_is_answered_at_its_address },
	  { "reactions are one by one", test_reactions_are_one_by_one },
	  { "without a channel or person", test_without_a_channel_or_person },
	  { "a captured target reaches nothing else", test_a_captured_target_reaches_nothing_else },
	  { "targets may be inserts", test_targets_may_be_inserts },
	  { "long texts are several messages", test_long_texts_are_several_messages },
	  { "with blocks nothing is split", test_with_blocks_nothing_is_split },
	  { "a job says what it answers", test_a_job_says_what_it_answers })
