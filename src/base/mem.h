/* SPDX-License-Identifier: MIT */
/* Memory: allocation that cannot fail, scope-bound clean-up, hand-over. */
#pragma once

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/*
 * Out of memory ends the program with one line that says where. That is honest only because every
 * size that comes from outside is bounded before it gets here (frame, body, rule file, queue).
 */
_Noreturn void mem_is_out(void);

static inline void *mem_or_end(void *p)
{
	if (p == NULL)
		mem_is_out();
	return p;
}
static inline void *mem_alloc(size_t size)
{
	return mem_or_end(malloc(size > 0 ? size : 1));
}
static inline void *mem_zero(size_t count, size_t size)
{
	return mem_or_end(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}
static inline void *mem_grow(void *old, size_t count, size_t size)
{
	return mem_or_end(reallocarray(old, count > 0 ? count : 1, size > 0 ? size : 1));
}
/* Copies `len` bytes and adds a NUL. */
static inline char *mem_strndup(const char *text, size_t len)
{
	char *copy = mem_alloc(len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}
static inline char *mem_strdup(const char *text)
{
	return mem_strndup(text, strlen(text));
}

/* `CLEANUP(mem_freep) char *name = …;` frees at the end of the scope; free(NULL) is fine. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
void mem_freep(void *pointer_to_pointer);

/* Hands a CLEANUP variable over: gives its value and leaves NULL behind. */
#define TAKE(p)                             \
	__extension__({                     \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
