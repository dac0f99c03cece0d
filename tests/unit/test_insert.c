/* SPDX-License-Identifier: MIT */
#include "rule/insert.h"

#include "lib/unit.h"

/* ---- a rule with two groups ---- */

static bool has_group(void *owner, struct str group)
{
	(void)owner;
	return str_is(group, "1") || str_is(group, "who");
}

static const char *group_at(void *owner, size_t i)
{
	(void)owner;
	return i == 0 ? "who" : NULL;
}

static const struct template_scope scope = { .has_group = has_group, .group_at = group_at };

struct desk {
	struct arena arena;
	struct diag diag;
	struct insert_site site;
};

static void desk_init(struct desk *d)
{
	arena_init(&d->arena);
	diag_init(&d->diag);
	d->site = (struct insert_site){ &scope, &d->arena, { "rules.ini", 7 }, &d->diag };
}

static void desk_deinit(struct desk *d)
{
	diag_deinit(&d->diag);
	arena_deinit(&d->arena);
}

/* ---- parts ---- */

static void test_parts(void)
{
	static const struct {
		const char *body, *value, *alternative, *filters; /* NULL: it has none */
	} rows[] = {
		{ "user", "user", NULL, NULL },
		{ " user.name ", "user.name", NULL, NULL },
		{ "1 or you", "1", "you", NULL },
		{ "1 or this or that", "1", "this or that", NULL },
		{ "1 or", "1", "", NULL },
		{ "text|upper", "text", NULL, "upper" },
		{ "text|upper|short 8", "text", NULL, "upper|short 8" },
		{ "text|", "text", NULL, "" },
		{ "1 or <https://x|this>|upper", "1", "<https://x|this>", "upper" },
		{ "", "", NULL, NULL },
	};
	struct insert_parts parts;
	struct desk d;

	desk_init(&d);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CU_ASSERT_TRUE_FATAL(insert_split(&parts, str_from(rows[i].body), &d.site));
		ASSERT_STR(parts.value, rows[i].value);
		CU_ASSERT_EQUAL(parts.has_alternative, rows[i].alternative != NULL);
		if (parts.has_alternative)
			ASSERT_STR(parts.alternative, rows[i].alternative);
		CU_ASSERT_EQUAL(parts.filters.p != NULL, rows[i].filters != NULL);
		if (parts.filters.p != NULL)
			ASSERT_STR(parts.filters, rows[i].filters);
	}
	CU_ASSERT_FALSE(insert_split(&parts, STR("if 1"), &d.site));
	CU_ASSERT_FALSE(insert_split(&parts, STR("user or {1}"), &d.site));
	desk_deinit(&d);
}

/* ---- values ---- */

static bool reads(const char *value, enum template_name name, enum template_field field)
{
	struct insert insert = { 0 };
	struct desk d;
	bool good;

	desk_init(&d);
	good = insert_read_value(&insert, str_from(value), &d.site);
	CU_ASSERT_EQUAL(d.diag.n_errors == 0, good);
	desk_deinit(&d);
	return good && insert.name == name && insert.field == field;
}

static void test_values(void)
{
	CU_ASSERT_TRUE(reads("user", NAME_USER, FIELD_NONE));
	CU_ASSERT_TRUE(reads("user.email", NAME_USER, FIELD_EMAIL));
	CU_ASSERT_TRUE(reads("channel.id", NAME_CHANNEL, FIELD_ID));
	CU_ASSERT_TRUE(reads("1", NAME_GROUP, FIELD_NONE));
	CU_ASSERT_TRUE(reads("who.name", NAME_GROUP, FIELD_NAME));
	CU_ASSERT_FALSE(reads("channel.email", NAME_CHANNEL, FIELD_EMAIL));
	CU_ASSERT_FALSE(reads("2", NAME_GROUP, FIELD_NONE));
	CU_ASSERT_FALSE(reads("match", NAME_MATCH, FIELD_NONE)); /* group 0 is missing */
	CU_ASSERT_FALSE(reads("ts", NAME_TEXT, FIELD_NONE));
	CU_ASSERT_FALSE(reads("table[1].x", NAME_TEXT, FIELD_NONE));
	CU_ASSERT_FALSE(reads("", NAME_USER, FIELD_NONE));
}

static void test_filters(void)
{
	struct insert insert = { 0 };
	struct desk d;

	desk_init(&d);
	CU_ASSERT_TRUE(insert_read_filters(&insert, STR("upper|short 8"), &d.site));
	CU_ASSERT_EQUAL_FATAL(insert.n_filters, 2);
	CU_ASSERT_EQUAL(insert.filters[1].n, 8);
	CU_ASSERT_FALSE(insert_read_filters(&insert, STR("uper|lower|"), &d.site));
	CU_ASSERT_EQUAL(d.diag.n_errors, 2); /* one slip does not hide the next */
	insert_deinit(&insert);
	insert_deinit(&insert);
	desk_deinit(&d);
}

/* ---- needs ---- */

static void test_needs(void)
{
	struct filter upper = { 0 };
	struct insert user = { .name = NAME_USER }, text = { .name = NAME_TEXT };
	struct insert group = { .name = NAME_GROUP };

	CU_ASSERT_FALSE(insert_wants_names(&user)); /* a mention needs the id alone */
	CU_ASSERT_FALSE(insert_wants_text(&user));
	user.filters = &upper;
	user.n_filters = 1;
	CU_ASSERT_TRUE(insert_wants_names(&user));
	user.field = FIELD_ID;
	CU_ASSERT_FALSE(insert_wants_names(&user));
	CU_ASSERT_TRUE(insert_wants_text(&text));
	CU_ASSERT_FALSE(insert_wants_names(&text));
	CU_ASSERT_TRUE(insert_wants_text(&group));
	group.field = FIELD_ID; /* the one that the caught words name */
	CU_ASSERT_TRUE(insert_wants_names(&group));
}

UNIT_MAIN("insert", { "an insert falls into its parts", test_parts },
	  { "values and their fields", test_values }, { "filters", test_filters },
	  { "what it needs", test_needs })
