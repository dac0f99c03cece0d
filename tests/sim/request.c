/* SPDX-License-Identifier: MIT */
#include "sim/request.h"

#include <string.h>
#include "base/mem.h"

static bool cut_line(struct str *rest, struct str *line)
{
	size_t end = str_find(*rest, "\r\n");

	if (end == SIZE_MAX)
		return false;
	*line = str_sub(*rest, 0, end);
	*rest = str_sub(*rest, end + 2, rest->len);
	return true;
}

static bool parse_start(struct str line, struct request *r)
{
	struct str target, version;
	size_t mark;

	if (!str_word(&line, &r->method) || !str_word(&line, &target) || !str_word(&line, &version))
		return false;
	mark = str_find_char(target, '?');
	r->path = str_sub(target, 0, mark == SIZE_MAX ? target.len : mark);
	r->query = mark == SIZE_MAX ? STR_EMPTY : str_sub(target, mark + 1, target.len);
	r->keep_alive = str_is(version, "HTTP/1.1");
	return str_starts(version, "HTTP/1.") && str_starts(target, "/");
}

struct str request_header(const struct request *r, const char *name)
{
	struct str rest = r->head, line;

	while (cut_line(&rest, &line)) {
		size_t colon = str_find_char(line, ':');

		if (colon != SIZE_MAX && str_eq_nocase(str_sub(line, 0, colon), str_from(name)))
			return str_trim(str_sub(line, colon + 1, line.len));
	}
	return STR_EMPTY;
}

/* Content-Length, checked; false on garbage, on too much and on a body in chunks. */
static bool body_length(const struct request *r, int64_t *out)
{
	struct str text = request_header(r, "Content-Length");

	*out = 0;
	if (request_header(r, "Transfer-Encoding").len > 0)
		return false;
	if (text.len == 0)
		return true;
	return str_int(text, out) && *out >= 0 && *out <= REQUEST_MAX_BODY;
}

int request_parse(struct str bytes, struct request *out, size_t *used)
{
	struct str rest = bytes, start;
	size_t end = str_find(bytes, "\r\n\r\n");
	int64_t length;

	if (end == SIZE_MAX)
		return bytes.len > REQUEST_MAX_HEAD ? REQUEST_BAD : REQUEST_MORE;
	*out = (struct request){ 0 };
	if (!cut_line(&rest, &start) || !parse_start(start, out))
		return REQUEST_BAD;
	out->head = str_make(rest.p, (size_t)(bytes.p + end + 2 - rest.p));
	if (!body_length(out, &length))
		return REQUEST_BAD;
	if (str_eq_nocase(request_header(out, "Connection"), STR("close")))
		out->keep_alive = false;
	out->wants_continue = str_eq_nocase(request_header(out, "Expect"), STR("100-continue"));
	end += 4;
	if (bytes.len - end < (size_t)length)
		return REQUEST_BODY_MISSING;
	out->body = str_sub(bytes, end, end + (size_t)length);
	*used = end + (size_t)length;
	return 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void form_decode(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		int high = i + 2 < text.len ? hex(text.p[i + 1]) : -1;
		int low = i + 2 < text.len ? hex(text.p[i + 2]) : -1;

		if (text.p[i] == '%' && high >= 0 && low >= 0) {
			buf_addc(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_addc(out, text.p[i] == '+' ? ' ' : text.p[i]);
		}
	}
}

static struct str pair_name(struct str pair, struct str *value)
{
	size_t eq = str_find_char(pair, '=');

	*value = eq == SIZE_MAX ? STR_EMPTY : str_sub(pair, eq + 1, pair.len);
	return str_sub(pair, 0, eq == SIZE_MAX ? pair.len : eq);
}

bool form_into(struct str form, struct json *object)
{
	struct str pair, raw;

	while (form.len > 0 && str_cut(&form, '&', &pair)) {
		CLEANUP(buf_deinit) struct buf name = { 0 };
		CLEANUP(buf_deinit) struct buf value = { 0 };
		CLEANUP(mem_freep) char *key = NULL;

		form_decode(pair_name(pair, &raw), &name);
		form_decode(raw, &value);
		if (!utf8_valid(buf_str(&name)) || !utf8_valid(buf_str(&value)))
			return false;
		key = buf_take(&name);
		if (key[0] != '\0')
			json_set_str(object, key, buf_str(&value));
	}
	return true;
}

bool form_get(struct str form, const char *name, struct buf *out)
{
	struct str pair, raw;

	while (form.len > 0 && str_cut(&form, '&', &pair))
		if (str_is(pair_name(pair, &raw), name)) {
			form_decode(raw, out);
			return true;
		}
	return false;
}
