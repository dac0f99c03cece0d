/* SPDX-License-Identifier: MIT */
#include "rule/rule_builder.h"

#include <string.h>
#include "base/arena.h"
#include "calendar/hours.h"

struct place rule_builder_place(const struct rule_builder *d, unsigned line)
{
	return (struct place){ d->file, line };
}

char *rule_builder_keep(struct rule_builder *d, struct str text)
{
	return (char *)str_keep(d->arena, text).p;
}

bool rule_builder_one_line(struct rule_builder *d, const struct ini_entry *entry)
{
	if (entry->n_lines == 1)
		return true;
	diag_error(d->diag, rule_builder_place(d, entry->lines[1].line),
		   "the value of `%.*s` is one line", STR_ARG(entry->key));
	return false;
}

bool rule_builder_choice(struct rule_builder *d, const struct ini_entry *entry,
			 const struct keyword *table, int *out)
{
	CLEANUP(buf_deinit) struct buf wanted = { 0 };
	const struct keyword *row;

	if (!rule_builder_one_line(d, entry))
		return false;
	row = keyword_find(table, entry->value);
	if (row != NULL) {
		*out = row->value;
		return true;
	}
	buf_init(&wanted, 0);
	for (row = table; row->name != NULL; row++)
		buf_addf(&wanted, "%s`%s`",
			 row == table	     ? "" :
			 row[1].name == NULL ? " or " :
					       ", ",
			 row->name);
	diag_error(d->diag, rule_builder_place(d, entry->lines[0].line),
		   "`%.*s` is %.*s, not `%.*s`", STR_ARG(entry->key), STR_ARG(buf_str(&wanted)),
		   STR_ARG(entry->value));
	return false;
}

bool rule_builder_yes_no(struct rule_builder *d, const struct ini_entry *entry, bool *out)
{
	static const struct keyword table[] = {
		{ .name = "yes", .value = true },
		{ .name = "no", .value = false },
		{ .name = NULL },
	};
	int value = false;

	if (!rule_builder_choice(d, entry, table, &value))
		return false;
	*out = value;
	return true;
}

static bool is_picture(uint32_t code)
{
	return code >= 0x1F000 || (code >= 0x2190 && code <= 0x2BFF);
}

static const char *what_is_wrong_with(struct str name)
{
	if (name.len == 0)
		return "a name is missing";
	for (struct str rest = name; rest.len > 0;) {
		uint32_t code = utf8_next(&rest);

		if (is_picture(code))
			return "write the emoji's name instead of its picture, as in :eyes:";
		if (code >= 'A' && code <= 'Z')
			return "names of emoji are in small letters";
		if (code < 0x80 && !(code >= 'a' && code <= 'z') && !(code >= '0' && code <= '9') &&
		    code != '_' && code != '-' && code != '+' && code != '\'' && code != ':')
			return "an emoji has a name such as :eyes:, and commas separate several";
	}
	return NULL;
}

bool rule_builder_emoji(struct rule_builder *d, struct str *name, struct place at)
{
	struct str written = *name;
	const char *why;

	str_skip(name, ":");
	if (str_ends(*name, ":"))
		name->len--;
	why = what_is_wrong_with(*name);
	if (why != NULL)
		diag_error(d->diag, at, "`%.*s` is no emoji: %s", STR_ARG(written), why);
	return why == NULL;
}

const struct zone *rule_builder_zone(struct rule_builder *d, struct str name, struct place at)
{
	const struct zone *zone = NULL;

	return hours_read_zone(name, d->shared->zones, &zone, at, d->diag) ? zone : NULL;
}

/* ---- what placeholders may name ---- */

/* A slip in a pattern is not told a second time as an unknown group. */
static bool may_be_in_faulty(const struct rule_builder *d, struct str group)
{
	CLEANUP(mem_freep) char *name = str_dup(group);

	for (size_t i = 0; i < d->n_faulty; i++) {
		if (str_find(d->faulty[i], name) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool has_named(const struct pattern *p, struct str group)
{
	const char *name;

	for (size_t i = 0; (name = pattern_group_name(p, i)) != NULL; i++) {
		if (str_is(group, name))
			return true;
	}
	return false;
}

/* Whether the rules have it is seen when each of them is read; here it must only not be something else. */
static bool may_be_group(const struct rule_builder *d, struct str group)
{
	const struct symbols *symbols = &d->shared->symbols;

	for (size_t i = 0; i < group.len; i++) {
		if (group.p[i] == '.' || group.p[i] == '[' || group.p[i] == ' ')
			return false;
	}
	return !reference_is_name(group) && map_get(&symbols->tables, group) == NULL &&
	       map_get(&symbols->lists, group) == NULL && map_get(&symbols->hours, group) == NULL &&
	       map_get(&symbols->variables, group) == NULL;
}

static bool has_group(void *owner, struct str group)
{
	const struct rule_builder *d = owner;
	const struct rule *rule = d->rule;
	int64_t number = -1;
	bool is_number = str_int(group, &number);

	if (d->for_any)
		return may_be_group(d, group);
	for (size_t i = 0; i < rule->n_any; i++) {
		if (is_number ? number >= 0 && (size_t)number <= pattern_n_groups(rule->any[i]) :
				has_named(rule->any[i], group))
			return true;
	}
	return is_number ? d->n_faulty > 0 : may_be_in_faulty(d, group);
}

/* They are asked for one after the other. */
static const char *group_at(void *owner, size_t i)
{
	struct rule_builder *d = owner;
	const struct rule *rule = d->rule;
	struct group_walk *walk = &d->groups;

	if (i < walk->next)
		*walk = (struct group_walk){ 0 };
	while (walk->pattern < rule->n_any) {
		const char *name = pattern_group_name(rule->any[walk->pattern], walk->name);

		if (name == NULL) {
			walk->pattern++;
			walk->name = 0;
			continue;
		}
		walk->name++;
		if (walk->next++ == i)
			return name;
	}
	walk->next = SIZE_MAX; /* the next one begins anew */
	return NULL;
}

struct template_scope rule_builder_scope(struct rule_builder *d)
{
	return (struct template_scope){
		.owner = d,
		.has_group = has_group,
		.group_at = group_at,
		.symbols = &d->shared->symbols,
		.allow_broadcast = d->options->allow_broadcast,
		.has_result = d->has_result,
		.has_error = d->on_error,
		.is_timed = rule_is_timed(d->rule),
	};
}

struct template_scope rule_builder_scope_asked(struct rule_builder *d)
{
	struct template_scope scope = rule_builder_scope(d);

	scope.has_result = false;
	return scope;
}
