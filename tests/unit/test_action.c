/* SPDX-License-Identifier: MIT */
/*
 * What people write must be inert wherever it is inserted. The oracle knows nothing of how answers are made: it
 * reads the posted text as Slack does and finds every control sequence and every word that could notify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "action.h"
#include "lib/events.h"
#include "lib/house.h"
#include "lib/rules.h"
#include "lib/unit.h"

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

static void free_jobs(struct list *jobs)
{
	list_each (link, jobs)
		job_free(list_entry(link, struct job, link));
}

/* Makes all actions of a rule; gives the number of jobs. */
static size_t make_all(const struct values *values, struct list *jobs)
{
	const struct answers none = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < values->rule->n_actions; i++) {
		struct making m = {
			.values = values,
			.action = i,
			.answers = &none,
			.jobs = jobs,
		};

		action_make(&m);
	}
	list_each (link, jobs)
		n++;
	return n;
}

/* Every job that the first rule makes of this text is clean. */
static size_t check_text(struct set *set, struct str text)
{
	CLEANUP(event_freep) struct event *ev = said("", "1.1");
	struct captures captures;
	struct facts facts;
	struct arena arena;
	struct world world;
	struct values values;
	struct list jobs;
	size_t n;

	world_init(&world);
	ev->text = ev->text_to_bot = str_keep(&ev->arena, text);
	ev->user.name = str_keep(&ev->arena, text); /* a display name is user text as well */
	if (rule_match(set_rule(set, 0), ev, &world.match, &captures, NULL) != ANSWER_YES)
		return 0;
	facts_init(&facts);
	arena_init(&arena);
	list_init(&jobs);
	values = (struct values){
		set_rule(set, 0), ev, &captures, &facts, &world.action, &arena,
	};
	n = make_all(&values, &jobs);
	list_each (link, &jobs) {
		struct job *job = list_entry(link, struct job, link);
		const char *found = find_markup(str_from(job->body), "<@U1ANA>");

		if (found != NULL)
			printf("\n  %s in \"%s\" out of \"%.*s\"", found, job->body, STR_ARG(text));
		CU_ASSERT_PTR_NULL(found);
		CU_ASSERT_TRUE(utf8_valid(str_from(job->body)));
		CU_ASSERT_TRUE(utf8_utf16_units(str_from(job->body)) <= 4000);
	}
	free_jobs(&jobs);
	facts_deinit(&facts);
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
	struct set *set = rules_good(EVERYWHERE);

	for (size_t i = 0; i < ARRAY_LEN(hostile); i++)
		CU_ASSERT_TRUE(check_text(set, str_from(hostile[i])) >= 3);
	set_unref(set);
}

static void test_random_mixtures_are_inert(void)
{
	struct set *set = rules_good(EVERYWHERE);
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
	set_unref(set);
}

static void test_long_texts_are_split_and_inert(void)
{
	struct set *set = rules_good(EVERYWHERE);
	CLEANUP(buf_deinit) struct buf text;

	buf_init(&text, 0);
	while (text.len < 40000)
		buf_addz(&text, "&<@U2> `x` ");
	CU_ASSERT_TRUE(check_text(set, buf_str(&text)) > 20);
	set_unref(set);
}

static void test_the_naughty_strings_are_inert(void)
{
	const char *data = getenv("RETORT_DATA") != NULL ? getenv("RETORT_DATA") : "../shared/data";
	CLEANUP(buf_deinit) struct buf path;
	struct set *set;
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
	set_unref(set);
}

UNIT_MAIN("action", { "the oracle can fail", test_the_oracle_can_fail },
	  { "hostile texts are inert", test_hostile_texts_are_inert },
	  { "random mixtures are inert", test_random_mixtures_are_inert },
	  { "long texts are split and inert", test_long_texts_are_split_and_inert },
	  { "the naughty strings are inert", test_the_naughty_strings_are_inert })
