/* SPDX-License-Identifier: MIT */
#include "base/inifile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

/* What was read, written down: "[kind name]3 key@4=value|" with \n shown as "/". */
struct record {
	struct buf out;
	struct diag diag;
};

static void on_section(void *owner, struct str kind, struct str name, struct place at)
{
	struct record *r = owner;

	buf_addf(&r->out, "[%.*s:%.*s]%u ", STR_ARG(kind), STR_ARG(name), at.line);
}

static void on_entry(void *owner, const struct ini_entry *entry)
{
	struct record *r = owner;
	struct str value = entry->value, line;

	buf_addf(&r->out, "%.*s@%u=", STR_ARG(entry->key), entry->line);
	for (size_t i = 0; i < entry->n_lines; i++) {
		buf_addf(&r->out, "%s%.*s", i > 0 ? "/" : "", STR_ARG(entry->lines[i].text));
		CU_ASSERT_TRUE(str_cut(&value, '\n', &line) && str_eq(line, entry->lines[i].text));
		CU_ASSERT_TRUE(entry->lines[i].line >= entry->line + (i > 0));
	}
	buf_addz(&r->out, "| ");
}

static bool knows_key(void *owner, struct str key)
{
	(void)owner;
	return str_is(key, "reply") || str_is(key, "match");
}

static bool is_text(void *owner, struct str key)
{
	(void)owner;
	return str_is(key, "reply");
}

static void read_into(struct record *r, struct str text)
{
	const struct ini_sink sink = { r, on_section, on_entry, knows_key, is_text };

	buf_init(&r->out, 0);
	diag_init(&r->diag);
	inifile_read(text, "t.ini", &sink, &r->diag);
}

static void record_deinit(struct record *r)
{
	buf_deinit(&r->out);
	diag_deinit(&r->diag);
}

static void check(const char *text, const char *wanted)
{
	CLEANUP(record_deinit) struct record r;

	read_into(&r, str_from(text));
	ASSERT_STR(buf_str(&r.out), wanted);
	CU_ASSERT_EQUAL(r.diag.n_entries, 0);
	diag_print(&r.diag, stdout);
}

static void check_error(struct str text, unsigned line, const char *wanted)
{
	CLEANUP(record_deinit) struct record r;

	read_into(&r, text);
	CU_ASSERT_EQUAL(r.diag.n_entries, 1);
	if (r.diag.n_entries == 0)
		return;
	CU_ASSERT_EQUAL(r.diag.entries[0].line, line);
	if (strstr(r.diag.entries[0].text, wanted) == NULL)
		printf("\n  seen: %s\n  wanted: %s\n", r.diag.entries[0].text, wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.diag.entries[0].text, wanted));
}

static void test_the_smallest_rule(void)
{
	check("[rule hello]\nmatch = Hello\nreply = Hi {user}!\n",
	      "[rule:hello]1 match@2=Hello| reply@3=Hi {user}!| ");
}

static void test_comments_stand_in_column_one_only(void)
{
	check("# a\n; b\n[rule x]\nmatch = a ; b # c\n  # d\n  ; e\nreply=z\n",
	      "[rule:x]3 match@4=a ; b # c/# d/; e| reply@7=z| ");
}

static void test_a_comment_between_indented_lines_is_skipped(void)
{
	check("[rule x]\nreply = a\n  b\n# not this\n  c\n", "[rule:x]1 reply@2=a/b/c| ");
}

static void test_continuation_keeps_blank_lines_and_inner_indentation(void)
{
	check("[rule x]\nreply = a\n\n    1. b\n\n      c\n\nmatch = y\n",
	      "[rule:x]1 reply@2=a//1. b//  c| match@8=y| ");
	check("[rule x]\nreply =\n    b\n\tc\n    d\n", "[rule:x]1 reply@2=    b/\tc/    d| ");
	check("[rule x]\nreply =\n\t\tb\n\tc\n", "[rule:x]1 reply@2=\tb/c| ");
}

static void test_bom_crlf_and_a_missing_last_line_end(void)
{
	check("\xEF\xBB\xBF[rule x]\r\nmatch = a\r\n  b\r\nreply = c",
	      "[rule:x]1 match@2=a/b| reply@4=c| ");
}

static void test_keys_and_values_are_trimmed(void)
{
	check("[ rule   x ]\npost   #ops\t  =   a = b : c  \nk:l = m\n",
	      "[rule:x]1 post #ops@2=a = b : c| k:l@3=m| ");
}

static void test_repeated_and_empty_sections_are_seen(void)
{
	check("[rule x]\n[rule x]\n[defaults]\n", "[rule:x]1 [rule:x]2 [defaults:]3 ");
}

static void test_an_empty_value_has_no_lines(void)
{
	check("[rule x]\nreply =\nmatch =   \n\n", "[rule:x]1 reply@2=| match@3=| ");
}

static void test_long_lines_stay_whole(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(record_deinit) struct record r;

	buf_addz(&text, "[rule x]\nmatch = ");
	while (text.len < INIFILE_MAX_LINE + 100)
		buf_addz(&text, "ab ;");
	text.len = strlen("[rule x]\n") + INIFILE_MAX_LINE - 1;
	buf_addz(&text, "z\nenabled = no\n");
	read_into(&r, buf_str(&text));
	CU_ASSERT_EQUAL(r.diag.n_entries, 0);
	CU_ASSERT_TRUE(str_ends(buf_str(&r.out), "z| enabled@3=no| "));
	CU_ASSERT_TRUE(r.out.len > INIFILE_MAX_LINE);
}

static void test_a_line_too_long_is_refused(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addz(&text, "[rule x]\n");
	for (int i = 0; i <= INIFILE_MAX_LINE; i++)
		buf_addc(&text, 'a');
	check_error(buf_str(&text), 2, "wanted at most 65536");
}

static void test_malformed_lines_are_named(void)
{
	check_error(STR("[rule x]\nno equals\n"), 2, "seen \"no equals\", wanted `key = value`");
	check_error(STR("[rule x]\n = y\n"), 2, "indented");
	check_error(STR("[rule x]\n= y\n"), 2, "wanted `key = value`");
	check_error(STR("[rule x\nmatch = y\n  z\n"), 1, "wanted a section");
	check_error(STR("[rule x] junk\nmatch = y\n"), 1, "wanted a section");
	check_error(STR("[]\n"), 1, "wanted a section");
	check_error(STR("[rule x]\nmatch = a\0b\n"), 2, "control character 0x00");
	check_error(STR("[rule x]\nmatch = a\x02"
			"b\n  more\n"),
		    2, "control character 0x02");
	check_error(STR("[rule x]\nreply = \xC3(\n"), 2, "is not UTF-8");
	check_error(STR("[rule x]\nreply = \xED\xA0\x80\n"), 2, "is not UTF-8");
	check_error(STR("[rule x]\rreply = a\n"), 1, "control character 0x0D");
	check_error(STR("[rule x]\n\n   floating\n"), 3, "there is no value above");
}

static void test_a_misplaced_key_draws_a_hint(void)
{
	CLEANUP(record_deinit) struct record r;

	check_error(STR("[rule x]\nmatch = a\n  reply = b\n"), 3,
		    "remove the spaces in front of `reply`");
	read_into(&r, STR("[rule x]\nreply = a\n  match = b\n"));
	CU_ASSERT_EQUAL(r.diag.n_errors, 0);
	CU_ASSERT_EQUAL(r.diag.n_warnings, 1);
	ASSERT_STR(buf_str(&r.out), "[rule:x]1 reply@2=a/match = b| ");
}

static void test_all_mistakes_come_in_one_go(void)
{
	CLEANUP(record_deinit) struct record r;

	read_into(&r, STR("what\n[rule x\nmatch = a\n[rule y]\nmore\nmatch = \x01\nreply = ok\n"));
	CU_ASSERT_EQUAL(r.diag.n_errors, 4);
	ASSERT_STR(buf_str(&r.out), "[rule:y]4 reply@7=ok| ");
}

static void test_every_control_byte_is_refused(void)
{
	for (int c = 0; c < 0x20; c++) {
		char text[] = "[rule x]\nmatch = a?b\nreply = c\n";
		char wanted[32];

		if (c == '\t' || c == '\n')
			continue;
		text[strcspn(text, "?")] = (char)c;
		snprintf(wanted, sizeof(wanted), "control character 0x%02X", (unsigned)c);
		check_error(str_make(text, sizeof(text) - 1), 2, wanted);
	}
	check_error(STR("[rule x]\nmatch = \x7F\n"), 2, "byte 9 is the control character 0x7F");
}

static void test_a_stray_key_draws_a_hint_too(void)
{
	check_error(STR("[rule x]\n  match = a\n"), 2, "remove the spaces in front of `match`");
	check_error(STR("[rule x]\nreply = a\nmore of it\n"), 3, "begins with a blank");
}

static void test_only_a_little_of_a_faulty_line_is_quoted(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(record_deinit) struct record r;

	for (int i = 0; i < 10000; i++)
		buf_addz(&text, "\xC3\xA9");
	read_into(&r, buf_str(&text));
	CU_ASSERT_EQUAL_FATAL(r.diag.n_errors, 1);
	CU_ASSERT_TRUE(strlen(r.diag.entries[0].text) < 200);
	CU_ASSERT_TRUE(utf8_valid(str_from(r.diag.entries[0].text)));
}

static void test_names_may_have_any_length(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 }, wanted = { 0 };
	CLEANUP(record_deinit) struct record r;
	char name[5000];

	memset(name, 'n', sizeof(name));
	buf_addf(&text, "[rule %.5000s]\n%.5000s = a\n  b\n", name, name);
	buf_addf(&wanted, "[rule:%.5000s]1 %.5000s@2=a/b| ", name, name);
	read_into(&r, buf_str(&text));
	CU_ASSERT_TRUE(str_eq(buf_str(&r.out), buf_str(&wanted)));
}

/* ---- random values ---- */

/* Everything that once hurt. */
static void add_random_text(struct buf *out, size_t n)
{
	static const char *const parts[] = { "a", "b", " ",  ";", "#", "=",  ":",  "[",
					     "]", "'", "\t", "{", "}", "\\", "\"", "\xC3\xA9" };

	buf_addc(out, 'x');
	for (size_t i = 0; i < n; i++)
		buf_addz(out, parts[(size_t)rand() % ARRAY_LEN(parts)]);
	buf_addc(out, 'y');
}

/* A line of the value: into the file behind `margin`, and as it must come back. */
static void add_random_line(struct buf *file, struct buf *wanted, const char *margin, size_t indent)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };

	buf_addf(&line, "%*s", (int)indent, "");
	add_random_text(&line, (size_t)rand() % (rand() % 50 == 0 ? 5000 : 300));
	buf_addf(file, "%s%.*s\n", margin, STR_ARG(buf_str(&line)));
	buf_add(wanted, buf_str(&line));
}

static void add_random_value(struct buf *file, struct buf *wanted)
{
	static const char *const margins[] = { " ", "    ", "\t", " \t" };
	const char *margin = margins[rand() % 4];

	buf_addz(file, "k = ");
	add_random_line(file, wanted, "", 0);
	for (int n = rand() % 6; n > 0; n--) {
		int blanks = rand() % 3;

		for (int i = 0; i < blanks; i++)
			buf_addz(file, rand() % 2 == 0 ? "\n" : "  \t \n");
		if (rand() % 4 == 0)
			buf_addz(file, "# a comment in between\n");
		buf_addf(wanted, "%.*s", blanks + 1, "////");
		/* The last line stands at the margin, which is thereby the common indentation. */
		add_random_line(file, wanted, margin, n > 1 ? (size_t)rand() % 4 : 0);
	}
	buf_addz(file, rand() % 2 == 0 ? "\n\n" : "");
}

static void test_random_values_come_back_exact(void)
{
	srand(unit_seed());
	for (int round = 0; round < 3000; round++) {
		CLEANUP(buf_deinit) struct buf file = { 0 }, value = { 0 }, wanted = { 0 };
		CLEANUP(record_deinit) struct record r;

		buf_addz(&file, "[s]\n");
		add_random_value(&file, &value);
		buf_addz(&file, "[t]");
		read_into(&r, buf_str(&file));
		buf_addf(&wanted, "[s:]1 k@2=%.*s| [t:]", STR_ARG(buf_str(&value)));
		CU_ASSERT_EQUAL_FATAL(r.diag.n_entries, 0);
		CU_ASSERT_TRUE_FATAL(
			str_eq(str_sub(buf_str(&r.out), 0, wanted.len), buf_str(&wanted)));
	}
}

/* Whatever a file is cut down to, reading it ends without harm and names no line that is not there. */
static void test_cut_at_every_byte(void)
{
	static const char whole[] =
		"\xEF\xBB\xBF[rule a]\r\nmatch = x ; y\n    z\n\n  # w\nreply =\n\t\xC3\xA9\n"
		"what\n  ever\n[broken\nx = y\n[rule b]\nmatch=\n";

	for (size_t n = 0; n < sizeof(whole); n++) {
		CLEANUP(mem_freep) char *exact = mem_alloc(n);
		CLEANUP(record_deinit) struct record r;

		memcpy(exact, whole, n);
		read_into(&r, str_make(exact, n));
		for (size_t i = 0; i < r.diag.n_entries; i++)
			CU_ASSERT_TRUE(r.diag.entries[i].line >= 1 && r.diag.entries[i].line <= 13);
	}
}

UNIT_MAIN("inifile", { "the smallest rule", test_the_smallest_rule },
	  { "comments stand in column one only", test_comments_stand_in_column_one_only },
	  { "a comment between indented lines is skipped",
	    test_a_comment_between_indented_lines_is_skipped },
	  { "continuation keeps blank lines and inner indentation",
	    test_continuation_keeps_blank_lines_and_inner_indentation },
	  { "bom, crlf and a missing last line end", test_bom_crlf_and_a_missing_last_line_end },
	  { "keys and values are trimmed", test_keys_and_values_are_trimmed },
	  { "repeated and empty sections are seen", test_repeated_and_empty_sections_are_seen },
	  { "an empty value has no lines", test_an_empty_value_has_no_lines },
	  { "long lines stay whole", test_long_lines_stay_whole },
	  { "a line too long is refused", test_a_line_too_long_is_refused },
	  { "malformed lines are named", test_malformed_lines_are_named },
	  { "a misplaced key draws a hint", test_a_misplaced_key_draws_a_hint },
	  { "all mistakes come in one go", test_all_mistakes_come_in_one_go },
	  { "every control byte is refused", test_every_control_byte_is_refused },
	  { "a stray key draws a hint too", test_a_stray_key_draws_a_hint_too },
	  { "only a little of a faulty line is quoted",
	    test_only_a_little_of_a_faulty_line_is_quoted },
	  { "names may have any length", test_names_may_have_any_length },
	  { "random values come back exact", test_random_values_come_back_exact },
	  { "cut at every byte", test_cut_at_every_byte })
