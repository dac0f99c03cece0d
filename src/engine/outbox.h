/* SPDX-License-Identifier: MIT */
/*
 * The jobs, from the action that made them until they have ended. A job may leave only when the store says that it
 * stands, and that it is on its way stands too: else a crash would lose it, or send it twice. So each one passes two
 * commits:
 *
 *	put (fresh) - the batch is sealed - it stands: marked as in flight (fresh again) - sealed - it stands: ready
 *
 * Where nothing is kept both are one. A job that was in flight at a crash may have been done, or not: it is never sent
 * again (outbox_unsure).
 */
#pragma once

#include "base/list.h"
#include "model/job.h"
#include "store/batch.h"

enum { OUTBOX_MAX = 100000 };

struct outbox {
	struct batch *batch; /* where changes are noted; NULL = nowhere: nothing is kept */
	struct list fresh;   /* their rows are in the batch of this turn */
	struct list sealed;  /* … in the one that is being committed */
	struct list ready;   /* they may leave */
	struct list leased;
	size_t n;
	uint64_t last_id;
};

void outbox_init(struct outbox *o, struct batch *batch);
void outbox_deinit(struct outbox *o);
/* Takes the job. False, and it is gone, when there are too many. */
bool outbox_put(struct outbox *o, struct job *take);
/* The batch is handed over to the store; later it stands, or it does not and its rows are in the next batch. */
static inline void outbox_seal(struct outbox *o)
{
	list_each (link, &o->fresh) {
		list_remove(link);
		list_append(&o->sealed, link);
	}
}
void outbox_stands(struct outbox *o);
void outbox_falls(struct outbox *o);
/* The oldest one that may leave, the outbox's until it is settled or given back; NULL = none. */
static inline struct job *outbox_lease(struct outbox *o)
{
	struct job *job;

	if (list_is_empty(&o->ready))
		return NULL;
	job = list_first(&o->ready, struct job, link);
	job->attempts++;
	list_remove(&job->link);
	list_append(&o->leased, &job->link);
	return job;
}
/* It has ended, and is freed. */
void outbox_settle(struct outbox *o, struct job *job);
/* It never left; it waits again, in front of the others. */
void outbox_give_back(struct outbox *o, struct job *job);

/* Takes a row back; false = it is no job. When all are back, and last_id is set, outbox_loaded orders them. */
bool outbox_load(struct outbox *o, struct str line);
void outbox_loaded(struct outbox *o);
/* The next one that was in flight when the program ended; to be settled. NULL = none, or no further one. */
struct job *outbox_unsure(struct outbox *o);
