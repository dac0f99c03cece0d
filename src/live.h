/* SPDX-License-Identifier: MIT */
/*
 * Live editing: the files that rules come from are watched, and told of when they have changed and are at rest.
 * A file that is still being written is waited for: it is looked at only when it has stopped changing.
 */
#pragma once

#include "net/watch.h"
#include "reload.h"

struct live;

/* Watches the folders of the paths. `on_changed` comes from the loop when the files are others than at live_seen.
 * NULL when the system cannot watch (said in the log). Borrows all. */
struct live *live_new(struct loop *loop, struct rule_paths paths, void (*on_changed)(void *owner),
		      void *owner);
void live_free(struct live *live); /* NULL is fine */
/* The files are about to be read: as they are now, they are known. NULL is fine. */
void live_seen(struct live *live);
