/* SPDX-License-Identifier: MIT */
#include "pattern/inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static char *substitute(pcre2_code *code, struct str text, const char *by, size_t *len)
{
	const uint32_t options = PCRE2_SUBSTITUTE_EXTENDED | PCRE2_SUBSTITUTE_GLOBAL;
	char *room;

	*len = 4 * text.len + 16; /* no letter grows beyond four bytes */
	room = mem_alloc(*len);
	if (pcre2_substitute(code, (PCRE2_SPTR)text.p, text.len, 0, options, NULL, NULL,
			     (PCRE2_SPTR)by, PCRE2_ZERO_TERMINATED, (PCRE2_UCHAR *)room, len) >= 0)
		return room;
	memcpy(room, text.p, text.len); /* what is no text has no letters */
	*len = text.len;
	return room;
}

static const struct {
	const char *pattern, *by;
} recasings[] = {
	[RECASE_UPPER] = { "[^\\n]+", "\\U$0" },
	[RECASE_LOWER] = { "[^\\n]+", "\\L$0" },
	[RECASE_TITLE] = { "(\\p{L})([\\p{L}\\p{M}\\p{N}']*)", "\\U$1\\E\\L$2" },
};

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	}
	return true;
}

/* What most texts are, in a hundredth of the time. A word begins with a letter; digits and apostrophes go on with it. */
static void recase_ascii(struct buf *out, struct str text, enum recase how)
{
	char *room = buf_room(out, text.len);
	bool in_word = false;

	if (room == NULL)
		return;
	for (size_t i = 0; i < text.len; i++) {
		const char c = text.p[i];
		const bool is_capital = c >= 'A' && c <= 'Z', is_small = c >= 'a' && c <= 'z';
		const bool to_capital = how == RECASE_UPPER || (how == RECASE_TITLE && !in_word);

		room[i] = is_small && to_capital    ? (char)(c - 'a' + 'A') :
			  is_capital && !to_capital ? (char)(c - 'A' + 'a') :
						      c;
		in_word = is_capital || is_small ||
			  (in_word && ((c >= '0' && c <= '9') || c == '\''));
	}
	out->len += text.len;
}

void pattern_recase(struct buf *out, struct str text, enum recase how)
{
	CLEANUP(mem_freep) char *once = NULL, *twice = NULL;
	const char *by = recasings[how].by;
	size_t len = 0, offset;
	pcre2_code *code;
	int error;

	if (is_ascii(text)) {
		recase_ascii(out, text, how);
		return;
	}
	code = pcre2_compile((PCRE2_SPTR)recasings[how].pattern, PCRE2_ZERO_TERMINATED,
			     PCRE2_UTF | PCRE2_UCP, &error, &offset, NULL);
	assert(code != NULL);
	/* Some letters need a second step: the final sigma becomes a sigma, and that a capital. */
	once = substitute(code, text, by, &len);
	twice = substitute(code, str_make(once, len), by, &len);
	buf_add(out, str_make(twice, len));
	pcre2_code_free(code);
}
