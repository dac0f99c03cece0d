/* SPDX-License-Identifier: MIT */
/*
 * A pattern with places in it where a search looks at the clock: at its beginning, which every start of a match comes by;
 * behind every item that repeats, which is where a match comes back to for each letter more or less of it; and at the
 * beginning of every group that repeats. Between two such places the pattern only goes on, a few items far.
 *
 * PCRE2 itself tells which items there are. Where text is in quotes, or the result would not compile, it puts a callout
 * before every item, which takes several times as long.
 */
#include "pattern/inner.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

struct places {
	struct str regex;
	size_t *item_len; /* of the item that begins there, plus one; 0 = none does */
	bool *look;	  /* in front of that byte */
};

/* Items of repeated groups are told more than once. */
static void note_item(void *owner, struct str item)
{
	struct places *places = owner;

	places->item_len[item.p - places->regex.p] = item.len + 1;
}

/* An escaped sign, or one in a class, only gives a look too many. */
static bool repeats(struct str item)
{
	return str_find_char(item, '*') != SIZE_MAX || str_find_char(item, '+') != SIZE_MAX ||
	       str_find_char(item, '{') != SIZE_MAX;
}

static void choose(struct places *places)
{
	size_t bodies[DEPTH_MAX], depth = 0;
	bool is_first = true;

	for (size_t at = 0; at < places->regex.len; at++) {
		const size_t len = places->item_len[at];
		const struct str item = str_sub(places->regex, at, at + len - (len > 0));

		if (len == 0)
			continue;
		if (is_first)
			places->look[at] = true;
		is_first = false;
		if (repeats(item)) /* also a group that ends, or a call of one: (?1)* */
			places->look[at + item.len] = true;
		if (item.len > 0 && item.p[0] == '(' && depth < DEPTH_MAX)
			bodies[depth++] = at + item.len;
		else if (item.len > 0 && item.p[0] == ')' && depth > 0)
			places->look[bodies[--depth]] |= repeats(item);
	}
}

static void put_looks(const struct places *places, struct buf *out)
{
	for (size_t at = 0; at <= places->regex.len; at++) {
		if (places->look[at])
			buf_addz(out, PATTERN_LOOK);
		if (at < places->regex.len)
			buf_addc(out, places->regex.p[at]);
	}
}

pcre2_code *pattern_compile_watched(const struct pattern *p)
{
	CLEANUP(mem_freep) size_t *item_len = mem_zero(p->regex.len + 1, sizeof(*item_len));
	CLEANUP(mem_freep) bool *look = mem_zero(p->regex.len + 1, sizeof(*look));
	CLEANUP(buf_deinit) struct buf regex = { 0 };
	struct places places = { p->regex, item_len, look };
	pcre2_code *code = NULL;

	buf_init(&regex, 0);
	if (str_find(p->regex, "\\Q") == SIZE_MAX && pattern_each_item(p, note_item, &places)) {
		choose(&places);
		put_looks(&places, &regex);
		code = pattern_compile_as(p, buf_str(&regex), 0);
	}
	if (code == NULL)
		code = pattern_compile_as(p, p->regex, PCRE2_AUTO_CALLOUT);
	if (code != NULL)
		(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}
