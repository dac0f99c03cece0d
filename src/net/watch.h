/* SPDX-License-Identifier: MIT */
/*
 * Watches folders for changes of their files, by inotify on the loop. What changed is not told, only that something
 * did, once it has been quiet for a while: an editor writes a file in several steps.
 */
#pragma once

#include "net/loop.h"

struct watch;

enum { WATCH_UNAVAILABLE = 1 }; /* the system gives no more watches; errno says why */

/* on_change comes from the loop, `quiet_ms` after the last change. Borrows the loop. */
int watch_new(struct watch **out, struct loop *loop, int64_t quiet_ms,
	      void (*on_change)(void *owner), void *owner);
void watch_free(struct watch *w); /* NULL is fine */
/* Watches the folder too. 0, or WATCH_UNAVAILABLE. A folder that goes away is no longer watched. */
int watch_folder(struct watch *w, const char *path);
/* As if something had changed. */
void watch_poke(struct watch *w);
