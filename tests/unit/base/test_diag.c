/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/json.h"
#include "base/mem.h"
#include "lib/unit.h"

static void check_printed(const struct diag *d, const char *wanted)
{
	CLEANUP(mem_freep) char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	diag_print(d, to);
	fclose(to);
	CU_ASSERT_STRING_EQUAL(text, wanted);
}

static void test_entries_keep_their_order_and_their_kind(void)
{
	CLEANUP(diag_deinit) struct diag d = { 0 };

	check_printed(&d, "");
	diag_error(&d, (struct place){ "a.ini", 3 }, "unknown key \"%s\"", "mach");
	diag_warn(&d, (struct place){ "b.ini", 0 }, "empty");
	diag_error(&d, (struct place){ NULL, 0 }, "nothing to do");
	CU_ASSERT_EQUAL(d.n_entries, 3);
	CU_ASSERT_EQUAL(d.n_errors, 2);
	CU_ASSERT_EQUAL(d.n_warnings, 1);
	check_printed(&d, "a.ini:3: error: unknown key \"mach\"\n"
			  "b.ini: warning: empty\n"
			  "error: nothing to do\n");
}

static void test_nothing_quoted_can_fake_a_line_or_show_a_token(void)
{
	CLEANUP(diag_deinit) struct diag d = { 0 };

	diag_error(&d, (struct place){ "a\n.ini", 1 }, "seen \"%s\"", "x\nb.ini:1: error: \x1b[2J");
	diag_error(&d, (struct place){ "xoxb-1-secret", 0 }, "no file xapp-1-A-2-secret here");
	check_printed(&d, "a\\x0A.ini:1: error: seen \"x\\x0Ab.ini:1: error: \\x1B[2J\"\n"
			  "xoxb-…: error: no file xapp-… here\n");
}

static void test_the_same_as_json(void)
{
	CLEANUP(diag_deinit) struct diag d = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(json_freep) struct json *j = NULL;
	int64_t line = 0;

	diag_json(&d, &text);
	ASSERT_STR(buf_str(&text), "[]");
	buf_clear(&text);
	diag_error(&d, (struct place){ "a\xFF.ini", 3 }, "a \"quoted\" \\ thing");
	diag_warn(&d, (struct place){ NULL, 0 }, "b");
	diag_json(&d, &text);
	CU_ASSERT_EQUAL_FATAL(json_parse(&j, buf_str(&text), NULL), 0);
	ASSERT_STR(json_str(j, "0.file"), "a\xEF\xBF\xBD.ini");
	CU_ASSERT_TRUE(json_get_int(j, "0.line", &line) && line == 3);
	ASSERT_STR(json_str(j, "0.level"), "error");
	ASSERT_STR(json_str(j, "0.message"), "a \"quoted\" \\ thing");
	ASSERT_STR(json_str(j, "1.level"), "warning");
	CU_ASSERT_EQUAL(json_len(j), 2);
}

static void test_many(void)
{
	CLEANUP(diag_deinit) struct diag d = { 0 };

	for (unsigned i = 1; i <= 1000; i++)
		diag_error(&d, (struct place){ "a.ini", i }, "mistake %u", i);
	CU_ASSERT_EQUAL(d.n_errors, 1000);
	CU_ASSERT_STRING_EQUAL(d.entries[999].text, "mistake 1000");
	diag_deinit(&d);
	CU_ASSERT_EQUAL(d.n_entries, 0);
}

static void test_entries_move_to_the_end_of_another(void)
{
	struct diag all = { 0 }, one = { 0 };

	diag_move(&all, &one);
	CU_ASSERT_EQUAL(all.n_entries, 0);
	for (unsigned i = 0; i < 30; i++) {
		diag_error(&one, (struct place){ "b", i }, "b%u", i);
		diag_warn(&one, (struct place){ "c", i }, "c");
		if (i % 3 == 0)
			diag_error(&all, (struct place){ "a", i }, "a%u", i);
		diag_move(&all, &one);
		CU_ASSERT_EQUAL(one.n_entries + one.n_errors + one.n_warnings, 0);
	}
	CU_ASSERT_EQUAL(all.n_errors, 40);
	CU_ASSERT_EQUAL(all.n_warnings, 30);
	CU_ASSERT_EQUAL_FATAL(all.n_entries, 70);
	ASSERT_STR(str_from(all.entries[0].text), "a0");
	ASSERT_STR(str_from(all.entries[1].text), "b0");
	ASSERT_STR(str_from(all.entries[69].file), "c");
	diag_error(&one, (struct place){ 0 }, "it can be used again");
	diag_deinit(&one);
	diag_deinit(&all);
	diag_deinit(&all);
}

/* Those of one line stay in their order. */
static void test_entries_in_the_order_of_lines(void)
{
	static const unsigned lines[] = { 9, 5, 3, 5, 0, 3, 5 };
	static const char *const wanted[] = { "4", "2", "5", "1", "3", "6", "0" };
	char name[4] = "0";
	struct diag d = { 0 };

	diag_sort(&d);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		name[0] = (char)('0' + i);
		diag_error(&d, (struct place){ "f", lines[i] }, "%s", name);
	}
	diag_sort(&d);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		ASSERT_STR(str_from(d.entries[i].text), wanted[i]);
	diag_deinit(&d);
}

static void test_endless_lines_are_shortened(void)
{
	char line[5000];
	struct diag d = { 0 };
	struct str seen;

	for (size_t i = 0; i + 1 < sizeof(line); i++)
		line[i] = "\u00e9"[(i + 1) % 2];
	line[sizeof(line) - 1] = '\0';
	for (size_t skip = 1; skip < 3; skip++) {
		diag_error(&d, (struct place){ "f", 1 }, "%s`%s` is too long", skip == 1 ? "x" : "",
			   line + 1);
		seen = str_from(d.entries[skip - 1].text);
		CU_ASSERT_TRUE(utf8_valid(seen));
		CU_ASSERT_TRUE(seen.len > 900 && seen.len <= 1010);
		CU_ASSERT_TRUE(str_ends(seen, "` is too long"));
		CU_ASSERT_TRUE(str_find(seen, " \u2026 ") != SIZE_MAX);
	}
	line[990] = '\0';
	diag_error(&d, (struct place){ "f", 1 }, "%s", line + 1);
	ASSERT_STR(str_from(d.entries[2].text), line + 1);
	diag_deinit(&d);
}

UNIT_MAIN("diag",
	  { "entries keep their order and their kind",
	    test_entries_keep_their_order_and_their_kind },
	  { "nothing quoted can fake a line or show a token",
	    test_nothing_quoted_can_fake_a_line_or_show_a_token },
	  { "the same as json", test_the_same_as_json }, { "many", test_many },
	  { "entries move to the end of another", test_entries_move_to_the_end_of_another },
	  { "entries in the order of lines", test_entries_in_the_order_of_lines },
	  { "endless lines are shortened", test_endless_lines_are_shortened })
