/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "base/arena.h"
#include "base/mem.h"
#include "calendar/zone.h"
#include "lib/unit.h"
#include "template/filter.h"

/* 2026-01-07 12:00:00 UTC */
static const struct wall now = { 1767787200000 };

/* What becomes of a value; the kind that it then has is compared, too. */
static void check_value(const char *filter, struct value value, enum value_kind kind,
			const char *wanted)
{
	CLEANUP(buf_deinit) struct buf room = { 0 };
	const struct filter_world world = { now, zone_utc() };
	struct filter f;
	struct arena arena = { 0 };
	struct diag diag = { 0 };

	CU_ASSERT_TRUE_FATAL(
		filter_read(&f, str_from(filter), &arena, (struct place){ "f", 1 }, &diag));
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	filter_apply(&f, &value, &world, &room);
	ASSERT_STR(value.text, wanted);
	CU_ASSERT_EQUAL(value.kind, kind);
	diag_deinit(&diag);
	arena_deinit(&arena);
}

static void check(const char *filter, const char *text, const char *wanted)
{
	check_value(filter, (struct value){ .kind = VALUE_TEXT, .text = str_from(text) },
		    VALUE_TEXT, wanted);
}

static void refused(const char *filter, const char *told)
{
	struct filter f;
	struct arena arena = { 0 };
	struct diag diag = { 0 };

	CU_ASSERT_FALSE(filter_read(&f, str_from(filter), &arena, (struct place){ "f", 1 }, &diag));
	CU_ASSERT_EQUAL_FATAL(diag.n_errors, 1);
	CU_ASSERT_EQUAL(diag.entries[0].line, 1);
	ASSERT_STR(str_from(diag.entries[0].text), told);
	diag_deinit(&diag);
	arena_deinit(&arena);
}

/* ---- letters ---- */

static void test_letters(void)
{
	check("upper", "caf\u00e9 x", "CAF\u00c9 X");
	check(" lower ", "ABC", "abc");
	check("title", "the nightly BUILD", "The Nightly Build");
	check("trim", " \n a b\t", "a b");
	check("upper", "", "");
}

static void test_short_counts_letters_and_its_own_sign(void)
{
	check("short 5", "12345", "12345");
	check("short 5", "123456", "1234\u2026");
	check("short 1", "12", "\u2026");
	check("short 1", "1", "1");
	check("short 3", "\u00e9\u00e9\u00e9\u00e9", "\u00e9\u00e9\u2026");
	check("short 7", "Hello world", "Hello\u2026");
	check("short 8", "", "");
	check("short 3", "      x", "\u2026");
}

static void test_the_first_line_that_is_not_blank(void)
{
	check("first line", "\n \n  one \r\ntwo", "one");
	check("first line", "one", "one");
	check("first line", " \n\t", "");
}

static void test_plain_takes_marks_away(void)
{
	check("plain", "*bold* _it_ ~gone~ `code` ```block```", "bold it gone code block");
	check("plain", "_*both*_", "both");
	check("plain", "snake_case_name and 2*3*4 and a ~ b ~ c",
	      "snake_case_name and 2*3*4 and a ~ b ~ c");
	check("plain", "* a * b", "* a * b");
	check("plain", "(*x*), *y*!", "(x), y!");
	check("plain", "> quoted\nnot > this", "quoted\nnot > this");
	check("plain", "*a\nb*", "*a\nb*");
	check("plain", "**", "**");
	check("plain", "***", "***");
	check("plain", "*", "*");
	check("plain", "", "");
}

static void test_filters_are_quick_on_hostile_texts(void)
{
	static const char *const names[] = { "plain",	   "upper", "title", "short 39999",
					     "first line", "url",   "json",  "number" };
	CLEANUP(buf_deinit) struct buf in = { 0 };
	CLEANUP(buf_deinit) struct buf room = { 0 };
	const struct filter_world world = { now, zone_utc() };
	struct filter f;
	struct arena arena = { 0 };
	struct diag diag = { 0 };

	for (int i = 0; i < 400000; i++)
		buf_addz(&in, i % 3 == 0 ? " *" : "a_");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct value value = { .kind = VALUE_TEXT, .text = buf_str(&in) };

		CU_ASSERT_TRUE_FATAL(
			filter_read(&f, str_from(names[i]), &arena, (struct place){ 0 }, &diag));
		filter_apply(&f, &value, &world, &room);
		CU_ASSERT_TRUE(value.text.len > 0);
	}
	diag_deinit(&diag);
	arena_deinit(&arena);
}

/* ---- for other readers ---- */

static void test_code_and_quotes_stay_what_they_are(void)
{
	const struct value text = { .kind = VALUE_TEXT, .text = STR("ab") };
	const struct value code = { .kind = VALUE_CODE, .text = STR("ab") };
	const struct value quote = { .kind = VALUE_QUOTE, .text = STR("ab") };
	const struct value person = { .kind = VALUE_USER, .text = STR("@ana"), .id = STR("U1") };

	check_value("code", text, VALUE_CODE, "ab");
	check_value("quote", text, VALUE_QUOTE, "ab");
	check_value("upper", code, VALUE_CODE, "AB");
	check_value("upper", quote, VALUE_QUOTE, "AB");
	check_value("code", quote, VALUE_CODE, "ab");
	check_value("trim", person, VALUE_TEXT, "@ana");
}

static void test_json_and_addresses(void)
{
	check("json", "say \"hi\"\n\\", "\"say \\\"hi\\\"\\n\\\\\"");
	check("json", "", "\"\"");
	check_value("url", (struct value){ .text = STR("a b&c=\u00e9/~x.y-z_") }, VALUE_LINK,
		    "a%20b%26c%3D%C3%A9%2F~x.y-z_");
}

/* ---- numbers and times ---- */

static void test_numbers_are_grouped(void)
{
	check("number", "1234567.50", "1,234,567.50");
	check("number", "-1000", "-1,000");
	check("number", "12,345", "12,345");
	check("number", "999", "999");
	check("number", "about 1000", "about 1000");
}

static void test_dates(void)
{
	struct value noon = { .kind = VALUE_TIME, .text = STR("x"), .time = now };

	noon.zone = zone_utc();
	check_value("date %A %d %H:%M", noon, VALUE_TEXT, "Wednesday 07 12:00");
	check_value("date", noon, VALUE_TEXT, "2026-01-07 12:00");
	check("date %H:%M", "1767787200", "12:00");
	check("date %d.%m.", "2026-11-21", "21.11.");
	check("date %H", "2026-11-21T23:00Z", "23");
	check("date", "soon", "soon");
}

static void test_how_long_ago(void)
{
	check("ago", "1767787200", "just now");
	check("ago", "1767787199.900", "just now");
	check("ago", "1767787195", "5 seconds ago");
	check("ago", "1767787140", "1 minute ago");
	check("ago", "1767780001", "1 hour ago");
	check("ago", "2026-01-05", "2 days ago");
	check("ago", "2026-01-07 14:30", "in 2 hours");
	check("ago", "whenever", "whenever");
}

static void test_lists_are_joined(void)
{
	const struct value list = {
		.kind = VALUE_LITERAL,
		.text = STR("@ana, @raj"),
		.items = STR("@ana\x1F@raj\x1F"),
	};
	const struct value empty = { .kind = VALUE_LITERAL, .text = STR("-"), .items = STR("") };

	check_value("join", list, VALUE_TEXT, "@ana, @raj");
	check_value("join  and ", list, VALUE_TEXT, "@ana and @raj");
	check_value("join \" + \"", list, VALUE_TEXT, "@ana + @raj");
	check_value("join", empty, VALUE_TEXT, "");
	check("join +", "no list", "no list");
}

/* ---- slips ---- */

static void test_slips_are_told(void)
{
	char long_text[300];

	refused("", "a filter is missing behind `|`");
	refused("  ", "a filter is missing behind `|`");
	refused("uper", "unknown filter `uper`; did you mean `upper`?");
	refused("upperx", "unknown filter `upperx`; did you mean `upper`?");
	refused("upper 3", "`3` stands behind the filter `upper`, which takes nothing");
	refused("short", "the filter `short` takes a number of letters, as in {text|short 80}");
	refused("short 0", "the filter `short` takes a number of letters, as in {text|short 80}");
	refused("short 40001",
		"the filter `short` takes a number of letters, as in {text|short 80}");
	refused("first", "the filter is called `first line`, as in {text|first line}");
	refused("first line 2", "`2` stands behind the filter `first line`, which takes nothing");
	memset(long_text, 'x', sizeof(long_text) - 1);
	memcpy(long_text, "join ", 5);
	long_text[sizeof(long_text) - 1] = '\0';
	refused(long_text, "what `join` puts between has at most 200 bytes");
}

static void test_a_form_that_is_none_is_told(void)
{
	struct filter f;
	struct arena arena = { 0 };
	struct diag diag = { 0 };

	CU_ASSERT_FALSE(filter_read(&f, STR("date %Q"), &arena, (struct place){ "f", 1 }, &diag));
	CU_ASSERT_EQUAL_FATAL(diag.n_errors, 1);
	CU_ASSERT_TRUE(str_starts(str_from(diag.entries[0].text), "`%Q` is no form of a date: "));
	diag_deinit(&diag);
	arena_deinit(&arena);
}

static void test_every_filter_has_a_name(void)
{
	size_t n = 0;

	for (; filter_name_at(n) != NULL; n++)
		CU_ASSERT_TRUE(filter_name_at(n)[0] != '\0');
	CU_ASSERT_EQUAL(n, N_FILTERS);
}

UNIT_MAIN("filter", { "letters", test_letters },
	  { "short counts letters and its own sign", test_short_counts_letters_and_its_own_sign },
	  { "the first line that is not blank", test_the_first_line_that_is_not_blank },
	  { "plain takes marks away", test_plain_takes_marks_away },
	  { "filters are quick on hostile texts", test_filters_are_quick_on_hostile_texts },
	  { "code and quotes stay what they are", test_code_and_quotes_stay_what_they_are },
	  { "json and addresses", test_json_and_addresses },
	  { "numbers are grouped", test_numbers_are_grouped }, { "dates", test_dates },
	  { "how long ago", test_how_long_ago }, { "lists are joined", test_lists_are_joined },
	  { "slips are told", test_slips_are_told },
	  { "a form that is none is told", test_a_form_that_is_none_is_told },
	  { "every filter has a name", test_every_filter_has_a_name })
