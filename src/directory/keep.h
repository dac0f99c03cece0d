/* SPDX-License-Identifier: MIT */
/*
 * Keeps what the directory knows over a restart: people and channels are rows of the store, written a little after they
 * were learned, so that the next start knows all names at once. What names in rules are bound to stands among the people,
 * by the name with its @: {"kind":"@","id":"U1"}.
 */
#pragma once

#include "directory/bindings.h"
#include "directory/cache.h"
#include "net/loop.h"
#include "store/store.h"

struct keep;

/* All is borrowed; `team` is copied. */
struct keep *keep_new(struct loop *loop, struct store *store, struct cache *cache,
		      struct bindings *bindings, struct str team);
void keep_free(struct keep *k); /* writes what is new first; NULL is fine */
/* Fills the cache with what was kept; says how many rows there were. */
size_t keep_load(struct keep *k);
