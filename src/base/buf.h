/* SPDX-License-Identifier: MIT */
/* A growing byte buffer with a sticky error: write on, ask once at the end. */
#pragma once

#include <stdbool.h>
#include <stdarg.h>
#include "base/str.h"

struct buf {
	char *p; /* NULL while empty */
	size_t len;
	size_t cap;
	size_t max; /* bytes it may hold; more sets `bad` and drops the rest */
	bool bad;
};

enum { BUF_MAX_DEFAULT = 64 << 20 };

void buf_init(struct buf *b, size_t max); /* max 0 = BUF_MAX_DEFAULT */
void buf_deinit(struct buf *b);		  /* twice is fine; works as CLEANUP(buf_deinit) */
void buf_clear(struct buf *b);		  /* empty again, memory kept, `bad` forgotten */
void buf_add(struct buf *b, struct str s);
void buf_addz(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
/* Text for a person's terminal: control characters (those of U+0080 to U+009F too) as \xNN. */
void buf_add_shown(struct buf *b, struct str text);
/* Percent-encoded, as a part of an address: all but letters, digits and `-._~`. */
void buf_add_percent(struct buf *b, struct str text);
/* Drops `n` bytes from the front. */
void buf_consume(struct buf *b, size_t n);
/* Room for `n` more bytes at b->p + b->len, or NULL (and bad); then b->len is the caller's to move. */
char *buf_room(struct buf *b, size_t n);
struct str buf_str(const struct buf *b); /* valid until the next change */
/* NUL-terminated copy of the content, the caller's; the buffer is empty afterwards. */
char *buf_take(struct buf *b) __attribute__((returns_nonnull));
