/* SPDX-License-Identifier: MIT */
/* For every kind of question: the first one that fails is the one that `retort explain` names. */
#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "dryrun/explain.h"
#include "lib/rules.h"
#include "lib/unit.h"
#include "rule/test_line.h"

/* Rule `a` and what happens, in the words of tests; what keeps it silent, NULL = it fires. */
static const struct row {
	const char *rule, *happens, *question;
} rows[] = {
	/* on */
	{ "on = join", "\"x\"", "on" },
	{ "on = mention", "\"x\"", "on" },
	{ "on = mention", "to bot \"x\"", NULL },
	{ "on = edit", "\"x\"", "on" },
	{ "on = edit", "edit \"x\"", NULL },
	{ "on = delete", "edit \"x\"", "on" },
	{ "on = reaction :ticket:", "reaction :eyes: on \"x\"", "on" },
	{ "on = reaction :ticket:", "reaction :ticket: on \"x\"", NULL },
	{ "on = unreaction :ticket:", "reaction :ticket: on \"x\"", "on" },
	{ "on = command /lunch", "command /dinner \"x\"", "on" },
	{ "on = command /lunch", "command /lunch \"x\"", NULL },
	{ "on = file", "\"x\"", "on" },
	{ "on = event team_join", "event pin_added", "on" },
	{ "on = cron 0 9 * * *\npost #b = y", "\"x\"", "on" },
	{ "on = cron 0 9 * * *\npost #b = y", "cron", NULL },
	/* in */
	{ "in = #help", "in #other \"x\"", "in" },
	{ "in = #help", "in #help \"x\"", NULL },
	{ "in = #help-*", "in #help \"x\"", "in" },
	{ "in = #help-*, !#help-old", "in #help-old \"x\"", "in" },
	{ "in = dm", "in #help \"x\"", "in" },
	{ "in = [places]", "in #help \"x\"", "in" },
	/* from */
	{ "from = @raj", "from @ana \"x\"", "from" },
	{ "from = @raj", "from @raj \"x\"", NULL },
	{ "from = !@ana", "from @ana \"x\"", "from" },
	{ "from = [crew]", "from @ana \"x\"", "from" },
	{ "from = [crew]", "from @raj \"x\"", NULL },
	{ "from = bots", "from @ana \"x\"", "from" },
	{ "", "from bots \"x\"", "from" },
	/* to bot, thread */
	{ "to bot = yes", "\"x\"", "to bot" },
	{ "to bot = yes", "to bot \"x\"", NULL },
	{ "thread = root", "in thread \"x\"", "thread" },
	{ "thread = replies", "\"x\"", "thread" },
	{ "thread = replies", "in thread \"x\"", NULL },
	/* when */
	{ "when = mon-fri 09:00-17:00", "at 2026-01-07 18:00 \"x\"", "when" },
	{ "when = mon-fri 09:00-17:00", "at 2026-01-07 12:00 \"x\"", NULL },
	{ "when = mon-fri 09:00-17:00", "at 2026-01-10 12:00 \"x\"", "when" },
	{ "when = office", "at 2026-01-07 18:00 \"x\"", "when" },
	{ "when = not office", "at 2026-01-07 12:00 \"x\"", "when" },
	{ "when = office", "at 2026-12-25 12:00 \"x\"", "when" },
	/* the text, by the key that asks for it */
	{ "match = vpn", "\"x\"", "match" },
	{ "match = (?i)VPN", "\"vpn\"", NULL },
	{ "words = vpn, wifi", "\"x\"", "words" },
	{ "words = vpn", "\"vpns\"", "words" },
	{ "phrase = vpn", "\"vpns\"", NULL },
	{ "phrase = the vpn", "\"x\"", "phrase" },
	{ "exact = vpn", "\"my vpn\"", "exact" },
	{ "like = how do I reset my password", "\"x\"", "like" },
	{ "words = vpn\nexact = hi", "\"x\"", "words or exact" },
	{ "except = solved", "\"solved\"", "except" },
	{ "words = vpn\nexcept = solved", "\"x solved\"", "words" },
	{ "words = vpn\nexcept = solved", "\"vpn solved\"", "except" },
	{ "look in = code\nwords = vpn", "\"vpn\"", "words" },
	{ "look in = field user\nwords = vpn", "\"vpn\"", "words" },
	{ "ignore = vpn\nwords = vpn", "\"vpn\"", "words" },
	/* if */
	{ "if = door is open", "\"x\"", "if" },
	{ "if = user is @raj", "from @ana \"x\"", "if" },
	{ "if = user is @raj", "from @raj \"x\"", NULL },
	{ "if = text matches ^y", "\"x\"", "if" },
	/* mode, expires */
	{ "mode = off", "\"x\"", "mode" },
	{ "expires = 2020-01-01", "\"x\"", "expires" },
	{ "mode = shadow", "\"x\"", NULL },
	/* precedence: rule `first` talks about `first` */
	{ "words = first", "\"first\"", "then" },
	{ "words = first\nfallback = yes", "\"first\"", "fallback" },
	{ "words = last\nfallback = yes", "\"last\"", NULL },
	/* the first of several, in the order of asking */
	{ "in = #help\nfrom = @raj\nwords = vpn", "in #other from @ana \"x\"", "in" },
	{ "in = #help\nfrom = @raj\nwords = vpn", "in #help from @ana \"x\"", "from" },
	{ "in = #help\nfrom = @raj\nwords = vpn", "in #help from @raj \"x\"", "words" },
	{ "in = #help\nfrom = @raj\nwords = vpn\nif = door is open", "in #help from @raj \"vpn\"",
	  "if" },
};

static void write_rules(const struct row *row, struct buf *out)
{
	bool acts = strstr(row->rule, "post ") != NULL;

	buf_addz(out, "[rule first]\nwords = first\nset door = shut\nsay = B\n");
	buf_addf(out, "[rule a]\n%s\n%s", row->rule, acts ? "" : "post #b = y\n");
	if (!acts && strstr(row->rule, "on = ") == NULL)
		buf_addz(out, "reply = z\n");
	buf_addz(out, "[hours office]\nopen = mon-fri 09:00-17:00\nclosed = 2026-12-25\n"
		      "[list places]\nchannels = #one, #two\n[list crew]\npeople = @raj, @kim\n");
}

static const char *first_failing(const struct explanation *e)
{
	for (size_t i = 0; i < e->n; i++) {
		if (strcmp(e->rules[i].rule->name, "a") == 0)
			return e->rules[i].fires ? NULL : e->rules[i].question;
	}
	return "no rule a";
}

static void check_row(const struct row *row)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct explanation e;
	struct simulation *r;
	struct rules loaded;
	struct event *test;
	struct arena arena = { 0 };

	buf_init(&rules, 0);
	write_rules(row, &rules);
	buf_addc(&rules, '\0');
	rules_init(&loaded, rules.p); /* a rule that has expired is warned of */
	CU_ASSERT_PTR_NOT_NULL_FATAL(loaded.set);
	r = simulate_new(loaded.set);
	test = test_line_event(str_from(row->happens), ruleset_zone(loaded.set),
			       (struct place){ "row", 0 }, &arena, &diag);
	if (test == NULL)
		diag_print(&diag, stdout);
	CU_ASSERT_PTR_NOT_NULL_FATAL(test);
	explain(&e, r, loaded.set, simulate_event(r, test));
	if (row->question == NULL ?
		    first_failing(&e) != NULL :
		    first_failing(&e) == NULL || strcmp(first_failing(&e), row->question) != 0)
		printf("  rule `%s`, event `%s`:\n", row->rule, row->happens);
	unit_str_is(str_from(first_failing(&e) != NULL ? first_failing(&e) : "fires"),
		    row->question != NULL ? row->question : "fires", __FILE__, __LINE__);
	explanation_deinit(&e);
	event_free(test);
	simulate_free(r);
	rules_deinit(&loaded);
	arena_deinit(&arena);
}

static void test_the_first_question_that_fails_is_named(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&rows[i]);
}

UNIT_MAIN("why",
	  { "the first question that fails is named", test_the_first_question_that_fails_is_named })
