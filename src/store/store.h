/* SPDX-License-Identifier: MIT */
/*
 * The journal of what the engine knows. The engine keeps all of it in memory and asks nothing back; a store takes the
 * changes of each turn as one transaction, and gives all rows back at the next start. Only what a store says stands may
 * be acknowledged or sent. A store is a table of functions; the first member of its struct is a struct store.
 */
#pragma once

#include "store/batch.h"

struct store {
	const struct store_ops *ops;
	bool is_short; /* of room: what was begun is finished, but nothing new should be begun */
};

/* A row that stands; the texts are valid during the call. */
typedef void store_row_fn(void *owner, enum store_table table, struct str key, struct str value);
/* `stands` = false: nothing of the batch does, nor ever will. */
typedef void store_committed_fn(void *owner, bool stands);

struct store_ops {
	const char *name;
	bool keeps; /* false: it forgets all, and the changes need not even be written down */
	/* Gives all rows of the namespace, each once, in no order. < 0 when it cannot. */
	int (*load)(struct store *s, struct str namespace, store_row_fn *on_row, void *owner);
	/* Makes the rows stand together. The answer comes within the call or later, and in the order of the calls; the
	 * batch is borrowed until then. */
	void (*commit)(struct store *s, struct str namespace, const struct batch *batch,
		       store_committed_fn *on_committed, void *owner);
	/* Returns when all commits have been answered; needed before the owner of one goes. */
	void (*wait)(struct store *s);
	/* Commits under way are not answered any more. */
	void (*close)(struct store *s);
};
