/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/str.h"

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	max_align_t data[];
};

/* Small ones stay small: thousands of jobs may wait, each with an arena. */
enum { FIRST_BLOCK = 448, LARGEST_BLOCK = 4096 };

void arena_deinit(struct arena *arena)
{
	struct arena_block *block = arena->first;

	while (block != NULL) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
	arena->first = NULL;
}

size_t arena_size(const struct arena *arena)
{
	size_t size = 0;

	for (const struct arena_block *b = arena->first; b != NULL; b = b->next)
		size += sizeof(*b) + b->cap;
	return size;
}

static size_t next_cap(const struct arena_block *last, size_t need)
{
	size_t cap = last == NULL		   ? FIRST_BLOCK :
		     last->cap < LARGEST_BLOCK / 2 ? 2 * last->cap :
						     LARGEST_BLOCK;

	return need > cap ? need : cap;
}

static void add_block(struct arena *arena, size_t cap)
{
	struct arena_block *block = mem_alloc(sizeof(*block) + cap);

	block->cap = cap;
	block->used = 0;
	block->next = arena->first;
	arena->first = block;
}

void arena_reserve(struct arena *arena, size_t size)
{
	add_block(arena, size);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t need = arena_piece(size);
	struct arena_block *block = arena->first;
	void *piece;

	if (block == NULL || block->cap - block->used < need) {
		add_block(arena, next_cap(block, need));
		block = arena->first;
	}
	piece = (char *)block->data + block->used;
	block->used += need;
	return memset(piece, 0, size);
}

/* The room doubles whenever the count is a power of two, so the count alone says how much there is. */
void *arena_append(struct arena *arena, void *array, size_t *n, size_t size)
{
	char *items;

	memcpy(&items, array, sizeof(items));
	if ((*n & (*n - 1)) == 0) {
		char *room = arena_alloc(arena, (*n > 0 ? 2 * *n : 1) * size);

		if (*n > 0)
			memcpy(room, items, *n * size);
		items = room;
		memcpy(array, &items, sizeof(items));
	}
	return items + (*n)++ * size;
}

struct str str_keepf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	int len;
	char *text;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		return STR_EMPTY;
	text = arena_alloc(arena, (size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return (struct str){ text, (size_t)len };
}
