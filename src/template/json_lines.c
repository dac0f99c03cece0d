/* SPDX-License-Identifier: MIT */
/*
 * JSON is made of the text by writing a JSON string in the place of every whole placeholder. Where these stand is
 * kept, so that the place of a fault is told as a place in what the author wrote.
 */
#include "template/json_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	SHOWN_MAX = 40, /* so much of a faulty place is quoted */
	TOLD_MAX = 20,	/* mistakes of one value that are told */
};

/* ---- placeholders ---- */

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static bool opens_placeholder(struct str s)
{
	return s.len >= 2 && s.p[0] == '{' && s.p[1] != '_' && is_name_char(s.p[1]);
}

/* Names without quotes, `{type: "x"}`, are a slip that the check of JSON explains better. `{pick: a | b}` is none. */
static bool is_bare_name(struct str s)
{
	struct str body = str_sub(s, 1, s.len), name = body;

	name.len = 0;
	while (name.len < body.len && is_name_char(body.p[name.len]))
		name.len++;
	body = str_sub(body, name.len, body.len);
	while (str_skip(&body, " "))
		;
	return str_starts(body, ":") && !str_is(name, "pick");
}

/* Behind the closing quote of the one at `at`, or SIZE_MAX. */
static size_t skip_quoted(struct str s, size_t at)
{
	for (size_t i = at + 1; i < s.len && s.p[i] != '\n'; i++) {
		if (s.p[i] == '"')
			return i + 1;
		if (s.p[i] == '\\')
			i++;
	}
	return SIZE_MAX;
}

/* Behind the brace that closes the one with which `s` begins, or SIZE_MAX. */
static size_t closing_brace(struct str s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len && s.p[i] != '\n'; i++) {
		size_t behind = s.p[i] == '"' ? skip_quoted(s, i) : SIZE_MAX;

		if (behind != SIZE_MAX)
			i = behind - 1;
		else if (s.p[i] == '{')
			depth++;
		else if (s.p[i] == '}' && --depth == 0)
			return i + 1;
	}
	return SIZE_MAX;
}

size_t json_lines_placeholder_len(struct str s)
{
	return opens_placeholder(s) ? closing_brace(s) : 0;
}

bool json_lines_is_whole(struct str text)
{
	return text.len > 0 && text.p[0] == JSON_LINES_WHOLE;
}

/* The placeholder without the filter `json` at its end and the closing brace; false when it has none. */
static bool strip_json(struct str *placeholder)
{
	struct str body = str_trim(str_sub(*placeholder, 0, placeholder->len - 1));

	if (!str_ends(body, "json"))
		return false;
	body = str_trim(str_sub(body, 0, body.len - 4));
	if (!str_ends(body, "|"))
		return false;
	*placeholder = str_trim(str_sub(body, 0, body.len - 1));
	return true;
}

/* ---- the text ---- */

/* Where a whole placeholder ends, in the author's text and in the JSON. */
struct end {
	size_t in_text, in_plain;
};

struct lines {
	const struct ini_entry *entry;
	const char *file;
	struct diag *diag;
	struct str text;
	struct buf plain; /* the JSON, made as it goes */
	struct end *ends; /* of the whole placeholders, in their order; owned */
	size_t n_ends, cap_ends;
	bool bad;
	bool open; /* a placeholder is not closed: the parser would only stumble over it */
	size_t n_told;
};

static struct place place_of(const struct lines *f, size_t at)
{
	struct str before = str_sub(f->text, 0, at);
	size_t n = 0;

	for (size_t i = 0; i < before.len; i++)
		n += before.p[i] == '\n';
	if (f->entry->n_lines == 0)
		return (struct place){ f->file, f->entry->line };
	if (n >= f->entry->n_lines)
		n = f->entry->n_lines - 1;
	return (struct place){ f->file, f->entry->lines[n].line };
}

/* What stands at `at`, to the end of its line, for a message. */
static struct str shown_at(const struct lines *f, size_t at)
{
	struct str rest = str_sub(f->text, at, f->text.len);
	struct str line = str_sub(rest, 0, str_find_char(rest, '\n'));

	return str_clip(str_trim(line), SHOWN_MAX);
}

/* Complains about one placeholder, of which `shown` is quoted. */
static void complain(struct lines *f, size_t at, struct str shown, const char *what)
{
	struct str clipped = str_clip(shown, SHOWN_MAX);

	f->bad = true;
	if (f->n_told++ >= TOLD_MAX)
		return;
	diag_error(f->diag, place_of(f, at), "`%.*s`: %.*s%s: %s", STR_ARG(f->entry->key),
		   STR_ARG(clipped), clipped.len < shown.len ? "…" : "", what);
}

/* ---- whole placeholders ---- */

/* Does a colon stand there? Then what ends before it is the name of a value. */
static bool is_name(struct str s, size_t behind)
{
	while (behind < s.len && str_find_char(STR(" \t\r\n"), s.p[behind]) != SIZE_MAX)
		behind++;
	return behind < s.len && s.p[behind] == ':';
}

static void put_whole(struct lines *f, struct str placeholder, size_t end)
{
	CLEANUP(buf_deinit) struct buf value = { 0 };

	buf_addc(&value, JSON_LINES_WHOLE);
	buf_add(&value, placeholder);
	buf_addc(&value, '}');
	json_quote(buf_str(&value), &f->plain);
	if (f->n_ends == f->cap_ends) {
		f->cap_ends = f->cap_ends > 0 ? 2 * f->cap_ends : 8;
		f->ends = mem_grow(f->ends, f->cap_ends, sizeof(f->ends[0]));
	}
	f->ends[f->n_ends++] = (struct end){ end, f->plain.len };
}

/* The placeholder that begins at `at`, outside of strings; gives the length of what was taken. */
static size_t take_whole(struct lines *f, size_t at)
{
	struct str rest = str_sub(f->text, at, f->text.len), placeholder;
	size_t len = json_lines_placeholder_len(rest);

	if (len == SIZE_MAX) {
		f->open = true;
		complain(f, at, shown_at(f, at), "the insert is not closed on its line");
		return str_sub(rest, 0, str_find_char(rest, '\n')).len;
	}
	placeholder = str_sub(rest, 0, len);
	if (is_name(f->text, at + len))
		complain(f, at, placeholder,
			 "an insert may stand for a value, not for the name before the colon");
	else if (!strip_json(&placeholder))
		complain(f, at, placeholder,
			 "an insert outside of \"quotes\" ends in the filter json, as {text|json} "
			 "does; or put it in quotes");
	put_whole(f, placeholder, at + len);
	return len;
}

/* ---- strings ---- */

/* The JSON string that begins at `at`; gives its length. One that is not closed is left to the parser. */
static size_t take_string(struct lines *f, size_t at)
{
	size_t end = at + 1;
	struct str string;

	while (end < f->text.len && f->text.p[end] != '"')
		end += f->text.p[end] == '\\' ? 2 : 1;
	string = str_sub(f->text, at, end + 1);
	if (str_starts(string, "\"\\u0001"))
		complain(f, at, string, "a text may not begin with the control character \\u0001");
	buf_add(&f->plain, string);
	return string.len;
}

static void take_text(struct lines *f)
{
	size_t at = 0;

	while (at < f->text.len) {
		struct str rest = str_sub(f->text, at, f->text.len);

		if (rest.p[0] == '"') {
			at += take_string(f, at);
		} else if (opens_placeholder(rest) && !is_bare_name(rest)) {
			at += take_whole(f, at);
		} else {
			buf_addc(&f->plain, rest.p[0]);
			at++;
		}
	}
}

/* ---- names that stand twice ---- */

/* The place in the author's text of a place in the JSON. */
static size_t in_text(const struct lines *f, size_t at)
{
	size_t n = f->n_ends;

	while (n > 0 && f->ends[n - 1].in_plain > at)
		n--;
	return n > 0 ? at - f->ends[n - 1].in_plain + f->ends[n - 1].in_text : at;
}

static void note_name(struct lines *f, struct map *names, size_t at, struct str string)
{
	CLEANUP(json_freep) struct json *name = NULL;
	struct str key;

	json_parse(&name, string, NULL);
	key = str_from(json_str(name, "").p); /* as the library will keep it */
	if (map_set(names, key, f) != NULL)
		complain(f, in_text(f, at), string, "this name stands twice within the same { }");
}

/* Only for a text that is JSON: brackets match, and their depth is bounded. */
static void check_names(struct lines *f)
{
	struct str json = buf_str(&f->plain);
	struct map open[JSON_MAX_DEPTH]; /* the names of each object that is open */
	size_t n = 0, at = 0;

	while (at < json.len) {
		size_t end = at + 1;

		if (json.p[at] == '{')
			map_init(&open[n++]);
		else if (json.p[at] == '}')
			map_deinit(&open[--n], NULL);
		else if (json.p[at] == '"') {
			end = skip_quoted(json, at);
			if (n > 0 && is_name(json, end))
				note_name(f, &open[n - 1], at, str_sub(json, at, end));
		}
		at = end;
	}
}

/* ---- from text to JSON ---- */

static void parse(struct lines *f, struct json **out)
{
	struct json_fault fault;
	struct str shown;
	size_t at;

	if (json_parse_at(out, buf_str(&f->plain), &fault) == 0) {
		if (!f->bad)
			check_names(f);
		return;
	}
	f->bad = true;
	if (fault.wanted == NULL) {
		diag_error(f->diag, (struct place){ f->file, f->entry->line }, "`%.*s`: %s",
			   STR_ARG(f->entry->key), fault.seen);
		return;
	}
	at = in_text(f, fault.at);
	shown = shown_at(f, at);
	diag_error(f->diag, place_of(f, at), "`%.*s`: %s%s%.*s%s; wanted %s",
		   STR_ARG(f->entry->key), fault.seen, shown.len > 0 ? ", at `" : "",
		   STR_ARG(shown), shown.len > 0 ? "`" : "", fault.wanted);
}

bool json_lines_read(struct json **out, const struct ini_entry *entry, const char *file,
		     struct diag *diag)
{
	struct lines f = { .entry = entry, .file = file, .diag = diag, .text = entry->value };
	size_t valid = utf8_valid_len(f.text);

	*out = NULL;
	if (str_trim(entry->value).len == 0) {
		diag_error(diag, (struct place){ file, entry->line },
			   "`%.*s`: nothing here; wanted JSON such as { \"name\": \"text\" }",
			   STR_ARG(entry->key));
		return false;
	}
	if (valid < f.text.len) {
		diag_error(diag, place_of(&f, valid),
			   "`%.*s`: byte 0x%02X is not UTF-8; save the file as UTF-8",
			   STR_ARG(entry->key), (unsigned char)f.text.p[valid]);
		return false;
	}
	buf_init(&f.plain, 0);
	take_text(&f);
	if (!f.open)
		parse(&f, out);
	buf_deinit(&f.plain);
	free(f.ends);
	if (!f.bad)
		return true;
	json_free(*out);
	*out = NULL;
	return false;
}

/* ---- files ---- */

/* Inside the folder of the rule file: who writes rules must not read what else the machine has. */
static bool is_inside(struct str path)
{
	struct str part;

	if (path.len == 0 || path.p[0] == '/' || str_find_char(path, '\0') != SIZE_MAX)
		return false;
	while (str_cut(&path, '/', &part)) {
		if (str_is(part, "..") || part.len == 0)
			return false;
	}
	return true;
}

/* With the slash at its end; empty = where we are. */
static struct str folder_of(const char *rule_file)
{
	const char *slash = strrchr(rule_file, '/');

	return str_make(rule_file, slash != NULL ? (size_t)(slash - rule_file) + 1 : 0);
}

static char *beside(const char *rule_file, struct str path)
{
	struct buf whole = { 0 };

	buf_add(&whole, folder_of(rule_file));
	buf_add(&whole, path);
	return buf_take(&whole);
}

/* Why the file was not read, or NULL. */
static const char *load(const char *rule_file, const char *path, struct buf *out)
{
	CLEANUP(mem_freep) char *folder = str_dup(folder_of(rule_file));
	const char *why = file_load_within(folder[0] != '\0' ? folder : ".", path, out);

	return why != NULL && (errno == ENOENT || errno == EACCES) ?
		       "there is no such file beside the rule file, or it may not be read" :
		       why;
}

static bool read_lines(struct json **out, struct str text, const char *path, struct diag *diag)
{
	struct ini_entry entry = { .key = str_from(path), .value = text };
	CLEANUP(mem_freep) struct ini_line *lines = NULL;
	const char *slash = strrchr(path, '/');
	struct str rest = text, line;
	size_t cap = 0;

	if (slash != NULL)
		entry.key = str_from(slash + 1);
	while (str_cut(&rest, '\n', &line)) {
		if (entry.n_lines == cap) {
			cap = cap > 0 ? 2 * cap : 64;
			lines = mem_grow(lines, cap, sizeof(*lines));
		}
		lines[entry.n_lines] = (struct ini_line){ line, (unsigned)entry.n_lines + 1 };
		entry.n_lines++;
	}
	entry.lines = lines;
	entry.line = 1;
	return json_lines_read(out, &entry, path, diag);
}

bool json_lines_load(struct json **out, struct str path, const char *rule_file, struct place at,
		     struct diag *diag)
{
	CLEANUP(mem_freep) char *whole = beside(rule_file, path);
	CLEANUP(buf_deinit) struct buf content = { 0 };
	const char *why;
	struct str text;

	*out = NULL;
	if (!is_inside(path)) {
		diag_error(diag, at,
			   "seen `@%.*s`, wanted a file in the folder of the rule file, such as "
			   "@card.json or @cards/card.json",
			   STR_ARG(path));
		return false;
	}
	buf_init(&content, JSON_LINES_MAX_FILE);
	why = load(rule_file, whole, &content);
	if (why != NULL) {
		diag_error(diag, at, "`@%.*s` (%s): %s", STR_ARG(path), whole, why);
		return false;
	}
	text = buf_str(&content);
	str_skip(&text, "\xEF\xBB\xBF");
	return read_lines(out, text, whole, diag);
}
