/* SPDX-License-Identifier: MIT */
/*
 * inih is given the outline of a file, line by line, and says which lines belong together: sections, entries, and
 * the indented lines that go on the value above. The texts themselves stay here, because on their way through inih
 * they would lose what rules need: it cuts lines at 199 bytes and names at 49, takes ` ;` for a comment and `:` for
 * `=`, strips indentation, and tells neither numbers of lines nor empty sections.
 *
 *	[rule hello]		[s]	inih keeps in which section it is
 *	match = a ; b		k=	a new entry
 *	    go on		 +	a line that goes on it
 *	# a comment			nothing: so is what is wrong, which is said here, so that one run finds all
 *
 * inih calls back for the line that it has just read, so the reader knows its text and its number.
 */
#include "base/inifile.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum {
	SHOWN_MAX = 60, /* so much of a faulty line is quoted */
};

struct reader {
	struct str rest; /* lines not read yet */
	struct str text; /* of the line just read: all of it, or its value */
	unsigned line;	 /* its number */
	const char *file;
	const struct ini_sink *sink;
	struct diag *diag;

	bool in_section; /* false below a malformed header: its entries are dropped */
	bool has_entry;	 /* an entry to which indented lines belong */
	bool refused;	 /* what they belong to was refused: they go with it, unsaid */

	/* The entry that is being collected. */
	struct buf key;
	unsigned key_line;
	struct ini_line *lines; /* slices of the text; owned */
	size_t n_lines, cap;
};

static struct place here(const struct reader *r)
{
	return (struct place){ r->file, r->line };
}

/* ---- an entry, once it is whole ---- */

static bool is_blank_line(struct str s)
{
	return str_trim(s).len == 0;
}

static struct str indentation(struct str s)
{
	size_t n = 0;

	while (n < s.len && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	return str_sub(s, 0, n);
}

/* The longest run of the same blanks that all indented lines begin with. */
static size_t common_indentation(const struct ini_line *lines, size_t n)
{
	struct str common = STR_EMPTY;
	bool first = true;

	for (size_t i = 1; i < n; i++) {
		struct str blanks = indentation(lines[i].text);
		size_t same = 0;

		if (is_blank_line(lines[i].text))
			continue;
		if (first)
			common = blanks;
		first = false;
		while (same < common.len && same < blanks.len && common.p[same] == blanks.p[same])
			same++;
		common.len = same;
	}
	return common.len;
}

/* Indentation off, blanks at the ends of lines off, empty lines at both ends off. */
static void end_entry(struct reader *r)
{
	struct ini_entry entry = { .key = buf_str(&r->key), .line = r->key_line };
	CLEANUP(buf_deinit) struct buf joined = { 0 };
	size_t indent = common_indentation(r->lines, r->n_lines), first = 0;

	r->refused = false;
	if (!r->has_entry)
		return;
	r->has_entry = false;
	for (size_t i = 0; i < r->n_lines; i++) {
		struct str text = str_sub(r->lines[i].text, i > 0 ? indent : 0, SIZE_MAX);

		while (text.len > 0 &&
		       (text.p[text.len - 1] == ' ' || text.p[text.len - 1] == '\t'))
			text.len--;
		r->lines[i].text = is_blank_line(text) ? STR_EMPTY : text;
	}
	while (first < r->n_lines && r->lines[first].text.len == 0)
		first++;
	entry.lines = r->lines + first;
	entry.n_lines = r->n_lines - first;
	while (entry.n_lines > 0 && entry.lines[entry.n_lines - 1].text.len == 0)
		entry.n_lines--;
	buf_init(&joined, INIFILE_MAX_FILE);
	for (size_t i = 0; i < entry.n_lines; i++) {
		buf_addz(&joined, i > 0 ? "\n" : "");
		buf_add(&joined, entry.lines[i].text);
	}
	entry.value = buf_str(&joined);
	r->sink->on_entry(r->sink->owner, &entry);
}

/* inih says: this line belongs to the entry. */
static int on_line(void *user, const char *section, const char *name, const char *value)
{
	struct reader *r = user;

	(void)section, (void)name, (void)value;
	if (r->n_lines == r->cap) {
		r->cap = r->cap > 0 ? 2 * r->cap : 16;
		r->lines = mem_grow(r->lines, r->cap, sizeof(r->lines[0]));
	}
	r->lines[r->n_lines++] = (struct ini_line){ r->text, r->line };
	return 1;
}

/* ---- physical lines: each gives what inih is to see of it ---- */

#define NOTHING "\n"
#define SECTION "[s]\n"
#define ENTRY "k=\n"
#define CONTINUATION " +\n"

static const char *refuse(struct reader *r)
{
	r->refused = true;
	return NOTHING;
}

/* The faulty line is quoted, but no more of it than a person wants to see. */
static void complain(struct reader *r, struct str line, const char *wanted)
{
	struct str whole = str_trim(line), shown = str_clip(whole, SHOWN_MAX);

	diag_error(r->diag, here(r), "seen \"%.*s%s\", wanted %s", STR_ARG(shown),
		   shown.len < whole.len ? "…" : "", wanted);
}

static const char *read_section(struct reader *r, struct str line)
{
	size_t close = str_find_char(line, ']');
	struct str inside = str_trim(str_sub(line, 1, close)), kind;

	end_entry(r);
	r->in_section = close != SIZE_MAX && inside.len > 0 &&
			is_blank_line(str_sub(line, close + 1, line.len));
	if (!r->in_section) {
		complain(r, line, "a section such as [rule hello], alone on its line");
		return refuse(r);
	}
	str_word(&inside, &kind);
	r->sink->on_section(r->sink->owner, kind, str_trim(inside), here(r));
	return SECTION;
}

/* What stands before the `=`, its inner runs of blanks made one; empty when there is none. */
static struct str key_of(struct buf *room, struct str line)
{
	size_t equals = str_find_char(line, '=');
	struct str key = str_sub(line, 0, equals != SIZE_MAX ? equals : 0), word;

	buf_clear(room);
	while (str_word(&key, &word)) {
		buf_addz(room, room->len > 0 ? " " : "");
		buf_add(room, word);
	}
	return buf_str(room);
}

static const char *read_entry(struct reader *r, struct str line)
{
	bool may_go_on = r->has_entry;

	end_entry(r);
	if (key_of(&r->key, line).len == 0) {
		complain(
			r, line,
			may_go_on ?
				"`key = value`; a line that goes on the value above begins with a blank" :
				"`key = value`, a [section], or a comment that begins with # or ;");
		return refuse(r);
	}
	if (!r->in_section)
		return refuse(r);
	r->has_entry = true;
	r->key_line = r->line;
	r->n_lines = 0;
	r->text = str_trim(str_sub(line, str_find_char(line, '=') + 1, line.len));
	return ENTRY;
}

static const char *read_indented(struct reader *r, struct str line)
{
	CLEANUP(buf_deinit) struct buf room = { 0 };
	struct str key, own = buf_str(&r->key), shown = str_trim(line), rest = shown;

	if (!r->has_entry && r->refused)
		return NOTHING;
	key = key_of(&room, line);
	if (key.len > 0 && (r->sink->knows_key == NULL || !r->sink->knows_key(r->sink->owner, key)))
		key = STR_EMPTY;
	if (!r->has_entry && key.len > 0) {
		diag_error(
			r->diag, here(r),
			"this line is indented, but there is no value above that it could go on; "
			"remove the spaces in front of `%.*s`",
			STR_ARG(key));
		return NOTHING;
	}
	if (!r->has_entry) {
		complain(
			r, line,
			"`key = value` at the very beginning of the line: there is no value above that "
			"an indented line could go on");
		return refuse(r);
	}
	/* A known key below another entry is most often a slip, but a text may well hold it. */
	if (key.len > 0) {
		bool is_text = r->sink->is_text != NULL && r->sink->is_text(r->sink->owner, own);

		(is_text ? diag_warn : diag_error)(
			r->diag, here(r),
			"this line is indented and so belongs to `%.*s` above; if `%.*s` is a key of its own, "
			"remove the spaces in front of `%.*s`",
			STR_ARG(own), STR_ARG(key), STR_ARG(key));
		if (!is_text)
			return NOTHING;
	}
	/* So is the head of a section: a text that begins a line like that is rare. */
	if (str_skip(&rest, "[rule ") && str_ends(rest, "]"))
		diag_warn(
			r->diag, here(r),
			"this line is indented and so belongs to `%.*s` above; if a rule begins here, remove "
			"the spaces in front of `%.*s`",
			STR_ARG(own), STR_ARG(shown));
	r->text = line;
	return CONTINUATION;
}

/* What no line may hold; the rest of the line is not looked at. */
static bool is_fit(struct reader *r, struct str line)
{
	size_t valid = utf8_valid_len(line);

	if (line.len > INIFILE_MAX_LINE) {
		diag_error(r->diag, here(r), "this line has %zu bytes; wanted at most %d", line.len,
			   INIFILE_MAX_LINE);
		return false;
	}
	if (valid < line.len) {
		diag_error(r->diag, here(r),
			   "byte %zu (0x%02X) is not UTF-8; save the file as UTF-8", valid + 1,
			   (unsigned char)line.p[valid]);
		return false;
	}
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7F) {
			diag_error(r->diag, here(r),
				   "byte %zu is the control character 0x%02X; wanted text", i + 1,
				   c);
			return false;
		}
	}
	return true;
}

static const char *read_line(struct reader *r, struct str line)
{
	r->line++;
	if (r->line == 1)
		str_skip(&line, "\xEF\xBB\xBF");
	if (str_ends(line, "\r"))
		line.len--;
	if (!is_fit(r, line)) {
		if (indentation(line).len > 0)
			return NOTHING;
		end_entry(r);
		return refuse(r);
	}
	if (is_blank_line(
		    line)) { /* between lines of a value it counts, and inih would pass over it */
		r->text = STR_EMPTY;
		return r->has_entry ? CONTINUATION : NOTHING;
	}
	if (line.p[0] == '#' || line.p[0] == ';')
		return NOTHING;
	if (line.p[0] == ' ' || line.p[0] == '\t')
		return read_indented(r, line);
	return line.p[0] == '[' ? read_section(r, line) : read_entry(r, line);
}

static char *on_read(char *out, int size, void *user)
{
	struct reader *r = user;
	struct str line;

	(void)size; /* 200 as packaged */
	return str_cut(&r->rest, '\n', &line) ? strcpy(out, read_line(r, line)) : NULL;
}

void inifile_read(struct str text, const char *file, const struct ini_sink *sink, struct diag *diag)
{
	struct reader r = {
		.rest = text, .file = file, .sink = sink, .diag = diag, .in_section = true
	};

	if (text.len == 0)
		return;
	buf_init(&r.key, 0);
	ini_parse_stream(on_read, &r, on_line, &r);
	end_entry(&r);
	buf_deinit(&r.key);
	free(r.lines);
}
