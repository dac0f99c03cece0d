/* SPDX-License-Identifier: MIT */
#include "engine/help.h"
#include "lib/engine_fixture.h"
#include "lib/unit.h"
#include "store/memory.h"

static struct event *to_bot(const char *text, const char *ts)
{
	struct event *ev = said(text, ts);

	ev->mentions_bot = true;
	return ev;
}

static void asked(const char *text, bool wanted)
{
	CLEANUP(event_freep) struct event *ev = to_bot(text, "1.1");

	CU_ASSERT_EQUAL(help_is_asked(ev), wanted);
}

static void test_help_alone_asks(void)
{
	CLEANUP(event_freep) struct event *ev = said("help", "1.1");
	CLEANUP(event_freep) struct event *bot = to_bot("help", "1.2");
	CLEANUP(event_freep) struct event *edit = to_bot("help", "1.3");

	asked("help", true);
	asked("  HELP?! ", true);
	asked("help .", true);
	asked("help me", false);
	asked("", false);
	asked("?", false);
	CU_ASSERT_FALSE(help_is_asked(ev)); /* nobody asks the bot */
	ev->channel_kind = CHANNEL_DM;
	CU_ASSERT_TRUE(help_is_asked(ev));
	bot->from_bot = true;
	CU_ASSERT_FALSE(help_is_asked(bot));
	edit->kind = EVENT_EDIT;
	CU_ASSERT_FALSE(help_is_asked(edit));
}

#define HELPS                                                                          \
	"[rule a]\nmatch = aaa\nsay = A\nhelp = Says <A> & @here\npriority = -1\n"     \
	"[rule b]\nin = #incidents\nmatch = bbb\nsay = B\nhelp = Not for this place\n" \
	"[rule c]\nfrom = @raj\nmatch = ccc\nsay = C\nhelp = Not for this person\n"    \
	"[rule d]\nmatch = ddd\nsay = D\nhelp = Not yet\nmode = shadow\n"              \
	"[rule e]\nmatch = eee\nsay = E\n"                                             \
	"[rule f]\non = reaction :x:\nreact = eyes\nhelp = Puts eyes\n"

static void play_help(struct engine_fixture *h)
{
	struct event *threaded = replied("help", "1.5", "1.0");
	struct event *dm = said("help", "1.6");

	fixture_hear(h, to_bot("help", "1.1"));
	fixture_hear(h, to_bot("help me", "1.2"));
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_HELP_ANSWERED), 1);
	threaded->mentions_bot = true;
	fixture_hear(h, threaded);
	dm->channel_kind = CHANNEL_DM;
	fixture_hear(h, dm);
}

#define LINES \
	"I can help with:\n\xE2\x80\xA2 Says &lt;A&gt; &amp; @\xE2\x81\xA0here\n\xE2\x80\xA2 Puts eyes"

static void test_help_lists_what_is_for_this_person_here(void)
{
	ASSERT_STORY(HELPS, play_help,
		     "reply C1GENERAL/1.1: " LINES " | reply C1GENERAL/1.0: " LINES
		     " | reply C1GENERAL: " LINES);
}

static void play_rule_talks(struct engine_fixture *h)
{
	fixture_hear(h, to_bot("help", "1.1"));
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_HELP_ANSWERED), 0);
}

static void test_a_rule_of_ones_own_beats_the_built_in_help(void)
{
	ASSERT_STORY("[rule a]\nmatch = help\nsay = A\nhelp = yes\n", play_rule_talks,
		     "say C1GENERAL: A");
	ASSERT_STORY("[rule a]\nmatch = help\nreact = eyes\nthen = stop\nhelp = yes\n",
		     play_rule_talks, "react C1GENERAL 1.1: eyes");
}

static void play_asked(struct engine_fixture *h)
{
	fixture_hear(h, to_bot("help", "1.1"));
	CU_ASSERT_EQUAL(fixture_counted(h, METRIC_HELP_ANSWERED), 1);
}

static void test_help_comes_behind_the_rules_and_before_fallbacks(void)
{
	ASSERT_STORY(
		"[rule f]\nsay = F\nfallback = yes\nhelp = yes\n[rule q]\nmatch = help\nreact = eyes\n",
		play_asked,
		"react C1GENERAL 1.1: eyes | reply C1GENERAL/1.1: I can help with:\n"
		"\xE2\x80\xA2 yes");
	/* A shadow rule does not talk. */
	ASSERT_STORY("[rule s]\nmatch = help\nsay = S\nmode = shadow\n"
		     "[rule q]\nmatch = z\nsay = Z\nhelp = yes\n",
		     play_asked, "reply C1GENERAL/1.1: I can help with:\n\xE2\x80\xA2 yes");
}

static void test_without_help_lines_fallbacks_talk(void)
{
	ASSERT_STORY("[rule f]\nsay = F\nfallback = yes\n", play_rule_talks, "say C1GENERAL: F");
}

static void test_long_help_is_split(void)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct engine_fixture h;
	size_t n = 0;

	buf_init(&rules, 0);
	for (int i = 0; i < 100; i++)
		buf_addf(&rules, "[rule r%d]\nmatch = z\nsay = A\nhelp = %080d\n", i, i);
	buf_addc(&rules, '\0');
	fixture_init(&h, memory_open(), rules.p);
	fixture_take(&h, to_bot("help", "1.1"));
	engine_commit(h.engine);
	while (fixture_end_one(&h))
		n++;
	CU_ASSERT_EQUAL(n, 3);
	fixture_deinit(&h);
}

UNIT_MAIN("helpline", { "help alone asks", test_help_alone_asks },
	  { "help lists what is for this person here",
	    test_help_lists_what_is_for_this_person_here },
	  { "a rule of one's own beats the built-in help",
	    test_a_rule_of_ones_own_beats_the_built_in_help },
	  { "help comes behind the rules and before fallbacks",
	    test_help_comes_behind_the_rules_and_before_fallbacks },
	  { "without help lines fallbacks talk", test_without_help_lines_fallbacks_talk },
	  { "long help is split", test_long_help_is_split })
