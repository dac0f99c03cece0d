/* SPDX-License-Identifier: MIT */
#include "store/memory.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

/* Slack sends again for six minutes, with delayed events for a day. */
static const int64_t SEEN_FOR_MS = 26LL * 3600 * 1000;

struct seen {
	struct list link; // memory::seen_order, oldest first
	struct wall at;
	char key[];
};

/* The times at which a limit was spent: the latest `count` of them. */
struct spending {
	struct list link; // memory::spent_order, spent longest ago first
	char *key;
	unsigned count;
	unsigned used;	 /* how many of `at` are set */
	unsigned oldest; /* index of the oldest once all are set */
	struct wall at[];
};

/* A value by name. */
struct kept {
	struct list link; // memory::passing, when it is not kept for good
	char *key;
	char *value;
	size_t len;
	int64_t keep_ms; /* 0 = for good */
	struct wall at;
};

struct memory {
	struct store store;
	struct map values;
	struct list passing; /* those that are not kept for good, the one set longest ago first */
	size_t n_passing;
	struct map seen;
	struct list seen_order;
	struct map spent;
	struct list spent_order;
	struct list fresh;   /* jobs of this turn, not committed */
	struct list pending; /* committed */
	struct list leased;
	size_t n_fresh, n_committed;
	uint64_t next_id;
};

static struct memory *memory_of(struct store *s)
{
	return container_of(s, struct memory, store);
}

static void forget_seen(struct memory *m, struct seen *seen)
{
	map_remove(&m->seen, str_from(seen->key));
	list_remove(&seen->link);
	free(seen);
}

static void forget_old_seen(struct memory *m, struct wall now)
{
	list_each (link, &m->seen_order) {
		struct seen *seen = list_entry(link, struct seen, link);

		if (m->seen.n < MEMORY_MAX_SEEN && now.ms - seen->at.ms < SEEN_FOR_MS)
			return;
		forget_seen(m, seen);
	}
}

static void memory_claim(struct store *s, struct str key, struct wall now,
			 void (*on_claimed)(void *owner, bool is_new), void *owner)
{
	struct memory *m = memory_of(s);
	struct seen *seen;

	forget_old_seen(m, now);
	if (map_get(&m->seen, key) != NULL) {
		on_claimed(owner, false);
		return;
	}
	seen = mem_zero(1, sizeof(*seen) + key.len + 1);
	memcpy(seen->key, key.p, key.len);
	seen->at = now;
	list_append(&m->seen_order, &seen->link);
	map_set(&m->seen, key, seen);
	on_claimed(owner, true);
}

static void spending_free(void *spending)
{
	struct spending *sp = spending;

	list_remove(&sp->link);
	free(sp->key);
	free(sp);
}

static bool is_allowed(const struct memory *m, const struct store_limit *limit, struct wall now)
{
	const struct spending *sp = map_get(&m->spent, limit->key);

	if (limit->count == 0)
		return false;
	if (sp == NULL || sp->used < sp->count)
		return true;
	if (limit->window_ms == 0)
		return false;
	/* A clock that was set back must not stretch the window: such a spending is too old as well. */
	return now.ms - sp->at[sp->oldest].ms >= limit->window_ms || now.ms < sp->at[sp->oldest].ms;
}

static void forget_oldest_spending(struct memory *m)
{
	struct spending *sp = list_first(&m->spent_order, struct spending, link);

	map_remove(&m->spent, str_from(sp->key));
	spending_free(sp);
}

static struct spending *spending_for(struct memory *m, const struct store_limit *limit)
{
	struct spending *sp = map_get(&m->spent, limit->key);

	if (sp != NULL)
		return sp;
	if (m->spent.n >= MEMORY_MAX_LIMITS)
		forget_oldest_spending(m);
	sp = mem_zero(1, sizeof(*sp) + limit->count * sizeof(sp->at[0]));
	list_init(&sp->link);
	sp->key = str_dup(limit->key);
	sp->count = limit->count;
	map_set(&m->spent, limit->key, sp);
	return sp;
}

static void note_spending(struct memory *m, const struct store_limit *limit, struct wall now)
{
	struct spending *sp = spending_for(m, limit);

	if (sp->used < sp->count) {
		sp->at[sp->used++] = now;
	} else {
		sp->at[sp->oldest] = now;
		sp->oldest = (sp->oldest + 1) % sp->count;
	}
	list_remove(&sp->link);
	list_append(&m->spent_order, &sp->link);
}

static void memory_spend(struct store *s, const struct store_limit *limits, size_t n,
			 struct wall now, void (*on_spent)(void *owner, bool granted), void *owner)
{
	struct memory *m = memory_of(s);
	bool granted = true;

	for (size_t i = 0; i < n && granted; i++)
		granted = is_allowed(m, &limits[i], now);
	for (size_t i = 0; i < n && granted; i++)
		note_spending(m, &limits[i], now);
	on_spent(owner, granted);
}

/* ---- values ---- */

static void kept_free(void *object)
{
	struct kept *kept = object;

	list_remove(&kept->link);
	free(kept->key);
	free(kept->value);
	free(kept);
}

static void forget_value(struct memory *m, struct kept *kept)
{
	m->n_passing -= kept->keep_ms > 0;
	map_remove(&m->values, str_from(kept->key));
	kept_free(kept);
}

static bool is_over(const struct kept *kept, struct wall now)
{
	return kept->keep_ms > 0 && now.ms - kept->at.ms >= kept->keep_ms;
}

/* Only the front is looked at: that one is old keeps a younger one a little longer at most. */
static void forget_old_values(struct memory *m, struct wall now)
{
	while (!list_is_empty(&m->passing)) {
		struct kept *kept = list_first(&m->passing, struct kept, link);

		if (m->n_passing <= MEMORY_MAX_PASSING && !is_over(kept, now))
			return;
		forget_value(m, kept);
	}
}

static struct kept *value_at(struct memory *m, struct str key, struct wall now)
{
	struct kept *kept = map_get(&m->values, key);

	if (kept == NULL || !is_over(kept, now))
		return kept;
	forget_value(m, kept);
	return NULL;
}

static void memory_get(struct store *s, struct str key, struct wall now,
		       void (*on_value)(void *owner, struct str value), void *owner)
{
	const struct kept *kept = value_at(memory_of(s), key, now);

	on_value(owner, kept != NULL ? str_make(kept->value, kept->len) : (struct str){ NULL, 0 });
}

static struct kept *value_for(struct memory *m, struct str key, int64_t keep_ms, struct wall now)
{
	struct kept *kept = value_at(m, key, now);

	if (kept != NULL) {
		m->n_passing -= kept->keep_ms > 0;
		list_remove(&kept->link);
	} else if (keep_ms == 0 && m->values.n - m->n_passing >= MEMORY_MAX_VALUES) {
		return NULL;
	} else {
		kept = mem_zero(1, sizeof(*kept));
		list_init(&kept->link);
		kept->key = str_dup(key);
		map_set(&m->values, key, kept);
	}
	kept->at = now;
	kept->keep_ms = keep_ms;
	if (keep_ms > 0) {
		list_append(&m->passing, &kept->link);
		m->n_passing++;
	}
	return kept;
}

static bool keep_value(struct memory *m, struct str key, struct str value, int64_t keep_ms,
		       struct wall now)
{
	struct kept *kept;

	if (value.len == 0) {
		kept = map_get(&m->values, key);
		if (kept != NULL)
			forget_value(m, kept);
		return true;
	}
	if (value.len > STORE_MAX_VALUE)
		return false;
	kept = value_for(m, key, keep_ms, now);
	if (kept == NULL)
		return false;
	free(kept->value);
	kept->value = str_dup(value);
	kept->len = value.len;
	forget_old_values(m, now);
	return true;
}

static void memory_set(struct store *s, struct str key, struct str value, int64_t keep_ms,
		       struct wall now, void (*on_set)(void *owner, bool stored), void *owner)
{
	on_set(owner, keep_value(memory_of(s), key, value, keep_ms, now));
}

static bool read_number(const struct kept *kept, double *out)
{
	char *end;

	*out = 0;
	if (kept == NULL)
		return true;
	*out = strtod(kept->value, &end);
	return end == kept->value + kept->len && end != kept->value && isfinite(*out);
}

static void memory_add(struct store *s, struct str key, double number, struct wall now,
		       void (*on_sum)(void *owner, bool added, double sum), void *owner)
{
	struct memory *m = memory_of(s);
	struct kept *kept = value_at(m, key, now);
	int64_t keep_ms = kept != NULL ? kept->keep_ms : 0;
	char text[64];
	double sum;

	if (!read_number(kept, &sum)) {
		on_sum(owner, false, 0);
		return;
	}
	sum += number;
	if (!isfinite(sum)) {
		on_sum(owner, false, 0);
		return;
	}
	snprintf(text, sizeof(text), floor(sum) == sum && fabs(sum) < 1e15 ? "%.0f" : "%.12g", sum);
	on_sum(owner, keep_value(m, key, str_from(text), keep_ms, now), sum);
}

static bool memory_put(struct store *s, struct job *take)
{
	struct memory *m = memory_of(s);

	if (m->n_fresh + m->n_committed >= MEMORY_MAX_JOBS) {
		job_free(take);
		return false;
	}
	take->id = m->next_id++;
	take->state = JOB_PENDING;
	list_append(&m->fresh, &take->link);
	m->n_fresh++;
	return true;
}

static void memory_commit(struct store *s, void (*on_committed)(void *owner, int r), void *owner)
{
	struct memory *m = memory_of(s);

	list_each (link, &m->fresh) {
		list_remove(link);
		list_append(&m->pending, link);
	}
	m->n_committed += m->n_fresh;
	m->n_fresh = 0;
	on_committed(owner, 0);
}

static struct job *memory_lease(struct store *s)
{
	struct memory *m = memory_of(s);
	struct job *job;

	if (list_is_empty(&m->pending))
		return NULL;
	job = list_first(&m->pending, struct job, link);
	list_remove(&job->link);
	list_append(&m->leased, &job->link);
	job->state = JOB_IN_FLIGHT;
	job->attempts++;
	return job;
}

static void memory_settle(struct store *s, struct job *job, enum job_state end)
{
	struct memory *m = memory_of(s);

	assert(job->state == JOB_IN_FLIGHT);
	assert(end != JOB_IN_FLIGHT);
	list_remove(&job->link);
	if (end == JOB_PENDING) {
		job->state = JOB_PENDING;
		list_prepend(&m->pending, &job->link);
		return;
	}
	m->n_committed--;
	job_free(job);
}

static size_t memory_unsettled(const struct store *s)
{
	return container_of(s, const struct memory, store)->n_committed;
}

static void free_jobs(struct list *jobs)
{
	list_each (link, jobs)
		job_free(list_entry(link, struct job, link));
}

static void memory_free(struct store *s)
{
	struct memory *m;

	if (s == NULL)
		return;
	m = memory_of(s);
	free_jobs(&m->fresh);
	free_jobs(&m->pending);
	free_jobs(&m->leased);
	map_deinit(&m->spent, spending_free);
	map_deinit(&m->seen, free);
	map_deinit(&m->values, kept_free);
	free(m);
}

static const struct store_ops memory_ops = {
	.name = "memory",
	.free = memory_free,
	.claim = memory_claim,
	.spend = memory_spend,
	.get = memory_get,
	.set = memory_set,
	.add = memory_add,
	.put = memory_put,
	.commit = memory_commit,
	.lease = memory_lease,
	.settle = memory_settle,
	.unsettled = memory_unsettled,
};

struct store *memory_new(void)
{
	struct memory *m = mem_zero(1, sizeof(*m));

	m->store.ops = &memory_ops;
	map_init(&m->seen);
	map_init(&m->spent);
	map_init(&m->values);
	list_init(&m->passing);
	list_init(&m->seen_order);
	list_init(&m->spent_order);
	list_init(&m->fresh);
	list_init(&m->pending);
	list_init(&m->leased);
	m->next_id = 1;
	return &m->store;
}
