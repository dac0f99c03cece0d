/* SPDX-License-Identifier: MIT */
#include "rule/items.h"
#include "base/arena.h"

void items_init(struct items *walk, const struct ini_entry *entry, const char *file,
		struct arena *arena, struct diag *diag)
{
	*walk = (struct items){ .entry = entry, .file = file, .arena = arena, .diag = diag };
}

static struct place place_of(const struct items *walk)
{
	return (struct place){ walk->file, walk->entry->lines[walk->next_line - 1].line };
}

/* Position of the closing quote in a text that begins behind the opening one, or SIZE_MAX. */
static size_t closing_quote(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\\' && i + 1 < s.len && s.p[i + 1] == '"')
			i++;
		else if (s.p[i] == '"')
			return i;
	}
	return SIZE_MAX;
}

static struct str unescape(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\\' && i + 1 < s.len && s.p[i + 1] == '"')
			i++;
		copy[len++] = s.p[i];
	}
	return str_make(copy, len);
}

/* The rest begins with a quote. */
static bool take_quoted(struct items *walk, struct item *out)
{
	struct str inner = str_sub(walk->rest, 1, walk->rest.len);
	size_t end = closing_quote(inner);
	struct str behind;

	if (end == SIZE_MAX) {
		diag_error(walk->diag, out->at, "the quote is not closed: %.*s",
			   STR_ARG(walk->rest));
		walk->rest = (struct str){ NULL, 0 };
		return false;
	}
	out->text = unescape(walk->arena, str_sub(inner, 0, end));
	out->quoted = true;
	walk->rest = str_sub(inner, end + 1, inner.len);
	if (!str_cut(&walk->rest, ',', &behind))
		return true;
	behind = str_trim(behind);
	if (behind.len > 0)
		diag_error(walk->diag, out->at,
			   "`%.*s` stands behind a closing quote; a comma separates items",
			   STR_ARG(behind));
	return behind.len == 0;
}

static bool take_item(struct items *walk, struct item *out)
{
	*out = (struct item){ .at = place_of(walk) };
	walk->rest = str_trim(walk->rest);
	if (str_starts(walk->rest, "\""))
		return take_quoted(walk, out);
	if (!str_cut(&walk->rest, ',', &out->text))
		return false;
	out->text = str_trim(out->text);
	if (str_starts(out->text, "\u201C") || str_starts(out->text, "\u201E"))
		diag_warn(
			walk->diag, out->at,
			"the curly quote belongs to the item `%.*s`; only straight quotes (\") hold an item together",
			STR_ARG(out->text));
	/* A comma at the end of a line is how lists are written. */
	if (out->text.len == 0 && walk->rest.p != NULL)
		diag_error(walk->diag, out->at, "nothing stands between two commas");
	return out->text.len > 0;
}

bool items_next(struct items *walk, struct item *out)
{
	for (;;) {
		if (walk->rest.p == NULL || str_trim(walk->rest).len == 0) {
			if (walk->next_line == walk->entry->n_lines)
				return false;
			walk->rest = walk->entry->lines[walk->next_line++].text;
			continue;
		}
		if (take_item(walk, out))
			return true;
	}
}
