/* SPDX-License-Identifier: MIT */
/*
 * What the running bot is asked of its outbox (daemon/control.h):
 *
 *	outbox list [WORKSPACE]
 *	outbox show [WORKSPACE/]ID
 *	outbox retry [WORKSPACE/]ID
 *	outbox drop [WORKSPACE/]ID
 *
 * Entries are lines as outbox_entry_write has them. An id is a workspace's own: where there are several, it has the
 * workspace's name in front.
 */
#pragma once

#include "base/buf.h"
#include "daemon/workspace.h"

/* Where Slack has not said yet who we are, what the store kept is not here: the last line of the answer is then
 * {"ok":false,"starting":true,…}. False, and nothing was answered: it is another request. */
bool outbox_request(struct daemon_workspace *const *workspaces, size_t n, struct str request,
		    struct buf *answer);
