/* SPDX-License-Identifier: MIT */
#include "daemon/gap.h"

#include <stdio.h>

/* What was heard last may have overtaken something that was not. */
enum { OVERLAP_S = 120 };

void gap_init(struct gap *g)
{
	map_init(&g->asked);
}

void gap_deinit(struct gap *g)
{
	map_deinit(&g->asked, NULL);
}

/* A little before the mark, but not too far back. */
static struct str back_from(const struct gap *g, struct str mark, char room[static 32])
{
	int64_t earliest = (loop_wall(g->loop).ms - g->back_ms) / 1000, seconds;

	if (!str_int(str_sub(mark, 0, str_find_char(mark, '.')), &seconds))
		seconds = earliest;
	seconds -= OVERLAP_S;
	snprintf(room, 32, "%lld.000000", (long long)(seconds > earliest ? seconds : earliest));
	return str_from(room);
}

static void read_channel(struct gap *g, struct str channel, enum channel_kind kind, struct str mark)
{
	char room[32];

	if (channel.len == 0 || map_get(&g->asked, channel) != NULL)
		return;
	map_set(&g->asked, channel, g);
	catchup_channel(g->catchup, channel, kind, back_from(g, mark, room));
}

static void on_heard(void *owner, struct str channel, struct str mark)
{
	read_channel(owner, channel, CHANNEL_UNKNOWN, mark);
}

void gap_end(struct gap *g)
{
	struct str newest = engine_heard(g->engine);
	char now[32];

	if (g->back_ms == 0)
		return;
	if (newest.len == 0) {
		snprintf(now, sizeof(now), "%lld.000000",
			 (long long)(loop_wall(g->loop).ms / 1000));
		engine_begin_hearing(g->engine, str_from(now));
		return;
	}
	if (!g->is_open) /* else an earlier gap has not been read yet */
		snprintf(g->from, sizeof(g->from), "%.*s", STR_ARG(newest));
	map_deinit(&g->asked, NULL);
	map_init(&g->asked);
	g->is_open = true;
	engine_hold_marks(g->engine, true);
	engine_each_heard(g->engine, on_heard, g);
	if (g->has_lists)
		gap_read_rest(g);
}

static void on_channel(void *owner, struct str id, enum channel_kind kind)
{
	const struct gap *g = owner;

	read_channel(owner, id, kind, str_from(g->from));
}

void gap_read_rest(struct gap *g)
{
	g->has_lists = true;
	if (!g->is_open)
		return;
	g->is_open = false;
	directory_each_channel(g->directory, on_channel, g);
	gap_was_read(g);
}

void gap_was_read(struct gap *g)
{
	if (!g->is_open && catchup_left(g->catchup) == 0)
		engine_hold_marks(g->engine, false);
}
