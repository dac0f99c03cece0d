/* SPDX-License-Identifier: MIT */
#include "engine/spending.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "rule/rule.h"

enum {
	SPENT_UNTIL_LOOKED_AT = 1000,
	/* A clock that is set back so far does not bring back what was forgotten. */
	SET_BACK_MS = 3600000,
};

/* The times at which a limit was spent: the latest `count` of them, in a ring. */
struct spending {
	struct list link; // spendings::order
	char *key;
	size_t key_len;
	unsigned count;
	unsigned used;	   /* how many of `at` are set */
	unsigned room;	   /* for so many: most limits are spent a few times only */
	uint64_t serial;   /* of the next; its place in the ring is serial % count */
	int64_t window_ms; /* after which none of them matters; 0 = it always does, or is not known */
	struct wall *at;
};

static void spending_free(void *object)
{
	struct spending *sp = object;

	list_remove(&sp->link);
	free(sp->key);
	free(sp->at);
	free(sp);
}

/* A row a spending, so that a limit of thousands is not written anew each time: `KEY LF PLACE` to `[time, serial,
 * count, window]`. */
static struct str spending_row(const struct spending *sp, unsigned place, struct buf *key)
{
	buf_clear(key);
	buf_addf(key, "%.*s\n%u", (int)sp->key_len, sp->key, place);
	return buf_str(key);
}

static bool is_allowed(const struct spendings *s, const struct state_limit *limit, struct wall now)
{
	const struct spending *sp = map_get(&s->limits, limit->key);
	struct wall oldest;

	if (limit->count == 0)
		return false;
	if (sp == NULL || sp->used < sp->count)
		return true;
	if (limit->window_ms == 0)
		return false;
	oldest = sp->at[sp->serial % sp->count];
	/* A clock that was set back must not stretch the window: such a spending is too old as well. */
	return now.ms - oldest.ms >= limit->window_ms || now.ms < oldest.ms;
}

static struct wall last_spent(const struct spending *sp)
{
	return sp->at[(sp->serial - 1) % sp->count];
}

static void forget_spending(struct spendings *s, struct batch *batch, struct spending *sp)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };

	buf_init(&key, 0);
	for (unsigned i = 0; i < sp->used && batch != NULL; i++)
		batch_drop(batch, STORE_LIMIT, spending_row(sp, i, &key));
	map_remove(&s->limits, str_make(sp->key, sp->key_len));
	spending_free(sp);
}

/* Where each text has a limit of its own, those that are over would become ever more. All are looked at, as the first in
 * the order may be over last; so not each time, but the first time in a life, which may be short. */
static void forget_spendings_that_are_over(struct spendings *s, struct batch *batch,
					   struct wall now)
{
	if (s->n_spent++ % SPENT_UNTIL_LOOKED_AT != 0)
		return;
	list_each (link, &s->order) {
		struct spending *sp = list_entry(link, struct spending, link);

		if (sp->window_ms > 0 && now.ms - last_spent(sp).ms >= sp->window_ms + SET_BACK_MS)
			forget_spending(s, batch, sp);
	}
}

static struct spending *spending_for(struct spendings *s, struct batch *batch, struct str key,
				     unsigned count, int64_t window_ms)
{
	struct spending *sp = map_get(&s->limits, key);

	if (sp != NULL)
		return sp;
	if (s->limits.n >= SPENDINGS_MAX)
		forget_spending(s, batch, list_first(&s->order, struct spending, link));
	sp = mem_zero(1, sizeof(*sp));
	list_init(&sp->link);
	sp->key = str_dup(key);
	sp->key_len = key.len;
	sp->count = count;
	sp->window_ms = window_ms;
	map_set(&s->limits, key, sp);
	return sp;
}

static void make_room(struct spending *sp, unsigned place)
{
	unsigned old = sp->room;

	if (place < sp->room)
		return;
	sp->room = place < 2 ? 2 : 2 * place;
	if (sp->room > sp->count)
		sp->room = sp->count;
	sp->at = mem_grow(sp->at, sp->room, sizeof(sp->at[0]));
	memset(sp->at + old, 0, (sp->room - old) * sizeof(sp->at[0]));
}

static void note_spending(struct batch *batch, struct spending *sp, struct wall now)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };
	unsigned place = (unsigned)(sp->serial % sp->count);
	char value[100];

	if (batch == NULL)
		return;
	buf_init(&key, 0);
	snprintf(value, sizeof(value), "[%lld,%llu,%u,%lld]", (long long)now.ms,
		 (unsigned long long)sp->serial, sp->count, (long long)sp->window_ms);
	batch_put(batch, STORE_LIMIT, spending_row(sp, place, &key), str_from(value));
}

static void spend(struct spendings *s, struct batch *batch, const struct state_limit *limit,
		  struct wall now)
{
	struct spending *sp = spending_for(s, batch, limit->key, limit->count, limit->window_ms);
	unsigned place = (unsigned)(sp->serial % sp->count);

	sp->window_ms = limit->window_ms; /* one that was loaded may not know it */
	make_room(sp, place);
	sp->at[place] = now;
	note_spending(batch, sp, now);
	sp->serial++;
	if (sp->used < sp->count)
		sp->used++;
	list_remove(&sp->link);
	list_append(&s->order, &sp->link);
}

bool spendings_spend(struct spendings *s, struct batch *batch, const struct state_limit *limits,
		     size_t n, struct wall now)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_allowed(s, &limits[i], now))
			return false;
	}
	for (size_t i = 0; i < n; i++)
		spend(s, batch, &limits[i], now);
	forget_spendings_that_are_over(s, batch, now);
	return true;
}

bool spendings_load(struct spendings *s, struct str key, struct str value)
{
	CLEANUP(json_freep) struct json *j = NULL;
	int64_t place, at, serial, count, window_ms = 0;
	size_t end = key.len;
	struct spending *sp;

	while (end > 0 && key.p[end - 1] != '\n')
		end--;
	if (end == 0 || !str_int(str_sub(key, end, key.len), &place) ||
	    json_parse(&j, value, NULL) != 0 || !json_get_int(j, "0", &at) ||
	    !json_get_int(j, "1", &serial) || !json_get_int(j, "2", &count) || count <= 0 ||
	    count > LIMIT_COUNT_MAX || !wall_is_sound((struct wall){ at }) || serial < 0 ||
	    serial % count != place)
		return false;
	json_get_int(j, "3", &window_ms);
	if (!wall_is_sound((struct wall){ window_ms }))
		return false;
	sp = spending_for(s, NULL, str_sub(key, 0, end - 1), (unsigned)count, window_ms);
	if (sp->count != count)
		return false;
	make_room(sp, (unsigned)place);
	sp->at[place] = (struct wall){ at };
	if ((uint64_t)serial >= sp->serial)
		sp->serial = (uint64_t)serial + 1;
	sp->used = sp->serial < sp->count ? (unsigned)sp->serial : sp->count;
	list_remove(&sp->link);
	list_append(&s->order, &sp->link);
	return true;
}

static int spendings_by_age(const void *a, const void *b)
{
	const struct spending *x = list_entry(*(struct list *const *)a, struct spending, link);
	const struct spending *y = list_entry(*(struct list *const *)b, struct spending, link);

	if (last_spent(x).ms != last_spent(y).ms)
		return last_spent(x).ms < last_spent(y).ms ? -1 : 1;
	return str_cmp(str_make(x->key, x->key_len), str_make(y->key, y->key_len));
}

void spendings_loaded(struct spendings *s)
{
	list_sort(&s->order, s->limits.n, spendings_by_age);
}

void spendings_init(struct spendings *s)
{
	*s = (struct spendings){ 0 };
	map_init(&s->limits);
	list_init(&s->order);
}

void spendings_deinit(struct spendings *s)
{
	map_deinit(&s->limits, spending_free);
}
