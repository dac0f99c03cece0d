/* SPDX-License-Identifier: MIT */
/*
 * How far each channel has been heard: the timestamp of the newest event that was taken from it. After a gap its history
 * is read back to there. They move with every event and are written down with whatever else is, or after a while: one
 * that is behind only lets more be read twice.
 *
 * One that is ahead loses something. So a mark is held, however often, while anything that lies behind it has not been
 * taken: because it was refused, or is still to be read back. Meanwhile it stays where it is, and so does that of all
 * channels; released, it goes to the newest event that was taken meanwhile.
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
	struct list missed;	/* of channels of which something was refused */
	size_t n_holds;		/* of all marks */
};

void watermarks_init(struct watermarks *w);
void watermarks_deinit(struct watermarks *w);
/* What is no timestamp moves nothing. */
void watermarks_move(struct watermarks *w, struct str channel, struct str ts, struct mono now);
/* Empty = it was never heard. */
struct str watermark_of(const struct watermarks *w, struct str channel);
/* All of them, those that were heard last first; there may be no new ones meanwhile. */
void watermarks_each(const struct watermarks *w, void (*on_mark)(void *owner, struct str channel),
		     void *owner);
/* One that was never heard is as far as all are. */
void watermarks_hold(struct watermarks *w, struct str channel);
void watermarks_release(struct watermarks *w, struct str channel, struct mono now);
/* Something of it was refused: its mark is held. */
void watermarks_miss(struct watermarks *w, struct str channel);
/* The next channel of which something was refused, which is noted no more; the mark stays held, by the caller now.
 * Valid as long as the marks are. False = there is none. */
bool watermarks_take_missed(struct watermarks *w, struct str *channel);
/* Are there any to be written? */
static inline bool watermarks_wait(const struct watermarks *w)
{
	return !list_is_empty(&w->unwritten);
}
void watermarks_write(struct watermarks *w, struct batch *batch);
/* Takes a row back. */
bool watermarks_load(struct watermarks *w, struct str channel, struct str value);
