/* SPDX-License-Identifier: MIT */
/*
 * Sections become rules in turns: [defaults] hold for the whole file wherever they stand, and within a rule
 * `case` may stand behind the patterns and an answer in front of them.
 */
#include "rule/compile.h"

#include <stdlib.h>
#include "base/arena.h"
#include "rule/keys.h"
#include "rule/rule_builder.h"
#include "rule/subject.h"

void compile_text(struct compile *p, struct str text, const char *file)
{
	const char *name = str_keep(&p->shared->arena, str_from(file)).p;

	p->files = mem_grow(p->files, p->n_files + 1, sizeof(p->files[0]));
	p->files[p->n_files] = (struct rule_file){ 0 };
	rule_file_read(&p->files[p->n_files++], text, name, &p->sections);
}

/* ---- from a section to a rule ---- */

static void read_turn(struct rule_builder *d, struct section *section, const struct section *above,
		      enum key_turn turn)
{
	for (size_t i = 0; i < section->n_entries; i++) {
		struct entry *entry = &section->entries[i];
		size_t n_errors = d->diag->n_errors;

		if (entry->faulty || entry->key->turn != turn ||
		    (above != NULL && section_entry(above, entry->key) != NULL))
			continue;
		entry->key->read(d, &entry->ini);
		if (d->diag->n_errors > n_errors)
			entry->faulty = true;
	}
}

static struct rule_builder rule_builder_for(const struct compile *p, struct rule_file *file,
					    struct rule *rule)
{
	return (struct rule_builder){
		.rule = rule,
		.shared = p->shared,
		.options = p->options,
		.file = file->name,
		.arena = &rule->arena,
		.diag = &file->diag,
	};
}

/* Reads the defaults once into nothing, so that their mistakes are told once. */
static void check_defaults(const struct compile *p, struct rule_file *file)
{
	struct rule *nothing = rule_new(p->shared);
	struct rule_builder d = rule_builder_for(p, file, nothing);

	d.for_any = true;
	for (int turn = 0; turn < N_TURNS; turn++)
		read_turn(&d, &file->defaults, NULL, (enum key_turn)turn);
	rule_unref(nothing);
}

static void note_name(struct compile *p, struct rule_file *file, struct rule *rule)
{
	const struct rule *other;

	if (rule->name[0] == '\0')
		return;
	other = map_get(&p->rule_names, str_from(rule->name));
	if (other == NULL)
		map_set(&p->rule_names, str_from(rule->name), rule);
	else
		diag_error(&file->diag, rule->at, "a second rule `%s`; the first is at %s:%u",
			   rule->name, other->at.file, other->at.line);
}

static struct rule *new_rule(struct compile *p, const struct section *section)
{
	struct rule *rule = rule_new(p->shared);

	rule->name = (char *)str_keep(&rule->arena, section->name).p;
	rule->at = section->at;
	rule->order = p->n_rules;
	if (p->n_rules == p->cap) {
		p->cap = p->cap > 0 ? 2 * p->cap : 16;
		p->rules = mem_grow(p->rules, p->cap, sizeof(rule));
	}
	p->rules[p->n_rules++] = rule;
	return rule;
}

/* ---- its fingerprint ---- */

static uint64_t mix(uint64_t hash, struct str text)
{
	for (size_t i = 0; i <= text.len; i++) /* with an end of its own */
		hash = (hash ^ (i < text.len ? (unsigned char)text.p[i] : 0u)) *
		       UINT64_C(0x100000001B3);
	return hash;
}

static uint64_t mix_section(uint64_t hash, const struct section *section)
{
	hash = mix(hash, section->name);
	for (size_t i = 0; i < section->n_entries; i++) {
		hash = mix(hash, section->entries[i].ini.key);
		hash = mix(hash, section->entries[i].ini.value);
	}
	return hash;
}

/* Of what all rules of the file say; the rest of each is mixed into it. */
static uint64_t fingerprint_of_defaults(const struct rule_file *file)
{
	return mix_section(UINT64_C(0xCBF29CE484222325), &file->defaults);
}

static void make_rule(struct compile *p, struct rule_file *file, struct section *section,
		      uint64_t hash)
{
	struct rule *rule = new_rule(p, section);
	struct rule_builder d = rule_builder_for(p, file, rule);

	note_name(p, file, rule);
	rule->fingerprint = mix_section(hash, section);
	for (int turn = 0; turn < N_TURNS; turn++) {
		read_turn(&d, &file->defaults, section, (enum key_turn)turn);
		read_turn(&d, section, NULL, (enum key_turn)turn);
	}
	check_rule(&d, section);
	rule_note_wants(rule);
}

static void make_rules(struct compile *p, struct rule_file *file)
{
	uint64_t hash = fingerprint_of_defaults(file);

	check_defaults(p, file);
	for (size_t i = 0; i < file->n_sections; i++) {
		if (file->sections[i].kind == SECTION_RULE)
			make_rule(p, file, &file->sections[i], hash);
	}
}

void compile_finish(struct compile *p, struct diag *diag)
{
	for (size_t i = 0; i < p->n_files; i++)
		read_shared(p, &p->files[i]);
	for (size_t i = 0; i < p->n_files; i++)
		note_variables(p, &p->files[i]);
	for (size_t i = 0; i < p->n_files; i++) {
		make_rules(p, &p->files[i]);
		diag_sort(&p->files[i].diag);
		diag_move(diag, &p->files[i].diag);
		rule_file_deinit(&p->files[i]);
	}
	free(p->files);
	p->files = NULL;
	arena_deinit(&p->sections);
}
