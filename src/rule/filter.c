/* SPDX-License-Identifier: MIT */
#include "rule/filter.h"

#include "base/mem.h"
#include "rule/known.h"
#include "rule/pattern.h"

static void upper(struct buf *out, struct str in, int64_t n)
{
	(void)n;
	pattern_recase(out, in, true);
}

static void lower(struct buf *out, struct str in, int64_t n)
{
	(void)n;
	pattern_recase(out, in, false);
}

static void trim(struct buf *out, struct str in, int64_t n)
{
	(void)n;
	buf_add(out, str_trim(in));
}

/* At most `n` letters, the sign for what was cut among them. */
static void shorten(struct buf *out, struct str in, int64_t n)
{
	struct str rest = in, kept = STR_EMPTY;
	int64_t letters = 0;

	while (rest.len > 0) {
		if (letters++ == n - 1)
			kept = str_sub(in, 0, in.len - rest.len);
		utf8_next(&rest);
	}
	if (letters <= n) {
		buf_add(out, in);
		return;
	}
	while (kept.len > 0 && str_trim(kept).len < kept.len &&
	       str_trim(str_sub(kept, kept.len - 1, kept.len)).len == 0)
		kept.len--;
	buf_add(out, kept);
	buf_addz(out, "…");
}

/* ---- plain ---- */

static bool is_wordy(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool opens(struct str line, size_t i)
{
	return (i == 0 || !is_wordy(line.p[i - 1])) && i + 1 < line.len &&
	       !is_blank(line.p[i + 1]) && line.p[i + 1] != line.p[i];
}

static bool closes(struct str line, size_t i)
{
	return i > 0 && !is_blank(line.p[i - 1]) && (i + 1 == line.len || !is_wordy(line.p[i + 1]));
}

static size_t find_closer(struct str line, size_t from, char mark)
{
	for (size_t i = from; i < line.len; i++) {
		if (line.p[i] == mark && closes(line, i))
			return i;
	}
	return SIZE_MAX;
}

enum { DROPPED = 0 }; /* a byte that no text of a message has */

static void drop_pairs(char *bytes, size_t len, char mark)
{
	struct str line = { bytes, len };
	size_t i = 0;

	while (i < len) {
		size_t end;

		if (bytes[i] != mark || !opens(line, i)) {
			i++;
			continue;
		}
		end = find_closer(line, i + 2, mark);
		if (end == SIZE_MAX)
			return; /* then no later one has a closer either */
		bytes[i] = bytes[end] = DROPPED;
		i = end + 1;
	}
}

static void plain_line(struct buf *out, struct str line)
{
	static const char marks[] = { '*', '_', '~' };
	CLEANUP(mem_freep) char *bytes = NULL;

	if (str_skip(&line, ">"))
		str_skip(&line, " ");
	bytes = str_dup(line);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		drop_pairs(bytes, line.len, marks[i]);
	for (size_t i = 0; i < line.len; i++) {
		if (bytes[i] != DROPPED && bytes[i] != '`')
			buf_addc(out, bytes[i]);
	}
}

static void plain(struct buf *out, struct str in, int64_t n)
{
	struct str line;
	bool first = true;

	(void)n;
	while (str_cut(&in, '\n', &line)) {
		buf_addz(out, first ? "" : "\n");
		plain_line(out, line);
		first = false;
	}
}

/* ---- reading ---- */

enum { UPPER, LOWER, TRIM, SHORT, PLAIN, CODE };

static const struct known names[] = {
	{ .name = "upper", .value = UPPER }, { .name = "lower", .value = LOWER },
	{ .name = "title", .later = true },  { .name = "trim", .value = TRIM },
	{ .name = "short", .value = SHORT }, { .name = "first", .later = true },
	{ .name = "plain", .value = PLAIN }, { .name = "quote", .later = true },
	{ .name = "code", .value = CODE },   { .name = "json", .later = true },
	{ .name = "url", .later = true },    { .name = "number", .later = true },
	{ .name = "date", .later = true },   { .name = "ago", .later = true },
	{ .name = "join", .later = true },   { .name = NULL },
};

static const struct filter filters[] = {
	[UPPER] = { .apply = upper },	[LOWER] = { .apply = lower }, [TRIM] = { .apply = trim },
	[SHORT] = { .apply = shorten }, [PLAIN] = { .apply = plain }, [CODE] = { .code = true },
};

enum { SHORT_MAX = 40000 };

bool filter_read(struct filter *out, struct str text, struct place at, struct diag *diag)
{
	const struct known *row;
	struct str name;

	if (!str_word(&text, &name)) {
		diag_error(diag, at, "a filter is missing behind `|`");
		return false;
	}
	text = str_trim(text);
	row = known_look(names, "filter", name, at, diag);
	if (row == NULL)
		return false;
	*out = filters[row->value];
	if (row->value == SHORT && (!str_int(text, &out->n) || out->n < 1 || out->n > SHORT_MAX)) {
		diag_error(diag, at,
			   "the filter `short` takes a number of letters, as in {text|short 80}");
		return false;
	}
	if (row->value != SHORT && text.len > 0) {
		diag_error(diag, at, "`%.*s` stands behind the filter `%s`, which takes nothing",
			   STR_ARG(text), row->name);
		return false;
	}
	return true;
}
