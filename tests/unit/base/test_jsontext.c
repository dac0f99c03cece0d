/* SPDX-License-Identifier: MIT */
#include "base/jsontext.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "lib/unit.h"

enum { LEVELS = 3 };

static const char *checked(struct str text)
{
	CLEANUP(mem_freep) char *exact = mem_alloc(text.len);
	struct json_fault fault;

	memcpy(exact, text.p, text.len);
	jsontext_find_fault(str_make(exact, text.len), LEVELS, &fault);
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
		{ STR("[[[[]]]]"), "too many levels within each other" },
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
		{ STR("[[[[]]]]"), 4 },
		{ STR("[\"\xC0\x80\"]"), 2 },
		{ STR("[] []\xFF"), 5 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_fault fault = { .at = SIZE_MAX };

		CU_ASSERT_TRUE(jsontext_find_fault(cases[i].text, LEVELS, &fault));
		CU_ASSERT_EQUAL(fault.at, cases[i].at);
		CU_ASSERT_TRUE(str_from(fault.wanted).len > 5);
	}
}

static void test_sound_texts_have_no_fault(void)
{
	struct json_fault fault;

	CU_ASSERT_FALSE(jsontext_find_fault(STR(" [1, {}] "), LEVELS, &fault));
	CU_ASSERT_PTR_NULL(fault.seen);
}

UNIT_MAIN("jsontext", { "what is json", test_what_is_json },
	  { "what is not, and why", test_what_is_not_and_why },
	  { "where it goes wrong", test_where_it_goes_wrong },
	  { "sound texts have no fault", test_sound_texts_have_no_fault })
