/* SPDX-License-Identifier: MIT */
#include "rule/insert.h"

#include <stdlib.h>
#include "base/mem.h"
#include "rule/known.h"

/* ---- its parts ---- */

/* Cuts at the next `|` that is not part of a <link|label>. */
static struct str cut_bar(struct str *rest)
{
	struct str all = *rest;
	bool in_link = false;

	for (size_t i = 0; i < rest->len; i++) {
		char c = rest->p[i];
		struct str piece = str_sub(*rest, 0, i);

		if (c == '<' || c == '>')
			in_link = c == '<';
		if (c != '|' || in_link)
			continue;
		*rest = str_sub(*rest, i + 1, rest->len);
		return piece;
	}
	*rest = (struct str){ NULL, 0 };
	return all;
}

/* Splits `value or text`. */
static void cut_or(struct str what, struct insert_parts *out)
{
	size_t at = str_find(what, " or ");

	if (at == SIZE_MAX && str_ends(what, " or"))
		at = what.len - 3;
	out->value = str_trim(str_sub(what, 0, at));
	out->has_alternative = at != SIZE_MAX;
	out->alternative = out->has_alternative ? str_trim(str_sub(what, at + 3, what.len)) :
						  STR_EMPTY;
}

bool insert_split(struct insert_parts *out, struct str body, const struct insert_site *site)
{
	if (str_starts(body, "if ") || str_starts(body, "pick:")) {
		diag_error(site->diag, site->at, "{%s…} is not in this version of retort",
			   str_starts(body, "if ") ? "if " : "pick:");
		return false;
	}
	if (str_find_char(body, '{') != SIZE_MAX && str_find_char(body, '[') == SIZE_MAX) {
		diag_error(site->diag, site->at, "an insert within an insert: {%.*s}",
			   STR_ARG(body));
		return false;
	}
	out->filters = body;
	cut_or(cut_bar(&out->filters), out);
	return true;
}

/* ---- its value ---- */

/* The order is that of the manual; groups of the rule's own patterns go before all of them. */
static const struct known insert_names[] = {
	{ .name = "user", .value = NAME_USER },
	{ .name = "author", .later = true },
	{ .name = "channel", .value = NAME_CHANNEL },
	{ .name = "bot", .later = true },
	{ .name = "team", .later = true },
	{ .name = "text", .value = NAME_TEXT },
	{ .name = "match", .value = NAME_MATCH },
	{ .name = "link", .value = NAME_LINK },
	{ .name = "ts", .later = true },
	{ .name = "thread", .later = true },
	{ .name = "time", .later = true },
	{ .name = "event", .later = true },
	{ .name = "result", .later = true },
	{ .name = "error", .later = true },
	{ .name = "count", .later = true },
	{ .name = NULL },
};

static const struct known field_names[] = {
	{ .name = "name", .value = FIELD_NAME },
	{ .name = "id", .value = FIELD_ID },
	{ .name = "email", .value = FIELD_EMAIL },
	{ .name = "mention", .later = true },
	{ .name = NULL },
};

static bool has_field(enum template_name name, enum template_field field)
{
	switch (name) {
	case NAME_USER:
	case NAME_MATCH:
	case NAME_GROUP:
		return true;
	case NAME_CHANNEL:
		return field != FIELD_EMAIL;
	case NAME_TEXT:
	case NAME_LINK:
		break;
	}
	return field == FIELD_NONE;
}

static const char *name_at(const void *table, size_t i)
{
	const struct template_scope *scope = table;

	if (i < ARRAY_LEN(insert_names) - 1)
		return insert_names[i].name;
	return scope->group_at(scope->owner, i - (ARRAY_LEN(insert_names) - 1));
}

static bool is_number(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.len > 0;
}

static bool complain_name(struct str name, const struct insert_site *site)
{
	const struct known *row = known_find(insert_names, name);

	if (is_number(name))
		diag_error(site->diag, site->at, "{%.*s}: no pattern of this rule has a group %.*s",
			   STR_ARG(name), STR_ARG(name));
	else if (str_find_char(name, '[') != SIZE_MAX)
		diag_error(site->diag, site->at,
			   "{%.*s}: tables and stored values are not in this version of retort",
			   STR_ARG(name));
	else if (row != NULL && row->later)
		known_complain_later("insert", name, site->at, site->diag);
	else
		known_complain_unknown("insert", name, name_at, site->scope, site->at, site->diag);
	return false;
}

static bool read_name(struct insert *insert, struct str name, const struct insert_site *site)
{
	const struct known *row = known_find(insert_names, name);

	if (!str_is(name, "0") && site->scope->has_group(site->scope->owner, name)) {
		insert->name = NAME_GROUP;
		insert->group = str_keep(site->arena, name);
		return true;
	}
	if (row == NULL || row->later)
		return complain_name(name, site);
	insert->name = (enum template_name)row->value;
	if (insert->name != NAME_MATCH || site->scope->has_group(site->scope->owner, STR("0")))
		return true;
	diag_error(site->diag, site->at, "{match}: the rule has no `match`, `words` or `phrase`");
	return false;
}

static bool read_field(struct insert *insert, struct str name, struct str field,
		       const struct insert_site *site)
{
	const struct known *row = known_look(field_names, "field", field, site->at, site->diag);

	if (row == NULL)
		return false;
	insert->field = (enum template_field)row->value;
	if (has_field(insert->name, insert->field))
		return true;
	diag_error(site->diag, site->at, "`%.*s` has no field `%s`", STR_ARG(name), row->name);
	return false;
}

bool insert_read_value(struct insert *insert, struct str value, const struct insert_site *site)
{
	size_t dot = str_find_char(value, '.');
	struct str name = str_sub(value, 0, dot);

	/* A later name may have any field. */
	if (!read_name(insert, str_find_char(value, '[') == SIZE_MAX ? name : value, site))
		return false;
	return dot == SIZE_MAX ||
	       read_field(insert, name, str_sub(value, dot + 1, value.len), site);
}

/* ---- its filters ---- */

bool insert_read_filters(struct insert *insert, struct str filters, const struct insert_site *site)
{
	struct str text;
	bool good = true;

	while (str_cut(&filters, '|', &text)) {
		insert->filters = mem_grow(insert->filters, insert->n_filters + 1,
					   sizeof(insert->filters[0]));
		good &= filter_read(&insert->filters[insert->n_filters++], text, site->at,
				    site->diag);
	}
	return good;
}

void insert_deinit(struct insert *insert)
{
	free(insert->filters);
	insert->filters = NULL;
	insert->n_filters = 0;
}

/* ---- what it needs ---- */

bool insert_wants_text(const struct insert *insert)
{
	return insert->name == NAME_TEXT || insert->name == NAME_MATCH ||
	       insert->name == NAME_GROUP;
}

bool insert_wants_names(const struct insert *insert)
{
	bool named = insert->name == NAME_USER || insert->name == NAME_CHANNEL;

	if (insert->field == FIELD_NAME || insert->field == FIELD_EMAIL)
		return true;
	return named ? insert->n_filters > 0 && insert->field == FIELD_NONE :
		       insert->field != FIELD_NONE;
}
