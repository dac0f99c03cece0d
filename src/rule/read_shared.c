/* SPDX-License-Identifier: MIT */
/* The sections that rules share: [hours NAME], [list NAME], [table NAME]; and the names that rules store. */
#include "base/arena.h"
#include "calendar/zone.h"
#include "calendar/hours.h"
#include "rule/items.h"
#include "rule/keys.h"
#include "rule/rule_builder.h"
#include "rule/compile.h"
#include "template/template.h"

/* A section that is being read. */
struct sharing {
	struct compile *parse;
	struct rule_file *file;
	const struct section *section;
	size_t n_errors; /* told before it */
	struct map keys; /* key in small letters to its first entry without mistakes */
	struct rule_builder
		builder; /* for what it has in common with rules; its rule is nobody's */
	struct rule nobody;
};

static struct place place_of(const struct sharing *s, const struct ini_entry *entry)
{
	return (struct place){ s->file->name, entry->line };
}

/* False when there is none, which was told, or when another has it. What has no name is read for its mistakes. */
static bool has_own_name(const struct sharing *s, const struct map *names, struct place other)
{
	if (s->section->name.len == 0)
		return false;
	if (map_get(names, s->section->name) == NULL)
		return true;
	diag_error(&s->file->diag, s->section->at, "a second [%s %.*s]; the first is at %s:%u",
		   section_kind_at(s->section->kind), STR_ARG(s->section->name), other.file,
		   other.line);
	return false;
}

/* Was nothing wrong in it? Else what seems to be missing may be what was told. */
static bool is_clean(const struct sharing *s)
{
	for (size_t i = 0; i < s->section->n_entries; i++) {
		if (s->section->entries[i].faulty)
			return false;
	}
	return !s->section->torn && s->file->diag.n_errors == s->n_errors;
}

static char *in_small_letters(struct str key)
{
	char *folded = str_dup(key);

	for (size_t i = 0; i < key.len; i++) {
		if (folded[i] >= 'A' && folded[i] <= 'Z')
			folded[i] = (char)(folded[i] + ('a' - 'A'));
	}
	return folded;
}

/* Tells of a key that stands twice. */
static bool is_first(struct sharing *s, size_t at)
{
	struct entry *entry = &s->section->entries[at];
	CLEANUP(mem_freep) char *folded = in_small_letters(entry->ini.key);
	struct str key = str_make(folded, entry->ini.key.len);
	const struct entry *first = map_get(&s->keys, key);

	if (first == NULL)
		map_set(&s->keys, key, entry);
	else if (first != entry)
		diag_error(&s->file->diag, place_of(s, &entry->ini),
			   "`%.*s` stands twice; the first is on line %u", STR_ARG(entry->ini.key),
			   first->ini.line);
	return first == NULL || first == entry;
}

/* One text of the author's, in which names of people and channels count but nothing is inserted. */
static struct template *compile_literal(struct sharing *s, struct str text, struct place at)
{
	const struct template_scope scope = {
		.allow_broadcast = s->parse->options->allow_broadcast,
		.literal = true,
	};
	struct template *out = NULL;

	return template_compile_text(&out, text, at, &scope, &s->file->diag) == 0 ? out : NULL;
}

/* ---- hours ---- */

enum { HOURS_ZONE, HOURS_OPEN, HOURS_CLOSED };

static const struct keyword hours_keys[] = {
	{ .name = "zone", .value = HOURS_ZONE }, /* read first: the others mean its days */
	{ .name = "open", .value = HOURS_OPEN },
	{ .name = "closed", .value = HOURS_CLOSED },
	{ .name = NULL },
};

static void read_hours_line(struct sharing *s, struct hours *hours, int key, struct str text,
			    struct place at)
{
	const struct zone *zone;

	if (key == HOURS_OPEN) {
		hours_add_open(hours, text, at, &s->file->diag);
	} else if (key == HOURS_CLOSED) {
		hours_add_closed(hours, text, at, &s->file->diag);
	} else {
		zone = rule_builder_zone(&s->builder, text, at);
		if (zone != NULL)
			hours_set_zone(hours, zone);
	}
}

static void read_hours_key(struct sharing *s, struct hours *hours, const struct keyword *row)
{
	for (size_t i = 0; i < s->section->n_entries; i++) {
		const struct entry *entry = &s->section->entries[i];

		if (entry->faulty || !str_is(entry->ini.key, row->name) || !is_first(s, i))
			continue;
		for (size_t l = 0; l < entry->ini.n_lines; l++) {
			struct str line = str_trim(entry->ini.lines[l].text);
			struct place at = { s->file->name, entry->ini.lines[l].line };

			if (line.len > 0)
				read_hours_line(s, hours, row->value, line, at);
		}
	}
}

static void check_keys(struct sharing *s, const struct keyword *keys)
{
	for (size_t i = 0; i < s->section->n_entries; i++) {
		const struct ini_entry *entry = &s->section->entries[i].ini;

		if (!s->section->entries[i].faulty)
			keyword_look(keys, "key", entry->key, place_of(s, entry), &s->file->diag);
	}
}

static void read_hours(struct sharing *s)
{
	struct arena *arena = &s->parse->shared->arena;
	struct named_hours *named = arena_alloc(arena, sizeof(*named));
	struct map *all = &s->parse->shared->symbols.hours;
	const struct named_hours *other = map_get(all, s->section->name);
	struct hours *hours = hours_new(arena, s->parse->shared->zone);

	check_keys(s, hours_keys);
	for (const struct keyword *row = hours_keys; row->name != NULL; row++)
		read_hours_key(s, hours, row);
	if (!hours_has_ranges(hours) && is_clean(s))
		diag_error(&s->file->diag, s->section->at,
			   "the hours are never open: they need a line such as `open = mon-fri "
			   "09:00-17:30`");
	*named = (struct named_hours){ hours, s->section->at };
	if (has_own_name(s, all, other != NULL ? other->at : named->at))
		map_set(all, s->section->name, named);
}

/* ---- lists ---- */

enum { LIST_PEOPLE, LIST_CHANNELS };

static const struct keyword list_keys[] = {
	{ .name = "people", .value = LIST_PEOPLE },
	{ .name = "channels", .value = LIST_CHANNELS },
	{ .name = NULL },
};

static void note_items(struct sharing *s, struct name_list *list, const struct ini_entry *entry)
{
	CLEANUP(buf_deinit) struct buf items = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct diag ignored;
	struct items walk;
	struct item item;

	buf_init(&items, 0);
	buf_init(&text, 0);
	diag_init(&ignored); /* the reader of the scope tells the same */
	items_init(&walk, entry, s->file->name, &s->parse->shared->arena, &ignored);
	while (items_next(&walk, &item)) {
		buf_add(&items, item.text);
		buf_addc(&items, VALUE_ITEM_END);
		buf_addf(&text, "%s%.*s", text.len > 0 ? ", " : "", STR_ARG(item.text));
	}
	diag_deinit(&ignored);
	list->items = str_keep(&s->parse->shared->arena, buf_str(&items));
	list->text = str_keep(&s->parse->shared->arena, buf_str(&text));
	list->literal = compile_literal(s, list->text, place_of(s, entry));
}

static void check_list_items(struct sharing *s, const struct scope *scope)
{
	for (size_t i = 0; i < scope->n; i++) {
		if (scope->items[i].deny)
			diag_error(&s->file->diag, scope->items[i].at,
				   "a list only names, it does not deny");
	}
}

static void read_list_key(struct sharing *s, struct name_list *list, const struct keyword *row)
{
	struct scope *scope = row->value == LIST_PEOPLE ? &list->people : &list->channels;

	for (size_t i = 0; i < s->section->n_entries; i++) {
		const struct entry *entry = &s->section->entries[i];

		if (entry->faulty || !str_is(entry->ini.key, row->name) || !is_first(s, i))
			continue;
		(row->value == LIST_PEOPLE ? read_people : read_channels)(&s->builder, &entry->ini,
									  scope);
		check_list_items(s, scope);
		if (list->literal == NULL)
			note_items(s, list, &entry->ini);
	}
}

static void read_list(struct sharing *s)
{
	struct arena *arena = &s->parse->shared->arena;
	struct name_list *list = arena_alloc(arena, sizeof(*list));
	struct map *all = &s->parse->shared->symbols.lists;
	const struct name_list *other = map_get(all, s->section->name);

	list->name = (char *)str_keep(arena, s->section->name).p;
	list->at = s->section->at;
	check_keys(s, list_keys);
	for (const struct keyword *row = list_keys; row->name != NULL; row++)
		read_list_key(s, list, row);
	if (list->people.n + list->channels.n == 0 && is_clean(s))
		diag_error(&s->file->diag, s->section->at,
			   "the list is empty: it needs a line such as `people = @ana, @raj`");
	if (has_own_name(s, all, other != NULL ? other->at : list->at))
		map_set(all, s->section->name, list);
	else
		template_free(list->literal);
}

/* ---- tables ---- */

enum { CELLS_MAX = 100 };

static void add_cell(struct sharing *s, struct table_row *row, struct str cell)
{
	struct str text = str_keep(&s->parse->shared->arena, str_trim(cell));
	size_t n = row->n_cells;

	*(struct str *)arena_append(s->builder.arena, &row->cells, &n, sizeof(text)) = text;
	*(struct template **)arena_append(s->builder.arena, &row->literals, &row->n_cells,
					  sizeof(struct template *)) = compile_literal(s, text,
										       row->at);
}

/* Cuts at the next `|` that is not that of a <link|label>. */
static struct str cut_cell(struct str *rest)
{
	struct str all = *rest;
	bool in_link = false;

	for (size_t i = 0; i < all.len; i++) {
		if (all.p[i] == '<' || all.p[i] == '>')
			in_link = all.p[i] == '<' &&
				  str_find_char(str_sub(all, i, all.len), '>') != SIZE_MAX;
		if (all.p[i] != '|' || in_link)
			continue;
		*rest = str_sub(all, i + 1, all.len);
		return str_sub(all, 0, i);
	}
	*rest = (struct str){ NULL, 0 };
	return all;
}

static void read_row(struct sharing *s, struct table *table, const struct ini_entry *entry)
{
	struct table_row *row = arena_append(s->builder.arena, &table->rows, &table->n_rows,
					     sizeof(*row));
	struct str rest = entry->value;

	row->key = str_keep(&s->parse->shared->arena, entry->key);
	row->at = place_of(s, entry);
	while (rest.p != NULL && row->n_cells < CELLS_MAX)
		add_cell(s, row, cut_cell(&rest));
	if (rest.p != NULL)
		diag_error(&s->file->diag, row->at, "a row has at most %d columns", CELLS_MAX);
}

static void find_otherwise(struct table *table)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		if (str_is(table->rows[i].key, "else"))
			table->otherwise = &table->rows[i];
	}
}

static void read_table(struct sharing *s)
{
	struct table *table = arena_alloc(&s->parse->shared->arena, sizeof(*table));
	struct map *all = &s->parse->shared->symbols.tables;
	const struct table *other = map_get(all, s->section->name);

	table->name = (char *)str_keep(&s->parse->shared->arena, s->section->name).p;
	table->at = s->section->at;
	for (size_t i = 0; i < s->section->n_entries; i++) {
		if (!s->section->entries[i].faulty && is_first(s, i))
			read_row(s, table, &s->section->entries[i].ini);
	}
	find_otherwise(table);
	if (table->n_rows == 0 && is_clean(s))
		diag_error(&s->file->diag, s->section->at,
			   "the table is empty: it needs rows such as `billing = @ana | #billing`");
	if (has_own_name(s, all, other != NULL ? other->at : table->at))
		map_set(all, s->section->name, table);
	else
		table_free_literals(table);
}

/* ---- all of them ---- */

static void (*const readers[])(struct sharing *s) = {
	[SECTION_HOURS] = read_hours,
	[SECTION_LIST] = read_list,
	[SECTION_TABLE] = read_table,
};

void read_shared(struct compile *p, struct rule_file *file)
{
	for (size_t i = 0; i < file->n_sections; i++) {
		struct sharing s = {
			.parse = p,
			.file = file,
			.section = &file->sections[i],
			.n_errors = file->diag.n_errors,
		};

		if (s.section->kind == SECTION_RULE)
			continue;
		s.builder = (struct rule_builder){
			.rule = &s.nobody,
			.for_list = true,
			.shared = p->shared,
			.options = p->options,
			.file = file->name,
			.arena = &p->shared->arena,
			.diag = &file->diag,
		};
		map_init(&s.keys);
		readers[s.section->kind](&s);
		map_deinit(&s.keys, NULL);
	}
}

static void note_variable(struct compile *p, const struct rule_file *file,
			  const struct entry *entry)
{
	struct place *at = arena_alloc(&p->shared->arena, sizeof(*at));
	struct str target = entry->ini.key, word = STR_EMPTY, name, key;

	str_skip(&target, "on error ");
	str_word(&target, &word);
	if (!str_is(word, "set") && !str_is(word, "add"))
		return;
	*at = (struct place){ file->name, entry->ini.line };
	if (rule_builder_variable(str_trim(target), &name, &key) &&
	    map_get(&p->shared->symbols.variables, name) == NULL)
		map_set(&p->shared->symbols.variables, name, at);
}

void note_variables(struct compile *p, const struct rule_file *file)
{
	for (size_t i = 0; i < file->n_sections; i++) {
		const struct section *section = &file->sections[i];

		for (size_t e = 0; e < section->n_entries && section->kind == SECTION_RULE; e++) {
			if (!section->entries[e].faulty)
				note_variable(p, file, &section->entries[e]);
		}
	}
}
