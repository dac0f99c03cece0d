/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "template/placeholder.h"

#include <stdlib.h>
#include "base/mem.h"
#include "lib/unit.h"

struct desk {
	struct arena arena;
	struct diag diag;
	struct template_scope scope;
	struct reference_site site;
};

static void desk_init(struct desk *d)
{
	arena_init(&d->arena);
	diag_init(&d->diag);
	d->scope = (struct template_scope){ 0 };
	d->site = (struct reference_site){ &d->scope, &d->arena, { "rules.ini", 7 }, &d->diag };
}

static void desk_deinit(struct desk *d)
{
	diag_deinit(&d->diag);
	arena_deinit(&d->arena);
}

/* The parts in one line: kind, value, texts, filters. */
static void check(const char *body, const char *wanted)
{
	static const char *const kinds[] = { "value", "pick", "if" };
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct placeholder_parts parts;
	struct desk d;

	desk_init(&d);
	CU_ASSERT_TRUE(placeholder_split(&parts, str_from(body), &d.site));
	CU_ASSERT_EQUAL(d.diag.n_errors, 0);
	buf_addf(&seen, "%s", kinds[parts.kind]);
	if (parts.value.len > 0)
		buf_addf(&seen, " (%.*s)", STR_ARG(parts.value));
	for (size_t i = 0; i < parts.n_texts; i++)
		buf_addf(&seen, " [%.*s]", STR_ARG(parts.texts[i]));
	if (parts.filters.p != NULL)
		buf_addf(&seen, " |%.*s", STR_ARG(parts.filters));
	ASSERT_STR(buf_str(&seen), wanted);
	desk_deinit(&d);
}

static void refused(const char *body, const char *told)
{
	struct placeholder_parts parts;
	struct desk d;

	desk_init(&d);
	CU_ASSERT_FALSE(placeholder_split(&parts, str_from(body), &d.site));
	CU_ASSERT_EQUAL_FATAL(d.diag.n_errors, 1);
	ASSERT_STR(str_from(d.diag.entries[0].text), told);
	CU_ASSERT_EQUAL(d.diag.entries[0].line, 7);
	desk_deinit(&d);
}

static void test_values(void)
{
	check("user", "value (user)");
	check(" user.name ", "value (user.name)");
	check("1 or you", "value (1) [you]");
	check("1 or this or that", "value (1) [this or that]");
	check("text|upper", "value (text) |upper");
	check("text|upper|short 8", "value (text) |upper|short 8");
	check("text|", "value (text) |");
	check("1 or <https://x|this>|upper", "value (1) [<https://x|this>] |upper");
	check("1 or \"a|b\"|upper", "value (1) [\"a|b\"] |upper");
	check("1 or {user|lower}|upper", "value (1) [{user|lower}] |upper");
	check("t[a or b].1 or c", "value (t[a or b].1) [c]");
	check("t[{who or x|upper}].1|lower", "value (t[{who or x|upper}].1) |lower");
	check("color", "value (color)");
	check("or", "value (or)");
	check("", "value");
	refused("1 or", "{1 or}: nothing stands behind `or`");
	refused("1 or |upper", "{1 or |upper}: nothing stands behind `or`");
}

static void test_picks(void)
{
	check("pick: a | b", "pick [a] [b]");
	check("pick:a|b|c", "pick [a] [b] [c]");
	check("pick: a | ", "pick [a] []");
	check("pick: <x|y> | \"a | b\" | {user or x|upper}",
	      "pick [<x|y>] [\"a | b\"] [{user or x|upper}]");
	/* What is never closed does not open anything. */
	check("pick: a < b | 3\" | c", "pick [a < b] [3\"] [c]");
	check("picks", "value (picks)");
	refused("pick:", "{pick:}: {pick: \u2026} has several texts with `|` between");
	refused("pick: a", "{pick: a}: {pick: \u2026} has several texts with `|` between");
}

static void test_ifs(void)
{
	check("if a is b: c", "if (a is b) [c]");
	check("if a is b: c | else d", "if (a is b) [c] [d]");
	check("if a is b:c|else", "if (a is b) [c] []");
	check("if a is b: c | upper", "if (a is b) [c] | upper");
	check("if a is b: c | else d | upper", "if (a is b) [c] [d] | upper");
	check("if a is \"x: y\": c: d", "if (a is \"x: y\") [c: d]");
	check("if t[{x|short 3}: y] is 1: c", "if (t[{x|short 3}: y] is 1) [c]");
	check("if a is b: c | elsewhere", "if (a is b) [c] | elsewhere");
	check("if a is b: c and d: e", "if (a is b) [c and d: e]");
	check("iffy", "value (iffy)");
	refused("if a is b",
		"{if a is b}: a colon stands behind the test, as in {if count is 1: first | else again}");
}

static void test_too_many_texts(void)
{
	CLEANUP(buf_deinit) struct buf body = { 0 };
	struct placeholder_parts parts;
	struct desk d;

	desk_init(&d);
	buf_addz(&body, "pick: 1");
	for (int i = 2; i <= PLACEHOLDER_TEXTS_MAX; i++)
		buf_addf(&body, "|%d", i);
	CU_ASSERT_TRUE(placeholder_split(&parts, buf_str(&body), &d.site));
	CU_ASSERT_EQUAL(parts.n_texts, PLACEHOLDER_TEXTS_MAX);
	buf_addz(&body, "|x");
	CU_ASSERT_FALSE(placeholder_split(&parts, buf_str(&body), &d.site));
	CU_ASSERT_EQUAL_FATAL(d.diag.n_errors, 1);
	CU_ASSERT_TRUE(str_ends(str_from(d.diag.entries[0].text), "it has more than 32 texts"));
	desk_deinit(&d);
}

static void test_filters(void)
{
	struct filter *filters = NULL;
	size_t n = 0;
	struct desk d;

	desk_init(&d);
	CU_ASSERT_TRUE(placeholder_read_filters(&filters, &n, (struct str){ NULL, 0 }, &d.site));
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_TRUE(
		placeholder_read_filters(&filters, &n, STR("upper|short 8|join \"|\""), &d.site));
	CU_ASSERT_EQUAL_FATAL(n, 3);
	CU_ASSERT_EQUAL(filters[1].n, 8);
	ASSERT_STR(filters[2].text, "|");
	CU_ASSERT_FALSE(placeholder_read_filters(&filters, &n, STR("uper|lower|"), &d.site));
	CU_ASSERT_EQUAL(d.diag.n_errors, 2); /* one slip does not hide the next */
	free(filters);
	desk_deinit(&d);
}

UNIT_MAIN("insert", { "values", test_values }, { "picks", test_picks }, { "ifs", test_ifs },
	  { "too many texts", test_too_many_texts }, { "filters", test_filters })
