/* SPDX-License-Identifier: MIT */
#include "net/url.h"

#include <ctype.h>
#include <stdint.h>

static bool is_visible(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '\\' || text.p[i] == '#')
			return false;
	}
	return true;
}

static bool is_host(struct str host, bool is_v6)
{
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.p[i];

		if (is_v6 ? !isxdigit(c) && c != ':' && c != '.' :
			    !isalnum(c) && c != '-' && c != '.' && c != '_')
			return false;
	}
	return host.len > 0;
}

/* A number of at most five digits, or nothing at all. */
static bool parse_port(struct str rest, struct url *out)
{
	int64_t port = out->tls ? 443 : 80;

	if (rest.len > 0 && (!str_skip(&rest, ":") || rest.len > 5 || !str_int(rest, &port)))
		return false;
	out->port = (int)port;
	return port >= 1 && port <= 65535;
}

static bool parse_authority(struct str authority, struct url *out)
{
	bool is_v6 = str_skip(&authority, "[");
	size_t end = str_find_char(authority, is_v6 ? ']' : ':');

	if (end == SIZE_MAX && is_v6)
		return false;
	out->host = str_sub(authority, 0, end);
	return is_host(out->host, is_v6) &&
	       parse_port(str_sub(authority, is_v6 ? end + 1 : end, authority.len), out);
}

static bool skip_scheme(struct str *text, const char *scheme)
{
	struct str wanted = str_from(scheme);

	if (!str_eq_nocase(str_sub(*text, 0, wanted.len), wanted))
		return false;
	*text = str_sub(*text, wanted.len, text->len);
	return true;
}

bool url_parse(struct str text, struct url *out)
{
	size_t end = 0, mark;

	*out = (struct url){ .host = STR_EMPTY, .path = STR_EMPTY, .query = STR_EMPTY };
	if (!is_visible(text))
		return false;
	out->tls = skip_scheme(&text, "https://");
	if (!out->tls && !skip_scheme(&text, "http://"))
		return false;
	while (end < text.len && text.p[end] != '/' && text.p[end] != '?')
		end++;
	if (!parse_authority(str_sub(text, 0, end), out))
		return false;
	text = str_sub(text, end, text.len);
	mark = str_find_char(text, '?');
	out->path = str_sub(text, 0, mark);
	if (mark != SIZE_MAX)
		out->query = str_sub(text, mark + 1, text.len);
	return true;
}
