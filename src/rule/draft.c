/* SPDX-License-Identifier: MIT */
#include "rule/draft.h"

#include <string.h>

/* The room doubles whenever the count is a power of two, so the count alone says how much there is. */
void *draft_append(struct draft *d, void *array, size_t *n, size_t size)
{
	char *items;

	memcpy(&items, array, sizeof(items));
	if ((*n & (*n - 1)) == 0) {
		char *room = arena_alloc(d->arena, (*n > 0 ? 2 * *n : 1) * size);

		if (*n > 0)
			memcpy(room, items, *n * size);
		items = room;
		memcpy(array, &items, sizeof(items));
	}
	return items + (*n)++ * size;
}

struct place draft_place(const struct draft *d, unsigned line)
{
	return (struct place){ d->file, line };
}

char *draft_keep(struct draft *d, struct str text)
{
	return (char *)str_keep(d->arena, text).p;
}

bool draft_one_line(struct draft *d, const struct ini_entry *entry)
{
	if (entry->n_lines == 1)
		return true;
	diag_error(d->diag, draft_place(d, entry->lines[1].line), "the value of `%.*s` is one line",
		   STR_ARG(entry->key));
	return false;
}

bool draft_choice(struct draft *d, const struct ini_entry *entry, const struct known *table,
		  int *out)
{
	CLEANUP(buf_deinit) struct buf wanted = { 0 };
	const struct known *row;

	if (!draft_one_line(d, entry))
		return false;
	row = known_find(table, entry->value);
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
	diag_error(d->diag, draft_place(d, entry->lines[0].line), "`%.*s` is %.*s, not `%.*s`",
		   STR_ARG(entry->key), STR_ARG(buf_str(&wanted)), STR_ARG(entry->value));
	return false;
}

bool draft_yes_no(struct draft *d, const struct ini_entry *entry, bool *out)
{
	static const struct known table[] = {
		{ .name = "yes", .value = true },
		{ .name = "no", .value = false },
		{ .name = NULL },
	};
	int value = false;

	if (!draft_choice(d, entry, table, &value))
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

bool draft_emoji(struct draft *d, struct str *name, struct place at)
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
