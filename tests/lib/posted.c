/* SPDX-License-Identifier: MIT */
#include "lib/posted.h"

#include <string.h>
#include "base/mem.h"

enum { UNITS_MAX = 4000, JOINER_LEN = 3 };

/* ---- letters, read anew ---- */

/* Length of the letter at the start, 0 = it is none. */
static size_t letter(const unsigned char *p, size_t left, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC2 ? 2 : 0;

	if (n == 0 || n > left || p[0] > 0xF4)
		return 0;
	*code = n == 1 ? p[0] : p[0] & (0xFFu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3F);
	}
	if (*code < least[n] || *code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000))
		return 0;
	return n;
}

static bool hides(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = { { 0, 8 },	   { 0xB, 0x1F },      { 0x7F, 0x9F },	  { 0x61C, 0x61C },
		       { 0x200E, 0x200F }, { 0x202A, 0x202E }, { 0x2066, 0x2069 } };

	for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
		if (c >= hidden[i].from && c <= hidden[i].to)
			return true;
	}
	return false;
}

static const char *letters_fault(struct str text, size_t *units)
{
	const unsigned char *p = (const unsigned char *)text.p;
	uint32_t code = 0;

	*units = 0;
	for (size_t i = 0, n; i < text.len; i += n) {
		n = letter(p + i, text.len - i, &code);
		if (n == 0)
			return "it is no UTF-8";
		if (hides(code))
			return "a control or direction sign";
		*units += code > 0xFFFF ? 2 : 1;
	}
	return NULL;
}

const char *posted_plain_fault(struct str text)
{
	size_t units;

	return letters_fault(text, &units);
}

/* ---- words that notify ---- */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_call(const char *p, size_t len)
{
	return (len == 4 && strncasecmp(p, "here", 4) == 0) ||
	       (len == 7 && strncasecmp(p, "channel", 7) == 0) ||
	       (len == 8 && strncasecmp(p, "everyone", 8) == 0);
}

/* `x@host.example` is an address, whatever the parse mode. */
static bool is_mail(struct str text, size_t at)
{
	const char *host = text.p + at + 1;
	size_t left = text.len - at - 1, n = 0;
	char before = at > 0 ? text.p[at - 1] : ' ';

	while (n < left && (is_word(host[n]) || host[n] == '-'))
		n++;
	return (is_word(before) || strchr("._+-", before) != NULL) && n > 0 && !is_call(host, n) &&
	       n + 1 < left && host[n] == '.' && is_word(host[n + 1]);
}

/* A name behind the `@` at this place: not when U+2060 keeps them apart. */
static bool notifies(struct str text, size_t at)
{
	unsigned char next = at + 1 < text.len ? (unsigned char)text.p[at + 1] : ' ';

	if (next >= 0x80)
		return text.len - at <= JOINER_LEN ||
		       memcmp(text.p + at + 1, "\xE2\x81\xA0", JOINER_LEN) != 0;
	return (is_word((char)next) || strchr("._-", (char)next) != NULL) && !is_mail(text, at);
}

/* ---- control sequences ---- */

/* Up to the closing bracket; 0 = Slack takes it for plain text. */
static size_t control_len(struct str text, size_t at)
{
	for (size_t i = at + 1; i < text.len; i++) {
		if (text.p[i] == '>')
			return i > at + 1 ? i + 1 - at : 0;
		if (text.p[i] == '<' || text.p[i] == '\n')
			return 0;
	}
	return 0;
}

static const struct {
	const char *opening, *name;
} kinds[] = {
	{ "@", "user" },
	{ "#", "channel" },
	{ "!subteam^", "group" },
	{ "!date^", "date" },
	{ "!", "special" },
	{ "http://", "link http://" },
	{ "mailto:", "link mailto:" },
	{ "https://", "link https://" },
	{ "tel:", "link tel:" },
};

static void add_control(struct str body, struct buf *tokens)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i].opening);
		bool is_link = strncmp(kinds[i].name, "link", 4) == 0;
		size_t end = 0;

		if (body.len < len || memcmp(body.p, kinds[i].opening, len) != 0)
			continue;
		while (end < body.len && (is_link || body.p[end] != '|'))
			end++;
		buf_addf(tokens, "%s%s%.*s\n", kinds[i].name, is_link ? "" : " ", (int)(end - len),
			 body.p + len);
		return;
	}
	buf_addf(tokens, "other %.*s\n", (int)body.len, body.p);
}

static bool is_entity(struct str text, size_t at)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;" };

	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		size_t len = strlen(entities[i]);

		if (text.len - at >= len && memcmp(text.p + at, entities[i], len) == 0)
			return true;
	}
	return false;
}

/* Within <…>: what is no address must be as sound as other text. */
static const char *control_fault(struct str body)
{
	size_t bar = 0;
	bool is_mention = body.p[0] == '@' || body.p[0] == '#' || body.p[0] == '!';

	while (bar < body.len && body.p[bar] != '|')
		bar++;
	for (size_t i = is_mention ? 1 : 0; i < body.len; i++) {
		if (body.p[i] == '&' && !is_entity(body, i))
			return "a bare & within <…>";
		if (body.p[i] == '@' && !is_mention && i > bar && notifies(body, i))
			return "a word that notifies within a label";
	}
	return NULL;
}

static bool ends_in_fence(struct str text, size_t at)
{
	return at >= 3 && memcmp(text.p + at - 3, "```", 3) == 0;
}

const char *posted_read(struct str text, struct buf *tokens)
{
	size_t units;
	const char *fault = letters_fault(text, &units);

	if (fault != NULL)
		return fault;
	if (units > UNITS_MAX)
		return "it is too long";
	for (size_t i = 0, len; i < text.len && fault == NULL; i += len) {
		len = text.p[i] == '<' ? control_len(text, i) : 1;
		if (len == 0)
			return "a < that opens nothing";
		if (text.p[i] == '<') {
			add_control(str_make(text.p + i + 1, len - 2), tokens);
			fault = control_fault(str_make(text.p + i + 1, len - 2));
		} else if (text.p[i] == '>') {
			/* At the start of a line it marks a quote; in a code block that was cut it is shown. */
			buf_addz(tokens, i == 0 || text.p[i - 1] == '\n' || ends_in_fence(text, i) ?
						 "" :
						 "angle\n");
		} else if (text.p[i] == '&' && !is_entity(text, i)) {
			fault = "a bare &";
		} else if (text.p[i] == '@' && notifies(text, i)) {
			fault = "a word that notifies";
		}
	}
	return fault;
}

/* ---- comparing ---- */

static bool is_coded(char c)
{
	return is_word(c) || strchr("%-._~", c) != NULL;
}

/* `address`: we are in the address of a link, where a `*` stands for coded signs. */
static bool fits(struct str wanted, struct str seen, bool tokens)
{
	size_t w = 0, s = 0, star = SIZE_MAX, from = 0;
	bool address = false, star_in_address = false;

	while (s < seen.len || w < wanted.len) {
		if (w < wanted.len && wanted.p[w] == '*') {
			star = w++;
			from = s;
			star_in_address = tokens && address;
		} else if (w < wanted.len && s < seen.len && wanted.p[w] == seen.p[s]) {
			if (wanted.p[w] == ':')
				address = true;
			else if (wanted.p[w] == '|' || wanted.p[w] == '\n')
				address = false;
			w++;
			s++;
		} else if (star != SIZE_MAX && from < seen.len &&
			   !(star_in_address && !is_coded(seen.p[from])) &&
			   !(tokens && seen.p[from] == '\n')) {
			s = ++from;
			w = star + 1;
			address = star_in_address;
		} else {
			return false;
		}
	}
	return true;
}

bool posted_tokens_fit(struct str wanted, struct str seen)
{
	return fits(wanted, seen, true);
}

bool posted_fits(struct str wanted, struct str seen)
{
	return fits(wanted, seen, false);
}

/* ---- what a person reads ---- */

void posted_shown(struct str text, struct buf *out)
{
	static const struct {
		const char *coded, *plain;
	} codes[] = { { "&lt;", "<" }, { "&gt;", ">" }, { "&amp;", "&" }, { "\xE2\x81\xA0", "" } };

	while (text.len > 0) {
		size_t i = 0;

		while (i < ARRAY_LEN(codes) && !str_skip(&text, codes[i].coded))
			i++;
		if (i < ARRAY_LEN(codes)) {
			buf_addz(out, codes[i].plain);
			continue;
		}
		buf_addc(out, text.p[0]);
		text = str_sub(text, 1, text.len);
	}
}
