/* SPDX-License-Identifier: MIT */
/*
 * The outbox as people look at it, and put their hands into it: what waits, what is on its way, what nobody knows of
 * whether it got through, and the dead letters. Texts in it are anybody's; secrets are not shown.
 */
#pragma once

#include "engine/engine.h"

enum outbox_state { OUTBOX_WAITING, OUTBOX_IN_FLIGHT, OUTBOX_IN_DOUBT, OUTBOX_DEAD };

struct outbox_entry {
	struct job *job;
	enum outbox_state state;
	int64_t age_ms;	 /* since it was put, or ended; -1 = not known */
	const char *why; /* of a dead letter; else NULL */
};

/* Borrowed during the call. */
typedef void outbox_entry_fn(void *owner, const struct outbox_entry *entry);

/* Each entry, those that wait before the dead letters. */
void engine_each_entry(struct engine *engine, outbox_entry_fn *on_entry, void *owner);
/* False = there is none of that number. Valid until the engine does anything else. */
bool engine_entry(struct engine *engine, uint64_t id, struct outbox_entry *out);
/* An entry of a row of STORE_JOB or STORE_DEAD_LETTER, for who has no engine; false = the row is none. */
bool outbox_row_entry(enum store_table table, struct str value, struct wall now,
		      outbox_entry_fn *on_entry, void *owner);
/* A line of JSON without its end: id (behind `place`, "" or "acme/"), state, age_ms, verb, rule, channel, the first words
 * and why; `whole`: and the job. */
void outbox_entry_write(const struct outbox_entry *entry, const char *place, bool whole,
			struct buf *out);

enum {
	OUTBOX_NO_SUCH_JOB = 1,
	OUTBOX_WAITS_ALREADY,
	OUTBOX_ON_ITS_WAY, /* it may be leaving right now, or whoever sends it has it */
	OUTBOX_NO_ROOM,
};
/* A dead letter is put into the outbox again, under a new number; one in doubt waits to leave once more, at its old
 * place, without being looked for. Neither becomes too late. */
int engine_retry_job(struct engine *engine, uint64_t *id);
/* A dead letter is forgotten; what waits or is in doubt is not sent: its run goes on as if it had been refused. */
int engine_drop_job(struct engine *engine, uint64_t id);
