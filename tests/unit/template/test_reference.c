/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "template/reference.h"

#include <stdio.h>
#include "lib/unit.h"
#include "calendar/hours.h"
#include "template/symbols.h"
#include "template/template.h"

/* ---- a rule with two groups, and what others have named ---- */

static bool has_group(void *owner, struct str group)
{
	static const char *const groups[] = { "0", "1", "2", "who", "karma2", "user" };

	(void)owner;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		if (str_is(group, groups[i]))
			return true;
	}
	return false;
}

static const char *group_at(void *owner, size_t i)
{
	(void)owner;
	return i == 0 ? "who" : NULL;
}

struct desk {
	struct arena arena;
	struct diag diag;
	struct symbols symbols;
	struct named_hours hours;
	struct name_list list;
	struct table table, dotted;
	struct place at;
	struct template_scope scope;
	struct reference_site site;
};

static void desk_init(struct desk *d)
{
	*d = (struct desk){ .at = { "t.ini", 7 } };
	arena_init(&d->arena);
	diag_init(&d->diag);
	symbols_init(&d->symbols);
	d->hours.hours = hours_new(&d->arena, zone_utc());
	map_set(&d->symbols.variables, STR("karma"), &d->at);
	map_set(&d->symbols.tables, STR("owners"), &d->table);
	map_set(&d->symbols.tables, STR("a.b"), &d->dotted);
	map_set(&d->symbols.tables, STR("all"), &d->table);
	map_set(&d->symbols.lists, STR("oncall"), &d->list);
	map_set(&d->symbols.lists, STR("all"), &d->list);
	map_set(&d->symbols.hours, STR("support"), &d->hours);
	map_set(&d->symbols.hours, STR("all"), &d->hours);
	d->scope = (struct template_scope){ .has_group = has_group,
					    .group_at = group_at,
					    .symbols = &d->symbols };
	d->site = (struct reference_site){ &d->scope, &d->arena, { "t.ini", 7 }, &d->diag };
}

static void desk_deinit(struct desk *d)
{
	d->list.literal = NULL;
	symbols_deinit(&d->symbols);
	diag_deinit(&d->diag);
	arena_deinit(&d->arena);
}

static void reads(const char *text, enum reference_name name, enum reference_field field)
{
	struct reference ref;
	struct desk d;

	desk_init(&d);
	CU_ASSERT_TRUE(reference_read(&ref, str_from(text), &d.site));
	CU_ASSERT_EQUAL(ref.name, name);
	CU_ASSERT_EQUAL(ref.field, field);
	ASSERT_STR(ref.shown, text);
	CU_ASSERT_EQUAL(d.diag.n_entries, 0);
	if (ref.name != name)
		printf("\n  %s", text);
	reference_deinit(&ref);
	reference_deinit(&ref);
	desk_deinit(&d);
}

static void refused_in(unsigned depth, const char *text, const char *told)
{
	struct reference ref;
	struct desk d;

	desk_init(&d);
	d.scope.depth = depth;
	CU_ASSERT_FALSE(reference_read(&ref, str_from(text), &d.site));
	CU_ASSERT_EQUAL_FATAL(d.diag.n_errors, 1);
	ASSERT_STR(str_from(d.diag.entries[0].text), told);
	CU_ASSERT_EQUAL(d.diag.entries[0].line, 7);
	reference_deinit(&ref);
	desk_deinit(&d);
}

static void refused(const char *text, const char *told)
{
	refused_in(0, text, told);
}

static void test_names_of_the_language(void)
{
	static const char *const plain[] = { "author", "channel", "bot",    "team", "text", "match",
					     "link",   "ts",	  "thread", "time", "count" };

	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		struct reference ref;
		struct desk d;

		desk_init(&d);
		CU_ASSERT_TRUE(reference_read(&ref, str_from(plain[i]), &d.site));
		CU_ASSERT_TRUE(reference_is_name(str_from(plain[i])));
		reference_deinit(&ref);
		desk_deinit(&d);
	}
	reads("author.email", NAME_AUTHOR, FIELD_EMAIL);
	reads("bot.mention", NAME_BOT, FIELD_MENTION);
	reads("channel.id", NAME_CHANNEL, FIELD_ID);
	reads("team.name", NAME_TEAM, FIELD_NAME);
	reads("match.name", NAME_MATCH, FIELD_NAME);
	CU_ASSERT_FALSE(reference_is_name(STR("who")));
	CU_ASSERT_FALSE(reference_is_name(STR("")));
	ASSERT_STR(str_from(reference_name_at(0)), "user");
}

static void test_names_of_the_rules(void)
{
	reads("1", NAME_GROUP, FIELD_NONE);
	reads("who.mention", NAME_GROUP, FIELD_MENTION);
	reads("user", NAME_GROUP, FIELD_NONE); /* a group of that name comes first */
	reads("karma", NAME_VARIABLE, FIELD_NONE);
	reads("karma.name", NAME_VARIABLE, FIELD_NAME);
	reads("karma[{who}].id", NAME_VARIABLE, FIELD_ID);
	reads("support.opens", NAME_HOURS, FIELD_OPENS);
	reads("support.closes", NAME_HOURS, FIELD_CLOSES);
	reads("support.open", NAME_HOURS, FIELD_OPEN);
	reads("oncall", NAME_LIST, FIELD_NONE);
	reads("owners[x]", NAME_TABLE, FIELD_NONE);
	reads("owners[{who}].12", NAME_TABLE, FIELD_NONE);
}

static void test_what_stands_behind_tells_which(void)
{
	reads("all", NAME_LIST, FIELD_NONE);
	reads("all.opens", NAME_HOURS, FIELD_OPENS);
	reads("all[x].1", NAME_TABLE, FIELD_NONE);
}

static void test_the_longest_name_counts(void)
{
	struct reference ref;
	struct desk d;

	desk_init(&d);
	CU_ASSERT_TRUE(reference_read(&ref, STR("a.b[x].2"), &d.site));
	CU_ASSERT_PTR_EQUAL(ref.table, &d.dotted);
	CU_ASSERT_EQUAL(ref.column, 1);
	reference_deinit(&ref);
	desk_deinit(&d);
	refused("a[x]", "{a[x]}: there is no table `a`, and no rule stores it with `set` or `add`");
}

static void path_is(const char *text, const char *wanted)
{
	struct reference ref;
	struct str path;
	struct desk d;

	desk_init(&d);
	d.scope.has_result = true;
	CU_ASSERT_TRUE(reference_read(&ref, str_from(text), &d.site));
	CU_ASSERT_PTR_NOT_NULL_FATAL(ref.key);
	CU_ASSERT_TRUE(template_is_literal(ref.key, &path));
	ASSERT_STR(path, wanted);
	reference_deinit(&ref);
	desk_deinit(&d);
}

static void test_paths(void)
{
	path_is("event.item.ts", "item.ts");
	path_is("event.blocks[0].text", "blocks.0.text");
	path_is("event[item][ts]", "item.ts");
	path_is("result.issue.id", "issue.id");
	path_is("event.event.result", "event.result");
	refused("event", "{event}: it needs a field, as in {event.channel}");
	refused("event.", "{event.}: a field is missing behind the point");
	refused("event.a..b", "{event.a..b}: a field is missing behind the point");
	refused("event.a[", "{event.a[}: the bracket is not closed");
	refused("event[0]x", "{event[0]x}: a field is missing behind the point");
	refused("result", "{result}: no `webhook` or `call` above it gives a result");
}

static void test_mistakes(void)
{
	refused("", "unknown insert ``");
	refused("usr", "unknown insert `usr`; did you mean `user`?");
	refused("whoo", "unknown insert `whoo`; did you mean `who`?");
	refused("oncal", "unknown insert `oncal`; did you mean `oncall`?");
	refused("karm", "unknown insert `karm`; did you mean `karma`?");
	refused("3", "{3}: no pattern of this rule has a group 3");
	refused("0", "{0}: no pattern of this rule has a group 0");
	refused("text.name", "`text` has no field `name`");
	refused("channel.mention", "`channel` has no field `mention`");
	refused("support.name", "`support` has no field `name`");
	refused("support",
		"{support}: hours have the fields opens, closes and open, as in {support.opens}");
	refused("oncall[1]", "{oncall[1]}: only tables and stored values take brackets");
	refused("owners", "{owners}: a table is asked for a row, as in {owners[billing].1}");
	refused("owners.1", "{owners.1}: a table is asked for a row, as in {owners[billing].1}");
	refused("owners[x].0",
		"{owners[x].0}: behind the brackets stands the number of a column, as in {owners[login].1}");
	refused("owners[x].99999999999999999999",
		"{owners[x].99999999999999999999}: behind the brackets stands the number of a column, as in {owners[login].1}");
	refused("karma[ ]", "{karma[ ]}: the brackets are empty");
	refused("karma[x", "{karma[x}: the bracket is not closed");
	refused("karma[{usr}]", "unknown insert `usr`; did you mean `user`?");
	refused("who.nmae", "unknown field `nmae`; did you mean `name`?");
	refused("error", "{error}: only what stands behind `on error` knows an error");
	refused_in(SCOPE_DEPTH_MAX, "karma[x]", "{karma[x]}: it stands too deep within brackets");
}

static void test_without_any_names(void)
{
	const struct template_scope nothing = { 0 };
	struct reference ref;
	struct desk d;

	desk_init(&d);
	d.site.scope = &nothing;
	CU_ASSERT_TRUE(reference_read(&ref, STR("user.id"), &d.site));
	CU_ASSERT_FALSE(reference_read(&ref, STR("karma"), &d.site));
	CU_ASSERT_FALSE(reference_read(&ref, STR("1"), &d.site));
	CU_ASSERT_FALSE(reference_read(&ref, STR("match"), &d.site));
	CU_ASSERT_EQUAL_FATAL(d.diag.n_errors, 3);
	ASSERT_STR(str_from(d.diag.entries[2].text),
		   "{match}: the rule has no `match`, `words`, `phrase`, `exact` or `like`");
	desk_deinit(&d);
}

static void test_what_it_needs(void)
{
	const struct reference user = { .name = NAME_USER }, group = { .name = NAME_GROUP };
	const struct reference id = { .name = NAME_USER, .field = FIELD_ID };
	const struct reference email = { .name = NAME_GROUP, .field = FIELD_EMAIL };

	CU_ASSERT_FALSE(reference_wants_names(&user, false)); /* a mention needs the id alone */
	CU_ASSERT_TRUE(reference_wants_names(&user, true));
	CU_ASSERT_FALSE(reference_wants_names(&id, true));
	CU_ASSERT_TRUE(reference_wants_names(&email, false));
	CU_ASSERT_TRUE(reference_wants_text(&group));
	CU_ASSERT_FALSE(reference_wants_text(&user));
}

UNIT_MAIN("reference", { "names of the language", test_names_of_the_language },
	  { "names of the rules", test_names_of_the_rules },
	  { "what stands behind tells which", test_what_stands_behind_tells_which },
	  { "the longest name counts", test_the_longest_name_counts }, { "paths", test_paths },
	  { "mistakes", test_mistakes }, { "without any names", test_without_any_names },
	  { "what it needs", test_what_it_needs })
