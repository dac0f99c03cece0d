/* SPDX-License-Identifier: MIT */
#include "slack/syntax.h"

#include "lib/unit.h"

static void test_control_sequences(void)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
		{ "<@U1> and more", 5 },
		{ "<a>", 3 },
		{ "<https://x|y>>", 13 },
		{ "<>", 0 },
		{ "<a", 0 },
		{ "<", 0 },
		{ "<a\n>", 0 },
		{ "<a<b>", 0 },
		{ "x<a>", 0 },
		{ "&lt;a>", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CU_ASSERT_EQUAL(syntax_control_len(str_from(rows[i].text)), rows[i].len);
}

static void test_entities(void)
{
	static const struct {
		const char *text;
		size_t len;
		char plain;
	} rows[] = {
		{ "&amp;lt;", 5, '&' }, { "&lt;", 4, '<' }, { "&gt;&gt;", 4, '>' }, { "&am", 0, 0 },
		{ "&AMP;", 0, 0 },	{ "&quot;", 0, 0 }, { "x&amp;", 0, 0 },	    { "", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char plain = 0;

		CU_ASSERT_EQUAL(syntax_entity_len(str_from(rows[i].text), &plain), rows[i].len);
		CU_ASSERT_EQUAL(plain, rows[i].plain);
	}
}

static void test_signs_that_need_an_entity(void)
{
	ASSERT_STR(str_from(syntax_entity_of('&')), "&amp;");
	ASSERT_STR(str_from(syntax_entity_of('<')), "&lt;");
	ASSERT_STR(str_from(syntax_entity_of('>')), "&gt;");
	CU_ASSERT_PTR_NULL(syntax_entity_of('"'));
	CU_ASSERT_PTR_NULL(syntax_entity_of(0));
	CU_ASSERT_PTR_NULL(syntax_entity_of(0x13C)); /* ends in the byte of `<` */
}

UNIT_MAIN("syntax", { "control sequences", test_control_sequences }, { "entities", test_entities },
	  { "signs that need an entity", test_signs_that_need_an_entity })
