/* SPDX-License-Identifier: MIT */
/* A hash map from text to pointer, in the order of insertion when walked. Wraps uthash. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

struct map {
	struct map_entry *entries;
	size_t n;
};

typedef void map_free_value(void *value);

static inline void map_init(struct map *m)
{
	*m = (struct map){ 0 };
}
void map_deinit(struct map *m, map_free_value *free_value); /* NULL = values are not ours */
/* Where the value of the key is kept, or NULL; valid until the entry is removed. */
void **map_at(const struct map *m, struct str key);
/* NULL = not there. */
static inline void *map_get(const struct map *m, struct str key)
{
	void **at = map_at(m, key);

	return at != NULL ? *at : NULL;
}
/* Sets or replaces; gives the old value (NULL if none). The key is copied. */
void *map_set(struct map *m, struct str key, void *value);
void *map_remove(struct map *m, struct str key); /* gives the value, or NULL */
/* Walks in insertion order: start with *at = NULL; false at the end. Removing the entry just
 * given is allowed. */
bool map_next(const struct map *m, struct map_entry **at, struct str *key, void **value);

/* The keys by number, for str_nearest: quick when they are asked for one after the other. */
struct map_keys {
	const struct map *map;
	struct map_entry *at;
	size_t next;
};
/* `keys` is a struct map_keys; NULL at the end. NUL-terminated, the map's. */
const char *map_key_at(const void *keys, size_t i);
