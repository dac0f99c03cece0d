/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* uthash ends the program without a word when memory is out; ours says so. */
#define uthash_malloc(size) mem_alloc(size)
#include <uthash.h>

struct map_entry {
	UT_hash_handle hh;
	void *value;
	size_t len;
	char key[];
};

void **map_at(const struct map *m, struct str key)
{
	struct map_entry *entry = NULL;

	if (key.len == 0)
		key = STR_EMPTY; /* it may have no pointer, which uthash would read */
	HASH_FIND(hh, m->entries, key.p, (unsigned)key.len, entry);
	return entry != NULL ? &entry->value : NULL;
}

void *map_set(struct map *m, struct str key, void *value)
{
	void **at = map_at(m, key);
	struct map_entry *entry;

	if (at != NULL) {
		void *old = *at;

		*at = value;
		return old;
	}
	entry = mem_zero(1, sizeof(*entry) + key.len + 1);
	if (key.len > 0)
		memcpy(entry->key, key.p, key.len);
	entry->len = key.len;
	entry->value = value;
	/* The analyzer does not see that uthash's new buckets are zeroed. NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign) */
	HASH_ADD_KEYPTR(hh, m->entries, entry->key, (unsigned)entry->len, entry);
	m->n++;
	return NULL;
}

void *map_remove(struct map *m, struct str key)
{
	void **at = map_at(m, key), *value;
	struct map_entry *entry;

	if (at == NULL)
		return NULL;
	value = *at;
	entry = container_of(at, struct map_entry, value);
	HASH_DELETE(hh, m->entries, entry);
	free(entry);
	m->n--;
	return value;
}

void map_deinit(struct map *m, map_free_value *free_value)
{
	struct map_entry *entry, *next;

	HASH_ITER(hh, m->entries, entry, next)
	{
		HASH_DELETE(hh, m->entries, entry);
		if (free_value != NULL)
			free_value(entry->value);
		free(entry);
	}
	map_init(m);
}

/* *at is the entry to give next time, so that the one just given may be removed. */
bool map_next(const struct map *m, struct map_entry **at, struct str *key, void **value)
{
	struct map_entry *entry = *at;

	if (entry == NULL)
		entry = m->entries;
	else if (entry == (struct map_entry *)m)
		return false;
	if (entry == NULL)
		return false;
	*key = str_make(entry->key, entry->len);
	*value = entry->value;
	*at = entry->hh.next != NULL ? entry->hh.next : (struct map_entry *)m;
	return true;
}

const char *map_key_at(const void *keys, size_t i)
{
	struct map_keys *walk = (struct map_keys *)keys;
	struct str key;
	void *value;

	assert(walk->map != NULL);
	if (i < walk->next) {
		walk->at = NULL;
		walk->next = 0;
	}
	do {
		if (!map_next(walk->map, &walk->at, &key, &value)) {
			walk->next = SIZE_MAX; /* the next one begins anew */
			return NULL;
		}
	} while (walk->next++ < i);
	return key.p;
}
