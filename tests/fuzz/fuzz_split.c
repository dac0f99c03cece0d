/* SPDX-License-Identifier: MIT */
/*
 * Long answers: the input stands where a message is full, and again behind that. Parts are short enough and hold all that
 * was said; no link, mention, entity or letter is cut, and code goes on as code.
 */
#include <stdlib.h>
#include "base/mem.h"
#include "slack/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_USED = 4096, FILLER = SPLIT_UNITS - 127, WHOLE_MAX = SPLIT_UNITS / 2 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What can be counted in a text and in its parts. */
struct counts {
	size_t letters; /* but for blanks and fences, which a split may add or drop */
	size_t controls, entities;
	size_t longest; /* of the control sequences */
};

static size_t control_len(struct str s)
{
	for (size_t i = 1; i < s.len && s.p[i] != '<' && s.p[i] != '\n'; i++) {
		if (s.p[i] == '>')
			return i > 1 ? i + 1 : 0;
	}
	return 0;
}

static void count(struct str s, struct counts *c)
{
	for (size_t i = 0; i < s.len; i++) {
		struct str rest = str_sub(s, i, s.len);
		size_t len = s.p[i] == '<' ? control_len(rest) : 0;

		c->letters += str_find_char(STR(" \t\r\n`"), s.p[i]) == SIZE_MAX;
		c->controls += len > 0;
		c->longest = len > c->longest ? len : c->longest;
		c->entities += str_starts(rest, "&amp;") || str_starts(rest, "&lt;") ||
			       str_starts(rest, "&gt;");
	}
}

/* In a link or a mention it is none. */
static size_t n_fences(struct str s)
{
	size_t n = 0, len;

	for (; s.len > 0; s = str_sub(s, len, s.len)) {
		len = s.p[0] == '<' ? control_len(s) : 0;
		if (len == 0 && str_starts(s, "```")) {
			len = 3;
			n++;
		}
		len = len > 0 ? len : 1;
	}
	return n;
}

static void check_split(struct str text)
{
	CLEANUP(buf_deinit) struct buf part = { 0 };
	struct counts whole = { 0 }, parts = { 0 };
	bool in_code = false;
	size_t n = 0;

	count(text, &whole);
	while (split_next(&text, &in_code, &part)) {
		must(part.len > 0 && utf8_valid(buf_str(&part)));
		must(utf8_utf16_units(buf_str(&part)) <= SPLIT_UNITS);
		must(!in_code || str_ends(buf_str(&part), "```"));
		must(n > 0 || text.len == 0 || whole.longest > WHOLE_MAX ||
		     n_fences(buf_str(&part)) % 2 == 0);
		count(buf_str(&part), &parts);
		n++;
	}
	must(parts.letters == whole.letters);
	must(parts.entities == whole.entities);
	must(parts.controls == whole.controls || whole.longest > WHOLE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str said = str_make((const char *)data + (size > 0), size > 0 ? size - 1 : 0);
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (size == 0 || size > SIZE_USED || !utf8_valid(said))
		return 0;
	check_split(said);
	for (int i = 0; i < FILLER + (data[0] & 0x7F); i++)
		buf_addc(&text, i % 997 == 996 && data[0] > 0x7F ? ' ' : 'x');
	buf_add(&text, said);
	for (int i = 0; i < FILLER; i++)
		buf_addc(&text, 'y');
	buf_add(&text, said);
	check_split(buf_str(&text));
	return 0;
}
