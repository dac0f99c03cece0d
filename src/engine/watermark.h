/* SPDX-License-Identifier: MIT */
/*
 * How far each channel has been heard: the timestamp of the newest event that was taken from it. After a gap its history
 * is read back to there. They move with every event and are written down with whatever else is, or after a while: one
 * that is behind only lets more be read twice.
 */
#pragma once

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "store/batch.h"

struct watermarks {
	struct map marks;	/* struct watermark, by channel; "" = of all channels */
	struct list unwritten;	/* of them */
	struct mono written_by; /* when they should be; while there are any */
	bool is_held; /* what lies before them is still being read: they are not written */
};

void watermarks_init(struct watermarks *w);
void watermarks_deinit(struct watermarks *w);
/* What is no timestamp moves nothing. */
void watermarks_move(struct watermarks *w, struct str channel, struct str ts, struct mono now);
/* Empty = it was never heard. */
struct str watermark_of(const struct watermarks *w, struct str channel);
/* Are there any that may be written? */
static inline bool watermarks_wait(const struct watermarks *w)
{
	return !w->is_held && !list_is_empty(&w->unwritten);
}
void watermarks_write(struct watermarks *w, struct batch *batch);
/* Takes a row back. */
bool watermarks_load(struct watermarks *w, struct str channel, struct str value);
