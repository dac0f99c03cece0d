/* SPDX-License-Identifier: MIT */
#include "pattern/word_pattern.h"

/* The signs that the text of a message never holds: it has their plain forms, see "The text that is matched". */
static char plain_form(uint32_t code)
{
	switch (code) {
	case 0x2018:
	case 0x2019:
	case 0x201A:
	case 0x201B:
	case 0x2032:
		return '\'';
	case 0x201C:
	case 0x201D:
	case 0x201E:
	case 0x201F:
	case 0x2033:
		return '"';
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2015:
	case 0x2212:
		return '-';
	case 0xA0:
	case 0x2007:
	case 0x202F:
	case '\t':
	case '\n':
		return ' ';
	default:
		return code < 0x80 ? (char)code : 0;
	}
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void word_pattern_escape(struct buf *out, struct str item, enum word_kind wording)
{
	bool in_blank = false, globs = wording == WORD_LIKE;

	while (item.len > 0) {
		struct str rest = item;
		char plain = plain_form(utf8_next(&rest));

		if (globs && (item.p[0] == '*' || item.p[0] == '?'))
			buf_addz(out, item.p[0] == '*' ? ".*" : ".");
		else if (plain == 0)
			buf_add(out, str_sub(item, 0, item.len - rest.len));
		else if (plain == ' ' && !in_blank)
			buf_addz(out, "\\s+");
		else if (is_alnum(plain))
			buf_addc(out, plain);
		else if (plain != ' ')
			buf_addf(out, "\\%c", plain);
		in_blank = plain == ' ';
		item = rest;
	}
}

bool word_pattern_dressed(struct str *rest, struct str *sign, char *plain)
{
	while (rest->len > 0) {
		struct str behind = *rest;
		uint32_t code = utf8_next(&behind);

		*sign = str_sub(*rest, 0, rest->len - behind.len);
		*plain = plain_form(code);
		*rest = behind;
		if (code >= 0x80 && *plain != 0)
			return true;
	}
	return false;
}

void word_pattern_wrap(struct buf *out, struct str alternatives, enum word_kind wording)
{
	static const struct {
		const char *before, *behind;
	} frames[] = {
		[WORD_WHOLE] = { "(?<!\\w)", "(?!\\w)" },
		[WORD_ANYWHERE] = { "", "" },
		[WORD_EXACT] = { "^\\s*", "\\s*$" },
		[WORD_LIKE] = { "^\\s*", "\\s*$" },
	};

	buf_addf(out, "%s(?:%.*s)%s", frames[wording].before, STR_ARG(alternatives),
		 frames[wording].behind);
}
