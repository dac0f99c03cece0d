/* SPDX-License-Identifier: MIT */
#include "engine/watermark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"

enum { WRITE_WITHIN_MS = 30000, TS_MAX = 24 };

struct watermark {
	struct list link;    // watermarks::unwritten
	struct str channel;  /* its key in the map */
	char ts[TS_MAX + 1]; /* SECONDS.MICROSECONDS, which sort as texts do */
};

void watermarks_init(struct watermarks *w)
{
	*w = (struct watermarks){ 0 };
	map_init(&w->marks);
	list_init(&w->unwritten);
}

static void mark_free(void *object)
{
	struct watermark *mark = object;

	list_remove(&mark->link);
	free((char *)mark->channel.p);
	free(mark);
}

void watermarks_deinit(struct watermarks *w)
{
	map_deinit(&w->marks, mark_free);
}

static bool is_ts(struct str ts)
{
	size_t dot = str_find_char(ts, '.');

	if (dot != 10 || ts.len != 17)
		return false;
	for (size_t i = 0; i < ts.len; i++) {
		if (i != dot && (ts.p[i] < '0' || ts.p[i] > '9'))
			return false;
	}
	return true;
}

static struct watermark *mark_of(struct watermarks *w, struct str channel)
{
	struct watermark *mark = map_get(&w->marks, channel);

	if (mark != NULL)
		return mark;
	mark = mem_zero(1, sizeof(*mark));
	mark->channel = str_from(str_dup(channel));
	list_init(&mark->link);
	map_set(&w->marks, channel, mark);
	return mark;
}

static void move(struct watermarks *w, struct str channel, struct str ts, struct mono now)
{
	struct watermark *mark = mark_of(w, channel);

	if (str_cmp(ts, str_from(mark->ts)) <= 0)
		return;
	memcpy(mark->ts, ts.p, ts.len);
	if (list_is_empty(&w->unwritten))
		w->written_by = mono_after(now, WRITE_WITHIN_MS);
	if (list_is_empty(&mark->link))
		list_append(&w->unwritten, &mark->link);
}

void watermarks_move(struct watermarks *w, struct str channel, struct str ts, struct mono now)
{
	if (!is_ts(ts))
		return;
	move(w, STR_EMPTY, ts, now);
	if (channel.len > 0)
		move(w, channel, ts, now);
}

struct str watermark_of(const struct watermarks *w, struct str channel)
{
	const struct watermark *mark = map_get(&w->marks, channel);

	return mark != NULL ? str_from(mark->ts) : STR_EMPTY;
}

void watermarks_write(struct watermarks *w, struct batch *batch)
{
	if (w->is_held)
		return;
	list_each (link, &w->unwritten) {
		struct watermark *mark = list_entry(link, struct watermark, link);
		char value[TS_MAX + 3];

		list_remove(link);
		snprintf(value, sizeof(value), "\"%s\"", mark->ts);
		batch_put(batch, STORE_WATERMARK, mark->channel, str_from(value));
	}
}

bool watermarks_load(struct watermarks *w, struct str channel, struct str value)
{
	struct str ts = value.len > 2 ? str_sub(value, 1, value.len - 1) : STR_EMPTY;
	struct watermark *mark;

	if (!is_ts(ts))
		return false;
	mark = mark_of(w, channel);
	memcpy(mark->ts, ts.p, ts.len);
	return true;
}
