/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "base/mem.h"
#include "lib/unit.h"

static struct json *parsed(const char *text)
{
	struct json *j = NULL;
	const char *why = NULL;

	if (json_parse(&j, str_from(text), &why) != 0)
		printf("\n  %s: %s", text, why);
	CU_ASSERT_PTR_NOT_NULL(j);
	return j;
}

static void check_refused(struct str text)
{
	CLEANUP(mem_freep) char *exact = mem_alloc(text.len);
	struct json *j = NULL;
	const char *why = NULL;

	memcpy(exact, text.p, text.len);
	if (json_parse(&j, str_make(exact, text.len), &why) == 0) {
		printf("\n  accepted: %.*s", STR_ARG(text));
		CU_FAIL("malformed text was accepted");
		json_free(j);
		return;
	}
	CU_ASSERT_PTR_NULL(j);
	CU_ASSERT_PTR_NOT_NULL(why);
}

static void test_values_are_found_by_path(void)
{
	CLEANUP(json_freep)
	struct json *j = parsed(
		"{\"event\":{\"item\":{\"ts\":\"1.2\"},\"n\":12,\"big\":9223372036854775807,\"yes\":true,"
		"\"nil\":null,\"f\":1.5},\"ids\":[{\"id\":\"U1\"},\"x\"]}");
	int64_t n = 0;
	bool yes = false;

	ASSERT_STR(json_str(j, "event.item.ts"), "1.2");
	ASSERT_STR(json_str(j, "ids.0.id"), "U1");
	ASSERT_STR(json_str(j, "ids.1"), "x");
	CU_ASSERT_TRUE(json_get_int(j, "event.n", &n) && n == 12);
	CU_ASSERT_TRUE(json_get_int(j, "event.big", &n) && n == INT64_MAX);
	CU_ASSERT_TRUE(json_get_bool(j, "event.yes", &yes) && yes);
	ASSERT_STR(json_str(json_item(json_at(j, "ids"), 1), ""), "x");
	CU_ASSERT_PTR_EQUAL(json_at(j, ""), j);
	CU_ASSERT_PTR_NULL(json_at(j, "event.nothing.below"));
	CU_ASSERT_PTR_NULL(json_at(j, "ids.2"));
	CU_ASSERT_PTR_NULL(json_at(j, "ids.-1"));
	CU_ASSERT_PTR_NULL(json_at(j, "ids.x"));
	CU_ASSERT_PTR_NULL(json_at(j, "event.item.ts.0"));
}

static void test_another_type_counts_as_not_there(void)
{
	CLEANUP(json_freep)
	struct json *j = parsed(
		"{\"s\":\"text\",\"d\":\"-42\",\"n\":1,\"nil\":null,\"f\":1.5,\"over\":9223372036854775808,\"huge\":99999999999999999999}");
	int64_t n = 7;
	bool b;

	ASSERT_STR(json_str(j, "n"), "");
	ASSERT_STR(json_str(j, "nil"), "");
	CU_ASSERT_FALSE(json_get_bool(j, "n", &b));
	CU_ASSERT_FALSE(json_get_int(j, "s", &n));
	CU_ASSERT_FALSE(json_get_int(j, "f", &n));
	CU_ASSERT_FALSE(json_get_int(j, "huge", &n));
	CU_ASSERT_FALSE(json_get_int(j, "over", &n));
	CU_ASSERT_EQUAL(n, 7);
	CU_ASSERT_TRUE(json_get_int(j, "d", &n) && n == -42);
	CU_ASSERT_FALSE(json_get_int(NULL, "d", &n));
	CU_ASSERT_PTR_NULL(json_at(NULL, "a.b"));
	ASSERT_STR(json_str(NULL, "a"), "");
}

static void test_strings_know_their_length(void)
{
	CLEANUP(json_freep)
	struct json *j = parsed("{\"a\":\"x\\u0000y\",\"b\":\"\\ud83d\\ude00\",\"c\":\"\\ud83d\"}");

	CU_ASSERT_TRUE(str_eq(json_str(j, "a"), STR("x\0y")));
	ASSERT_STR(json_str(j, "b"), "\xF0\x9F\x98\x80");
	ASSERT_STR(json_str(j, "c"), "\xEF\xBF\xBD");
}

static void test_kinds_and_sizes(void)
{
	CLEANUP(json_freep) struct json *j = parsed("[null,true,1.5,1,{\"a\":1},[],\"s\"]");

	for (enum json_kind kind = JSON_NULL; kind <= JSON_STRING; kind++)
		CU_ASSERT_EQUAL(json_kind(json_item(j, (size_t)kind)), kind);
	CU_ASSERT_EQUAL(json_kind(NULL), JSON_NULL);
	CU_ASSERT_EQUAL(json_len(j), 7);
	CU_ASSERT_EQUAL(json_len(json_item(j, 4)), 1);
	CU_ASSERT_EQUAL(json_len(json_item(j, 6)), 0);
	CU_ASSERT_PTR_NULL(json_item(j, 7));
	CU_ASSERT_PTR_NULL(json_item(NULL, 0));
}

static void check_walk(const char *text, const char *wanted)
{
	CLEANUP(json_freep) struct json *j = parsed(text);
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct json *value;
	struct str key;
	size_t at = 0;

	while (json_member(j, &at, &key, &value)) {
		buf_addf(&seen, "%.*s=", STR_ARG(key));
		json_print(value, &seen);
		buf_addc(&seen, ' ');
	}
	ASSERT_STR(buf_str(&seen), wanted);
	CU_ASSERT_FALSE(json_member(j, &at, &key, &value));
}

static void test_members_are_walked_in_order(void)
{
	check_walk("{\"z\":1,\"a\":null,\"m\":{\"b\":[2]}}", "z=1 a=null m={\"b\":[2]} ");
	check_walk("{\"only\":\"x/y\"}", "only=\"x/y\" ");
	check_walk("{}", "");
	check_walk("[1]", "");
}

static void test_a_large_object_is_walked_in_time(void)
{
	CLEANUP(json_freep) struct json *j = json_new_object();
	struct json *value;
	struct str key;
	size_t at = 0, n = 0;

	for (int i = 0; i < 50000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "k%d", i);
		json_set_int(j, name, i);
	}
	while (json_member(j, &at, &key, &value))
		n++;
	CU_ASSERT_EQUAL(n, 50000);
}

static void test_building_and_printing(void)
{
	CLEANUP(json_freep) struct json *j = json_new_object();
	CLEANUP(json_freep) struct json *copy = NULL;
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct json *list = json_new_array();

	json_push_str(list, STR("a\0b"));
	json_push(list, json_new_object());
	json_set_str(j, "s", STR("</\"\n\xC3\xA9>"));
	json_set_str(j, "e", str_make(NULL, 0));
	json_set_int(j, "n", -5);
	json_set_bool(j, "b", true);
	json_set(j, "list", list);
	copy = json_copy(j);
	json_set_int(j, "n", 6);
	json_print(copy, &text);
	ASSERT_STR(buf_str(&text), "{\"s\":\"</\\\"\\n\xC3\xA9>\",\"e\":\"\",\"n\":-5,\"b\":true,"
				   "\"list\":[\"a\\u0000b\",{}]}");
	CU_ASSERT_PTR_NULL(json_copy(NULL));
	buf_clear(&text);
	json_print(NULL, &text);
	ASSERT_STR(buf_str(&text), "null");
}

static void test_quoting_comes_back(void)
{
	char bytes[127];
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(json_freep) struct json *j = NULL;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	buf_addc(&text, '[');
	json_quote(str_make(bytes, sizeof(bytes)), &text);
	buf_addc(&text, ',');
	json_quote(STR("a\xFF\xC3(\xE2\x82"), &text);
	buf_addc(&text, ']');
	CU_ASSERT_EQUAL_FATAL(json_parse(&j, buf_str(&text), NULL), 0);
	CU_ASSERT_TRUE(str_eq(json_str(j, "0"), str_make(bytes, sizeof(bytes))));
	ASSERT_STR(json_str(j, "1"), "a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void test_what_the_library_would_let_through(void)
{
	static const struct str texts[] = {
		STR("[\"a\tb\"]"),
		STR("[\"a\0b\"]"),
		STR("{}\0{}"),
		STR("12\0"),
		STR("\0"),
		STR("[NaN]"),
		STR("[-NaN]"),
		STR("[Infinity]"),
		STR("[-Infinity]"),
		STR("[nan]"),
		STR("-Infinity"),
		STR("NaN"),
		STR("[\"\xC0\x80\"]"),
		STR("[\"\xED\xA0\x80\"]"),
		STR("[\"\xF4\x90\x80\x80\"]"),
		STR("[\"\xFF\"]"),
		STR("{} x"),
		STR("{}{}"),
		STR("1 2"),
		STR("[1,]"),
		STR("{\"a\":1,}"),
		STR("['a']"),
		STR("{a:1}"),
		STR("[True]"),
		STR("[01]"),
		STR("[-01]"),
		STR("[1.]"),
		STR("[.5]"),
		STR("[+1]"),
		STR("[1e]"),
		STR("[-]"),
		STR("-"),
		STR("[0x1]"),
		STR("// c\n{}"),
		STR("[1/* c */]"),
		STR("[\f1]"),
		STR("[\v1]"),
		STR("\xEF\xBB\xBF{}"),
		STR("[\"\\x41\"]"),
		STR("[\"\\u12\"]"),
		STR("\""),
		STR("["),
		STR("{\"a\""),
		STR("{\"a\":"),
		STR("tru"),
		STR("nul"),
		STR(" "),
		STR(""),
		STR("\n"),
		STR("]"),
		STR("[\"\\"),
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_refused(texts[i]);
}

static void test_bare_values(void)
{
	static const char *const texts[] = { "12", " -1.5e3 ", "\"x\"", "true", "[]", "\t{}\r\n" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		json_free(parsed(texts[i]));
}

static void check_null(const char *text)
{
	struct json *j = NULL;

	CU_ASSERT_EQUAL(json_parse(&j, str_from(text), NULL), 0);
	CU_ASSERT_PTR_NULL(j);
}

static void test_depth_is_bounded(void)
{
	for (int depth = JSON_MAX_DEPTH - 4; depth < JSON_MAX_DEPTH + 4; depth++) {
		CLEANUP(buf_deinit) struct buf text = { 0 };
		CLEANUP(json_freep) struct json *j = NULL;

		for (int i = 0; i < depth; i++)
			buf_addc(&text, '[');
		for (int i = 0; i < depth; i++)
			buf_addc(&text, ']');
		CU_ASSERT_EQUAL(json_parse(&j, buf_str(&text), NULL) == 0, depth <= JSON_MAX_DEPTH);
	}
	check_null("null");
	check_null(" null ");
}

static void test_cut_at_every_byte(void)
{
	static const char whole[] =
		"{\"a\":[1,-2.5e3,true,null,\"\\ud83d\\ude00\xC3\xA9\"],\"b\":{}}";

	json_free(parsed(whole));
	for (size_t n = 0; n + 1 < sizeof(whole); n++)
		check_refused(str_make(whole, n));
}

/* A file of the public test suite: its name says whether it must be accepted. */
static void check_file(const char *folder, const char *name)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct json *j = NULL;
	char path[4096];
	bool accepted;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	CU_ASSERT_PTR_NULL_FATAL(file_load(path, &text));
	accepted = json_parse(&j, buf_str(&text), NULL) == 0;
	json_free(j);
	if ((name[0] == 'y' && !accepted) || (name[0] == 'n' && accepted)) {
		printf("\n  %s is wrongly %s", name, accepted ? "accepted" : "refused");
		CU_FAIL("the test suite disagrees");
	}
}

static void test_the_public_suite(void)
{
	const char *data = getenv("RETORT_DATA");
	char folder[2048];
	struct dirent **names = NULL;
	int n;

	snprintf(folder, sizeof(folder), "%s/hostile/test_parsing",
		 data != NULL ? data : "../shared/data");
	n = scandir(folder, &names, NULL, alphasort);
	if (n < 0)
		printf("\n  skipped: there is no %s ", folder);
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.')
			check_file(folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

#define BRACKETS "[[[[[[[[[[[[[[[["
#define TOO_DEEP BRACKETS BRACKETS BRACKETS BRACKETS "[" /* one more than JSON_MAX_DEPTH */

/* What is wrong with it; NULL = nothing. */
static const char *checked(struct str text)
{
	CLEANUP(mem_freep) char *exact = mem_alloc(text.len);
	CLEANUP(json_freep) struct json *j = NULL;
	struct json_fault fault;

	memcpy(exact, text.p, text.len);
	json_parse_at(&j, str_make(exact, text.len), &fault);
	return fault.seen;
}

static void test_what_is_json(void)
{
	static const struct str texts[] = {
		STR("{}"),
		STR(" [ ] "),
		STR("\t\r\n0\n"),
		STR("-0.5E+10"),
		STR("[1,-1,0,10,1e1,1E-1,0.0,0e0]"),
		STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uABcd\""),
		STR("\"\x7F \xC3\xA9 \xF0\x9F\x98\x80\""),
		STR("{\"\":null,\"\":[true,false]}"),
		STR("[[[]],{\"a\":{}}]"),
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ASSERT_STR(str_from(checked(texts[i])), "");
}

static void test_what_is_not_and_why(void)
{
	static const struct {
		struct str text;
		const char *why;
	} cases[] = {
		{ STR(""), "an end where a value should be" },
		{ STR("[1,"), "an end where a value should be" },
		{ STR("\xEF\xBB\xBF{}"), "something that is no value" },
		{ STR("{'a':1}"), "a member whose name is not in double quotes" },
		{ STR("{\"a\":1,}"), "a comma with nothing behind it" },
		{ STR("{\"a\":1, b:2}"), "a member whose name is not in double quotes" },
		{ STR("{\"a\" 1}"), "a member name without a colon" },
		{ STR("[1 , ]"), "a comma with nothing behind it" },
		{ STR("[,1]"), "something that is no value" },
		{ STR("[1 2]"), "an object or array that is not closed" },
		{ STR("[1}"), "an object or array that is not closed" },
		{ STR("{\"a\":1]"), "an object or array that is not closed" },
		{ STR("[-01]"), "a malformed number" },
		{ STR("[1.]"), "a malformed number" },
		{ STR("[1e+]"), "a malformed number" },
		{ STR("-"), "a malformed number" },
		{ STR("NaN"), "something that is no value" },
		{ STR("[\"a\tb\"]"), "a raw control character in a string" },
		{ STR("[\"a\nb\"]"), "a line end in a string" },
		{ STR("[\"a\0b\"]"), "a raw control character in a string" },
		{ STR("\"\\x41\""), "an unknown escape in a string" },
		{ STR("\"\\u12g4\""), "an unknown escape in a string" },
		{ STR("\"\\u123"), "an unknown escape in a string" },
		{ STR("\"\\"), "an unknown escape in a string" },
		{ STR("\"a"), "a string that is not closed" },
		{ STR("{}{}"), "something behind the end" },
		{ STR("{}\0"), "something behind the end" },
		{ STR("truex"), "something behind the end" },
		{ STR(TOO_DEEP "]"), "too many levels within each other" },
		{ STR("\"\xC0\x80\""), "bytes that are not UTF-8" },
		{ STR("\"\xED\xA0\x80\""), "bytes that are not UTF-8" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ASSERT_STR(str_from(checked(cases[i].text)), cases[i].why);
}

static void test_where_it_goes_wrong(void)
{
	static const struct {
		struct str text;
		size_t at;
	} cases[] = {
		{ STR(""), 0 },
		{ STR("[1,"), 3 },
		{ STR("[1 , ]"), 3 },
		{ STR("[ 1 2]"), 4 },
		{ STR("[1,\n -01]"), 5 },
		{ STR("{\"a\": 'x'}"), 6 },
		{ STR("{\"a\" 1}"), 5 },
		{ STR("{\"a\": \"b\n\"}"), 8 },
		{ STR("[\"ab\\x\"]"), 4 },
		{ STR("[\"ab"), 4 },
		{ STR("{} x"), 3 },
		{ STR(TOO_DEEP "]"), JSON_MAX_DEPTH + 1 },
		{ STR("[\"\xC0\x80\"]"), 2 },
		{ STR("[] []\xFF"), 5 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_fault fault = { .at = SIZE_MAX };
		struct json *j;

		CU_ASSERT_EQUAL(json_parse_at(&j, cases[i].text, &fault), JSON_MALFORMED);
		CU_ASSERT_EQUAL(fault.at, cases[i].at);
		CU_ASSERT_TRUE(str_from(fault.wanted).len > 5);
	}
}

static void test_sound_texts_have_no_fault(void)
{
	CLEANUP(json_freep) struct json *j = NULL;
	struct json_fault fault;

	CU_ASSERT_EQUAL(json_parse_at(&j, STR(" [1, {}] "), &fault), 0);
	CU_ASSERT_PTR_NULL(fault.seen);
}

UNIT_MAIN("json", { "values are found by path", test_values_are_found_by_path },
	  { "another type counts as not there", test_another_type_counts_as_not_there },
	  { "strings know their length", test_strings_know_their_length },
	  { "kinds and sizes", test_kinds_and_sizes },
	  { "members are walked in order", test_members_are_walked_in_order },
	  { "a large object is walked in time", test_a_large_object_is_walked_in_time },
	  { "building and printing", test_building_and_printing },
	  { "quoting comes back", test_quoting_comes_back },
	  { "what the library would let through", test_what_the_library_would_let_through },
	  { "what is json", test_what_is_json },
	  { "what is not, and why", test_what_is_not_and_why },
	  { "where it goes wrong", test_where_it_goes_wrong },
	  { "sound texts have no fault", test_sound_texts_have_no_fault },
	  { "bare values", test_bare_values }, { "depth is bounded", test_depth_is_bounded },
	  { "cut at every byte", test_cut_at_every_byte },
	  { "the public suite", test_the_public_suite })
