/* SPDX-License-Identifier: MIT */
#include "deliver/webhook_conf.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "base/mem.h"
#include "base/secrecy.h"
#include "deliver/webhook_secret.h"
#include "net/url.h"

enum { NAME_MAX_LEN = 64, VALUE_MAX = 8 << 10 };

bool webhook_is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
		      c == '-'))
			return false;
	}
	return name.len > 0 && name.len <= NAME_MAX_LEN;
}

/* ---- the url ---- */

static bool has_user(struct str text)
{
	size_t start = str_find(text, "://");

	if (start == SIZE_MAX)
		return false;
	text = str_sub(text, start + 3, text.len);
	return str_find_char(str_sub(text, 0, str_find_char(text, '/')), '@') != SIZE_MAX;
}

const char *webhook_refuse_url(struct str name, struct str text)
{
	struct url url;

	(void)name;
	if (url_parse(text, "http", &url))
		return NULL;
	if (has_user(text))
		return "a user name and password do not belong into an address; use "
		       "`header Authorization`";
	return "wanted an address such as https://tickets.example.com/new, in plain letters and "
	       "without a blank or `#`";
}

void webhook_check(const void *item, struct place at, struct diag *diag)
{
	const struct webhook *hook = item;
	struct url url;

	if (url_parse(str_from(hook->url), "http", &url) && !url.tls && !hook->allow_http)
		diag_error(
			diag, at,
			"the `url` of [webhook %s] begins with http://, so anybody on the way can "
			"read what is sent; wanted https://, or `allow http = yes`",
			hook->name);
}

/* ---- what a header may be ---- */

/* Those that say how the request itself is built. */
static const char *const reserved[] = {
	"Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade",
	"TE",	"Trailer",	  "Keep-Alive",
};

static bool is_token(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (!isalnum(c) && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
			return false;
	}
	return text.len > 0;
}

static bool is_reserved(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
		if (str_eq_nocase(name, str_from(reserved[i])))
			return true;
	}
	return str_eq_nocase(str_sub(name, 0, 6), STR("proxy-"));
}

static bool has_control(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < ' ' || c == 0x7F)
			return true;
	}
	return false;
}

/* ---- inserts ---- */

enum piece_kind { PIECE_TEXT, PIECE_ENV, PIECE_FILE, PIECE_BAD };

struct piece {
	enum piece_kind kind;
	struct str text; /* plain, or the name of the variable or file */
};

static bool is_variable(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c != '_' && !isalpha(c) && (i == 0 || !isdigit(c)))
			return false;
	}
	return name.len > 0;
}

/* What stands between { and }. */
static void read_insert(struct str inside, struct piece *out)
{
	out->kind = PIECE_BAD;
	if (str_skip(&inside, "env:") && is_variable(inside))
		out->kind = PIECE_ENV;
	else if (str_skip(&inside, "file:") && str_starts(inside, "/"))
		out->kind = PIECE_FILE;
	out->text = inside;
}

static struct str cut_front(struct str *rest, size_t len)
{
	struct str front = str_sub(*rest, 0, len);

	*rest = str_sub(*rest, front.len, rest->len);
	return front;
}

/* Takes the next piece off a header's value; false at the end. `{{` is a plain brace. */
static bool next_piece(struct str *rest, struct piece *out)
{
	size_t end;

	if (rest->len == 0)
		return false;
	*out = (struct piece){ PIECE_TEXT, STR_EMPTY };
	if (str_skip(rest, "{{")) {
		out->text = STR("{");
		return true;
	}
	if (rest->p[0] != '{') {
		out->text = cut_front(rest, str_find_char(*rest, '{'));
		return true;
	}
	end = str_find_char(*rest, '}');
	if (end == SIZE_MAX)
		out->kind = PIECE_BAD;
	else
		read_insert(str_sub(*rest, 1, end), out);
	cut_front(rest, end == SIZE_MAX ? end : end + 1);
	return true;
}

const char *webhook_refuse_header(struct str name, struct str value)
{
	struct piece piece;

	if (!is_token(name))
		return "this is no name of a header; wanted letters, digits and `-`";
	if (is_reserved(name))
		return "this header is not to be set: it belongs to how the request is sent";
	if (value.len == 0)
		return "wanted a value";
	if (value.len > VALUE_MAX)
		return "the value is over 8 KiB";
	if (has_control(value))
		return "the value has a control character in it";
	while (next_piece(&value, &piece)) {
		if (piece.kind == PIECE_BAD)
			return "behind `{` wanted env:VARIABLE} or file:/path}; `{{` is a plain "
			       "brace";
	}
	return NULL;
}

/* ---- secrets ---- */

/* Where a header is written, and what it is called: all that a complaint about it may say. */
struct spot {
	struct place at;
	const char *header;
	struct buf *used; /* names of variables */
	struct diag *diag;
};

static void add_variable(struct buf *out, struct str name, const struct spot *spot)
{
	CLEANUP(mem_freep) char *variable = str_dup(name);
	const char *value = getenv(variable);

	buf_add(spot->used, name);
	buf_addc(spot->used, '\0');
	if (value == NULL || str_trim(str_from(value)).len == 0)
		diag_error(spot->diag, spot->at, "`header %s`: the environment has no %s",
			   spot->header, variable);
	else
		buf_add(out, str_trim(str_from(value)));
}

static void wipe(struct buf *text)
{
	if (text->p != NULL)
		explicit_bzero(text->p, text->len);
	buf_deinit(text);
}

static void add_file(struct buf *out, struct str name, const struct spot *spot)
{
	CLEANUP(mem_freep) char *path = str_dup(name);
	CLEANUP(wipe) struct buf text = { 0 };
	const char *why;

	buf_init(&text, VALUE_MAX);
	why = file_load(path, &text);
	if (why != NULL)
		diag_error(spot->diag, spot->at, "`header %s`: the file %s cannot be read: %s",
			   spot->header, path, why);
	else if (str_trim(buf_str(&text)).len == 0)
		diag_error(spot->diag, spot->at, "`header %s`: the file %s is empty", spot->header,
			   path);
	else
		buf_add(out, str_trim(buf_str(&text)));
	if (why == NULL && secrecy_open_to_others(path) != 0)
		diag_warn(spot->diag, (struct place){ path, 0 },
			  "others may read this file of a secret header (mode %04o); wanted 0600",
			  (unsigned)secrecy_open_to_others(path));
}

static void resolve_header(struct option_pair *pair, const struct spot *spot)
{
	CLEANUP(wipe) struct buf value = { 0 };
	struct str rest = str_from(pair->value.value);
	struct piece piece;

	buf_init(&value, VALUE_MAX);
	while (next_piece(&rest, &piece)) {
		if (piece.kind == PIECE_ENV)
			add_variable(&value, piece.text, spot);
		else if (piece.kind == PIECE_FILE)
			add_file(&value, piece.text, spot);
		else
			buf_add(&value, piece.text);
	}
	if (value.bad)
		diag_error(spot->diag, spot->at, "`header %s`: the value is over 8 KiB",
			   spot->header);
	else if (has_control(buf_str(&value)))
		diag_error(spot->diag, spot->at,
			   "`header %s`: the value has a line end or another control character in "
			   "it",
			   spot->header);
	else
		secret_set(&pair->value, buf_str(&value));
}

/* Secrets that stand in the configuration itself. */
static void warn_of_file(const struct webhook *hook, struct diag *diag)
{
	mode_t mode = secrecy_open_to_others(hook->file);
	bool has_secret = webhook_has_secret_url(hook);
	unsigned line = 0;

	if (mode == 0)
		return;
	for (size_t i = 0; !has_secret && i < hook->headers.n; i++) {
		const struct option_pair *pair = &hook->headers.at[i];
		struct str rest = str_from(pair->value.value);
		struct piece piece;

		while (!has_secret && next_piece(&rest, &piece))
			has_secret = piece.kind == PIECE_TEXT &&
				     webhook_is_secret_header(str_from(pair->name), piece.text);
		line = pair->line;
	}
	if (has_secret)
		diag_warn(
			diag, (struct place){ hook->file, line },
			"others may read this file (mode %04o), and [webhook %s] looks as if it had "
			"a secret in it; wanted 0600",
			(unsigned)mode, hook->name);
}

void webhook_resolve(struct webhook *hook, struct buf *used, struct diag *diag)
{
	warn_of_file(hook, diag);
	for (size_t i = 0; i < hook->headers.n; i++) {
		struct option_pair *pair = &hook->headers.at[i];
		const struct spot spot = { { hook->file, pair->line }, pair->name, used, diag };

		resolve_header(pair, &spot);
	}
}
