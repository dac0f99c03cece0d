/* SPDX-License-Identifier: MIT */
#include "base/jsontext.h"

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

/* Each check takes what it knows off the front of *rest, which a fault leaves where it is. */
static enum fault check_value(struct str *rest, unsigned levels);

static void skip_blanks(struct str *rest)
{
	while (rest->len > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t' || rest->p[0] == '\n' ||
				 rest->p[0] == '\r'))
		*rest = str_sub(*rest, 1, rest->len);
}

static bool take_digits(struct str *rest)
{
	size_t n = 0;

	while (n < rest->len && rest->p[n] >= '0' && rest->p[n] <= '9')
		n++;
	*rest = str_sub(*rest, n, rest->len);
	return n > 0;
}

static bool take_number(struct str *rest)
{
	bool zero;

	str_skip(rest, "-");
	zero = str_skip(rest, "0");
	if (take_digits(rest) == zero)
		return false; /* no digit at all, or more behind a leading zero */
	if (str_skip(rest, ".") && !take_digits(rest))
		return false;
	if (!str_skip(rest, "e") && !str_skip(rest, "E"))
		return true;
	if (!str_skip(rest, "+"))
		str_skip(rest, "-");
	return take_digits(rest);
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of what stands behind a backslash; 0 when there is no such escape. */
static size_t escape_len(struct str s)
{
	size_t n = 1;

	if (s.len == 0)
		return 0;
	if (s.p[0] != 'u')
		return str_find_char(STR("\"\\/bfnrt"), s.p[0]) != SIZE_MAX ? 1 : 0;
	while (n < 5 && n < s.len && is_hex(s.p[n]))
		n++;
	return n == 5 ? n : 0;
}

static enum fault fault_at(struct str *rest, size_t at, enum fault fault)
{
	*rest = str_sub(*rest, at, rest->len);
	return fault;
}

/* The opening quote was taken already. */
static enum fault check_string(struct str *rest)
{
	size_t i = 0;

	while (i < rest->len && rest->p[i] != '"') {
		size_t len = 1;

		if ((unsigned char)rest->p[i] < 0x20)
			return fault_at(rest, i, rest->p[i] == '\n' ? RAW_LINE_END : RAW_CONTROL);
		if (rest->p[i] == '\\')
			len += escape_len(str_sub(*rest, i + 1, rest->len));
		if (rest->p[i] == '\\' && len == 1)
			return fault_at(rest, i, BAD_ESCAPE);
		i += len;
	}
	if (i == rest->len)
		return fault_at(rest, i, OPEN_STRING);
	*rest = str_sub(*rest, i + 1, rest->len);
	return SOUND;
}

static enum fault check_member(struct str *rest, unsigned levels)
{
	enum fault fault;

	skip_blanks(rest);
	if (!str_skip(rest, "\""))
		return BARE_NAME;
	fault = check_string(rest);
	if (fault != SOUND)
		return fault;
	skip_blanks(rest);
	return str_skip(rest, ":") ? check_value(rest, levels) : NO_COLON;
}

/* What stands between brackets, the opening one taken already. */
static enum fault check_list(struct str *rest, unsigned levels, const char *close,
			     enum fault (*check_item)(struct str *rest, unsigned levels))
{
	struct str comma;

	if (levels == 0)
		return TOO_DEEP;
	skip_blanks(rest);
	if (str_skip(rest, close))
		return SOUND;
	do {
		enum fault fault = check_item(rest, levels - 1);

		if (fault != SOUND)
			return fault;
		skip_blanks(rest);
		comma = *rest;
		if (!str_skip(rest, ","))
			return str_skip(rest, close) ? SOUND : OPEN_LIST;
		skip_blanks(rest);
	} while (!str_starts(*rest, close));
	*rest = comma;
	return LAST_COMMA;
}

static enum fault check_number(struct str *rest)
{
	struct str number = *rest;

	if (take_number(rest))
		return SOUND;
	*rest = number;
	return BAD_NUMBER;
}

/* The depth of the recursion is bounded by `levels`. */
static enum fault check_value(struct str *rest, unsigned levels)
{
	skip_blanks(rest);
	if (rest->len == 0)
		return NO_VALUE;
	if (str_skip(rest, "{"))
		return check_list(rest, levels, "}", check_member);
	if (str_skip(rest, "["))
		return check_list(rest, levels, "]", check_value);
	if (str_skip(rest, "\""))
		return check_string(rest);
	if (rest->p[0] == '-' || (rest->p[0] >= '0' && rest->p[0] <= '9'))
		return check_number(rest);
	if (str_skip(rest, "true") || str_skip(rest, "false") || str_skip(rest, "null"))
		return SOUND;
	return NOT_A_VALUE;
}

static enum fault check_text(struct str *rest, unsigned levels)
{
	size_t valid = utf8_valid_len(*rest);
	enum fault fault;

	if (valid < rest->len)
		return fault_at(rest, valid, BAD_BYTES);
	fault = check_value(rest, levels);
	if (fault != SOUND)
		return fault;
	skip_blanks(rest);
	return rest->len > 0 ? TRAILING : SOUND;
}

const char *jsontext_check(struct str text, unsigned levels)
{
	return faults[check_text(&text, levels)].seen;
}

bool jsontext_find_fault(struct str text, unsigned levels, struct jsontext_fault *out)
{
	struct str rest = text;
	enum fault fault = check_text(&rest, levels);

	*out = (struct jsontext_fault){ text.len - rest.len, faults[fault].seen,
					faults[fault].wanted };
	return fault != SOUND;
}
