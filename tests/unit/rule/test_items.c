/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "lib/unit.h"
#include "rule/items.h"

/* The items of a value of several lines as `[a][b]`, then the complaints. */
static void check(const char *value, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct ini_line lines[8];
	struct ini_entry entry = {
		.key = STR("words"), .value = str_from(value), .lines = lines, .line = 1
	};
	struct str rest = entry.value, line;
	struct arena arena = { 0 };
	struct diag diag = { 0 };
	struct items walk;
	struct item item;

	while (str_cut(&rest, '\n', &line)) {
		lines[entry.n_lines] = (struct ini_line){ line, (unsigned)entry.n_lines + 1 };
		entry.n_lines++;
	}
	items_init(&walk, &entry, "t.ini", &arena, &diag);
	while (items_next(&walk, &item))
		buf_addf(&seen, "%u[%.*s]", item.at.line, STR_ARG(item.text));
	for (size_t i = 0; i < diag.n_entries; i++)
		buf_addf(&seen, " %u:%s", diag.entries[i].line, diag.entries[i].text);
	ASSERT_STR(buf_str(&seen), wanted);
	diag_deinit(&diag);
	arena_deinit(&arena);
}

static void test_commas_and_line_ends_separate(void)
{
	check("vpn", "1[vpn]");
	check("a,b ,  c d", "1[a]1[b]1[c d]");
	check("a,\nb\nc,", "1[a]2[b]3[c]");
	check("a\n\nb", "1[a]3[b]");
}

static void test_quotes_keep_commas_and_blanks(void)
{
	check("\"well, actually\", b", "1[well, actually]1[b]");
	check("\" a \"", "1[ a ]");
	check("\"say \\\"hi\\\"\"", "1[say \"hi\"]");
	check("say \"hi\"", "1[say \"hi\"]");
	check("\"\", b", "1[]1[b]");
}

static void test_slips_are_told_at_their_lines(void)
{
	check("a,,b", "1[a]1[b] 1:nothing stands between two commas");
	check("a\n, b", "1[a]2[b] 2:nothing stands between two commas");
	check("a\n\"b", "1[a] 2:the quote is not closed: \"b");
	check("\"a\" b, c", "1[c] 1:`b` stands behind a closing quote; a comma separates items");
	check("“a, b”",
	      "1[“a]1[b”] 1:the curly quote belongs to the item `“a`; only straight quotes (\") hold an item together");
	check("\"a\\\"", " 1:the quote is not closed: \"a\\\"");
}

UNIT_MAIN("items", { "commas and line ends separate", test_commas_and_line_ends_separate },
	  { "quotes keep commas and blanks", test_quotes_keep_commas_and_blanks },
	  { "slips are told at their lines", test_slips_are_told_at_their_lines })
