/* SPDX-License-Identifier: MIT */
/*
 * inih reads from a reader of ours that owns the whole text. The reader looks at every physical line first:
 * what is wrong with it is said here, with its number, and inih gets an empty line instead, so that one run
 * finds everything. What is right reaches inih in a form that it cannot spoil (\2 and \3 are guard bytes):
 *
 *   [rule hello]       [s]                  names stay here, so they may have any length
 *   match = a ; b      k=\2a \1 b\3         guards at both ends, so that outer blanks survive
 *       go on          " \2    go on\3"     a continuation line for inih, the indentation behind the guard
 *
 * `;` travels as \1, and a line that does not fit inih's buffer goes in pieces: those after the first begin
 * with \3. None of these bytes can be in the text: control characters are refused first.
 */
#include "base/inifile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"

enum {
	GUARD_SEMICOLON = 1,
	GUARD_LINE = 2,
	GUARD_GLUE = 3,
	DRESS = 8,	/* what a piece needs beside its text: "k=", two guards, line end, NUL */
	SHOWN_MAX = 60, /* so much of a faulty line is quoted */
	CHUNK = 64 << 10,
};

struct reader {
	struct str rest; /* lines not read yet */
	unsigned line;	 /* its number, that of the last one read */
	const char *file;
	const struct ini_sink *sink;
	struct diag *diag;

	struct str text; /* of the current line's value, not handed out yet */
	bool glue;	 /* some of it was */
	size_t room;	 /* how much text inih takes at once */
	bool in_section; /* false below a malformed header: its entries are dropped */
	bool has_entry;	 /* an entry to which indented lines belong */
	bool refused;	 /* what they belong to was refused: they go with it, unsaid */

	struct buf key_room;
	struct str key; /* of the entry being collected; lies in key_room */
	unsigned key_line;
	struct ini_line *lines;
	size_t n_lines, cap;
	struct buf value; /* the bytes of the lines, joined */
	size_t *starts;	  /* where each line begins in `value` */
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

static size_t indentation(struct str s)
{
	size_t n = 0;

	while (n < s.len && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	return n;
}

/* The longest run of the same blanks that all indented lines begin with. */
static size_t common_indentation(const struct ini_line *lines, size_t n)
{
	struct str common = STR_EMPTY;
	bool first = true;

	for (size_t i = 1; i < n; i++) {
		struct str blanks = str_sub(lines[i].text, 0, indentation(lines[i].text));
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

static struct str right_trimmed(struct str s)
{
	while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* Indentation off, empty lines at both ends off. */
static void tidy_lines(struct reader *r, struct ini_entry *entry)
{
	size_t indent, first = 0;

	for (size_t i = 0; i < r->n_lines; i++) {
		size_t end = i + 1 < r->n_lines ? r->starts[i + 1] : r->value.len;

		r->lines[i].text = str_sub(buf_str(&r->value), r->starts[i], end);
	}
	indent = common_indentation(r->lines, r->n_lines);
	for (size_t i = 0; i < r->n_lines; i++) {
		struct str text = r->lines[i].text;

		text = i == 0 ? str_trim(text) : right_trimmed(str_sub(text, indent, text.len));
		r->lines[i].text = is_blank_line(text) ? STR_EMPTY : text;
	}
	while (first < r->n_lines && r->lines[first].text.len == 0)
		first++;
	entry->lines = r->lines + first;
	entry->n_lines = r->n_lines - first;
	while (entry->n_lines > 0 && entry->lines[entry->n_lines - 1].text.len == 0)
		entry->n_lines--;
}

static void give_entry(struct reader *r)
{
	struct ini_entry entry = { .key = r->key, .line = r->key_line };
	CLEANUP(buf_deinit) struct buf joined = { 0 };

	if (r->key_line == 0)
		return;
	buf_init(&joined, INIFILE_MAX_FILE);
	tidy_lines(r, &entry);
	for (size_t i = 0; i < entry.n_lines; i++) {
		if (i > 0)
			buf_addc(&joined, '\n');
		buf_add(&joined, entry.lines[i].text);
	}
	entry.value = buf_str(&joined);
	r->key_line = 0;
	r->sink->on_entry(r->sink->owner, &entry);
}

/* ---- what comes out of inih ---- */

static void begin_line(struct reader *r)
{
	if (r->n_lines == r->cap) {
		r->cap = r->cap > 0 ? 2 * r->cap : 16;
		r->lines = mem_grow(r->lines, r->cap, sizeof(r->lines[0]));
		r->starts = mem_grow(r->starts, r->cap, sizeof(r->starts[0]));
	}
	r->starts[r->n_lines] = r->value.len;
	r->lines[r->n_lines++] = (struct ini_line){ .line = r->line };
}

static int on_piece(void *user, const char *section, const char *name, const char *value)
{
	struct reader *r = user;

	(void)section;
	(void)name;
	if (value[0] == GUARD_LINE)
		begin_line(r);
	for (const char *p = value + 1; *p != GUARD_GLUE; p++)
		buf_addc(&r->value, *p == GUARD_SEMICOLON ? ';' : *p);
	return 1;
}

/* ---- what goes into inih ---- */

/* Copies what fits of the current line, between guards. */
static void next_piece(struct reader *r, char *out)
{
	size_t n = r->text.len < r->room ? r->text.len : r->room;

	*out++ = r->glue ? GUARD_GLUE : GUARD_LINE;
	for (size_t i = 0; i < n; i++)
		*out++ = r->text.p[i] == ';' ? GUARD_SEMICOLON : r->text.p[i];
	*out++ = GUARD_GLUE;
	*out++ = '\n';
	*out = '\0';
	r->text = str_sub(r->text, n, r->text.len);
	r->glue = true;
	if (r->text.len == 0)
		r->text.p = NULL;
}

static char *nothing(char *out)
{
	out[0] = '\n';
	out[1] = '\0';
	return out;
}

/* Every `[section]` looks alike to inih: a new one only ends the continuation of the entry before. */
static char *section_for_inih(char *out)
{
	return strcpy(out, "[s]\n");
}

static char *entry_for_inih(struct reader *r, char *out)
{
	out[0] = 'k';
	out[1] = '=';
	r->glue = false;
	next_piece(r, out + 2);
	return out;
}

static char *continuation_for_inih(struct reader *r, char *out)
{
	out[0] = ' ';
	next_piece(r, out + 1);
	return out;
}

/* ---- physical lines ---- */

static void end_entry(struct reader *r)
{
	give_entry(r);
	r->has_entry = false;
	r->refused = false;
}

static char *refuse(struct reader *r, char *out)
{
	r->refused = true;
	return nothing(out);
}

/* The faulty line is quoted, but no more of it than a person wants to see. */
static void complain(struct reader *r, struct str line, const char *wanted)
{
	struct str whole = str_trim(line), shown = str_clip(whole, SHOWN_MAX);

	diag_error(r->diag, here(r), "seen \"%.*s%s\", wanted %s", STR_ARG(shown),
		   shown.len < whole.len ? "…" : "", wanted);
}

static char *read_section(struct reader *r, struct str line, char *out)
{
	size_t close = str_find_char(line, ']');
	struct str inside, kind;

	end_entry(r);
	r->in_section = false;
	inside = str_trim(str_sub(line, 1, close == SIZE_MAX ? line.len : close));
	if (close == SIZE_MAX || str_trim(str_sub(line, close + 1, line.len)).len > 0 ||
	    inside.len == 0) {
		complain(r, line, "a section such as [rule hello], alone on its line");
		return refuse(r, out);
	}
	r->in_section = true;
	str_word(&inside, &kind);
	r->sink->on_section(r->sink->owner, kind, str_trim(inside), here(r));
	return section_for_inih(out);
}

/* The key with its inner runs of blanks made one; valid until the next entry. */
static struct str tidy_key(struct buf *room, struct str key)
{
	struct str word;

	buf_clear(room);
	while (str_word(&key, &word)) {
		if (room->len > 0)
			buf_addc(room, ' ');
		buf_add(room, word);
	}
	return buf_str(room);
}

static char *read_entry(struct reader *r, struct str line, char *out)
{
	size_t equals = str_find_char(line, '=');
	bool may_go_on = r->has_entry;

	end_entry(r);
	if (equals == SIZE_MAX || str_trim(str_sub(line, 0, equals)).len == 0) {
		complain(
			r, line,
			may_go_on ?
				"`key = value`; a line that goes on the value above begins with a blank" :
				"`key = value`, a [section], or a comment that begins with # or ;");
		return refuse(r, out);
	}
	if (!r->in_section)
		return refuse(r, out);
	r->has_entry = true;
	r->key = tidy_key(&r->key_room, str_sub(line, 0, equals));
	r->key_line = r->line;
	r->n_lines = 0;
	buf_clear(&r->value);
	r->text = str_trim(str_sub(line, equals + 1, line.len));
	return entry_for_inih(r, out);
}

/* The known key with which an indented line such as `    reply = Hi` begins, or an empty slice. */
static struct str known_key(struct reader *r, struct str line, struct buf *room)
{
	size_t equals = str_find_char(line, '=');
	struct str key = tidy_key(room, str_sub(line, 0, equals == SIZE_MAX ? 0 : equals));

	if (key.len == 0 || r->sink->knows_key == NULL || !r->sink->knows_key(r->sink->owner, key))
		return STR_EMPTY;
	return key;
}

/* Such a line below another entry is most often a slip, but a text may well hold it. */
static bool is_slip(struct reader *r, struct str key)
{
	bool is_text = r->sink->is_text != NULL && r->sink->is_text(r->sink->owner, r->key);

	(is_text ? diag_warn : diag_error)(
		r->diag, here(r),
		"this line is indented and so belongs to `%.*s` above; if `%.*s` is a key of its own, "
		"remove the spaces in front of `%.*s`",
		STR_ARG(r->key), STR_ARG(key), STR_ARG(key));
	return !is_text;
}

/* So is the head of a section: a text that begins a line like that is rare. */
static void warn_of_head(struct reader *r, struct str line)
{
	struct str rest = str_trim(line);

	if (r->has_entry && str_skip(&rest, "[rule ") && str_ends(rest, "]"))
		diag_warn(
			r->diag, here(r),
			"this line is indented and so belongs to `%.*s` above; if a rule begins here, remove "
			"the spaces in front of `%.*s`",
			STR_ARG(r->key), STR_ARG(str_trim(line)));
}

/* An indented line with nothing above it that it could go on. */
static char *refuse_stray(struct reader *r, struct str line, struct str key, char *out)
{
	if (key.len > 0)
		diag_error(
			r->diag, here(r),
			"this line is indented, but there is no value above that it could go on; "
			"remove the spaces in front of `%.*s`",
			STR_ARG(key));
	else
		complain(
			r, line,
			"`key = value` at the very beginning of the line: there is no value above that "
			"an indented line could go on");
	return key.len > 0 ? nothing(out) : refuse(r, out);
}

static char *read_indented(struct reader *r, struct str line, char *out)
{
	CLEANUP(buf_deinit) struct buf room = { 0 };
	struct str key;

	if (!r->has_entry && r->refused)
		return nothing(out);
	buf_init(&room, 0);
	key = known_key(r, line, &room);
	if (!r->has_entry)
		return refuse_stray(r, line, key, out);
	if (key.len > 0 && is_slip(r, key))
		return nothing(out);
	warn_of_head(r, line);
	r->text = line;
	r->glue = false;
	return continuation_for_inih(r, out);
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

static char *read_line(struct reader *r, char *out)
{
	struct str line;

	if (!str_cut(&r->rest, '\n', &line))
		return NULL;
	r->line++;
	if (r->line == 1)
		str_skip(&line, "\xEF\xBB\xBF");
	if (str_ends(line, "\r"))
		line.len--;
	if (!is_fit(r, line)) {
		if (indentation(line) > 0)
			return nothing(out);
		end_entry(r);
		return refuse(r, out);
	}
	if (is_blank_line(line)) {
		if (!r->has_entry)
			return nothing(out);
		r->text = STR_EMPTY;
		r->glue = false;
		return continuation_for_inih(r, out);
	}
	if (line.p[0] == '#' || line.p[0] == ';')
		return nothing(out);
	if (line.p[0] == ' ' || line.p[0] == '\t')
		return read_indented(r, line, out);
	return line.p[0] == '[' ? read_section(r, line, out) : read_entry(r, line, out);
}

/* inih asks for a line of at most `num` bytes, 200 as packaged. */
static char *on_read(char *out, int num, void *stream)
{
	struct reader *r = stream;

	assert(num > DRESS);
	r->room = (size_t)num - DRESS;
	if (r->text.p != NULL)
		return continuation_for_inih(r, out);
	return read_line(r, out);
}

void inifile_read(struct str text, const char *file, const struct ini_sink *sink, struct diag *diag)
{
	struct reader r = {
		.rest = text, .file = file, .sink = sink, .diag = diag, .in_section = true
	};

	if (text.len == 0)
		return;
	buf_init(&r.key_room, 0);
	buf_init(&r.value, INIFILE_MAX_FILE);
	ini_parse_stream(on_read, &r, on_piece, &r);
	give_entry(&r);
	buf_deinit(&r.key_room);
	buf_deinit(&r.value);
	free(r.lines);
	free(r.starts);
}

static int load_from(int fd, struct buf *out)
{
	char more;

	for (;;) {
		size_t left = out->max - out->len;
		size_t want = left < CHUNK ? left : CHUNK;
		ssize_t n;

		if (want == 0)
			return read(fd, &more, 1) == 0 ? 0 : FILE_TOO_LARGE;
		n = read(fd, buf_room(out, want), want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FILE_UNREADABLE;
		if (n == 0)
			return 0;
		out->len += (size_t)n;
	}
}

int inifile_load(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r, saved;

	if (fd < 0)
		return FILE_UNREADABLE;
	r = load_from(fd, out);
	saved = errno;
	close(fd);
	errno = saved;
	return r;
}
