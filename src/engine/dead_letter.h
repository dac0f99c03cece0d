/* SPDX-License-Identifier: MIT */
/*
 * Jobs that ended without being done, kept so that people can see why and have them tried again: the newest, for a
 * while. What came too late, or found the outbox full, is counted and not kept; so is what its person has no share for
 * (base/share.h).
 *
 * As a row of STORE_DEAD_LETTER, the key is the job's id and the value {"job":…,"why":"…","when":…}: the job as
 * job_write has it without secrets, a sentence, and milliseconds of wall time.
 */
#pragma once

#include "base/clock.h"
#include "base/list.h"
#include "base/share.h"
#include "model/job.h"
#include "store/batch.h"

enum { DEAD_LETTERS_MAX = 1000, DEAD_LETTERS_DAYS = 7 };

struct dead_letter {
	struct list link; // dead_letters::letters
	struct job *job;
	const char *why; /* in the job's arena */
	struct wall when;
};

struct dead_letters {
	struct batch *batch; /* where changes are noted; NULL = nowhere */
	struct list letters; /* the oldest first */
	size_t n;
	struct shares sizes; /* in bytes */
};

void dead_letters_init(struct dead_letters *d, struct batch *batch);
void dead_letters_deinit(struct dead_letters *d);
/* Copies the job; `why` may be NULL. */
void dead_letters_keep(struct dead_letters *d, const struct job *job, const char *why,
		       struct wall now);
/* NULL = there is none. */
struct dead_letter *dead_letters_find(const struct dead_letters *d, uint64_t id);
/* Its row is dropped, and its job the caller's. */
struct job *dead_letters_take(struct dead_letters *d, struct dead_letter *letter);
/* Lets those go that have been kept long enough. */
void dead_letters_forget(struct dead_letters *d, struct wall now);
/* Takes the value of the row of this number back, in any order; false = it is none of that number. */
bool dead_letters_load(struct dead_letters *d, int64_t id, struct str value);

/* A letter of the value of a row, in no list; NULL = it is none. */
struct dead_letter *dead_letter_read(struct str value);
void dead_letter_free(struct dead_letter *letter); /* with its job */
