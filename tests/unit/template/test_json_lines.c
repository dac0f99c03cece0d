/* SPDX-License-Identifier: MIT */
#include "template/json_lines.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/tmpdir.h"
#include "lib/unit.h"

enum { LINES_MAX = 64, KEY_LINE = 9 };

/* "LINE:TEXT\n" for each complaint, or the JSON. */
static void tell(const struct diag *diag, const struct json *j, struct buf *out)
{
	for (size_t i = 0; i < diag->n_entries; i++)
		buf_addf(out, "%u:%s\n", diag->entries[i].line, diag->entries[i].text);
	if (j != NULL)
		json_print(j, out);
}

/* The value of a key on line 9, the first line of it there too. */
static void read_text(struct str text, struct buf *out)
{
	CLEANUP(mem_freep) char *exact = mem_alloc(text.len);
	struct ini_line lines[LINES_MAX];
	struct ini_entry entry = { .key = STR("blocks"), .lines = lines, .line = KEY_LINE };
	CLEANUP(json_freep) struct json *j = NULL;
	struct str rest, line;
	struct diag diag = { 0 };

	memcpy(exact, text.p, text.len);
	rest = entry.value = str_make(exact, text.len);
	while (entry.n_lines < LINES_MAX && str_cut(&rest, '\n', &line)) {
		lines[entry.n_lines] = (struct ini_line){ line, KEY_LINE + entry.n_lines };
		entry.n_lines++;
	}
	CU_ASSERT_EQUAL(json_lines_read(&j, &entry, "f.ini", &diag), diag.n_errors == 0);
	CU_ASSERT_EQUAL(j == NULL, diag.n_errors > 0);
	tell(&diag, j, out);
	diag_deinit(&diag);
}

static void check(const char *text, const char *told)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	read_text(str_from(text), &out);
	ASSERT_STR(buf_str(&out), told);
}

static void test_plain_json_stays_as_it_is(void)
{
	check("{\"a\": [1, true, \"x\"]}", "{\"a\":[1,true,\"x\"]}");
	check("\n {}\n", "{}");
	check("{\"a\":\"{user} said {text|short 20}\"}", "{\"a\":\"{user} said {text|short 20}\"}");
	check("{\"a\": \"{if sign is \\\"}\\\": x}\"}", "{\"a\":\"{if sign is \\\"}\\\": x}\"}");
	check("[\"{user\", \"\\\\\", \"}\"]", "[\"{user\",\"\\\\\",\"}\"]");
}

static void test_whole_inserts_become_marked_texts(void)
{
	check("{\"t\": {text|json}}", "{\"t\":\"\\u0001{text}\"}");
	check("[{text | first line | json }, {1|json}]",
	      "[\"\\u0001{text | first line}\",\"\\u0001{1}\"]");
	check("{if sign is \"}\": a | else b|json}",
	      "\"\\u0001{if sign is \\\"}\\\": a | else b}\"");
	check("[{karma[{who}]|json}]", "[\"\\u0001{karma[{who}]}\"]");
	check("[{text or \"\\\"}\"|json}]", "[\"\\u0001{text or \\\"\\\\\\\"}\\\"}\"]");
	check("[{text or caf\xC3\xA9|json}]", "[\"\\u0001{text or caf\xC3\xA9}\"]");
}

static void test_whole_inserts_need_the_filter(void)
{
	check("[\n{text}]",
	      "10:`blocks`: {text}: an insert outside of \"quotes\" ends in the filter "
	      "json, as {text|json} does; or put it in quotes\n");
	check("[{text|upper}, {json}]",
	      "9:`blocks`: {text|upper}: an insert outside of \"quotes\" ends in the filter json, as "
	      "{text|json} does; or put it in quotes\n"
	      "9:`blocks`: {json}: an insert outside of \"quotes\" ends in the filter json, as "
	      "{text|json} does; or put it in quotes\n");
	check("[1,\n2, {text|json\n]",
	      "10:`blocks`: {text|json: the insert is not closed on its line\n");
	check("{{text|json}: 1}",
	      "9:`blocks`: {text|json}: an insert may stand for a value, not for the name before the "
	      "colon\n");
	check("[\"\\u0001{text}\"]", "9:`blocks`: \"\\u0001{text}\": a text may not begin with the "
				     "control character \\u0001\n");
}

static void test_faults_name_their_line_and_what_was_wanted(void)
{
	check("{\n \"a\": 1,\n \"b\" 2\n}",
	      "11:`blocks`: a member name without a colon, at `2`; wanted a colon behind the name\n");
	check("[\n {\"a\": {text|json} \"b\": 1}\n]",
	      "10:`blocks`: an object or array that is not closed, at `\"b\": 1}`; wanted a comma "
	      "before the next item, or the closing bracket\n");
	check("[1,\n]",
	      "9:`blocks`: a comma with nothing behind it, at `,`; wanted no comma behind "
	      "the last item\n");
	check("[1",
	      "9:`blocks`: an object or array that is not closed; wanted a comma before the next "
	      "item, or the closing bracket\n");
	check("{\"a\": \"b}\n",
	      "9:`blocks`: a line end in a string; wanted \" where the text ends; a "
	      "line end within it is written \\n\n");
	check("{\n{type : \"x\"}}",
	      "10:`blocks`: a member whose name is not in double quotes, at `{type : \"x\"}}`; wanted a "
	      "name in \"double quotes\"\n");
	check("{a_b:1}",
	      "9:`blocks`: a member whose name is not in double quotes, at `a_b:1}`; wanted "
	      "a name in \"double quotes\"\n");
	check("[{pick: a | b|json}]", "[\"\\u0001{pick: a | b}\"]");
	check("[{text},\n1 2]",
	      "9:`blocks`: {text}: an insert outside of \"quotes\" ends in the filter json, as "
	      "{text|json} does; or put it in quotes\n"
	      "10:`blocks`: an object or array that is not closed, at `2]`; wanted a comma before the "
	      "next item, or the closing bracket\n");
	check("", "9:`blocks`: nothing here; wanted JSON such as { \"name\": \"text\" }\n");
	check(" \n", "9:`blocks`: nothing here; wanted JSON such as { \"name\": \"text\" }\n");
	check("[]\n\xFF", "10:`blocks`: byte 0xFF is not UTF-8; save the file as UTF-8\n");
	check("[{text\xFF|json}]", "9:`blocks`: byte 0xFF is not UTF-8; save the file as UTF-8\n");
	check("{text|json}{text|json}",
	      "9:`blocks`: something behind the end, at `{text|json}`; wanted nothing behind the last "
	      "closing bracket\n");
}

static void test_names_stand_once(void)
{
	check("{\"a\": 1, \"b\": {\"a\": 2}, \"c\": [{\"a\": 1}, {\"a\": 2}]}",
	      "{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":1},{\"a\":2}]}");
	check("{\"a\": {\"b\": 1},\n\"a\": 2}",
	      "10:`blocks`: \"a\": this name stands twice within the same { }\n");
	check("[{\"x\\\"y\": {text|json},\n\n\"\\u0078\\\"y\" : \"\"}]",
	      "11:`blocks`: \"\\u0078\\\"y\": this name stands twice within the same { }\n");
	check("{\"a\\u0000b\": 1, \"a\\u0000c\": 2}",
	      "9:`blocks`: \"a\\u0000c\": this name stands twice within the same { }\n");
	check("[\"a\", \"a\"]", "[\"a\",\"a\"]");
}

static void test_inserts_are_measured(void)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "", 0 },
		{ "{", 0 },
		{ "{ a}", 0 },
		{ "{\"a\"}", 0 },
		{ "{}", 0 },
		{ "{{a}", 0 },
		{ "a{a}", 0 },
		{ "{a}b", 3 },
		{ "{1}", 3 },
		{ "{a{b}}c", 6 },
		{ "{a \"}\"}", 7 },
		{ "{a", SIZE_MAX },
		{ "{a\n}", SIZE_MAX },
		{ "{a\"}", 4 },
		{ "{a\"\\\"}\"}x", 8 },
		{ "{\xC3\xA9}", 4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CU_ASSERT_EQUAL(json_lines_placeholder_len(str_from(cases[i].text)), cases[i].len);
}

static void fill(struct buf *text, const char *piece, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addz(text, piece);
}

static void test_hostile_json_is_bounded(void)
{
	static const struct {
		const char *piece;
		size_t n;
		const char *told;
	} cases[] = {
		{ "[", 100000, "9:`blocks`: too many levels within each other, at" },
		{ "{\"a\":", 100000, "9:`blocks`: too many levels within each other, at" },
		{ "{a", 50000, "9:`blocks`: {a{a{a" },
		{ "{a}", 80000, "9:`blocks`: {a}: an insert outside of" },
		{ "\"\\u0001\",", 30000, "9:`blocks`: \"\\u0001\": a text may not" },
		{ "\"", 100001, "9:`blocks`: something behind the end" },
		{ "\\", 100000, "9:`blocks`: something that is no value" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(buf_deinit) struct buf text = { 0 };
		CLEANUP(buf_deinit) struct buf out = { 0 };

		fill(&text, cases[i].piece, cases[i].n);
		read_text(buf_str(&text), &out);
		CU_ASSERT_TRUE(str_starts(buf_str(&out), cases[i].told));
		CU_ASSERT_TRUE(out.len < 8 << 10);
	}
}

/* ---- files ---- */

struct folder {
	struct tmpdir dir;
	struct buf out;
};

static void load(struct folder *folder, const char *path)
{
	CLEANUP(json_freep) struct json *j = NULL;
	CLEANUP(mem_freep) char *rule_file = NULL;
	struct buf name = { 0 };
	struct diag diag = { 0 };

	buf_addf(&name, "%s/a.ini", tmpdir_path(&folder->dir));
	rule_file = buf_take(&name);
	buf_clear(&folder->out);
	CU_ASSERT_EQUAL(
		json_lines_load(&j, str_from(path), rule_file, (struct place){ "a.ini", 5 }, &diag),
		diag.n_errors == 0);
	if (diag.n_entries > 0 && !str_is(str_from(diag.entries[0].file), "a.ini"))
		buf_addf(&folder->out, "%s:", strrchr(diag.entries[0].file, '/') + 1);
	tell(&diag, j, &folder->out);
	diag_deinit(&diag);
}

static void folder_init(struct folder *folder)
{
	tmpdir_init(&folder->dir);
	buf_init(&folder->out, 0);
}

static void folder_deinit(struct folder *folder)
{
	tmpdir_deinit(&folder->dir);
	buf_deinit(&folder->out);
}

static void test_files_are_read_beside_the_rule_file(void)
{
	struct folder folder;

	folder_init(&folder);
	tmpdir_write(&folder.dir, "card.json", "\xEF\xBB\xBF[\r\n{text|json}\r\n]\r\n");
	tmpdir_write(&folder.dir, "bad.json", "[\n1,\n2 3]\n");
	tmpdir_write(&folder.dir, "empty.json", "");
	load(&folder, "card.json");
	ASSERT_STR(buf_str(&folder.out), "[\"\\u0001{text}\"]");
	load(&folder, "./card.json");
	ASSERT_STR(buf_str(&folder.out), "[\"\\u0001{text}\"]");
	load(&folder, "bad.json");
	ASSERT_STR(
		buf_str(&folder.out),
		"bad.json:3:`bad.json`: an object or array that is not closed, at `3]`; wanted a "
		"comma before the next item, or the closing bracket\n");
	load(&folder, "empty.json");
	ASSERT_STR(buf_str(&folder.out),
		   "empty.json:1:`empty.json`: nothing here; wanted JSON such as "
		   "{ \"name\": \"text\" }\n");
	folder_deinit(&folder);
}

static void test_files_elsewhere_are_refused(void)
{
	static const char *const paths[] = {
		"",	  "/etc/passwd", "../a.json", "cards/../../a.json", "cards//a.json",
		"cards/", ".."
	};
	struct folder folder;

	folder_init(&folder);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		load(&folder, paths[i]);
		CU_ASSERT_TRUE(str_starts(buf_str(&folder.out), "5:seen `@"));
		CU_ASSERT_NOT_EQUAL(str_find(buf_str(&folder.out),
					     "wanted a file in the folder of the rule file"),
				    SIZE_MAX);
	}
	folder_deinit(&folder);
}

static void refused(struct folder *folder, const char *path, const char *why)
{
	load(folder, path);
	CU_ASSERT_TRUE(str_starts(buf_str(&folder->out), "5:`@"));
	CU_ASSERT_TRUE(str_ends(buf_str(&folder->out), why));
}

static void test_only_plain_files_of_some_size_are_read(void)
{
	struct folder folder;
	struct buf text = { 0 };
	const char *pipe;

	folder_init(&folder);
	fill(&text, " ", JSON_LINES_MAX_FILE - 2);
	buf_addz(&text, "[]");
	buf_addc(&text, '\0');
	tmpdir_write(&folder.dir, "full.json", text.p);
	text.p[text.len - 1] = ' ';
	buf_addc(&text, '\0');
	tmpdir_write(&folder.dir, "over.json", text.p);
	pipe = tmpdir_write(&folder.dir, "pipe.json", "");
	CU_ASSERT_EQUAL_FATAL(unlink(pipe), 0);
	CU_ASSERT_EQUAL_FATAL(mkfifo(pipe, 0600), 0);
	load(&folder, "full.json");
	ASSERT_STR(buf_str(&folder.out), "[]");
	refused(&folder, "over.json", "it is over 256 KiB\n");
	refused(&folder, "none.json",
		"there is no such file beside the rule file, or it may not be read\n");
	refused(&folder, "pipe.json", "it is a pipe; wanted a plain file\n");
	refused(&folder, ".", "Is a directory\n");
	buf_deinit(&text);
	folder_deinit(&folder);
}

UNIT_MAIN("jsonform", { "plain json stays as it is", test_plain_json_stays_as_it_is },
	  { "whole inserts become marked texts", test_whole_inserts_become_marked_texts },
	  { "whole inserts need the filter", test_whole_inserts_need_the_filter },
	  { "faults name their line", test_faults_name_their_line_and_what_was_wanted },
	  { "names stand once", test_names_stand_once },
	  { "inserts are measured", test_inserts_are_measured },
	  { "hostile json is bounded", test_hostile_json_is_bounded },
	  { "files are read beside the rule file", test_files_are_read_beside_the_rule_file },
	  { "files elsewhere are refused", test_files_elsewhere_are_refused },
	  { "only plain files are read", test_only_plain_files_of_some_size_are_read })
