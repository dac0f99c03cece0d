/* SPDX-License-Identifier: MIT */
/* A growing byte buffer with a sticky error: write on, ask once at the end. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include "base/mem.h"
#include "base/str.h"

enum { BUF_MAX_DEFAULT = 64 << 20 };

/* A zeroed buffer is an empty one, ready for BUF_MAX_DEFAULT bytes. */
struct buf {
	char *p; /* NULL while empty */
	size_t len;
	size_t cap; /* at most one more than it may hold */
	size_t max; /* bytes it may hold, 0 = BUF_MAX_DEFAULT; more sets `bad` and drops the rest */
	bool bad;
};

static inline void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}
/* Twice is fine; works as CLEANUP(buf_deinit). */
static inline void buf_deinit(struct buf *b)
{
	free(b->p);
	buf_init(b, b->max);
}
/* Empty again, memory kept, `bad` forgotten. */
static inline void buf_clear(struct buf *b)
{
	b->len = 0;
	b->bad = false;
}
/* Valid until the next change. */
static inline struct str buf_str(const struct buf *b)
{
	return b->p != NULL ? str_make(b->p, b->len) : STR_EMPTY;
}
/* Room for `n` more bytes at b->p + b->len, or NULL (and bad); then b->len is the caller's to move. */
char *buf_room(struct buf *b, size_t n);
static inline void buf_add(struct buf *b, struct str s)
{
	char *room = s.len > 0 ? buf_room(b, s.len) : NULL;

	if (room == NULL)
		return;
	memcpy(room, s.p, s.len);
	b->len += s.len;
}
static inline void buf_addz(struct buf *b, const char *text)
{
	buf_add(b, str_from(text));
}
static inline void buf_addc(struct buf *b, char c)
{
	char *room = b->len + 1 < b->cap && !b->bad ? b->p + b->len : buf_room(b, 1);

	if (room == NULL)
		return;
	*room = c;
	b->len++;
}
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
/* Text for a person's terminal: control characters (those of U+0080 to U+009F too) as \xNN. */
void buf_add_shown(struct buf *b, struct str text);
/* Percent-encoded, as a part of an address: all but letters, digits and `-._~`. */
void buf_add_percent(struct buf *b, struct str text);
/* Drops `n` bytes from the front. */
static inline void buf_consume(struct buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (n > 0)
		memmove(b->p, b->p + n, b->len - n);
	b->len -= n;
}
/* NUL-terminated copy of the content, the caller's; the buffer is empty afterwards. */
static inline char *buf_take(struct buf *b)
{
	char *text = mem_grow(b->p, b->len + 1, 1);

	text[b->len] = '\0';
	*b = (struct buf){ .max = b->max };
	return text;
}
