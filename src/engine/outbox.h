/* SPDX-License-Identifier: MIT */
/*
 * The jobs, from the action that made them until they have ended. A job may leave only when the store says that it
 * stands, and that it is on its way stands too: else a crash would lose it, or send it twice. So each one passes two
 * commits, and waits for its turn in between:
 *
 *	put (fresh) - sealed - it stands: waits in its channel - leased - its turn has come: marked as in flight (fresh
 *	again) - sealed - it stands: ready to leave - settled
 *
 * What goes to one channel goes in its order, one at a time, but that more than a few of one person let those of others
 * pass; of several channels the oldest job is the first. In bytes, and in a channel, a person holds no more than a share
 * (base/share.h): what is more of that person is refused, and of nobody else. A message of which nobody knows
 * whether it got through is looked for in the channel after a while, twice, and goes back to its place when it is not
 * there. Meanwhile it holds up what belongs to the same thread, and nothing else.
 */
#pragma once

#include "base/list.h"
#include "base/map.h"
#include "base/telling.h"
#include "model/job.h"
#include "model/outcome.h"
#include "store/batch.h"

/* 0 = the default in parentheses. */
struct outbox_limits {
	size_t max;		/* jobs in all (10,000) */
	size_t max_per_channel; /* (500) */
	int64_t probe_after_ms; /* (60 s) */
};

struct outbox {
	struct outbox_limits limits;
	struct batch *batch; /* where changes are noted; NULL = nowhere: nothing is kept */
	struct list fresh;   /* their rows are in the batch of this turn */
	struct list sealed;  /* … in the one that is being committed */
	struct shares sizes; /* in bytes */
	struct map channels; /* struct outbox_channel */
	struct list turns;   /* channels from which a job may be leased, by its age */
	struct list leased;
	struct list ready;  /* leased, and that they are in flight stands */
	struct list unsure; /* in the order in which they are to be looked for */
	size_t n;
	size_t n_waiting;   /* in channels */
	size_t n_in_flight; /* marked, and not ended or in doubt */
	uint64_t last_id;
	bool holds_names;
	struct telling full; /* all of it; that a channel is, is said for each */
};

void outbox_init(struct outbox *o, struct batch *batch, const struct outbox_limits *limits);
void outbox_deinit(struct outbox *o);

static inline struct job *outbox_lease_first(struct outbox *o, struct list *from)
{
	struct job *job = list_is_empty(from) ? NULL : list_first(from, struct job, link);

	if (job != NULL) {
		list_remove(&job->link);
		list_append(&o->leased, &job->link);
	}
	return job;
}

/* Jobs of the channel that have not ended. */
size_t outbox_n_in(const struct outbox *o, struct str channel);
bool outbox_has_room(const struct outbox *o, const struct job *job);
/* Takes the job. False, and it is gone, when there are too many. */
bool outbox_put(struct outbox *o, struct job *take, struct mono now);
/* The batch is handed over to the store; later it stands, or it does not and its rows are in the next batch. */
static inline void outbox_seal(struct outbox *o)
{
	list_move_all(&o->fresh, &o->sealed);
}
void outbox_stands(struct outbox *o);
void outbox_falls(struct outbox *o);

/* The next one whose turn may be waited for, the outbox's until it is settled or given back; NULL = none. */
struct job *outbox_lease(struct outbox *o);
/* Its turn has come. True: it may leave at once, because nothing is kept, or because it stood already that it is in
 * flight; false: it is marked, and outbox_ready gives it when that stands. */
bool outbox_mark(struct outbox *o, struct job *job);
/* The next one that leaves now; NULL = none. */
static inline struct job *outbox_ready(struct outbox *o)
{
	return outbox_lease_first(o, &o->ready);
}
/* It has ended, and is freed. */
void outbox_settle(struct outbox *o, struct job *job);
/* Leases a job that waits, whose turn it is not; false = it does not wait in its channel. */
bool outbox_take_out(struct outbox *o, struct job *job);
/* A leased job that is not marked goes to that channel, and waits there in its place: the id of its #name is known. */
void outbox_readdress(struct outbox *o, struct job *job, struct str channel);
/* While names are looked for, nothing is leased from a channel of which only the name is known. */
void outbox_hold_names(struct outbox *o, bool hold);
/* It never left, or shall leave once more; it waits again, in front of the others of its channel. */
void outbox_give_back(struct outbox *o, struct job *job);

/* It may have got through: it is looked for later. */
void outbox_doubt(struct outbox *o, struct job *job, struct mono now);
/* One that was to be looked for, which could not be done: it is tried again. */
void outbox_probe_again(struct outbox *o, struct job *job, struct mono now);
/* When the next one is to be looked for; false = never. */
static inline bool outbox_probe_at(const struct outbox *o, struct mono *at)
{
	if (list_is_empty(&o->unsure))
		return false;
	*at = list_entry(o->unsure.next, struct job, link)->probe_at;
	return true;
}
/* The next one that is to be looked for now, leased; NULL = none. */
static inline struct job *outbox_probe(struct outbox *o, struct mono now)
{
	struct mono at;

	return outbox_probe_at(o, &at) && at.ns <= now.ns ? outbox_lease_first(o, &o->unsure) :
							    NULL;
}

/* Is it more than half full, in all or in a channel? */
bool outbox_is_filling(const struct outbox *o);
/* Says which channels are far behind, and which no longer are. */
void outbox_tell(struct outbox *o, struct mono now);

/* Takes the row of this number back; false = it is no job of that number. When all are back, and last_id is set, outbox_loaded orders them. */
bool outbox_load(struct outbox *o, int64_t id, struct str line, struct mono now);
void outbox_loaded(struct outbox *o, struct mono now);
/* The next one that was in flight when the program ended, and cannot be looked for; to be settled. NULL = none. */
struct job *outbox_lost_sight(struct outbox *o);

/* Each job, wherever it is. */
typedef void outbox_job_fn(void *owner, struct job *job);
void outbox_each(struct outbox *o, outbox_job_fn *on_job, void *owner);
