/* SPDX-License-Identifier: MIT */
/* Readers of the keys that say where, who and when: in, from, thread, to bot, when, if, workspace. */
#include "template/condition.h"
#include "rule/rule_builder.h"
#include "calendar/hours.h"
#include "rule/items.h"

/* What differs between the two lists. */
struct scope_words {
	const char *what; /* for messages */
	char sigil;	  /* in front of a name */
	bool globs;
	const char *id_letters; /* that an id may begin with */
	const struct keyword *words;
	const char *example;
};

enum { WORD_CHANNEL_KIND = 0, WORD_PEOPLE = 100, WORD_BOTS, WORD_GUESTS };

static const struct keyword in_words[] = {
	{ .name = "dm", .value = CHANNEL_DM },
	{ .name = "group", .value = CHANNEL_GROUP },
	{ .name = "public", .value = CHANNEL_PUBLIC },
	{ .name = "private", .value = CHANNEL_PRIVATE },
	{ .name = NULL },
};

static const struct keyword from_words[] = {
	{ .name = "people", .value = WORD_PEOPLE },
	{ .name = "bots", .value = WORD_BOTS },
	{ .name = "guests", .value = WORD_GUESTS },
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

static bool fill_name(struct rule_builder *d, const struct scope_words *list,
		      struct scope_item *item, struct str name)
{
	item->kind = SCOPE_NAME;
	item->glob = list->globs && has_any(name, "*?");
	item->name = rule_builder_keep(d, name);
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
		     value == WORD_GUESTS ? SCOPE_GUESTS :
					    SCOPE_CHANNEL_KIND;
	if (item->kind == SCOPE_CHANNEL_KIND)
		item->channel_kind = (enum channel_kind)value;
}

static bool complain_word(struct rule_builder *d, const struct scope_words *list, struct str text,
			  struct place at)
{
	if (map_get(&d->shared->symbols.lists, text) != NULL)
		diag_error(d->diag, at, "`%.*s` is no %s; the list is written `[%.*s]`",
			   STR_ARG(text), list->what, STR_ARG(text));
	else if (keyword_nearest(list->words, text) != NULL)
		diag_error(d->diag, at, "`%.*s` is no %s; did you mean `%s`?", STR_ARG(text),
			   list->what, keyword_nearest(list->words, text));
	else
		diag_error(d->diag, at, "`%.*s` is no %s; %s", STR_ARG(text), list->what,
			   list->example);
	return false;
}

/* `[oncall]`, of which the people or the channels count. */
static bool fill_list(struct rule_builder *d, const struct scope_words *list,
		      struct scope_item *item, struct str text)
{
	struct map_keys lists = { .map = &d->shared->symbols.lists };
	struct str name = str_trim(str_sub(text, 1, text.len - 1));

	if (d->for_list) {
		diag_error(d->diag, item->at, "a list only names, it does not hold another list");
		return false;
	}
	item->kind = SCOPE_LIST;
	item->name = rule_builder_keep(d, name);
	item->list = map_get(&d->shared->symbols.lists, name);
	if (item->list == NULL) {
		keyword_complain_unknown("list", name, map_key_at, &lists, item->at, d->diag);
		return false;
	}
	if ((list == &from_list ? item->list->people : item->list->channels).n > 0)
		return true;
	diag_error(d->diag, item->at, "the list `%s` (%s:%u) names no %s", item->name,
		   item->list->at.file, item->list->at.line,
		   list == &from_list ? "people" : "channels");
	return false;
}

static bool fill_id(struct rule_builder *d, const struct scope_words *list, struct scope_item *item,
		    struct str text)
{
	bool is_group = list == &from_list && is_id(text, "S");

	if (!is_group && !is_id(text, list->id_letters))
		return false;
	item->kind = is_group ? SCOPE_GROUP_ID : SCOPE_ID;
	item->name = rule_builder_keep(d, text);
	return true;
}

static bool fill_item(struct rule_builder *d, const struct scope_words *list,
		      struct scope_item *item, struct str text)
{
	const struct keyword *word;

	item->deny = str_skip(&text, "!");
	text = str_trim(text);
	if (text.len > 0 && text.p[0] == list->sigil)
		return fill_name(d, list, item, str_sub(text, 1, text.len));
	if (str_starts(text, "[") && str_ends(text, "]"))
		return fill_list(d, list, item, text);
	if (fill_id(d, list, item, text))
		return true;
	word = keyword_find(list->words, text);
	if (word == NULL)
		return complain_word(d, list, text, item->at);
	fill_word(item, word->value);
	return true;
}

static void read_scope(struct rule_builder *d, const struct ini_entry *entry,
		       const struct scope_words *list, struct scope *scope)
{
	struct items walk;
	struct item item;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item)) {
		struct scope_item filled = { .at = item.at };

		if (fill_item(d, list, &filled, item.text))
			*(struct scope_item *)arena_append(d->arena, &scope->items, &scope->n,
							   sizeof(filled)) = filled;
	}
}

void read_channels(struct rule_builder *d, const struct ini_entry *entry, struct scope *out)
{
	read_scope(d, entry, &in_list, out);
}

void read_people(struct rule_builder *d, const struct ini_entry *entry, struct scope *out)
{
	read_scope(d, entry, &from_list, out);
}

void read_in(struct rule_builder *d, const struct ini_entry *entry)
{
	read_scope(d, entry, &in_list, &d->rule->in);
}

void read_from(struct rule_builder *d, const struct ini_entry *entry)
{
	read_scope(d, entry, &from_list, &d->rule->from);
}

void read_thread(struct rule_builder *d, const struct ini_entry *entry)
{
	static const struct keyword table[] = {
		{ .name = "root", .value = THREAD_ROOT },
		{ .name = "replies", .value = THREAD_REPLIES },
		{ .name = "any", .value = THREAD_ANY },
		{ .name = NULL },
	};
	int value = THREAD_ANY;

	rule_builder_choice(d, entry, table, &value);
	d->rule->thread = (enum thread_want)value;
}

void read_to_bot(struct rule_builder *d, const struct ini_entry *entry)
{
	rule_builder_yes_no(d, entry, &d->rule->to_bot);
}

/* ---- when ---- */

static struct hours *read_ranges(struct rule_builder *d, struct str text, struct place at,
				 struct diag *diag)
{
	return hours_read_inline(text, d->arena, d->shared->zones, d->rule->zone, at, diag);
}

/* Longer than a day: one word of letters is the name of hours. */
static bool is_name(struct str word)
{
	enum { NAME_MIN = 5 };
	size_t i = 0;

	while (i < word.len && ((word.p[i] >= 'a' && word.p[i] <= 'z') || word.p[i] == '_'))
		i++;
	return i == word.len && word.len >= NAME_MIN;
}

/* `suport`: one word that is near a name, or a name, and that no reader of ranges takes. */
static bool is_meant_as_hours(struct rule_builder *d, struct str text)
{
	struct map_keys hours = { .map = &d->shared->symbols.hours };
	struct place nowhere = { 0 };
	struct str rest = text, word;
	struct diag ignored;
	bool is_range;

	if (!str_word(&rest, &word) || str_trim(rest).len > 0 ||
	    (str_nearest(word, map_key_at, &hours) == NULL && !is_name(word)))
		return false;
	diag_init(&ignored);
	is_range = read_ranges(d, text, nowhere, &ignored) != NULL;
	diag_deinit(&ignored);
	return !is_range;
}

static void complain_hours(struct rule_builder *d, struct str text, struct place at)
{
	struct map_keys hours = { .map = &d->shared->symbols.hours };

	if (str_nearest(text, map_key_at, &hours) != NULL)
		keyword_complain_unknown("hours", text, map_key_at, &hours, at, d->diag);
	else
		diag_error(d->diag, at,
			   "there is no section [hours %.*s]; without a name, hours are written as "
			   "`mon-fri 09:00-17:30`",
			   STR_ARG(text));
}

void read_when(struct rule_builder *d, const struct ini_entry *entry)
{
	struct when *when = &d->rule->when;
	struct place at = rule_builder_place(d, entry->lines[0].line);
	const struct named_hours *named;
	struct str text = entry->value;

	if (!rule_builder_one_line(d, entry))
		return;
	when->shown = rule_builder_keep(d, text);
	if (str_skip(&text, "not ")) {
		when->closed = true;
		text = str_trim(text);
	}
	named = map_get(&d->shared->symbols.hours, text);
	if (named != NULL)
		when->hours = named->hours;
	else if (is_meant_as_hours(d, text))
		complain_hours(d, text, at);
	else
		when->hours = read_ranges(d, text, at, d->diag);
}

/* ---- if, workspace ---- */

void read_if(struct rule_builder *d, const struct ini_entry *entry)
{
	struct template_scope scope = rule_builder_scope_asked(d);
	const struct reference_site site = {
		.scope = &scope,
		.arena = d->arena,
		.at = rule_builder_place(d, entry->line),
		.diag = d->diag,
	};

	d->rule->condition = condition_read(entry->value, d->shared->kit, &site);
}

void read_workspace(struct rule_builder *d, const struct ini_entry *entry)
{
	struct items walk;
	struct item item;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item))
		*(char **)arena_append(d->arena, &d->rule->workspaces, &d->rule->n_workspaces,
				       sizeof(char *)) = rule_builder_keep(d, item.text);
}
