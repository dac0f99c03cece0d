/* SPDX-License-Identifier: MIT */
/* Readers of the keys that say where and who: in, from, thread, to bot. */
#include "rule/draft.h"
#include "rule/items.h"

/* What differs between the two lists. */
struct scope_words {
	const char *what; /* for messages */
	char sigil;	  /* in front of a name */
	bool globs;
	const char *id_letters; /* that an id may begin with */
	const struct known *words;
	const char *example;
};

enum { WORD_CHANNEL_KIND = 0, WORD_PEOPLE = 100, WORD_BOTS };

static const struct known in_words[] = {
	{ .name = "dm", .value = CHANNEL_DM },
	{ .name = "group", .value = CHANNEL_GROUP },
	{ .name = "public", .value = CHANNEL_PUBLIC },
	{ .name = "private", .value = CHANNEL_PRIVATE },
	{ .name = NULL },
};

static const struct known from_words[] = {
	{ .name = "people", .value = WORD_PEOPLE },
	{ .name = "bots", .value = WORD_BOTS },
	{ .name = "guests", .later = true },
	{ .name = NULL },
};

static const struct scope_words in_list = {
	"channel", '#', true, "CGD", in_words, "a channel is written `#name`",
};

static const struct scope_words from_list = {
	"person", '@', false, "UWB", from_words, "a person is written `@name`",
};

enum { ID_LEN = 9 }; /* Slack's ids are not shorter */

/* Short ids are for tests and have a digit: `DM` and `BOTS` are words in capitals. */
static bool is_id(struct str s, const char *letters)
{
	bool has_digit = false;

	if (s.len < 2 || str_find_char(str_from(letters), s.p[0]) == SIZE_MAX)
		return false;
	for (size_t i = 1; i < s.len; i++) {
		if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
		has_digit = has_digit || s.p[i] <= '9';
	}
	return has_digit || s.len >= ID_LEN;
}

static bool has_any(struct str s, const char *signs)
{
	for (; *signs != '\0'; signs++) {
		if (str_find_char(s, *signs) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool fill_name(struct draft *d, const struct scope_words *list, struct scope_item *item,
		      struct str name)
{
	item->kind = SCOPE_NAME;
	item->glob = list->globs && has_any(name, "*?");
	item->name = draft_keep(d, name);
	if (name.len > 0 && !has_any(name, list->globs ? " \t!@#" : " \t!@#*?"))
		return true;
	diag_error(d->diag, item->at, "`%c%.*s` is no name of a %s", list->sigil, STR_ARG(name),
		   list->what);
	return false;
}

static void fill_word(struct scope_item *item, int value)
{
	item->kind = value == WORD_PEOPLE ? SCOPE_PEOPLE :
		     value == WORD_BOTS	  ? SCOPE_BOTS :
					    SCOPE_CHANNEL_KIND;
	if (item->kind == SCOPE_CHANNEL_KIND)
		item->channel_kind = (enum channel_kind)value;
}

static bool complain_word(struct draft *d, const struct scope_words *list, struct str text,
			  struct place at)
{
	if (str_starts(text, "["))
		diag_error(d->diag, at, "lists as `%.*s` are not in this version of retort",
			   STR_ARG(text));
	else if (is_id(text, "S"))
		diag_error(d->diag, at,
			   "groups of people as `%.*s` are not in this version of retort",
			   STR_ARG(text));
	else if (known_find(list->words, text) != NULL)
		known_complain_later("word", text, at, d->diag);
	else if (known_nearest(list->words, text) != NULL)
		diag_error(d->diag, at, "`%.*s` is no %s; did you mean `%s`?", STR_ARG(text),
			   list->what, known_nearest(list->words, text));
	else
		diag_error(d->diag, at, "`%.*s` is no %s; %s", STR_ARG(text), list->what,
			   list->example);
	return false;
}

static bool fill_item(struct draft *d, const struct scope_words *list, struct scope_item *item,
		      struct str text)
{
	const struct known *word;

	item->deny = str_skip(&text, "!");
	text = str_trim(text);
	if (text.len > 0 && text.p[0] == list->sigil)
		return fill_name(d, list, item, str_sub(text, 1, text.len));
	if (is_id(text, list->id_letters)) {
		item->kind = SCOPE_ID;
		item->name = draft_keep(d, text);
		return true;
	}
	word = known_find(list->words, text);
	if (word == NULL || word->later)
		return complain_word(d, list, text, item->at);
	fill_word(item, word->value);
	return true;
}

static void read_scope(struct draft *d, const struct ini_entry *entry,
		       const struct scope_words *list, struct scope *scope)
{
	struct items walk;
	struct item item;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item)) {
		struct scope_item filled = { .at = item.at };

		if (fill_item(d, list, &filled, item.text))
			*(struct scope_item *)draft_append(d, &scope->items, &scope->n,
							   sizeof(filled)) = filled;
	}
}

void read_in(struct draft *d, const struct ini_entry *entry)
{
	read_scope(d, entry, &in_list, &d->rule->in);
}

void read_from(struct draft *d, const struct ini_entry *entry)
{
	read_scope(d, entry, &from_list, &d->rule->from);
}

void read_thread(struct draft *d, const struct ini_entry *entry)
{
	static const struct known table[] = {
		{ .name = "root", .value = THREAD_ROOT },
		{ .name = "replies", .value = THREAD_REPLIES },
		{ .name = "any", .value = THREAD_ANY },
		{ .name = NULL },
	};
	int value = THREAD_ANY;

	draft_choice(d, entry, table, &value);
	d->rule->thread = (enum thread_want)value;
}

void read_to_bot(struct draft *d, const struct ini_entry *entry)
{
	draft_yes_no(d, entry, &d->rule->to_bot);
}
