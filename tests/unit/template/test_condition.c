/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "template/condition.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "calendar/zone.h"
#include "lib/unit.h"
#include "template/symbols.h"

/* ---- what the names stand for ---- */

static const struct {
	const char *shown;
	struct value value;
} values[] = {
	{ "user", { .kind = VALUE_USER, .text = STR("@ana"), .id = STR("U1") } },
	{ "author", { .kind = VALUE_USER, .text = STR("@raj"), .id = STR("U2") } },
	{ "who", { .kind = VALUE_USER, .text = STR("@Ana"), .id = STR("U1") } },
	{ "channel", { .kind = VALUE_CHANNEL, .text = STR("#general"), .id = STR("C1") } },
	{ "user.id", { .kind = VALUE_TEXT, .text = STR("U1") } },
	{ "text", { .kind = VALUE_TEXT, .text = STR("The VPN is Down") } },
	{ "1", { .kind = VALUE_TEXT, .text = STR("1,200") } },
	{ "2", { .kind = VALUE_TEXT, .text = STR("30") } },
	{ "count", { .kind = VALUE_TEXT, .text = STR("3") } },
	{ "link", { .kind = VALUE_TEXT, .text = STR(" padded ") } },
};

static bool on_value(void *owner, const struct reference *ref, struct value *out)
{
	(void)owner;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		if (!str_is(ref->shown, values[i].shown))
			continue;
		*out = values[i].value;
		return true;
	}
	return false;
}

/* @maybe is not known yet. */
static enum tristate is_named(void *owner, const struct value *value, struct str name)
{
	(void)owner;
	if (str_is(name, "@maybe"))
		return TRISTATE_UNKNOWN;
	str_skip(&name, value->kind == VALUE_CHANNEL ? "#" : "@");
	return str_eq_nocase(str_sub(value->text, 1, value->text.len), name) ? TRISTATE_YES :
									       TRISTATE_NO;
}

static size_t on_random(void *owner, size_t n)
{
	(void)owner;
	return n - 1;
}

static const struct template_host host = {
	.value = on_value,
	.is_named = is_named,
	.random = on_random,
};

static bool has_group(void *owner, struct str group)
{
	static const char *const groups[] = { "0", "1", "2", "3", "who" };

	(void)owner;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		if (str_is(group, groups[i]))
			return true;
	}
	return false;
}

/* ---- reading and asking ---- */

struct desk {
	struct arena arena;
	struct diag diag;
	struct symbols symbols;
	struct pattern_kit *kit;
	struct place at;
	struct template_scope scope;
	struct reference_site site;
};

static void desk_init(struct desk *d)
{
	*d = (struct desk){ .at = { "t.ini", 7 }, .kit = pattern_kit_new() };
	arena_init(&d->arena);
	diag_init(&d->diag);
	symbols_init(&d->symbols);
	map_set(&d->symbols.variables, STR("karma"), &d->at);
	d->scope = (struct template_scope){ .has_group = has_group, .symbols = &d->symbols };
	d->site = (struct reference_site){ &d->scope, &d->arena, d->at, &d->diag };
}

static void desk_deinit(struct desk *d)
{
	symbols_deinit(&d->symbols);
	pattern_kit_free(d->kit);
	diag_deinit(&d->diag);
	arena_deinit(&d->arena);
}

static void check(const char *text, enum tristate wanted)
{
	struct condition *c;
	enum tristate seen;
	struct desk d;

	desk_init(&d);
	c = condition_read(str_from(text), d.kit, &d.site);
	CU_ASSERT_EQUAL(d.diag.n_errors, 0);
	if (d.diag.n_errors > 0)
		diag_print(&d.diag, stdout);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	seen = condition_ask(c, &host);
	if (seen != wanted)
		printf("\n  %s: seen %d, wanted %d", text, (int)seen, (int)wanted);
	CU_ASSERT_EQUAL(seen, wanted);
	condition_free(c);
	desk_deinit(&d);
}

#define YES(text) check(text, TRISTATE_YES)
#define NO(text) check(text, TRISTATE_NO)
#define UNKNOWN(text) check(text, TRISTATE_UNKNOWN)

static void refused(const char *text, const char *told)
{
	struct desk d;

	desk_init(&d);
	CU_ASSERT_PTR_NULL(condition_read(str_from(text), d.kit, &d.site));
	CU_ASSERT_EQUAL_FATAL(d.diag.n_errors, 1);
	ASSERT_STR(str_from(d.diag.entries[0].text), told);
	CU_ASSERT_EQUAL(d.diag.entries[0].line, 7);
	desk_deinit(&d);
}

static void test_people_are_compared_by_who_they_are(void)
{
	YES("who is {user}");
	NO("who is not {user}");
	YES("user is not {author}");
	YES("user is @ana");
	YES("user is ana");
	YES("user is U1");
	YES("user is {user.id}");
	YES("user.id is {user}"); /* the same the other way about */
	NO("user.id is {author}");
	NO("user is @raj");
	YES("channel is #general");
	YES("channel is C1");
	NO("channel is {user}");
	NO("user is \"\"");
	UNKNOWN("user is @maybe");
	UNKNOWN("user is not @maybe");
}

static void test_texts_are_compared_capitals_apart(void)
{
	YES("text is the vpn is down");
	NO("text is the vpn is  down");
	YES("link is padded");
	YES("text is not x");
	YES("3 is \"\"");
	NO("3 is x");
	NO("text is \"\"");
	YES("karma[{who}] is \"\"");
}

static void test_numbers_compare_as_numbers(void)
{
	YES("1 is 1200");
	YES("1 > 30");
	NO("1 < {2}");
	YES("2 < {1}");
	YES("2 < 200");
	NO("2 > 30");
	NO("2 < 30");
	YES("2 is 30.0");
	YES("text > S"); /* in byte order where one is no number */
	NO("3 > 0");	 /* what is not set is less than all */
	YES("3 < 0");
	YES("count > 2 and count < 4");
}

static void test_parts_and_patterns(void)
{
	YES("text has vpn");
	YES("text has is DOWN");
	NO("text has up");
	YES("text has not up");
	NO("text has not vpn");
	YES("text has \"\"");
	NO("3 has x");
	YES("text matches ^the\\b.*down$");
	NO("text matches ^vpn");
	YES("text matches \"vpn and|down\"");
	NO("3 matches .");
}

static void test_several_tests(void)
{
	YES("user is @ana and text has vpn and 2 is 30");
	NO("user is @ana and text has x and 2 is 30");
	NO("user is @maybe and text has x"); /* a no decides */
	UNKNOWN("user is @maybe and text has vpn");
	YES("user is @ana  and\n text has vpn");
	/* `and` counts as a word, outside quotes and brackets. */
	NO("text is \"a and b\"");
	YES("text is not android and text is not band");
	YES("karma[a and b] is \"\"");
	NO("text is {3 or x and y}");
	YES("text is not \"say \\\"x\\\" and go\"");
}

static void test_braces_around_the_name_do_no_harm(void)
{
	YES("{who} is {user}");
	YES("{1} > 5");
}

static void test_mistakes(void)
{
	refused("", "`` is no test: a name is missing");
	refused("who",
		"`who` is no test: behind the name stands one of `is`, `is not`, `has`, `has not`, `>`, `<`, `matches`");
	refused("who equals x",
		"`who equals x` is no test: behind the name stands one of `is`, `is not`, `has`, `has not`, `>`, `<`, `matches`");
	refused("who is", "`who is` is no test: nothing stands behind its comparison");
	refused("who is x and", "`` is no test: a name is missing");
	refused("and who is x",
		"`and who is x` is no test: behind the name stands one of `is`, `is not`, `has`, `has not`, `>`, `<`, `matches`");
	refused("usr is x", "unknown insert `usr`; did you mean `user`?");
	refused("who is {usr}", "unknown insert `usr`; did you mean `user`?");
	refused("who is {user",
		"the insert is not closed on its line: {user; `{{` is a plain brace");
	refused("who matches (",
		"the pattern is faulty at letter 2: missing closing parenthesis: (");
	refused("karma[x is y", "{karma[x}: the bracket is not closed");
	refused("1 >2",
		"`1 >2` is no test: behind the name stands one of `is`, `is not`, `has`, `has not`, `>`, `<`, `matches`");
}

static void test_bounds(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct condition *c;
	struct desk d;

	desk_init(&d);
	buf_addz(&text, "1 is 1");
	for (int i = 1; i < 16; i++)
		buf_addz(&text, " and 1 is 1");
	c = condition_read(buf_str(&text), d.kit, &d.site);
	CU_ASSERT_PTR_NOT_NULL(c);
	condition_free(c);
	buf_addz(&text, " and 1 is 2");
	CU_ASSERT_PTR_NULL(condition_read(buf_str(&text), d.kit, &d.site));
	ASSERT_STR(str_from(d.diag.entries[0].text),
		   "`1 is 2` is no test: at most 16 may be joined");
	for (int i = 0; i < 5000; i++)
		buf_addc(&text, '[');
	CU_ASSERT_PTR_NULL(condition_read(buf_str(&text), d.kit, &d.site));
	ASSERT_STR(str_from(d.diag.entries[1].text),
		   "the test has 5182 bytes; at most 4096 may be there");
	d.scope.depth = SCOPE_DEPTH_MAX;
	CU_ASSERT_PTR_NULL(condition_read(STR("1 is 1"), d.kit, &d.site));
	ASSERT_STR(str_from(d.diag.entries[2].text),
		   "`1 is 1` is no test: it stands too deep within other tests");
	desk_deinit(&d);
}

static void test_patterns_need_a_kit(void)
{
	struct desk d;

	desk_init(&d);
	CU_ASSERT_PTR_NULL(condition_read(STR("text matches x"), NULL, &d.site));
	CU_ASSERT_EQUAL(d.diag.n_errors, 1);
	desk_deinit(&d);
}

static bool on_long_value(void *owner, const struct reference *ref, struct value *out)
{
	(void)ref;
	*out = (struct value){ .kind = VALUE_TEXT, .text = *(const struct str *)owner };
	return true;
}

/* Minutes, were it not for the budget; without it the answer would be no. */
static void test_a_hostile_text_cannot_be_told(void)
{
	static char letters[40000];
	struct str text = { letters, sizeof(letters) };
	const struct template_host slow = { .owner = &text, .value = on_long_value };
	struct condition *c;
	struct desk d;

	memset(letters, 'a', sizeof(letters));
	desk_init(&d);
	c = condition_read(STR("text matches (?:a|aa)+[bc]"), d.kit, &d.site);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL(condition_ask(c, &slow), TRISTATE_UNKNOWN);
	condition_free(c);
	desk_deinit(&d);
}

static void tells(const char *text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	CLEANUP(buf_deinit) struct buf want = { 0 };
	struct condition *c;
	struct desk d;

	desk_init(&d);
	c = condition_read(str_from(text), d.kit, &d.site);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	condition_tell(c, &host, &seen, &want);
	buf_addz(&seen, " / ");
	buf_add(&seen, buf_str(&want));
	ASSERT_STR(buf_str(&seen), wanted);
	condition_free(c);
	desk_deinit(&d);
}

static void test_what_was_seen_and_wanted(void)
{
	tells("who is not {user}", "who is \"@Ana\" / who is not {user}, which is \"@ana\"");
	tells("1 > 5 and text has x and 2 is 1", "text is \"The VPN is Down\" / text has x");
	tells("3 is x", "3 is \"\" / 3 is x");
}

static void note(void *owner, const struct reference *ref, bool as_text)
{
	buf_addf(owner, "%.*s%s ", STR_ARG(ref->shown), as_text ? "!" : "");
}

static void test_its_references(void)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct condition *c;
	struct desk d;

	desk_init(&d);
	c = condition_read(STR("who is {user} and karma[{1}] > 2 and text has {2|upper}"), d.kit,
			   &d.site);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	condition_each_reference(c, note, &seen);
	ASSERT_STR(buf_str(&seen), "who user 1 karma[{1}]! text! 2! ");
	condition_free(c);
	condition_free(NULL);
	desk_deinit(&d);
}

UNIT_MAIN("condition",
	  { "people are compared by who they are", test_people_are_compared_by_who_they_are },
	  { "texts are compared capitals apart", test_texts_are_compared_capitals_apart },
	  { "numbers compare as numbers", test_numbers_compare_as_numbers },
	  { "parts and patterns", test_parts_and_patterns },
	  { "several tests", test_several_tests },
	  { "braces around the name do no harm", test_braces_around_the_name_do_no_harm },
	  { "mistakes", test_mistakes }, { "bounds", test_bounds },
	  { "patterns need a kit", test_patterns_need_a_kit },
	  { "a hostile text cannot be told", test_a_hostile_text_cannot_be_told },
	  { "what was seen and wanted", test_what_was_seen_and_wanted },
	  { "its references", test_its_references })
