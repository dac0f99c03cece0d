/* SPDX-License-Identifier: MIT */
/*
 * The store that outlives the program: one SQLite file in a folder of its own, for one process at a time. One table a
 * noun, one transaction a commit, each on the disk before it is answered.
 *
 * Commits are made within the call as long as they are quick. When one in a hundred takes over 20 ms, they move to a
 * thread of their own, and are answered from the loop.
 *
 * Beside it lie 4 MiB of nothing (store/reserve.h), with which a full disk still takes what was begun.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "net/loop.h"
#include "store/store.h"

struct sqlite_setup {
	const char *folder; /* made if it is not there, for its owner alone */
	bool is_relaxed; /* a power cut may cost the last moments; a crash of the program never does */
	struct loop *loop; /* borrowed; NULL = commits never move to a thread */
};

enum { SQLITE_REFUSED = 1, SQLITE_ABSENT };
/* 0, or SQLITE_REFUSED and a sentence in `why`: the folder cannot be used, another process does, or the file is of a
 * newer version. A damaged file is moved aside, which is said in the log, and a new one begun. */
int sqlite_open(struct store **out, const struct sqlite_setup *setup, struct buf *why);

/* The rows of these tables in the store of the folder, of all namespaces, whoever has it: for people who look. Nothing in
 * the folder is changed. 0, SQLITE_ABSENT when there is no store, or SQLITE_REFUSED and a sentence in `why`. */
typedef void sqlite_row_fn(void *owner, struct str namespace, enum store_table table,
			   struct str key, struct str value);
int sqlite_peek(const char *folder, const enum store_table *tables, size_t n, sqlite_row_fn *on_row,
		void *owner, struct buf *why);
