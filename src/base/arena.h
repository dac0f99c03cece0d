/* SPDX-License-Identifier: MIT */
/* An arena gives many small pieces that all live and die together. No piece is freed alone. */
#pragma once

#include <stddef.h>

/* A zeroed arena is an empty one. */
struct arena {
	struct arena_block *first;
};

static inline void arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}
void arena_deinit(struct arena *arena);
/* Bytes that it takes up, with what is not used yet. */
size_t arena_size(const struct arena *arena);
/* Room for so many bytes, of an arena that is empty: it takes up no more then, as long as no more is wanted. */
void arena_reserve(struct arena *arena, size_t size);
/* What a piece of this size takes of it. */
static inline size_t arena_piece(size_t size)
{
	const size_t align = sizeof(max_align_t);

	return (size + align - 1) / align * align;
}
/* Zeroed, aligned for any type, valid until arena_deinit. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
/* One more item at the end of an array that grows here alone: `array` is the address of its pointer, `n` its length.
 * Gives the new item, zeroed. */
void *arena_append(struct arena *arena, void *array, size_t *n, size_t size)
	__attribute__((returns_nonnull));
/* A text in it (base/str.h), which ends in a NUL as well. */
struct str;
struct str str_keepf(struct arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
