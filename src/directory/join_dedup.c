/* SPDX-License-Identifier: MIT */
#include "directory/join_dedup.h"

#include <stdlib.h>
#include "base/mem.h"

enum {
	SAME_MS = 60000, /* hardly ever is it a second */
	JOIN_DEDUP_MAX = 2000,
};

struct move {
	struct wall time;
	char *key;
};

static void move_free(void *object)
{
	struct move *move = object;

	if (move != NULL)
		free(move->key);
	free(move);
}

static struct str without_hour(struct str key)
{
	size_t n = key.len;

	while (n > 0 && key.p[n - 1] != ':')
		n--;
	return str_sub(key, 0, n);
}

static bool is_same(const struct move *move, struct wall time)
{
	int64_t apart = time.ms - move->time.ms;

	return apart > -SAME_MS && apart < SAME_MS;
}

static void remember(struct join_dedup *m, struct str who_where, const struct event *ev)
{
	struct move *move = mem_zero(1, sizeof(*move));

	if (m->latest.n >= JOIN_DEDUP_MAX)
		map_deinit(&m->latest, move_free);
	move->time = ev->time;
	move->key = str_dup(ev->key);
	move_free(map_set(&m->latest, who_where, move));
}

void join_dedup_move(struct join_dedup *m, struct event *ev)
{
	struct str who_where = without_hour(ev->key);
	const struct move *before;

	if (who_where.len == 0)
		return;
	before = map_get(&m->latest, who_where);
	if (before != NULL && is_same(before, ev->time))
		ev->key = str_keep(&ev->arena, str_from(before->key));
	else
		remember(m, who_where, ev);
}

void join_dedup_init(struct join_dedup *m)
{
	map_init(&m->latest);
}

void join_dedup_deinit(struct join_dedup *m)
{
	map_deinit(&m->latest, move_free);
}
