/* SPDX-License-Identifier: MIT */
#include "rule/section.h"

#include <string.h>
#include "base/arena.h"
#include "rule/keys.h"
#include "rule/rule_builder.h"

struct reading {
	struct rule_file *out;
	struct arena *arena;
	struct section *current; /* NULL: entries here are dropped */
	bool told_homeless;	 /* entries before the first section were told */
	bool seen_section;
	size_t n_errors; /* told so far, but for those of lines that could not be read */
};

/* The reader of lines tells its mistakes between our callbacks. */
static void note_torn_lines(struct reading *r)
{
	if (r->current != NULL && r->out->diag.n_errors > r->n_errors)
		r->current->torn = true;
}

/* ---- sections ---- */

static const struct keyword kinds[] = {
	{ .name = "rule", .value = SECTION_RULE },
	{ .name = "defaults", .value = SECTION_DEFAULTS },
	{ .name = "hours", .value = SECTION_HOURS },
	{ .name = "list", .value = SECTION_LIST },
	{ .name = "table", .value = SECTION_TABLE },
	{ .name = NULL },
};

const char *section_kind_at(size_t i)
{
	return kinds[i].name;
}

enum { NAME_MAX_LEN = 64 };

bool section_is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
		      c == '-'))
			return false;
	}
	return s.len > 0 && s.len <= NAME_MAX_LEN;
}

static void check_name(struct reading *r, enum section_kind kind, struct str name, struct place at)
{
	const char *word = kinds[kind].name;

	if (name.len == 0)
		diag_error(&r->out->diag, at, "the %s %s no name: write [%s NAME]", word,
			   kind == SECTION_HOURS ? "have" : "has", word);
	else if (!section_is_name(name))
		diag_error(&r->out->diag, at,
			   "`%.*s` is no name for %s%s: it has up to %d small letters, digits, "
			   "`_`, `.` and `-`",
			   STR_ARG(name), kind == SECTION_HOURS ? "" : "a ", word, NAME_MAX_LEN);
}

static void begin_section(struct reading *r, enum section_kind kind, struct str name,
			  struct place at)
{
	struct rule_file *file = r->out;

	r->current = arena_append(r->arena, &file->sections, &file->n_sections,
				  sizeof(*r->current));
	*r->current = (struct section){
		.kind = kind,
		.name = str_keep(r->arena, name),
		.at = at,
	};
	check_name(r, kind, name, at);
}

static void begin_defaults(struct reading *r, struct str name, struct place at)
{
	struct section *defaults = &r->out->defaults;

	if (name.len > 0)
		diag_error(&r->out->diag, at,
			   "[defaults] has no name: it holds for all rules of this file");
	if (defaults->at.line > 0)
		diag_error(&r->out->diag, at,
			   "a second [defaults] in this file; the first is on line %u",
			   defaults->at.line);
	else
		defaults->at = at;
	defaults->kind = SECTION_DEFAULTS;
	r->current = defaults;
}

static void take_section(struct reading *r, struct str kind, struct str name, struct place at)
{
	const struct keyword *row = keyword_look(kinds, "section", kind, at, &r->out->diag);

	r->seen_section = true;
	r->current = NULL;
	if (row == NULL)
		return;
	if (row->value == SECTION_DEFAULTS)
		begin_defaults(r, name, at);
	else
		begin_section(r, (enum section_kind)row->value, name, at);
}

static void on_section(void *owner, struct str kind, struct str name, struct place at)
{
	struct reading *r = owner;

	note_torn_lines(r);
	take_section(r, kind, name, at);
	r->n_errors = r->out->diag.n_errors;
}

/* ---- entries ---- */

static struct ini_entry keep_entry(struct arena *arena, const struct ini_entry *entry)
{
	struct ini_line *lines = arena_alloc(arena, entry->n_lines * sizeof(*lines));
	struct ini_entry kept = *entry;

	kept.key = str_keep(arena, entry->key);
	kept.value = str_keep(arena, entry->value);
	for (size_t i = 0; i < entry->n_lines; i++)
		lines[i] = (struct ini_line){ str_keep(arena, entry->lines[i].text),
					      entry->lines[i].line };
	kept.lines = lines;
	return kept;
}

const struct entry *section_entry(const struct section *section, const struct rule_key *key)
{
	for (size_t i = 0; i < section->n_entries; i++) {
		if (section->entries[i].key == key)
			return &section->entries[i];
	}
	return NULL;
}

static const char *const group_notes[] = {
	[GROUP_EVENT] = "what a rule waits for stands in the rule itself",
	[GROUP_SCOPE] = "",
	[GROUP_ACTION] = "what a rule does stands in the rule itself",
	[GROUP_FLOW] = "",
	[GROUP_CARE] = "tests stand in the rule itself",
};

/* Is it a key that may stand here, for the first time where once is enough? */
static bool may_stand(struct reading *r, const struct rule_key *key, struct place at)
{
	struct diag *diag = &r->out->diag;
	const struct entry *earlier = key->repeats ? NULL : section_entry(r->current, key);

	if (r->current->kind == SECTION_DEFAULTS && !key->preset)
		diag_error(diag, at, "`%s` cannot stand in [defaults]: %s", key->name,
			   group_notes[key->group]);
	else if (earlier != NULL)
		diag_error(diag, at, "`%s` stands twice; the first is on line %u", key->name,
			   earlier->ini.line);
	else
		return true;
	return false;
}

static bool is_rule_like(const struct section *section)
{
	return section->kind == SECTION_RULE || section->kind == SECTION_DEFAULTS;
}

static bool check_entry(struct reading *r, const struct ini_entry *entry,
			const struct rule_key **key, struct place at)
{
	bool good = true;

	if (is_rule_like(r->current)) {
		*key = key_find(entry->key);
		if (*key == NULL)
			key_complain_unknown(entry->key, at, &r->out->diag);
		good = *key != NULL && may_stand(r, *key, at);
	}
	if (good && entry->n_lines == 0)
		diag_error(&r->out->diag, at, "`%.*s` has no value", STR_ARG(entry->key));
	return good && entry->n_lines > 0;
}

static void take_entry(struct reading *r, const struct ini_entry *entry)
{
	struct place at = { r->out->name, entry->line };
	struct section *section = r->current;
	struct entry kept = { 0 };

	if (!r->seen_section && !r->told_homeless) {
		diag_error(&r->out->diag, at, "`%.*s` stands before the first [rule NAME]",
			   STR_ARG(entry->key));
		r->told_homeless = true;
	}
	if (section == NULL)
		return;
	kept.faulty = !check_entry(r, entry, &kept.key, at);
	if (kept.faulty)
		kept.ini.line = entry->line;
	else
		kept.ini = keep_entry(r->arena, entry);
	*(struct entry *)arena_append(r->arena, &section->entries, &section->n_entries,
				      sizeof(kept)) = kept;
}

static void on_entry(void *owner, const struct ini_entry *entry)
{
	struct reading *r = owner;

	note_torn_lines(r);
	take_entry(r, entry);
	r->n_errors = r->out->diag.n_errors;
}

static bool knows_key(void *owner, struct str key)
{
	(void)owner;
	return key_find(key) != NULL;
}

static bool is_text(void *owner, struct str key)
{
	const struct rule_key *known = key_find(key);

	(void)owner;
	return known != NULL && (known->type == KEY_TEXT || known->type == KEY_JSON);
}

void rule_file_read(struct rule_file *out, struct str text, const char *name, struct arena *arena)
{
	struct reading r = { .out = out, .arena = arena };
	const struct ini_sink sink = {
		.owner = &r,
		.on_section = on_section,
		.on_entry = on_entry,
		.knows_key = knows_key,
		.is_text = is_text,
	};

	out->name = name;
	diag_init(&out->diag);
	inifile_read(text, name, &sink, &out->diag);
	note_torn_lines(&r);
}

void rule_file_deinit(struct rule_file *file)
{
	diag_deinit(&file->diag);
}
