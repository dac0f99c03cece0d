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

static bool set_text(const struct option_row *row, void *at, struct str text)
{
	char **value = at;

	(void)row;
	free(*value);
	*value = str_dup(text);
	return true;
}

static bool set_bool(const struct option_row *row, void *at, struct str text)
{
	(void)row;
	if (!str_is(text, "yes") && !str_is(text, "no"))
		return false;
	*(bool *)at = str_is(text, "yes");
	return true;
}

static bool set_int(const struct option_row *row, void *at, struct str text)
{
	int64_t n;

	if (!str_int(text, &n) || n < row->min || n > row->max)
		return false;
	*(int64_t *)at = n;
	return true;
}

static bool set_duration(const struct option_row *row, void *at, struct str text)
{
	int64_t ms;

	(void)row;
	if (duration_parse(text, at))
		return true;
	/* Rules speak of seconds and more; a machine may be told to be quicker. */
	if (!str_ends(text, "ms") || !str_int(str_sub(text, 0, text.len - 2), &ms) || ms <= 0 ||
	    ms > 1000000)
		return false;
	*(int64_t *)at = ms;
	return true;
}

static bool set_choice(const struct option_row *row, void *at, struct str text)
{
	for (int i = 0; row->choices[i] != NULL; i++) {
		if (str_is(text, row->choices[i])) {
			*(int *)at = i;
			return true;
		}
	}
	return false;
}

static const struct {
	bool (*set)(const struct option_row *row, void *at, struct str text);
	const char *wanted;
} types[] = {
	[OPTION_TEXT] = { set_text, "a text" },
	[OPTION_SECRET_FILE] = { set_text, "the name of a file" },
	[OPTION_BOOL] = { set_bool, "yes or no" },
	[OPTION_INT] = { set_int, "a number" },
	[OPTION_DURATION] = { set_duration, "a time such as 500ms, 90s, 10m or 1h30m" },
	[OPTION_CHOICE] = { set_choice, "one of" },
};

static void describe_wanted(const struct option_row *row, struct buf *out)
{
	buf_addz(out, types[row->type].wanted);
	if (row->type == OPTION_INT)
		buf_addf(out, " from %lld to %lld", (long long)row->min, (long long)row->max);
	for (int i = 0; row->type == OPTION_CHOICE && row->choices[i] != NULL; i++)
		buf_addf(out, "%s %s", i > 0 ? "," : "", row->choices[i]);
}

bool option_set(const struct option_row *row, void *values, struct str text, struct place at,
		struct diag *diag)
{
	CLEANUP(buf_deinit) struct buf wanted = { 0 };

	if (types[row->type].set(row, member(row, values), text))
		return true;
	buf_init(&wanted, 0);
	describe_wanted(row, &wanted);
	diag_error(diag, at, "`%s`: seen \"%.*s\", wanted %.*s", row->key,
		   STR_ARG(str_clip(text, SHOWN_MAX)), STR_ARG(buf_str(&wanted)));
	return false;
}

/* ---- the table ---- */

void option_defaults(const struct option_row *table, void *values)
{
	for (const struct option_row *row = table; row->key != NULL; row++) {
		bool fits = types[row->type].set(row, member(row, values), str_from(row->preset));

		assert(fits);
		(void)fits;
	}
}

void option_deinit(const struct option_row *table, void *values)
{
	for (const struct option_row *row = table; row->key != NULL; row++) {
		char **text = member(row, values);

		if (row->type != OPTION_TEXT && row->type != OPTION_SECRET_FILE)
			continue;
		free(*text);
		*text = NULL;
	}
}

/* ---- reading a file ---- */

struct reading {
	const struct option_row *table;
	void *values;
	const char *file;
	struct diag *diag;
	const char *section; /* of the table; NULL = unknown, its keys are passed over */
	bool *seen;	     /* of each row: it was given already */
};

static const char *section_at(const void *table, size_t i)
{
	return ((const struct option_row *)table)[i].section;
}

/* The names of the rows in one section, NULL-ended, for the nearest-name search. */
struct keys_of {
	const struct option_row *table;
	const char *section;
};

static const char *key_at(const void *keys_of, size_t i)
{
	const struct keys_of *keys = keys_of;

	for (const struct option_row *row = keys->table; row->key != NULL; row++) {
		if (strcmp(row->section, keys->section) == 0 && i-- == 0)
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

static void on_section(void *owner, struct str kind, struct str name, struct place at)
{
	struct reading *r = owner;

	r->section = NULL;
	for (const struct option_row *row = r->table; row->key != NULL; row++) {
		if (str_is(kind, row->section))
			r->section = row->section;
	}
	if (r->section == NULL)
		complain_unknown(r, at, "section", kind, str_nearest(kind, section_at, r->table));
	else if (name.len > 0)
		diag_error(r->diag, at, "seen a name behind [%s, wanted [%s] alone", r->section,
			   r->section);
}

static const struct option_row *find_row(const struct reading *r, struct str key)
{
	for (const struct option_row *row = r->table; row->key != NULL; row++) {
		if (strcmp(row->section, r->section) == 0 && str_is(key, row->key))
			return row;
	}
	return NULL;
}

/* False, and a complaint, when the key may not stand here. */
static bool is_welcome(struct reading *r, const struct option_row *row,
		       const struct ini_entry *entry)
{
	const struct place at = { r->file, entry->line };
	const struct keys_of keys = { r->table, r->section };

	if (row == NULL)
		complain_unknown(r, at, "key", entry->key, str_nearest(entry->key, key_at, &keys));
	else if (r->seen[row - r->table])
		diag_error(r->diag, at, "`%s` stands here a second time", row->key);
	else if (entry->n_lines > 1)
		diag_error(r->diag, (struct place){ r->file, entry->lines[1].line },
			   "`%s` takes a single line", row->key);
	else
		return true;
	return false;
}

static void on_entry(void *owner, const struct ini_entry *entry)
{
	struct reading *r = owner;
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
	if (!is_welcome(r, row, entry))
		return;
	r->seen[row - r->table] = true;
	option_set(row, r->values, entry->value, at, r->diag);
}

static bool knows_key(void *owner, struct str key)
{
	const struct reading *r = owner;

	return r->section != NULL && find_row(r, key) != NULL;
}

static size_t count_rows(const struct option_row *table)
{
	size_t n = 0;

	while (table[n].key != NULL)
		n++;
	return n;
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

	r.seen = mem_zero(count_rows(table), sizeof(r.seen[0]));
	inifile_read(text, file, &sink, diag);
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
		if (strcmp(row->section, section) != 0)
			fprintf(to, "%s[%s]\n", row == table ? "" : "\n", row->section);
		else
			fputc('\n', to);
		section = row->section;
		print_comment(row->help, to);
		fprintf(to, "#%s =%s%s\n", row->key, row->preset[0] != '\0' ? " " : "",
			row->preset);
	}
}
