/* SPDX-License-Identifier: MIT */
#include "base/option.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/inifile.h"
#include "base/mem.h"

enum { SHOWN_MAX = 60 }; /* so much of a faulty text is quoted */

static void *member(const struct option_row *row, void *values)
{
	return (char *)values + row->offset;
}

/* ---- one value ---- */

/* Rules speak of seconds and more; a machine may be told to be quicker. */
static bool parse_ms(struct str text, int64_t *out)
{
	return str_ends(text, "ms") && str_int(str_sub(text, 0, text.len - 2), out) && *out > 0 &&
	       *out <= 1000000;
}

/* False, and nothing is changed, when the text does not fit. */
static bool set_value(const struct option_row *row, void *at, struct str text)
{
	int64_t n;

	switch (row->type) {
	case OPTION_TEXT:
		free(*(char **)at);
		*(char **)at = str_dup(text);
		return true;
	case OPTION_BOOL:
		if (!str_is(text, "yes") && !str_is(text, "no"))
			return false;
		*(bool *)at = str_is(text, "yes");
		return true;
	case OPTION_INT:
		if (!str_int(text, &n) || n < row->min || n > row->max)
			return false;
		*(int64_t *)at = n;
		return true;
	case OPTION_DURATION:
		/* None at all is no length of time elsewhere; here it may switch something off. */
		if (str_is(text, "0s") && row->max > 0 && row->min == 0)
			n = 0;
		else if (!duration_parse(text, &n) && !parse_ms(text, &n))
			return false;
		if (row->max > 0 && (n < row->min || n > row->max))
			return false;
		*(int64_t *)at = n;
		return true;
	case OPTION_CHOICE:
		for (int i = 0; row->choices[i] != NULL; i++) {
			if (str_is(text, row->choices[i])) {
				*(int *)at = i;
				return true;
			}
		}
		return false;
	case OPTION_PAIRS:
		break; /* they come with a name, which there is none of here: only the preset does */
	}
	return text.len == 0;
}

static void describe_wanted(const struct option_row *row, struct buf *out)
{
	static const char *const wanted[] = {
		[OPTION_TEXT] = "a text",
		[OPTION_BOOL] = "yes or no",
		[OPTION_INT] = "a number",
		[OPTION_DURATION] = "a time such as 500ms, 90s, 10m or 1h30m",
		[OPTION_CHOICE] = "one of",
		[OPTION_PAIRS] = "a name behind the key",
	};

	buf_addz(out, wanted[row->type]);
	if (row->type == OPTION_INT)
		buf_addf(out, " from %lld to %lld", (long long)row->min, (long long)row->max);
	if (row->type == OPTION_DURATION && row->max > 0)
		buf_addf(out, ", from %llds to %llds", (long long)row->min / 1000,
			 (long long)row->max / 1000);
	for (int i = 0; row->type == OPTION_CHOICE && row->choices[i] != NULL; i++)
		buf_addf(out, "%s %s", i > 0 ? "," : "", row->choices[i]);
}

/* By the owner of the row. */
static bool is_refused(const struct option_row *row, struct str name, struct str text,
		       struct place at, struct diag *diag)
{
	const char *why = row->refuse != NULL ? row->refuse(name, text) : NULL;

	if (why != NULL)
		diag_error(diag, at, "`%s%s%.*s`: %s", row->key, name.len > 0 ? " " : "",
			   STR_ARG(str_clip(name, SHOWN_MAX)), why);
	return why != NULL;
}

bool option_set(const struct option_row *row, void *values, struct str text, struct place at,
		struct diag *diag)
{
	CLEANUP(buf_deinit) struct buf wanted = { 0 };

	if (is_refused(row, STR_EMPTY, text, at, diag))
		return false;
	if (set_value(row, member(row, values), text))
		return true;
	describe_wanted(row, &wanted);
	diag_error(diag, at, "`%s`: seen \"%.*s\", wanted %.*s", row->key,
		   STR_ARG(str_clip(text, SHOWN_MAX)), STR_ARG(buf_str(&wanted)));
	return false;
}

/* ---- the table ---- */

static void set_presets(const struct option_row *table, const struct option_named *named,
			void *values)
{
	for (const struct option_row *row = table; row->key != NULL; row++) {
		bool fits = row->named != named ||
			    set_value(row, member(row, values), str_from(row->preset));

		assert(fits);
		(void)fits;
	}
}

void option_defaults(const struct option_row *table, void *values)
{
	set_presets(table, NULL, values);
}

void option_item_deinit(const struct option_row *table, const struct option_named *named,
			void *item)
{
	for (const struct option_row *row = table; row->key != NULL; row++) {
		struct option_pairs *pairs = member(row, item);

		if (row->named != named)
			continue;
		if (row->type == OPTION_TEXT)
			mem_freep(member(row, item));
		if (row->type != OPTION_PAIRS)
			continue;
		for (size_t i = 0; i < pairs->n; i++) {
			free(pairs->at[i].name);
			secret_deinit(&pairs->at[i].value);
		}
		free(pairs->at);
		*pairs = (struct option_pairs){ 0 };
	}
}

void option_deinit(const struct option_row *table, void *values)
{
	option_item_deinit(table, NULL, values);
}

/* ---- reading a file ---- */

struct reading {
	const struct option_row *table;
	void *values;
	const char *file;
	struct diag *diag;
	const char *
		section; /* of the table; "" = none yet; NULL = unknown, its keys are passed over */
	bool *seen;	 /* of each row: it was given already; of a named section, in this item */
	const struct option_named *named; /* the section is of this kind */
	void *item;			  /* and its keys go here */
	unsigned item_line;
};

static const char *section_at(const void *table, size_t i)
{
	return ((const struct option_row *)table)[i].section;
}

/* The i-th key of the section that is being read. */
static const char *key_at(const void *reading, size_t i)
{
	const struct reading *r = reading;

	for (const struct option_row *row = r->table; row->key != NULL; row++) {
		if (strcmp(row->section, r->section) == 0 && i-- == 0)
			return row->key;
	}
	return NULL;
}

static void complain_unknown(struct reading *r, struct place at, const char *what, struct str seen,
			     const char *nearest)
{
	seen = str_clip(seen, SHOWN_MAX);
	if (nearest != NULL)
		diag_error(r->diag, at, "unknown %s \"%.*s\"; did you mean \"%s\"?", what,
			   STR_ARG(seen), nearest);
	else
		diag_error(r->diag, at, "unknown %s \"%.*s\"", what, STR_ARG(seen));
}

/* What is missing from an item shows only when its section ends. */
static void end_item(struct reading *r)
{
	const struct place at = { r->file, r->item_line };

	if (r->named == NULL)
		return;
	for (const struct option_row *row = r->table; row->key != NULL; row++) {
		if (row->named == r->named && row->required && !r->seen[row - r->table])
			diag_error(r->diag, at, "this [%s] has no `%s`", row->section, row->key);
	}
	if (r->named->check != NULL)
		r->named->check(r->item, at, r->diag);
	r->named = NULL;
}

static void begin_item(struct reading *r, struct str name, struct place at)
{
	for (const struct option_row *row = r->table; row->key != NULL; row++) {
		if (row->named == r->named)
			r->seen[row - r->table] = false;
	}
	if (name.len == 0)
		diag_error(r->diag, at, "wanted a name behind [%s: [%s %s]", r->section, r->section,
			   r->named->example);
	r->item_line = at.line;
	r->item = r->named->add(r->values, name, at, r->diag);
	set_presets(r->table, r->named, r->item);
}

static void on_section(void *owner, struct str kind, struct str name, struct place at)
{
	struct reading *r = owner;

	end_item(r);
	r->section = NULL;
	for (const struct option_row *row = r->table; row->key != NULL; row++) {
		if (str_is(kind, row->section)) {
			r->section = row->section;
			r->named = row->named;
		}
	}
	if (r->section == NULL)
		complain_unknown(r, at, "section", kind, str_nearest(kind, section_at, r->table));
	else if (r->named != NULL)
		begin_item(r, name, at);
	else if (name.len > 0)
		diag_error(r->diag, at, "seen a name behind [%s, wanted [%s] alone", r->section,
			   r->section);
}

/* `header Accept` is the key `header` with a name; gives the name, or nothing. */
static struct str name_in(const struct option_row *row, struct str key)
{
	if (row->type != OPTION_PAIRS || !str_skip(&key, row->key) || !str_skip(&key, " "))
		return STR_EMPTY;
	return key;
}

static const struct option_row *find_row(const struct reading *r, struct str key)
{
	for (const struct option_row *row = r->table; row->key != NULL; row++) {
		if (strcmp(row->section, r->section) == 0 &&
		    (str_is(key, row->key) || name_in(row, key).len > 0))
			return row;
	}
	return NULL;
}

static bool knows_key(void *owner, struct str key)
{
	const struct reading *r = owner;

	return r->section != NULL && find_row(r, key) != NULL;
}

/* By the whole key, else by its first word, behind which a name may stand. */
static const char *nearest_key(const struct reading *r, struct str key)
{
	const char *nearest = str_nearest(key, key_at, r);
	struct str word;

	if (nearest == NULL && str_word(&key, &word))
		nearest = str_nearest(word, key_at, r);
	return nearest;
}

static void read_pair(struct reading *r, const struct option_row *row, struct option_pairs *pairs,
		      const struct ini_entry *entry)
{
	const struct place at = { r->file, entry->line };
	const struct str name = name_in(row, entry->key);
	struct option_pair *pair;

	if (name.len == 0) {
		diag_error(r->diag, at, "wanted a name behind `%s`: %s %s", row->key, row->key,
			   row->example);
		return;
	}
	for (size_t i = 0; i < pairs->n; i++) {
		if (str_eq_nocase(str_from(pairs->at[i].name), name)) {
			diag_error(r->diag, at, "`%s %.*s` stands here a second time", row->key,
				   STR_ARG(str_clip(name, SHOWN_MAX)));
			return;
		}
	}
	if (is_refused(row, name, entry->value, at, r->diag))
		return;
	pairs->at = mem_grow(pairs->at, pairs->n + 1, sizeof(pairs->at[0]));
	pair = &pairs->at[pairs->n++];
	*pair = (struct option_pair){ .name = str_dup(name), .line = entry->line };
	secret_set(&pair->value, entry->value);
}

static void on_entry(void *owner, const struct ini_entry *entry)
{
	struct reading *r = owner;
	void *values = r->named != NULL ? r->item : r->values;
	const struct place at = { r->file, entry->line };
	const struct option_row *row;

	if (r->section == NULL)
		return;
	if (r->section[0] == '\0') {
		diag_error(r->diag, at, "`%.*s` stands before the first [section]",
			   STR_ARG(str_clip(entry->key, SHOWN_MAX)));
		return;
	}
	row = find_row(r, entry->key);
	if (row == NULL) {
		complain_unknown(r, at, "key", entry->key, nearest_key(r, entry->key));
		return;
	}
	if (row->type != OPTION_PAIRS && r->seen[row - r->table]) {
		diag_error(r->diag, at, "`%s` stands here a second time", row->key);
		return;
	}
	if (entry->n_lines > 1) {
		diag_error(r->diag, (struct place){ r->file, entry->lines[1].line },
			   "`%s` takes a single line", row->key);
		return;
	}
	r->seen[row - r->table] = true;
	if (row->type == OPTION_PAIRS)
		read_pair(r, row, member(row, values), entry);
	else
		option_set(row, values, entry->value, at, r->diag);
}

void option_read(const struct option_row *table, void *values, struct str text, const char *file,
		 struct diag *diag)
{
	struct reading r = {
		.table = table,
		.values = values,
		.file = file,
		.diag = diag,
		.section = "",
	};
	const struct ini_sink sink = {
		.owner = &r,
		.on_section = on_section,
		.on_entry = on_entry,
		.knows_key = knows_key,
	};
	size_t n_rows = 0;

	while (table[n_rows].key != NULL)
		n_rows++;
	r.seen = mem_zero(n_rows, sizeof(r.seen[0]));
	inifile_read(text, file, &sink, diag);
	end_item(&r);
	free(r.seen);
}

/* ---- the sample ---- */

enum { SAMPLE_WIDTH = 100 };

/* A sentence as comment lines of readable width. */
static void print_comment(const char *text, FILE *to)
{
	struct str rest = str_from(text), word;
	size_t column = 0;

	while (str_word(&rest, &word)) {
		if (column > 0 && column + 1 + word.len > SAMPLE_WIDTH) {
			fputc('\n', to);
			column = 0;
		}
		column += (size_t)fprintf(to, "%s%.*s", column == 0 ? "# " : " ", STR_ARG(word));
	}
	fputc('\n', to);
}

void option_print_sample(const struct option_row *table, FILE *to)
{
	const char *section = "";

	for (const struct option_row *row = table; row->key != NULL; row++) {
		const char *value = row->example != NULL ? row->example : row->preset;

		if (row != table)
			fputc('\n', to);
		if (strcmp(row->section, section) != 0 && row->named == NULL)
			fprintf(to, "[%s]\n", row->section);
		if (strcmp(row->section, section) != 0 && row->named != NULL) {
			/* It is only an example, so its heading is a comment too. */
			print_comment(row->named->help, to);
			fprintf(to, "#[%s %s]\n", row->section, row->named->example);
		}
		section = row->section;
		print_comment(row->help, to);
		fprintf(to, "#%s%s%s%s\n", row->key, row->type == OPTION_PAIRS ? "" : " =",
			value[0] != '\0' ? " " : "", value);
	}
}
