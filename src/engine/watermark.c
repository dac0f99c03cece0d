/* SPDX-License-Identifier: MIT */
#include "engine/watermark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"

enum { WRITE_WITHIN_MS = 30000, TS_MAX = 24 };

struct watermark {
	struct list link;	// watermarks::unwritten
	struct list missed;	// watermarks::missed
	struct str channel;	/* its key in the map */
	char ts[TS_MAX + 1];	/* SECONDS.MICROSECONDS, which sort as texts do */
	char heard[TS_MAX + 1]; /* of the newest event; beyond `ts` while the mark is held */
	unsigned n_holds;
};

void watermarks_init(struct watermarks *w)
{
	*w = (struct watermarks){ 0 };
	map_init(&w->marks);
	list_init(&w->unwritten);
	list_init(&w->missed);
}

static void mark_free(void *object)
{
	struct watermark *mark = object;

	list_remove(&mark->link);
	list_remove(&mark->missed);
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
	list_init(&mark->missed);
	map_set(&w->marks, mark->channel, mark);
	return mark;
}

/* While any is held, not all is heard. */
static bool is_held(const struct watermarks *w, const struct watermark *mark)
{
	return mark->n_holds > 0 || (mark->channel.len == 0 && w->n_holds > 0);
}

static void catch_up(struct watermarks *w, struct watermark *mark, struct mono now)
{
	if (is_held(w, mark) || strcmp(mark->ts, mark->heard) >= 0)
		return;
	memcpy(mark->ts, mark->heard, sizeof(mark->ts));
	if (list_is_empty(&w->unwritten))
		w->written_by = mono_after(now, WRITE_WITHIN_MS);
	if (list_is_empty(&mark->link))
		list_append(&w->unwritten, &mark->link);
}

void watermarks_move(struct watermarks *w, struct str channel, struct str ts, struct mono now)
{
	const struct str whose[] = { STR_EMPTY, channel };

	if (!is_ts(ts))
		return;
	for (size_t i = 0; i < (channel.len > 0 ? 2 : 1); i++) {
		struct watermark *mark = map_get(&w->marks, whose[i]);

		/* A first mark would hide what was not heard of this channel, too. */
		if (mark == NULL && i > 0 && w->n_holds > 0)
			continue;
		if (mark == NULL)
			mark = mark_of(w, whose[i]);
		if (memcmp(ts.p, mark->heard, ts.len) <= 0)
			continue;
		memcpy(mark->heard, ts.p, ts.len);
		catch_up(w, mark, now);
	}
}

static int by_heard(const void *a, const void *b)
{
	const struct watermark *x = *(struct watermark *const *)a,
			       *y = *(struct watermark *const *)b;

	return strcmp(y->heard, x->heard);
}

void watermarks_each(const struct watermarks *w, void (*on_mark)(void *owner, struct str channel),
		     void *owner)
{
	struct watermark **marks = mem_alloc((w->marks.n + 1) * sizeof(marks[0]));
	struct map_entry *at = NULL;
	struct str channel;
	size_t n = 0;
	void *mark;

	while (map_next(&w->marks, &at, &channel, &mark))
		marks[n++] = mark;
	qsort(marks, n, sizeof(marks[0]), by_heard);
	for (size_t i = 0; i < n; i++)
		on_mark(owner, marks[i]->channel);
	free(marks);
}

void watermarks_hold(struct watermarks *w, struct str channel)
{
	struct str all = watermark_of(w, STR_EMPTY);
	struct watermark *mark = mark_of(w, channel);

	if (mark->heard[0] == '\0') {
		memcpy(mark->ts, all.p, all.len);
		memcpy(mark->heard, all.p, all.len);
	}
	mark->n_holds++;
	w->n_holds++;
}

void watermarks_release(struct watermarks *w, struct str channel, struct mono now)
{
	struct watermark *mark = mark_of(w, channel);

	mark->n_holds--;
	w->n_holds--;
	catch_up(w, mark, now);
	catch_up(w, mark_of(w, STR_EMPTY), now);
}

void watermarks_miss(struct watermarks *w, struct str channel)
{
	struct watermark *mark;

	if (channel.len == 0)
		return;
	mark = map_get(&w->marks, channel);
	if (mark != NULL && !list_is_empty(&mark->missed))
		return;
	watermarks_hold(w, channel);
	list_append(&w->missed, &mark_of(w, channel)->missed);
}

bool watermarks_take_missed(struct watermarks *w, struct str *channel)
{
	struct watermark *mark;

	if (list_is_empty(&w->missed))
		return false;
	mark = list_first(&w->missed, struct watermark, missed);
	list_remove(&mark->missed);
	*channel = mark->channel;
	return true;
}

struct str watermark_of(const struct watermarks *w, struct str channel)
{
	const struct watermark *mark = map_get(&w->marks, channel);

	return mark != NULL ? str_from(mark->ts) : STR_EMPTY;
}

void watermarks_write(struct watermarks *w, struct batch *batch)
{
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
	memcpy(mark->heard, ts.p, ts.len);
	return true;
}
