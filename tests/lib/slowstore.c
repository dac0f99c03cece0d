/* SPDX-License-Identifier: MIT */
#include "lib/slowstore.h"

#include <stdlib.h>
#include "base/list.h"
#include "base/mem.h"
#include "store/memory.h"

struct answer_due {
	struct list link;
	void (*on_bool)(void *owner, bool yes);
	void (*on_int)(void *owner, int r);
	void (*on_value)(void *owner, struct str value);
	void (*on_sum)(void *owner, bool added, double sum);
	void *owner;
	bool yes;
	int r;
	struct buf value;
	bool has_value;
	double sum;
};

struct slowstore {
	struct store store;
	struct store *memory;
	struct list due;
	bool broken;
};

static struct slowstore *slow(const struct store *s)
{
	return container_of(s, struct slowstore, store);
}

static void note_bool(void *owner, bool yes)
{
	*(bool *)owner = yes;
}

static void note_int(void *owner, int r)
{
	*(int *)owner = r;
}

static struct answer_due *due_new(struct slowstore *s, void *owner)
{
	struct answer_due *due = mem_zero(1, sizeof(*due));

	due->owner = owner;
	buf_init(&due->value, 0);
	list_init(&due->link);
	list_append(&s->due, &due->link);
	return due;
}

static void slow_claim(struct store *s, struct str key, struct wall now, void (*on)(void *, bool),
		       void *owner)
{
	struct answer_due *due = due_new(slow(s), owner);

	due->on_bool = on;
	slow(s)->memory->ops->claim(slow(s)->memory, key, now, note_bool, &due->yes);
}

static void slow_spend(struct store *s, const struct store_limit *limits, size_t n, struct wall now,
		       void (*on)(void *, bool), void *owner)
{
	struct answer_due *due = due_new(slow(s), owner);

	due->on_bool = on;
	slow(s)->memory->ops->spend(slow(s)->memory, limits, n, now, note_bool, &due->yes);
}

static void note_value(void *owner, struct str value)
{
	struct answer_due *due = owner;

	due->has_value = value.p != NULL;
	buf_add(&due->value, value);
}

static void slow_get(struct store *s, struct str key, struct wall now,
		     void (*on)(void *, struct str), void *owner)
{
	struct answer_due *due = due_new(slow(s), owner);

	due->on_value = on;
	slow(s)->memory->ops->get(slow(s)->memory, key, now, note_value, due);
}

static void slow_set(struct store *s, struct str key, struct str value, int64_t keep_ms,
		     struct wall now, void (*on)(void *, bool), void *owner)
{
	struct answer_due *due = due_new(slow(s), owner);

	due->on_bool = on;
	slow(s)->memory->ops->set(slow(s)->memory, key, value, keep_ms, now, note_bool, &due->yes);
}

static void note_sum(void *owner, bool added, double sum)
{
	struct answer_due *due = owner;

	due->yes = added;
	due->sum = sum;
}

static void slow_add(struct store *s, struct str key, double number, struct wall now,
		     void (*on)(void *, bool, double), void *owner)
{
	struct answer_due *due = due_new(slow(s), owner);

	due->on_sum = on;
	slow(s)->memory->ops->add(slow(s)->memory, key, number, now, note_sum, due);
}

static bool slow_put(struct store *s, struct job *take)
{
	return slow(s)->memory->ops->put(slow(s)->memory, take);
}

static void slow_commit(struct store *s, void (*on)(void *, int), void *owner)
{
	struct answer_due *due = due_new(slow(s), owner);

	due->on_int = on;
	if (slow(s)->broken)
		due->r = -1;
	else
		slow(s)->memory->ops->commit(slow(s)->memory, note_int, &due->r);
}

static struct job *slow_lease(struct store *s)
{
	return slow(s)->memory->ops->lease(slow(s)->memory);
}

static void slow_settle(struct store *s, struct job *job, enum job_state end)
{
	slow(s)->memory->ops->settle(slow(s)->memory, job, end);
}

static size_t slow_unsettled(const struct store *s)
{
	return slow(s)->memory->ops->unsettled(slow(s)->memory);
}

static void due_free(struct answer_due *due)
{
	buf_deinit(&due->value);
	free(due);
}

static void slow_free(struct store *s)
{
	list_each (link, &slow(s)->due)
		due_free(list_entry(link, struct answer_due, link));
	slow(s)->memory->ops->free(slow(s)->memory);
	free(slow(s));
}

static const struct store_ops slow_ops = {
	.name = "slow",
	.free = slow_free,
	.claim = slow_claim,
	.spend = slow_spend,
	.get = slow_get,
	.set = slow_set,
	.add = slow_add,
	.put = slow_put,
	.commit = slow_commit,
	.lease = slow_lease,
	.settle = slow_settle,
	.unsettled = slow_unsettled,
};

struct store *slowstore_new(void)
{
	struct slowstore *s = mem_zero(1, sizeof(*s));

	s->store.ops = &slow_ops;
	s->memory = memory_new();
	list_init(&s->due);
	return &s->store;
}

bool slowstore_answer(struct store *s)
{
	struct answer_due *due;

	if (list_is_empty(&slow(s)->due))
		return false;
	due = list_first(&slow(s)->due, struct answer_due, link);
	list_remove(&due->link);
	if (due->on_bool != NULL)
		due->on_bool(due->owner, due->yes);
	else if (due->on_value != NULL)
		due->on_value(due->owner,
			      due->has_value ? buf_str(&due->value) : (struct str){ NULL, 0 });
	else if (due->on_sum != NULL)
		due->on_sum(due->owner, due->yes, due->sum);
	else
		due->on_int(due->owner, due->r);
	due_free(due);
	return true;
}

void slowstore_break(struct store *s)
{
	slow(s)->broken = true;
}
