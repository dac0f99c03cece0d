/* SPDX-License-Identifier: MIT */
/*
 * Watches folders for changes of their files, by inotify on the loop. What changed is not told, only that something
 * did, once it has been quiet for a while: an editor writes a file in several steps. While a file is being written,
 * and has not been closed, there is no quiet; but not for ever.
 */
#pragma once

#include "net/loop.h"

struct watch;

enum { WATCH_UNAVAILABLE = 1 }; /* the system gives no more watches; errno says why */

typedef bool watch_concerns_fn(void *owner, const char *name);

struct watch_ways {
	int64_t quiet_ms;	     /* after the last change */
	int64_t unfinished_ms;	     /* after the last one, when a file is still open */
	watch_concerns_fn *concerns; /* a file's name: is it waited for? */
	loop_fn *on_change;	     /* from the loop, when it is quiet */
	void *owner;
};

/* Borrows the loop. 0, WATCH_UNAVAILABLE, or ERR_SETUP. */
int watch_new(struct watch **out, struct loop *loop, const struct watch_ways *ways);
void watch_free(struct watch *w); /* NULL is fine */
/* Watches the folder too. 0, or WATCH_UNAVAILABLE. A folder that goes away is no longer watched. */
int watch_folder(struct watch *w, const char *path);
/* As if something had changed. */
void watch_poke(struct watch *w);
