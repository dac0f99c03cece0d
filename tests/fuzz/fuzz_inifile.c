/* SPDX-License-Identifier: MIT */
/*
 * Whatever a file holds, what is read keeps the promises of inifile.h, and written down plainly and read
 * again it is the same.
 */
#include "base/inifile.h"

#include <stdint.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool kept)
{
	if (!kept)
		abort();
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t')
			return false;
	}
	return utf8_valid(s);
}

/* The plain form of a section goes into `owner`. */
static void on_section(void *owner, struct str kind, struct str name, struct place at)
{
	must(kind.len > 0 && is_plain(kind) && is_plain(name) && at.line > 0);
	buf_addf(owner, "[%.*s %.*s]\n", STR_ARG(kind), STR_ARG(name));
}

static void check_lines(const struct ini_entry *entry)
{
	struct str rest = entry->value, line;

	for (size_t i = 0; i < entry->n_lines; i++) {
		must(is_plain(entry->lines[i].text));
		must(entry->lines[i].line > (i > 0 ? entry->lines[i - 1].line : entry->line - 1));
		must(str_cut(&rest, '\n', &line) && str_eq(line, entry->lines[i].text));
	}
	if (entry->n_lines > 0) {
		must(entry->lines[0].text.len > 0);
		must(entry->lines[entry->n_lines - 1].text.len > 0);
	}
}

/* The plain form of an entry: every line of the value on a line of its own, behind one blank. */
static void on_entry(void *owner, const struct ini_entry *entry)
{
	must(entry->key.len > 0 && is_plain(entry->key));
	check_lines(entry);
	buf_addf(owner, "%.*s =\n", STR_ARG(entry->key));
	for (size_t i = 0; i < entry->n_lines; i++)
		buf_addf(owner, "%s%.*s\n", entry->lines[i].text.len > 0 ? " " : "",
			 STR_ARG(entry->lines[i].text));
}

static bool knows_key(void *owner, struct str key)
{
	(void)owner;
	return str_is(key, "match") || str_is(key, "reply");
}

static bool is_text(void *owner, struct str key)
{
	(void)owner;
	return str_is(key, "reply");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_deinit) struct buf first;
	CLEANUP(buf_deinit) struct buf second;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	const struct ini_sink reading = { &first, on_section, on_entry, knows_key, is_text };
	const struct ini_sink again = { &second, on_section, on_entry, NULL, NULL };
	size_t n_before;

	/* The blank in front of each line must not push one over the bound. */
	if (size >= INIFILE_MAX_LINE)
		return 0;
	buf_init(&first, 0);
	buf_init(&second, 0);
	/* A byte order mark counts in the first line only: no key stands there in the plain form. */
	buf_addc(&first, '\n');
	buf_addc(&second, '\n');
	inifile_read(str_make((const char *)data, size), "fuzz.ini", &reading, &diag);
	n_before = diag.n_errors; /* of a head of a section within a text it is but warned */
	inifile_read(buf_str(&first), "again.ini", &again, &diag);
	must(diag.n_errors == n_before);
	must(str_eq(buf_str(&first), buf_str(&second)));
	return 0;
}
