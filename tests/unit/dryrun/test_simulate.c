/* SPDX-License-Identifier: MIT */
#include "lib/rules.h"
#include "lib/unit.h"
#include "lib/world.h"
#include "dryrun/simulate.h"

static void on_fired(void *owner, const struct rule *rule)
{
	buf_addf(owner, "[%s]", rule->name);
}

static void on_deed(void *owner, const struct deed *deed)
{
	struct buf *out = owner;

	buf_addf(out, " %s:%s", deed->rule != NULL ? deed->rule->name : "help",
		 verb_name(deed->verb));
	if (deed->where.len > 0)
		buf_addf(out, " %.*s", STR_ARG(deed->where));
	buf_addf(out, "%s \"%.*s\"", deed->in_thread ? "/" : "", STR_ARG(deed->text));
}

/* What the rules do at the first test of the first rule. */
static void play(const char *rules, size_t wording, const char *wanted, unsigned line)
{
	struct ruleset *set = world_rules(rules);
	struct simulation *r = simulate_new(set);
	CLEANUP(buf_deinit) struct buf out = { 0 };
	const struct simulate_sink sink = { &out, on_fired, on_deed };
	const struct event *test = ruleset_rule(set, 0)->tests[0].event;

	for (int again = 0; again < 2; again++) { /* a second time is like the first */
		buf_init(&out, 0);
		simulate_play(r, test, NULL, &sink, wording);
		unit_str_is(buf_str(&out), wanted, __FILE__, line);
		buf_deinit(&out);
	}
	simulate_free(r);
	ruleset_unref(set);
}

#define PLAYS(rules, wanted) play(rules, 0, wanted, __LINE__)

static void test_everybody_is_called_what_they_are_called(void)
{
	PLAYS("[rule a]\nmatch = ask {person:who} in {channel:where}\n"
	      "reply = {user} {user.email} {who} {who.email} {where} {channel} {bot} {team} @kim\n"
	      "test = in #ops from @ana \"ask @raj in #it\" -> fires\n",
	      "[a] a:reply #ops/ \"@ana ana@example.com @raj raj@example.com #it #ops @bot example @kim\"");
}

static void test_the_text_is_what_somebody_typed(void)
{
	PLAYS("[rule a]\nmatch = (.+)\nsay = {1}\ntest = \"a < b & c > d https://x.example/?a=b <https://y.example|y>\" -> fires\n",
	      "[a] a:say #test \"a < b & c > d https://x.example/?a=b y\"");
	PLAYS("[rule a]\nmatch = here\nsay = {text}\ntest = \"@here x@y.z\" -> fires\n",
	      "[a] a:say #test \"@here x@y.z\"");
}

static void test_every_deed_is_told(void)
{
	PLAYS("[rule a]\nmatch = x\nset n = 5\nadd n = 1\nreact = eyes\nsay = S{n}\nbroadcast = B\nwhisper = W\n"
	      "dm = D\ndm @raj = E\npost #ops = P\nwait = 2m unless answered\nedit = S{n}!\nremove = yes\n"
	      "webhook tickets = {\"t\": \"{text}\"}\ncall pins.add = {\"channel\": \"C1\"}\n"
	      "unreact = eyes\ntest = \"x\" -> fires\n",
	      "[a] a:set n \"n = 5\" a:add n \"n + 1\" a:react #test \"eyes\" a:say #test \"S6\" "
	      "a:broadcast #test/ \"B\" a:whisper @someone \"W\" a:dm @someone \"D\" a:dm @raj \"E\" "
	      "a:post #ops \"P\" a:wait 2m unless answered \"\" a:edit #test \"S6!\" a:remove #test \"\" "
	      "a:webhook webhook tickets \"{\"t\":\"x\"}\" a:call pins.add \"{\"channel\":\"C1\"}\" "
	      "a:unreact #test \"eyes\"");
}

static void test_limits_chance_and_shadow_do_not_count(void)
{
	PLAYS("[rule a]\nmatch = x\nsay = A\nlimit = 1 per user ever\nchance = 1 in 1000000\nmode = shadow\n"
	      "test = \"x\" -> fires\n",
	      "[a] a:say #test \"A\"");
}

static void test_precedence_counts(void)
{
	PLAYS("[rule a]\nmatch = x\nreact = eyes\ntest = \"x\" -> fires\n"
	      "[rule b]\nmatch = x\nsay = B\n[rule c]\nmatch = x\nsay = C\n",
	      "[a][b] a:react #test \"eyes\" b:say #test \"B\"");
}

static void test_every_wording_may_come(void)
{
	const char *random =
		"[rule a]\nmatch = x\nsay = A\n    ---\n    B\ntest = \"x\" -> fires\n";
	const char *turn =
		"[rule a]\nmatch = x\nsay = A\n    ---\n    B\npick = in turn\ntest = \"x\" -> fires\n";

	play(random, 0, "[a] a:say #test \"A\"", __LINE__);
	play(random, 1, "[a] a:say #test \"B\"", __LINE__);
	play(turn, 0, "[a] a:say #test \"A\"", __LINE__);
	play(turn, 1, "[a] a:say #test \"B\"", __LINE__);
}

static void test_nothing_is_brought_by_others(void)
{
	PLAYS("[rule a]\nmatch = x\nwebhook tickets = {}\nsay = {result.key or nothing}\n"
	      "on error say = never\ntest = \"x\" -> fires\n",
	      "[a] a:webhook webhook tickets \"{}\" a:say #test \"nothing\"");
}

static void test_a_stored_person_is_shown_by_name(void)
{
	PLAYS("[rule a]\nmatch = duty {person:p}\nset duty = {p}\nsay = {duty}\ntest = \"duty @raj\" -> fires\n",
	      "[a] a:set duty \"duty = @raj\" a:say #test \"@raj\"");
}

static void test_help_is_answered(void)
{
	PLAYS("[rule a]\nmatch = x\nsay = A\nhelp = Does A\ntest = \"@bot help\" -> silent\n",
	      " help:reply #test/ \"I can help with:\n\xE2\x80\xA2 Does A\"");
}

static void test_endless_waits_end(void)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct ruleset *set;
	struct simulation *r;
	CLEANUP(buf_deinit) struct buf out = { 0 };
	const struct simulate_sink sink = { &out, on_fired, on_deed };

	buf_init(&out, 0);
	buf_addz(&rules, "[rule a]\nmatch = x\n");
	for (int i = 0; i < 700; i++)
		buf_addz(&rules, "react = eyes\nwait = 1w\n");
	buf_addz(&rules, "say = end\ntest = \"x\" -> fires\n");
	buf_addc(&rules, '\0');
	set = world_rules(rules.p);
	r = simulate_new(set);
	simulate_play(r, ruleset_rule(set, 0)->tests[0].event, NULL, &sink, 0);
	CU_ASSERT_TRUE(str_starts(buf_str(&out), "[a] a:react #test"));
	CU_ASSERT_EQUAL(str_find(buf_str(&out), "end"), SIZE_MAX); /* there is an end to patience */
	simulate_free(r);
	ruleset_unref(set);
}

UNIT_MAIN("rehearsal",
	  { "everybody is called what they are called",
	    test_everybody_is_called_what_they_are_called },
	  { "the text is what somebody typed", test_the_text_is_what_somebody_typed },
	  { "every deed is told", test_every_deed_is_told },
	  { "limits, chance and shadow do not count", test_limits_chance_and_shadow_do_not_count },
	  { "precedence counts", test_precedence_counts },
	  { "every wording may come", test_every_wording_may_come },
	  { "nothing is brought by others", test_nothing_is_brought_by_others },
	  { "a stored person is shown by name", test_a_stored_person_is_shown_by_name },
	  { "help is answered", test_help_is_answered },
	  { "endless waits end", test_endless_waits_end })
