/* SPDX-License-Identifier: MIT */
#include "dryrun/conflicts.h"
#include "lib/unit.h"
#include "lib/world.h"

static void check(const char *rules, const char *wanted, unsigned line)
{
	struct ruleset *set = world_rules(rules);
	struct simulation *r = simulate_new(set);
	CLEANUP(buf_deinit) struct buf told = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };

	diagnose(r, set, &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 0);
	for (size_t i = 0; i < diag.n_entries; i++)
		buf_addf(&told, "%s%u: %s", i > 0 ? "\n" : "", diag.entries[i].line,
			 diag.entries[i].text);
	unit_str_is(buf_str(&told), wanted, __FILE__, line);
	simulate_free(r);
	ruleset_unref(set);
}

#define TELLS(rules, wanted) check(rules, wanted, __LINE__)

#define VPN "[rule vpn]\nmatch = vpn\nreply = V\ntest = \"the vpn\" -> fires\n"

#define NEVER(name, line, taker, at)                                                 \
	"the rule `" name "` never gets to answer what its tests are about: `" taker \
	"` (test.ini:" at ") always takes it first; move this rule up, or give it a `priority`"

static void test_a_rule_behind_one_that_takes_all(void)
{
	TELLS("[rule any]\nmatch = \\w\nsay = A\n" VPN, "4: " NEVER("vpn", "4", "any", "1"));
	TELLS("[rule any]\nmatch = \\w\nreact = eyes\nthen = stop\n" VPN,
	      "5: " NEVER("vpn", "5", "any", "1"));
}

static void test_only_when_all_its_tests_are_taken(void)
{
	TELLS("[rule some]\nmatch = the\nsay = A\n" VPN "test = \"a vpn\" -> fires\n", "");
	TELLS("[rule any]\nmatch = \\w\nsay = A\n[rule vpn]\nmatch = vpn\nreply = V\ntest = \"lunch\" -> silent\n",
	      "");
}

static void test_what_takes_nothing(void)
{
	TELLS("[rule any]\nmatch = \\w\nreact = eyes\n" VPN, "");
	TELLS("[rule any]\nmatch = \\w\nsay = A\nthen = continue\n" VPN, "");
	TELLS("[rule any]\nmatch = \\w\nsay = A\nmode = shadow\n" VPN, "");
	TELLS("[rule any]\nmatch = \\w\nsay = A\nif = user is @raj\n" VPN, "");
	TELLS("[rule any]\nmatch = \\w\nsay = A\nfallback = yes\n" VPN, "");
	TELLS("[rule any]\nmatch = \\w\nsay = A\nin = #other\n" VPN, "");
	TELLS("[rule any]\nmatch = \\w\nsay = A\n[rule vpn]\nmatch = vpn\nreact = v\ntest = \"vpn\" -> fires\n",
	      "");
}

static void test_rivals(void)
{
	TELLS(VPN "[rule net]\nmatch = vpn|lan\nreply = N\n",
	      "4: two rules answer this test: `vpn`, which comes first, and `net` (test.ini:5); "
	      "`except`, `in` or `priority` tells them apart");
	TELLS(VPN "[rule net]\nmatch = vpn|lan\nreply = N\npriority = -1\n", "");
	TELLS(VPN "[rule net]\nmatch = vpn|lan\nreply = N\nfallback = yes\n", "");
	TELLS(VPN "[rule net]\nmatch = vpn|lan\nreact = n\n", "");
	TELLS(VPN "[rule net]\nmatch = vpn|lan\nreply = N\nexcept = vpn\n", "");
	TELLS(VPN "[rule net]\nmatch = vpn|lan\nreply = N\nthen = continue\n", "");
}

UNIT_MAIN("diagnosis",
	  { "a rule behind one that takes all", test_a_rule_behind_one_that_takes_all },
	  { "only when all its tests are taken", test_only_when_all_its_tests_are_taken },
	  { "what takes nothing", test_what_takes_nothing }, { "rivals", test_rivals })
