/* SPDX-License-Identifier: MIT */
/*
 * What a host and a port are is libcurl's word, whose connections lead there. What it takes all the same although
 * others read it differently is refused before: a user part, an encoded host, a port with zeros in front.
 */
#include "net/url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"

static bool is_visible(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '\\' || text.p[i] == '#')
			return false;
	}
	return true;
}

static bool is_plain(struct str authority)
{
	for (size_t i = 0; i < authority.len; i++) {
		if (!isalnum((unsigned char)authority.p[i]) &&
		    str_find_char(STR("-._:[]"), authority.p[i]) == SIZE_MAX)
			return false;
	}
	return true;
}

/* The port as libcurl reads it, "" when there is none; NULL = this is no host with or without a port. To be freed. */
static char *read_port(struct str authority)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CURLU *url = curl_url();
	char *port = NULL, *given = NULL;

	buf_addf(&text, "http://%.*s/", STR_ARG(authority));
	buf_addc(&text, '\0');
	if (curl_url_set(url, CURLUPART_URL, text.p, 0) == CURLUE_OK)
		port = mem_strdup(
			curl_url_get(url, CURLUPART_PORT, &given, 0) == CURLUE_OK ? given : "");
	curl_free(given);
	curl_url_cleanup(url);
	return port;
}

static bool parse_authority(struct str authority, struct url *out)
{
	CLEANUP(mem_freep) char *text = is_plain(authority) ? read_port(authority) : NULL;
	struct str port = str_from(text);
	int64_t number = out->tls ? 443 : 80;

	if (text == NULL || !str_ends(authority, text))
		return false;
	out->host = str_sub(authority, 0, authority.len - port.len);
	if (port.len > 0) {
		if (!str_int(port, &number) || !str_ends(out->host, ":"))
			return false;
		out->host.len--;
	}
	if (out->host.len == 0 || str_ends(out->host, ":") || number < 1 || number > 65535)
		return false;
	out->port = (int)number;
	if (str_skip(&out->host, "["))
		out->host.len--;
	return true;
}

static bool skip_nocase(struct str *text, const char *prefix)
{
	struct str wanted = str_from(prefix);

	if (!str_eq_nocase(str_sub(*text, 0, wanted.len), wanted))
		return false;
	*text = str_sub(*text, wanted.len, text->len);
	return true;
}

bool url_parse(struct str text, const char *scheme, struct url *out)
{
	size_t end = 0, mark;

	*out = (struct url){ .host = STR_EMPTY };
	if (!is_visible(text) || !skip_nocase(&text, scheme))
		return false;
	out->tls = skip_nocase(&text, "s");
	if (!str_skip(&text, "://"))
		return false;
	while (end < text.len && text.p[end] != '/' && text.p[end] != '?')
		end++;
	if (!parse_authority(str_sub(text, 0, end), out))
		return false;
	out->target = str_sub(text, end, text.len);
	mark = str_find_char(out->target, '?');
	out->path = str_sub(out->target, 0, mark);
	out->query = mark == SIZE_MAX ? STR_EMPTY : str_sub(out->target, mark + 1, out->target.len);
	return true;
}
