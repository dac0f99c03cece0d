/* SPDX-License-Identifier: MIT */
#include "slack/split.h"

#include "slack/syntax.h"

/* A place to cut: the part ends at `end`, the rest begins at `next`. */
struct cut {
	size_t end, next;
	bool in_code;
	bool usable;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static size_t letter_len(struct str s)
{
	struct str rest = s;

	utf8_next(&rest);
	return s.len - rest.len;
}

/* What must not be cut: an entity, a control sequence of a sane length, a fence, a letter. */
static size_t atom_len(struct str s)
{
	size_t len = 0;
	char plain;

	if (s.p[0] == '&')
		len = syntax_entity_len(s, &plain);
	else if (s.p[0] == '<')
		len = syntax_control_len(s);
	else if (str_starts(s, "```"))
		len = SPLIT_FENCE;
	return len > 0 && len <= SPLIT_UNITS / 2 ? len : letter_len(s);
}

static struct cut best_cut(const struct cut *line, const struct cut *blank, struct cut letter)
{
	if (line->usable)
		return *line;
	return blank->usable ? *blank : letter;
}

/* The last good place to cut within the limit, or the end of the text. */
static struct cut find_cut(struct str text, bool in_code)
{
	struct cut line = { 0 }, blank = { 0 };
	size_t units = in_code ? SPLIT_FENCE : 0;
	bool content = false;
	size_t at = 0;

	while (at < text.len) {
		struct str atom = str_sub(text, at, at + atom_len(str_sub(text, at, text.len)));
		bool fence = str_is(atom, "```");
		bool code_after = in_code != fence;

		if (content && is_blank(atom.p[0]))
			*(atom.p[0] == '\n' ? &line : &blank) = (struct cut){ at, at + 1, in_code,
									      true };
		units += utf8_utf16_units(atom);
		if (units + (code_after ? SPLIT_FENCE : 0) > SPLIT_UNITS)
			return best_cut(&line, &blank, (struct cut){ at, at, in_code, true });
		content = content || !(fence || is_blank(atom.p[0]));
		in_code = code_after;
		at += atom.len;
	}
	return (struct cut){ text.len, text.len, false, true };
}

/* Empty lines in front would only make the message ragged; the indentation of its first line stays. */
static struct str skip_empty_lines(struct str s)
{
	size_t start = 0;

	for (size_t i = 0; i < s.len && is_blank(s.p[i]); i++) {
		if (s.p[i] == '\n')
			start = i + 1;
	}
	return str_sub(s, start, s.len);
}

/* Takes the next piece off the rest; it may turn out empty where there were but blanks. */
static struct str take_piece(struct str *rest, struct cut *cut, bool in_code)
{
	struct str piece;

	*cut = find_cut(*rest, in_code);
	piece = str_sub(*rest, 0, cut->end);
	while (piece.len > 0 && is_blank(piece.p[piece.len - 1]))
		piece.len--;
	*rest = str_sub(*rest, cut->next, rest->len);
	return piece;
}

/* What is left to send, without what the last cut has made needless. */
static struct str tidy_rest(struct str rest, bool *in_code)
{
	/* The cut fell right in front of the end of the code: that has been closed already. */
	if (*in_code && str_starts(str_trim(rest), "```")) {
		rest = str_sub(str_trim(rest), SPLIT_FENCE, rest.len);
		*in_code = false;
	}
	return *in_code ? rest : skip_empty_lines(rest);
}

bool split_long(struct str *rest, bool *in_code, struct buf *part)
{
	struct str piece = STR_EMPTY;
	bool was_in_code = false;
	struct cut cut;

	buf_clear(part);
	while (piece.len == 0) {
		*rest = tidy_rest(*rest, in_code);
		if (str_trim(*rest).len == 0)
			return false;
		was_in_code = *in_code;
		piece = take_piece(rest, &cut, was_in_code);
		*in_code = cut.in_code;
	}
	buf_addz(part, was_in_code ? "```" : "");
	buf_add(part, piece);
	buf_addz(part, cut.in_code ? "```" : "");
	return true;
}
