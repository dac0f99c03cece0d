/* SPDX-License-Identifier: MIT */
/*
 * The text is read to its end first, because [defaults] hold for the whole file wherever they stand, and
 * within a rule `case` may stand behind the patterns. Then every section is made into a rule.
 */
#include "rule/parse.h"

#include <stdlib.h>
#include <string.h>
#include "base/inifile.h"
#include "rule/keys.h"

/* An entry that outlives its callback. */
struct entry {
	struct ini_entry ini;
	const struct key *key;
	bool faulty; /* a default with mistakes: said once, not applied */
};

struct section {
	struct str name;
	struct place at;
	struct entry *entries;
	size_t n_entries;
	bool torn; /* a line of it could not be read: nobody knows what it would have said */
};

struct parse {
	struct parse_result *result;
	const char *file;
	struct section *rules;
	size_t n_rules;
	struct section defaults; /* at.line 0: not seen */
	struct section *current; /* NULL: entries here are dropped */
	bool told_homeless;	 /* entries before the first section were told */
	bool seen_section;
	size_t n_errors;      /* told so far, but for those of lines that could not be read */
	struct draft scratch; /* for its arena functions */
};

/* The reader of lines tells its mistakes between our callbacks. */
static void note_torn_lines(struct parse *p)
{
	if (p->current != NULL && p->result->diag->n_errors > p->n_errors)
		p->current->torn = true;
}

/* ---- sections ---- */

enum section_kind { SECTION_RULE, SECTION_DEFAULTS };

static const struct known section_kinds[] = {
	{ .name = "rule", .value = SECTION_RULE },
	{ .name = "defaults", .value = SECTION_DEFAULTS },
	{ .name = "hours", .later = true },
	{ .name = "list", .later = true },
	{ .name = "table", .later = true },
	{ .name = NULL },
};

enum { NAME_MAX_LEN = 64 };

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
		      c == '-'))
			return false;
	}
	return s.len > 0 && s.len <= NAME_MAX_LEN;
}

static void begin_rule(struct parse *p, struct str name, struct place at)
{
	struct section *section = draft_append(&p->scratch, &p->rules, &p->n_rules,
					       sizeof(*section));

	section->name = str_keep(p->result->arena, name);
	section->at = at;
	p->current = section;
	if (name.len == 0)
		diag_error(p->result->diag, at, "the rule has no name: write [rule NAME]");
	else if (!is_name(name))
		diag_error(p->result->diag, at,
			   "`%.*s` is no name for a rule: it has up to %d small letters, digits, "
			   "`_`, `.` and `-`",
			   STR_ARG(name), NAME_MAX_LEN);
}

static void begin_defaults(struct parse *p, struct str name, struct place at)
{
	if (name.len > 0)
		diag_error(p->result->diag, at,
			   "[defaults] has no name: it holds for all rules of this file");
	if (p->defaults.at.line > 0)
		diag_error(p->result->diag, at,
			   "a second [defaults] in this file; the first is on line %u",
			   p->defaults.at.line);
	else
		p->defaults.at = at;
	p->current = &p->defaults;
}

static void take_section(struct parse *p, struct str kind, struct str name, struct place at)
{
	const struct known *row = known_look(section_kinds, "section", kind, at, p->result->diag);

	p->seen_section = true;
	p->current = NULL;
	if (row == NULL)
		return;
	if (row->value == SECTION_RULE)
		begin_rule(p, name, at);
	else
		begin_defaults(p, name, at);
}

static void on_section(void *owner, struct str kind, struct str name, struct place at)
{
	struct parse *p = owner;

	note_torn_lines(p);
	take_section(p, kind, name, at);
	p->n_errors = p->result->diag->n_errors;
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

static const struct entry *entry_of(const struct section *section, const struct key *key)
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
static bool may_stand(struct parse *p, const struct key *key, const struct ini_entry *entry,
		      struct place at)
{
	struct diag *diag = p->result->diag;
	const struct entry *earlier = entry_of(p->current, key);

	if (p->current == &p->defaults && !key->preset)
		diag_error(diag, at, "`%s` cannot stand in [defaults]: %s", key->name,
			   group_notes[key->group]);
	else if (key->read == NULL)
		known_complain_later("key", entry->key, at, diag);
	else if (earlier != NULL && !key->repeats)
		diag_error(diag, at, "`%s` stands twice; the first is on line %u", key->name,
			   earlier->ini.line);
	else if (entry->n_lines == 0)
		diag_error(diag, at, "`%s` has no value", key->name);
	else
		return true;
	return false;
}

static void take_entry(struct parse *p, const struct ini_entry *entry)
{
	struct place at = { p->file, entry->line };
	const struct key *key = key_find(entry->key);
	struct entry *kept;

	if (!p->seen_section && !p->told_homeless) {
		diag_error(p->result->diag, at, "`%.*s` stands before the first [rule NAME]",
			   STR_ARG(entry->key));
		p->told_homeless = true;
	}
	if (p->current == NULL)
		return;
	if (key == NULL)
		key_complain_unknown(entry->key, at, p->result->diag);
	kept = draft_append(&p->scratch, &p->current->entries, &p->current->n_entries,
			    sizeof(*kept));
	if (key == NULL || !may_stand(p, key, entry, at)) {
		kept->faulty = true;
		kept->key = key;
		kept->ini.line = entry->line;
		return;
	}
	kept->ini = keep_entry(p->result->arena, entry);
	kept->key = key;
}

static void on_entry(void *owner, const struct ini_entry *entry)
{
	struct parse *p = owner;

	note_torn_lines(p);
	take_entry(p, entry);
	p->n_errors = p->result->diag->n_errors;
}

static bool knows_key(void *owner, struct str key)
{
	(void)owner;
	return key_find(key) != NULL;
}

static bool is_text(void *owner, struct str key)
{
	const struct key *known = key_find(key);

	(void)owner;
	return known != NULL && (known->type == KEY_TEXT || known->type == KEY_JSON);
}

/* ---- from a section to a rule ---- */

static void read_turn(struct draft *d, struct section *section, const struct section *above,
		      enum key_turn turn)
{
	for (size_t i = 0; i < section->n_entries; i++) {
		struct entry *entry = &section->entries[i];
		size_t n_errors = d->diag->n_errors;

		if (entry->faulty || entry->key->turn != turn ||
		    (above != NULL && entry_of(above, entry->key) != NULL))
			continue;
		entry->key->read(d, &entry->ini);
		if (d->diag->n_errors > n_errors)
			entry->faulty = true;
	}
}

static struct draft draft_for(struct parse *p, struct rule *rule)
{
	return (struct draft){
		.rule = rule,
		.allow_broadcast = p->result->allow_broadcast,
		.file = p->file,
		.arena = p->result->arena,
		.kit = p->result->kit,
		.diag = p->result->diag,
	};
}

/* Reads the defaults once into nothing, so that their mistakes are told once. */
static void check_defaults(struct parse *p)
{
	struct rule nothing = { 0 };
	struct draft d = draft_for(p, &nothing);

	for (int turn = 0; turn < N_TURNS; turn++)
		read_turn(&d, &p->defaults, NULL, (enum key_turn)turn);
	rule_deinit(&nothing);
}

static bool has_action(const struct section *section)
{
	for (size_t i = 0; i < section->n_entries; i++) {
		const struct key *key = section->entries[i].key;

		if (key == NULL || key->group == GROUP_ACTION)
			return true; /* an unknown key may have been meant as one: it was told */
	}
	return false;
}

static void complete(struct parse *p, struct rule *rule)
{
	struct draft d = draft_for(p, rule);

	if (rule->n_triggers == 0)
		draft_append(&d, &rule->triggers, &rule->n_triggers,
			     sizeof(struct trigger)); /* message */
}

static void note_name(struct parse *p, struct rule *rule)
{
	const struct rule *other;

	if (rule->name[0] == '\0')
		return;
	other = map_get(&p->result->names, str_from(rule->name));
	if (other == NULL)
		map_set(&p->result->names, str_from(rule->name), rule);
	else
		diag_error(p->result->diag, rule->at, "a second rule `%s`; the first is at %s:%u",
			   rule->name, other->at.file, other->at.line);
}

static struct rule *new_rule(struct parse *p, const struct section *section)
{
	struct parse_result *result = p->result;
	struct rule *rule = arena_alloc(result->arena, sizeof(*rule));

	rule->name = (char *)section->name.p;
	rule->at = section->at;
	rule->order = result->n_rules;
	if (result->n_rules == result->cap) {
		result->cap = result->cap > 0 ? 2 * result->cap : 16;
		result->rules = mem_grow(result->rules, result->cap, sizeof(rule));
	}
	result->rules[result->n_rules++] = rule;
	return rule;
}

static bool is_without_message(const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_triggers; i++) {
		if (rule->triggers[i].kind != EVENT_JOIN && rule->triggers[i].kind != EVENT_LEAVE)
			return false;
	}
	return rule->n_triggers > 0;
}

static void check_reactions(struct parse *p, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_actions && is_without_message(rule); i++) {
		if (rule->actions[i].verb == VERB_REACT)
			diag_error(
				p->result->diag, rule->actions[i].at,
				"`react` needs a message to put the emoji under; a join or a leave "
				"has none");
	}
}

static void make_rule(struct parse *p, struct section *section)
{
	struct rule *rule = new_rule(p, section);
	struct draft d = draft_for(p, rule);

	note_name(p, rule);
	for (int turn = 0; turn < N_TURNS; turn++) {
		read_turn(&d, &p->defaults, section, (enum key_turn)turn);
		read_turn(&d, section, NULL, (enum key_turn)turn);
	}
	complete(p, rule);
	check_reactions(p, rule);
	if (!has_action(section) && !section->torn)
		diag_error(p->result->diag, section->at,
			   "the rule does nothing: it needs a `reply`, `say`, `whisper` or "
			   "`react`");
}

void parse_text(struct parse_result *result, struct str text, const char *file)
{
	struct parse p = { .result = result, .file = file, .n_errors = result->diag->n_errors };
	const struct ini_sink sink = {
		.owner = &p,
		.on_section = on_section,
		.on_entry = on_entry,
		.knows_key = knows_key,
		.is_text = is_text,
	};

	p.scratch = draft_for(&p, NULL);
	inifile_read(text, file, &sink, result->diag);
	note_torn_lines(&p);
	check_defaults(&p);
	for (size_t i = 0; i < p.n_rules; i++)
		make_rule(&p, &p.rules[i]);
}
