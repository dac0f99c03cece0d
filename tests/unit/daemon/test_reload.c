/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "lib/tmpdir.h"
#include "lib/unit.h"
#include "daemon/reload.h"

static const struct ruleset_options OPTIONS = { .allow_broadcast = false };

static void test_twenty_mistakes_in_three_files_give_twenty_messages(void)
{
	static const char *const files[][2] = {
		{ "a.ini",
		  "[rule one]\nmacth = x\nmatch = (\nreply = {user.shoe}\npriority = high\nmode = silent\n"
		  "[rule One]\nreply = a\n[rul two]\n" },
		{ "b.ini",
		  "[rule b1]\nmatch = a\nmatch = b\nreply = {user|shout}\nlimit = often\nthen = perhaps\n"
		  "[rule b2]\nmatch = x\n[rule b3]\non = sunrise\nreply =\n" },
		{ "c.ini",
		  "[rule b1]\nreply = x\n[rule c1]\nin = general\nfrom = ana\nthread = maybe\nto bot = sure\n"
		  "reply = hello {1}\ntest = hello\nno equals sign\n" },
	};
	static const struct {
		const char *file;
		unsigned line;
	} wanted[] = {
		{ "a.ini", 2 }, { "a.ini", 3 },	 { "a.ini", 4 },  { "a.ini", 5 },  { "a.ini", 6 },
		{ "a.ini", 7 }, { "a.ini", 9 },	 { "b.ini", 3 },  { "b.ini", 4 },  { "b.ini", 5 },
		{ "b.ini", 6 }, { "b.ini", 7 },	 { "b.ini", 10 }, { "b.ini", 11 }, { "c.ini", 1 },
		{ "c.ini", 4 }, { "c.ini", 5 },	 { "c.ini", 6 },  { "c.ini", 7 },  { "c.ini", 8 },
		{ "c.ini", 9 }, { "c.ini", 10 },
	};
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct rule_tests_result tests;
	struct ruleset *set = NULL;
	struct tmpdir dir;
	const char *path;

	tmpdir_init(&dir);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		tmpdir_write(&dir, files[i][0], files[i][1]);
	path = tmpdir_path(&dir);
	CU_ASSERT_EQUAL(
		reload_prove(&set, (struct rule_paths){ &path, 1 }, &OPTIONS, &tests, &diag),
		RELOAD_REFUSED);
	CU_ASSERT_PTR_NULL(set);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		size_t hits = 0;

		for (size_t k = 0; k < diag.n_entries; k++)
			hits += diag.entries[k].level == DIAG_ERROR &&
				diag.entries[k].line == wanted[i].line &&
				str_ends(str_from(diag.entries[k].file), wanted[i].file);
		if (hits != 1)
			printf("\n  %s:%u has %zu messages", wanted[i].file, wanted[i].line, hits);
		CU_ASSERT_EQUAL(hits, 1);
	}
	CU_ASSERT_EQUAL(diag.n_errors, ARRAY_LEN(wanted));
	if (diag.n_errors != ARRAY_LEN(wanted))
		diag_print(&diag, stdout);
	tmpdir_deinit(&dir);
}

static void test_broken_rules_leave_the_old_ones_in_service(void)
{
	struct ruleset *rules = NULL;
	struct tmpdir dir;
	struct ruleset *old;
	const char *path;

	tmpdir_init(&dir);
	path = tmpdir_write(&dir, "a.ini", "[rule a]\nmatch = x\nreply = old\n");
	CU_ASSERT_EQUAL(reload_rules(&rules, (struct rule_paths){ &path, 1 }, &OPTIONS), 0);
	old = rules;
	CU_ASSERT_PTR_NOT_NULL(old);
	tmpdir_write(&dir, "a.ini", "[rule a]\nmatch = (\nreply = new\n");
	CU_ASSERT_EQUAL(reload_rules(&rules, (struct rule_paths){ &path, 1 }, &OPTIONS),
			RELOAD_REFUSED);
	CU_ASSERT_PTR_EQUAL(rules, old);
	tmpdir_write(&dir, "a.ini", "[rule a]\nmatch = x\nreply = new\ntest = \"y\" -> fires\n");
	CU_ASSERT_EQUAL(reload_rules(&rules, (struct rule_paths){ &path, 1 }, &OPTIONS),
			RELOAD_REFUSED);
	CU_ASSERT_PTR_EQUAL(rules, old);
	tmpdir_write(&dir, "a.ini", "[rule a]\nmatch = x\nreply = new\ntest = \"x\" -> fires\n");
	CU_ASSERT_EQUAL(reload_rules(&rules, (struct rule_paths){ &path, 1 }, &OPTIONS), 0);
	CU_ASSERT_PTR_NOT_EQUAL(rules, old);
	ruleset_unref(rules);
	tmpdir_deinit(&dir);
}

UNIT_MAIN("reload",
	  { "twenty mistakes in three files give twenty messages",
	    test_twenty_mistakes_in_three_files_give_twenty_messages },
	  { "broken rules leave the old ones in service",
	    test_broken_rules_leave_the_old_ones_in_service })
