/* SPDX-License-Identifier: MIT */
/* The outbox's own: what is for one channel, in which order it goes, and whose it is. */
#pragma once

#include "engine/outbox.h"

/* What is for one channel, as long as there is anything. */
struct outbox_channel {
	struct list turn;     // outbox::turns, while a job may be leased from it
	struct job *next;     /* that job; NULL = none */
	struct list waiting;  /* they stand, in their order */
	size_t n;	      /* jobs of it in all */
	struct shares places; /* of these */
	size_t n_leased;
	struct mono leased_since; /* since when the last one leased had waited */
	size_t n_unsure;
	struct telling behind;
	struct telling full;
	size_t name_len;
	char name[];
};

/* One with nothing in it, when there is none yet. */
struct outbox_channel *outbox_channel_for(struct outbox *o, const struct job *job);
void outbox_channel_free(struct outbox *o, struct outbox_channel *c);
void outbox_channel_freep(void *channel); /* all of them go */
/* What is bound to no channel has no order and no turns. */
static inline bool outbox_is_free(const struct outbox_channel *c)
{
	return c->name_len == 0;
}
static inline struct job *job_at(struct list *link)
{
	return list_entry(link, struct job, link);
}
/* Whatever has changed in a channel: which of its jobs may be leased now, and when? The turns are in the order in which
 * jobs were put, as far as the channels let it: mostly the new one is the last. */
void outbox_give_turn(struct outbox *o, struct outbox_channel *c);
/* It stands, and waits in its channel from now on. */
void outbox_stand_in_line(struct outbox *o, struct outbox_channel *c, struct job *job);

static inline struct share_owner outbox_owner(const struct job *job)
{
	return (struct share_owner){ str_from(job->person), str_from(job->channel) };
}
/* Is there room in its person's share? `c` is what there is for its channel; NULL = nothing. */
bool outbox_has_share(const struct outbox *o, const struct outbox_channel *c,
		      const struct job *job);
/* It is in the outbox, and in that channel. */
void outbox_hold_share(struct outbox *o, struct job *job);
