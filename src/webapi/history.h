/* SPDX-License-Identifier: MIT */
/* Reads back what stands in a channel or in a thread, page by page, with the metadata that the bot's own messages carry. */
#pragma once

#include "base/json.h"
#include "webapi/api.h"

struct history;

/* A message as Slack keeps it; borrowed during the call. Those of a channel come newest first, those of a thread oldest
 * first, its root before all. */
typedef void history_message_fn(void *owner, const struct json *message);

struct history_setup {
	struct api *api;
	const struct secret *token;
	struct str channel;
	struct str thread_ts; /* empty = the channel itself */
	struct str oldest;    /* a timestamp, which counts as well; empty = from the beginning */
	history_message_fn *on_message;
	outcome_fn *on_end; /* once, unless it is cancelled; DONE = all has been read */
	void *owner;
};

/* Copies the texts. on_end never comes from within. */
struct history *history_read(const struct history_setup *setup);
void history_cancel(struct history *h); /* NULL is fine */
