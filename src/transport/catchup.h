/* SPDX-License-Identifier: MIT */
/*
 * Events that nobody delivered: what was said in a channel while no socket was open is read back from its history and
 * given on as if it came only now. Whoever takes it knows what was handled before. Reactions, edits and deletions leave
 * no time in the history and do not come back; neither do replies in threads that began before the gap.
 */
#pragma once

#include "model/event.h"
#include "model/workspace.h"
#include "net/loop.h"
#include "webapi/api.h"

struct catchup;

/* Takes the event, and owes a catchup_decided of `tag` for it; false: not now, it shall come again. */
typedef bool catchup_event_fn(void *owner, struct event *take, void *tag);

typedef void catchup_read_fn(void *owner, struct str channel);

struct catchup_setup {
	struct loop *loop;
	struct api *api;
	const struct secret *token;
	const struct identity *me;
	void *owner;
	catchup_event_fn *on_event;
	catchup_read_fn
		*on_read; /* a channel has been read and all of it decided, or it cannot be read */
};

struct catchup *catchup_new(
	const struct catchup_setup *setup); /* copies `setup`, borrows what it points to */
void catchup_free(struct catchup *c);	    /* NULL is fine */

/* Reads the channel back to the timestamp `oldest`, in its turn: one channel after the other, in the order they are asked
 * for. One that waits already is read once, to the older of both; false then. */
bool catchup_channel(struct catchup *c, struct str channel, enum channel_kind kind,
		     struct str oldest);
/* What was decided about an event stands, or it is not taken after all, which is its owner's affair. */
void catchup_decided(struct catchup *c, void *tag);
size_t catchup_left(const struct catchup *c); /* channels that are not read */
