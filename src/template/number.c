/* SPDX-License-Identifier: MIT */
#include "template/number.h"

#include <stdlib.h>
#include "base/mem.h"
#include "calendar/zone.h"

enum { DIGITS_MAX = 40 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t count_digits(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_digit(s.p[n]))
		n++;
	return n;
}

/* The parts of a number: its sign, its digits without commas, and what stands behind the point. */
struct parts {
	bool negative;
	char whole[DIGITS_MAX + 1];
	size_t n_whole;
	struct str decimals;
};

static bool add_digits(struct parts *out, struct str digits)
{
	for (size_t i = 0; i < digits.len; i++) {
		if (out->n_whole == DIGITS_MAX)
			return false;
		out->whole[out->n_whole++] = digits.p[i];
	}
	return true;
}

static bool take_whole(struct parts *out, struct str *s)
{
	size_t n = count_digits(*s);
	bool grouped = n >= 1 && n <= 3 && n < s->len && s->p[n] == ',';

	if (n == 0 || !add_digits(out, str_sub(*s, 0, n)))
		return false;
	*s = str_sub(*s, n, s->len);
	while (grouped && str_skip(s, ",")) {
		if (count_digits(*s) != 3 || !add_digits(out, str_sub(*s, 0, 3)))
			return false;
		*s = str_sub(*s, 3, s->len);
	}
	return true;
}

static bool read_parts(struct str s, struct parts *out)
{
	*out = (struct parts){ .decimals = STR_EMPTY };
	s = str_trim(s);
	out->negative = str_skip(&s, "-");
	if (!out->negative)
		str_skip(&s, "+");
	if (!take_whole(out, &s))
		return false;
	if (!str_skip(&s, "."))
		return s.len == 0;
	out->decimals = s;
	return s.len > 0 && s.len <= DIGITS_MAX && count_digits(s) == s.len;
}

bool number_read(struct str text, double *out)
{
	CLEANUP(buf_deinit) struct buf tidy = { 0 };
	struct parts parts;

	if (!read_parts(text, &parts))
		return false;
	buf_addf(&tidy, "%s%.*s.%.*s0", parts.negative ? "-" : "", (int)parts.n_whole, parts.whole,
		 STR_ARG(parts.decimals));
	buf_addc(&tidy, '\0');
	*out = strtod(tidy.p, NULL); /* LC_NUMERIC stays that of C */
	return true;
}

bool number_group(struct buf *out, struct str text)
{
	struct parts parts;

	if (!read_parts(text, &parts))
		return false;
	buf_addz(out, parts.negative ? "-" : "");
	for (size_t i = 0; i < parts.n_whole; i++) {
		if (i > 0 && (parts.n_whole - i) % 3 == 0)
			buf_addc(out, ',');
		buf_addc(out, parts.whole[i]);
	}
	if (parts.decimals.len > 0)
		buf_addf(out, ".%.*s", STR_ARG(parts.decimals));
	return true;
}

/* ---- moments ---- */

static bool read_seconds(struct str text, struct wall *out)
{
	struct str whole = STR_EMPTY;
	int64_t seconds, ms = 0;

	str_cut(&text, '.', &whole);
	if (whole.len < 9 || whole.len > 11 || count_digits(whole) != whole.len ||
	    !str_int(whole, &seconds))
		return false;
	if (text.p != NULL && text.len > 0) {
		if (count_digits(text) != text.len)
			return false;
		str_int(str_sub(text, 0, 3), &ms);
		for (size_t n = text.len; n < 3; n++)
			ms *= 10;
	}
	out->ms = seconds * 1000 + ms;
	return true;
}

bool number_moment(struct str text, const struct zone *zone, struct wall *out)
{
	struct civil local = { 0 }, hour = { 0 };
	struct str day;
	size_t n;

	text = str_trim(text);
	if (read_seconds(text, out))
		return true;
	n = text.len > 10 ? 10 : text.len;
	day = str_sub(text, 0, n);
	text = str_sub(text, n, text.len);
	if (!civil_read_date(day, &local))
		return false;
	if (text.len > 0) {
		if (text.p[0] != ' ' && text.p[0] != 'T')
			return false;
		text = str_trim(str_sub(text, 1, text.len));
		if (str_ends(text, "Z")) {
			zone = zone_utc();
			text.len--;
		}
		if (!civil_read_time(text, &hour))
			return false;
	}
	local.hour = hour.hour;
	local.minute = hour.minute;
	local.second = hour.second;
	*out = zone_wall(zone, &local);
	return true;
}
