/* SPDX-License-Identifier: MIT */
/*
 * Live editing: the files that rules come from are watched, and told of when they have changed and are at rest.
 * A file that is still being written is waited for: it is looked at only when it has stopped changing.
 */
#pragma once

#include "net/inotify.h"
#include "daemon/reload.h"

struct rule_watch;

/* Watches the folders of the paths. `on_changed` comes from the loop when the files are others than at rule_watch_seen.
 * NULL when the system cannot watch (said in the log). Borrows all. */
struct rule_watch *rule_watch_new(struct loop *loop, struct rule_paths paths,
				  void (*on_changed)(void *owner), void *owner);
void rule_watch_free(struct rule_watch *live); /* NULL is fine */
/* The files are about to be read: as they are now, they are known. NULL is fine. */
void rule_watch_seen(struct rule_watch *live);
