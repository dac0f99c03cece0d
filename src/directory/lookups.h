/* SPDX-License-Identifier: MIT */
/*
 * What is asked of Slack one by one, because an event speaks of it: people and channels by id, and messages
 * that were reacted to. The roster learns the answers. At most one question is on for an id at a time;
 * what does not exist, and what the scope is missing for, is not asked again for ten minutes.
 */
#pragma once

#include <stdbool.h>
#include "base/list.h"
#include "webapi/api.h"
#include "directory/cache.h"

struct lookups;

/* All that is given outlives the look-ups. */
struct lookups *lookups_new(struct loop *loop, struct api *api, const struct secret *token,
			    struct cache *roster);
void lookups_free(
	struct lookups *l); /* no wish may be left; what is under way ends without callback */

/* Told after each answer about a person: who was not known may be. */
void lookups_on_news(struct lookups *l, void (*on_news)(void *owner), void *owner);

/* Not known to the roster, and worth a question? */
bool lookups_lacks_user(struct lookups *l, struct str id);
/* The kind that the asker knows; without one the channel counts as not known. */
bool lookups_lacks_channel(struct lookups *l, struct str id, enum channel_kind kind);
/* Such an id has been seen at work: a former "not found" no longer counts. */
void lookups_note_present(struct lookups *l, struct str id);

/* Someone who waits for the answer about an id; embedded. list_remove(&wish->link) takes it back. */
struct lookup_waiter {
	struct list link; /* lookup::wishes */
	/* Once, whatever the answer was; the wish is not ours any more. Never from within the asking. */
	void (*on_granted)(struct lookup_waiter *wish);
};
/* Joins the question that is on, or asks. False = too many are on: nothing asked, the wish not kept. NULL =
 * nobody waits, only the roster shall learn. */
bool lookups_user(struct lookups *l, struct str id, struct lookup_waiter *wish);
bool lookups_channel(struct lookups *l, struct str id, struct lookup_waiter *wish);

/* Nobody waits for who this is; asked when there is room. */
void lookups_learn_user(struct lookups *l, struct str id);

/* The reading of one message that was reacted to; embedded, zeroed before. */
struct reading {
	struct lookups *lookups;
	struct api_call *call; /* NULL = not under way */
	void (*on_read)(struct reading *reading, const struct json *message);
};
bool lookups_may_read(const struct lookups *l);
/* on_read comes once, with the message or NULL; never from within the call. */
void lookups_read(struct lookups *l, struct str channel, struct str ts, struct reading *reading);
void reading_stop(struct reading *reading); /* no callback follows */
