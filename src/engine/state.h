/* SPDX-License-Identifier: MIT */
/*
 * What one workspace's engine remembers, in memory: which events were seen, how often a limit was spent, values by name,
 * how often a rule fired, which wording came last, what was posted. One table a noun. Reading is a plain call and a
 * change holds at once, so that nothing in a decision waits; every change is also noted as rows of the turn's batch,
 * which a store makes stand later, and from whose rows the state comes back after a restart. What runs and jobs are
 * under way stands in model/run.h and engine/outbox.h.
 *
 * Every table is bounded, and says what becomes of what is too much. Values and what is kept of answers are shared in
 * bytes (base/share.h): they belong to whoever set them last.
 */
#pragma once

#include <stdint.h>
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/share.h"
#include "engine/spending.h"

enum {
	STATE_MAX_SEEN =
		1 << 17, /* keys of events; beyond, the oldest are forgotten; as many again that
				     * something was done about */
	STATE_MAX_VALUES =
		1000000,	 /* variables, and rules that count; beyond, nothing new is kept */
	STATE_MAX_VALUE = 40000, /* bytes of a value */
	STATE_MAX_POSTED = 1 << 17, /* beyond, those changed longest ago are forgotten */
};

struct state {
	struct batch *batch;	/* where changes are noted; NULL = nowhere */
	struct map seen;	/* struct entry, by the event's key */
	struct list seen_order; /* of those that nothing came of; the oldest first */
	struct list done_order; /* of those that something was done about */
	size_t n_done;
	struct spendings spendings; /* of limits */
	struct map variables;	    /* struct entry */
	struct shares values;	    /* of these, in bytes */
	struct map posted;	    /* struct entry */
	struct shares answers;	    /* of these, in bytes */
	struct list posted_order;
	struct map counts; /* int64_t, by the name of the rule */
	struct map turns;  /* int64_t, by rule and action */
};

void state_init(struct state *s, struct batch *batch);
void state_deinit(struct state *s);

/* The key is seen. True: it was not known, or so long ago that it was forgotten. */
bool state_claim(struct state *s, struct str key, struct wall now);
/* Something was done about it: it must be known after a restart, too. */
void state_note_claim(struct state *s, struct str key);
static inline bool state_spend(struct state *s, const struct state_limit *limits, size_t n,
			       struct wall now)
{
	return spendings_spend(&s->spendings, s->batch, limits, n, now);
}

/* p == NULL when there is none. Valid until the next change. */
struct str state_variable(const struct state *s, struct str key);
/* Has the owner a share for the value under that key? */
bool state_has_share(const struct state *s, struct share_owner owner, struct str key,
		     struct str value);
/* An empty value is forgotten. False: it is too long, there are too many, or the owner has no share for it. */
bool state_set_variable(struct state *s, struct share_owner owner, struct str key,
			struct str value);
/* Adds to the number under the key, where none counts as 0. False: what is there is no number, or the sum would be
 * none. */
bool state_add(struct state *s, struct share_owner owner, struct str key, double number);

/* How often the rule has fired. */
int64_t state_count(const struct state *s, struct str rule);
/* Once more; gives how often now. */
int64_t state_count_up(struct state *s, struct str rule);

/* The number of the wording that came last; -1 = none yet. */
int64_t state_turn(const struct state *s, struct str key);
void state_set_turn(struct state *s, struct str key, int64_t wording);

/* What is kept of a rule's answers (engine/posted.h), for seven days after its last change. As for variables; a text
 * that is too long is not kept, and false says that the owner has no share for it. */
struct str state_posted(struct state *s, struct str key, struct wall now);
bool state_set_posted(struct state *s, struct share_owner owner, struct str key, struct str text,
		      struct wall now);

/* Takes a row back. False: it is no row of this kind. When all are back, state_loaded orders them. */
bool state_load(struct state *s, enum store_table table, struct str key, struct str value);
void state_loaded(struct state *s);
