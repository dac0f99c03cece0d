/* SPDX-License-Identifier: MIT */
/* The SQLite file of a store: its schema, its rows, its damages. Used by one thread at a time. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "store/sqlite.h"
#include "store/store.h"

struct sqlite_file;

enum { SQLITE_FILE_REFUSED = 1, SQLITE_FILE_DAMAGED };

/* Opens or makes the file, brings its schema up to date and looks through it. SQLITE_FILE_REFUSED and _DAMAGED come with
 * a sentence in `why`. */
int sqlite_file_open(struct sqlite_file **out, const char *path, bool is_relaxed, struct buf *why);
void sqlite_file_close(struct sqlite_file *f); /* NULL is fine */

/* False, and a sentence in `why`, when it cannot be read. */
bool sqlite_file_load(struct sqlite_file *f, struct str namespace, store_row_fn *on_row,
		      void *owner, struct buf *why);
/* Gives all rows of these tables as they stand, of all namespaces, one after the other; the file may be in use. Nothing
 * is made, brought up to date or locked. False, and a sentence in `why`, when it cannot be read. */
bool sqlite_file_peek(const char *path, const enum store_table *tables, size_t n,
		      sqlite_row_fn *on_row, void *owner, struct buf *why);
/* Makes the rows stand, all or none, on the disk. False, and a sentence in `why`, when none does. */
bool sqlite_file_write(struct sqlite_file *f, struct str namespace, const struct batch *batch,
		       struct buf *why);
/* Was it for want of room that the last write failed? */
bool sqlite_file_is_full(const struct sqlite_file *f);
