/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdio.h>

char *buf_room(struct buf *b, size_t n)
{
	const size_t max = b->max > 0 ? b->max : BUF_MAX_DEFAULT;
	size_t cap = b->cap > 0 ? b->cap : 64;

	if (b->bad || n > max - b->len) {
		b->bad = true;
		return NULL;
	}
	while (cap <= b->len + n) /* one more, for the NUL of vsnprintf */
		cap *= 2;
	if (cap > max)
		cap = max + 1;
	if (cap > b->cap) {
		b->p = mem_grow(b->p, cap, 1);
		b->cap = cap;
	}
	return b->p + b->len;
}

void buf_addv(struct buf *b, const char *fmt, va_list args)
{
	va_list again;
	char *room;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0) {
		b->bad = true;
		return;
	}
	room = buf_room(b, (size_t)len);
	if (room == NULL)
		return;
	vsnprintf(room, (size_t)len + 1, fmt, args);
	b->len += (size_t)len;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_addv(b, fmt, args);
	va_end(args);
}

void buf_add_shown(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];
		unsigned char next = i + 1 < text.len ? (unsigned char)text.p[i + 1] : 0;

		if (c == 0xC2 && next >= 0x80 && next < 0xA0) {
			buf_addf(b, "\\x%02X", next);
			i++;
		} else if (c < 0x20 || c == 0x7F) {
			buf_addf(b, "\\x%02X", c);
		} else {
			buf_addc(b, (char)c);
		}
	}
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void buf_add_percent(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (is_unreserved(c))
			buf_addc(b, (char)c);
		else
			buf_addf(b, "%%%02X", c);
	}
}
