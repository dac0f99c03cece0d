/* SPDX-License-Identifier: MIT */
#include "base/jsontext.h"

#include <string.h>

enum fault {
	SOUND,
	NO_VALUE,
	NOT_A_VALUE,
	BAD_NUMBER,
	RAW_CONTROL,
	RAW_LINE_END,
	BAD_ESCAPE,
	OPEN_STRING,
	BARE_NAME,
	NO_COLON,
	LAST_COMMA,
	OPEN_LIST,
	TOO_DEEP,
	TRAILING,
	BAD_BYTES,
};

static const struct {
	const char *seen;
	const char *wanted;
} faults[] = {
	[SOUND] = { NULL, NULL },
	[NO_VALUE] = { "an end where a value should be", "a value" },
	[NOT_A_VALUE] = { "something that is no value",
			  "text in \"double quotes\", a number, true, false, null, [ or {" },
	[BAD_NUMBER] = { "a malformed number",
			 "digits such as 12 or -1.5, or the number in \"double quotes\"" },
	[RAW_CONTROL] = { "a raw control character in a string", "\\t for a tab" },
	[RAW_LINE_END] = { "a line end in a string",
			   "\" where the text ends; a line end within it is written \\n" },
	[BAD_ESCAPE] = { "an unknown escape in a string",
			 "\\\\ for a backslash, \\\" for a quote, \\n for a line end" },
	[OPEN_STRING] = { "a string that is not closed", "\" where the text ends" },
	[BARE_NAME] = { "a member whose name is not in double quotes",
			"a name in \"double quotes\"" },
	[NO_COLON] = { "a member name without a colon", "a colon behind the name" },
	[LAST_COMMA] = { "a comma with nothing behind it", "no comma behind the last item" },
	[OPEN_LIST] = { "an object or array that is not closed",
			"a comma before the next item, or the closing bracket" },
	[TOO_DEEP] = { "too many levels within each other", "fewer brackets within each other" },
	[TRAILING] = { "something behind the end", "nothing behind the last closing bracket" },
	[BAD_BYTES] = { "bytes that are not UTF-8", "the file saved as UTF-8" },
};

/* What is left of the text. Each check takes what it knows off its front; a fault leaves it where the fault is. */
struct cursor {
	const char *p, *end;
};

static enum fault check_value(struct cursor *c, unsigned levels);

static bool skip(struct cursor *c, char sign)
{
	if (c->p == c->end || *c->p != sign)
		return false;
	c->p++;
	return true;
}

static void skip_blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
		c->p++;
}

static bool skip_digits(struct cursor *c)
{
	const char *from = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return c->p > from;
}

static enum fault check_number(struct cursor *c)
{
	const char *from = c->p;
	bool zero, good;

	skip(c, '-');
	zero = skip(c, '0');
	good = skip_digits(c) != zero; /* a digit, but nothing behind a leading zero */
	if (good && skip(c, '.'))
		good = skip_digits(c);
	if (good && (skip(c, 'e') || skip(c, 'E'))) {
		if (!skip(c, '+'))
			skip(c, '-');
		good = skip_digits(c);
	}
	if (!good)
		c->p = from;
	return good ? SOUND : BAD_NUMBER;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of what stands behind a backslash; 0 when there is no such escape. */
static size_t escape_len(const char *p, const char *end)
{
	size_t n = 1;

	if (p == end)
		return 0;
	if (*p != 'u')
		return strchr("\"\\/bfnrt", *p) != NULL && *p != '\0' ? 1 : 0;
	while (n < 5 && p + n < end && is_hex(p[n]))
		n++;
	return n == 5 ? n : 0;
}

/* The opening quote was taken already. */
static enum fault check_string(struct cursor *c)
{
	while (c->p < c->end && *c->p != '"') {
		size_t len = 0;

		if ((unsigned char)*c->p < 0x20)
			return *c->p == '\n' ? RAW_LINE_END : RAW_CONTROL;
		if (*c->p == '\\') {
			len = escape_len(c->p + 1, c->end);
			if (len == 0)
				return BAD_ESCAPE;
		}
		c->p += 1 + len;
	}
	return skip(c, '"') ? SOUND : OPEN_STRING;
}

/* What stands between brackets, the opening one taken already; members have names. */
static enum fault check_list(struct cursor *c, unsigned levels, char close)
{
	const char *comma;

	if (levels == 0)
		return TOO_DEEP;
	skip_blanks(c);
	if (skip(c, close))
		return SOUND;
	do {
		enum fault fault;

		if (close == '}') {
			if (!skip(c, '"'))
				return BARE_NAME;
			fault = check_string(c);
			if (fault != SOUND)
				return fault;
			skip_blanks(c);
			if (!skip(c, ':'))
				return NO_COLON;
		}
		fault = check_value(c, levels - 1);
		if (fault != SOUND)
			return fault;
		skip_blanks(c);
		comma = c->p;
		if (!skip(c, ','))
			return skip(c, close) ? SOUND : OPEN_LIST;
		skip_blanks(c);
	} while (c->p == c->end || *c->p != close);
	c->p = comma;
	return LAST_COMMA;
}

static enum fault check_word(struct cursor *c, const char *word)
{
	if (!str_starts(str_make(c->p, (size_t)(c->end - c->p)), word))
		return NOT_A_VALUE;
	c->p += strlen(word);
	return SOUND;
}

/* The depth of the recursion is bounded by `levels`. */
static enum fault check_value(struct cursor *c, unsigned levels)
{
	skip_blanks(c);
	if (c->p == c->end)
		return NO_VALUE;
	switch (*c->p) {
	case '{':
		c->p++;
		return check_list(c, levels, '}');
	case '[':
		c->p++;
		return check_list(c, levels, ']');
	case '"':
		c->p++;
		return check_string(c);
	case 't':
		return check_word(c, "true");
	case 'f':
		return check_word(c, "false");
	case 'n':
		return check_word(c, "null");
	default:
		return *c->p == '-' || (*c->p >= '0' && *c->p <= '9') ? check_number(c) :
									NOT_A_VALUE;
	}
}

bool jsontext_find_fault(struct str text, unsigned levels, struct json_fault *out)
{
	const char *begin = text.p != NULL ? text.p : "";
	struct cursor c = { begin, begin + text.len };
	size_t valid = utf8_valid_len(text);
	enum fault fault = BAD_BYTES;

	if (valid == text.len) {
		fault = check_value(&c, levels);
		if (fault == SOUND) {
			skip_blanks(&c);
			fault = c.p < c.end ? TRAILING : SOUND;
		}
		valid = (size_t)(c.p - begin);
	}
	*out = (struct json_fault){ valid, faults[fault].seen, faults[fault].wanted };
	return fault != SOUND;
}
