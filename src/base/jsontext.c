/* SPDX-License-Identifier: MIT */
#include "base/jsontext.h"

/* Each check takes what it knows off the front of *rest and gives NULL, or the sentence. */
static const char *check_value(struct str *rest, unsigned levels);

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

/* The opening quote was taken already. */
static const char *check_string(struct str *rest)
{
	size_t i = 0;

	while (i < rest->len && rest->p[i] != '"') {
		size_t len = 1;

		if ((unsigned char)rest->p[i] < 0x20)
			return "a raw control character in a string";
		if (rest->p[i] == '\\')
			len += escape_len(str_sub(*rest, i + 1, rest->len));
		if (rest->p[i] == '\\' && len == 1)
			return "an unknown escape in a string";
		i += len;
	}
	if (i == rest->len)
		return "a string that is not closed";
	*rest = str_sub(*rest, i + 1, rest->len);
	return NULL;
}

static const char *check_member(struct str *rest, unsigned levels)
{
	const char *why;

	skip_blanks(rest);
	if (!str_skip(rest, "\""))
		return "a member whose name is not in double quotes";
	why = check_string(rest);
	if (why != NULL)
		return why;
	skip_blanks(rest);
	return str_skip(rest, ":") ? check_value(rest, levels) : "a member name without a colon";
}

/* What stands between brackets, the opening one taken already. */
static const char *check_list(struct str *rest, unsigned levels, const char *close,
			      const char *(*check_item)(struct str *rest, unsigned levels))
{
	if (levels == 0)
		return "too many levels within each other";
	skip_blanks(rest);
	if (str_skip(rest, close))
		return NULL;
	do {
		const char *why = check_item(rest, levels - 1);

		if (why != NULL)
			return why;
		skip_blanks(rest);
	} while (str_skip(rest, ","));
	return str_skip(rest, close) ? NULL : "an object or array that is not closed";
}

/* The depth of the recursion is bounded by `levels`. */
static const char *check_value(struct str *rest, unsigned levels)
{
	skip_blanks(rest);
	if (rest->len == 0)
		return "an end where a value should be";
	if (str_skip(rest, "{"))
		return check_list(rest, levels, "}", check_member);
	if (str_skip(rest, "["))
		return check_list(rest, levels, "]", check_value);
	if (str_skip(rest, "\""))
		return check_string(rest);
	if (rest->p[0] == '-' || (rest->p[0] >= '0' && rest->p[0] <= '9'))
		return take_number(rest) ? NULL : "a malformed number";
	if (str_skip(rest, "true") || str_skip(rest, "false") || str_skip(rest, "null"))
		return NULL;
	return "something that is no value";
}

const char *jsontext_check(struct str text, unsigned levels)
{
	const char *why;

	if (!utf8_valid(text))
		return "bytes that are not UTF-8";
	why = check_value(&text, levels);
	skip_blanks(&text);
	return why == NULL && text.len > 0 ? "something behind the end" : why;
}
