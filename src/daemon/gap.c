/* SPDX-License-Identifier: MIT */
#include "daemon/gap.h"

#include <stdio.h>
#include "base/log.h"

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

/* Its mark is held until it has been read. */
static void read_held(struct gap *g, struct str channel, enum channel_kind kind)
{
	char room[32];

	if (g->back_ms == 0 ||
	    !catchup_channel(g->catchup, channel, kind,
			     back_from(g, engine_heard(g->engine, channel), room)))
		engine_release_mark(g->engine, channel);
}

static void read_channel(struct gap *g, struct str channel, enum channel_kind kind)
{
	if (channel.len == 0 || map_get(&g->asked, channel) != NULL)
		return;
	map_set(&g->asked, channel, g);
	engine_hold_mark(g->engine, channel);
	read_held(g, channel, kind);
}

static void on_heard(void *owner, struct str channel)
{
	read_channel(owner, channel, CHANNEL_UNKNOWN);
}

void gap_end(struct gap *g)
{
	char now[32];

	if (g->back_ms == 0)
		return;
	if (engine_heard(g->engine, STR_EMPTY).len == 0) {
		snprintf(now, sizeof(now), "%lld.000000",
			 (long long)(loop_wall(g->loop).ms / 1000));
		engine_begin_hearing(g->engine, str_from(now));
		return;
	}
	if (!g->is_open)
		engine_hold_mark(g->engine, STR_EMPTY);
	g->is_open = true;
	map_deinit(&g->asked, NULL);
	map_init(&g->asked);
	engine_each_heard(g->engine, on_heard, g);
	directory_list_channels(g->directory); /* some may be new since */
}

static void on_channel(void *owner, struct str id, enum channel_kind kind)
{
	read_channel(owner, id, kind);
}

void gap_read_rest(struct gap *g)
{
	if (!g->is_open)
		return;
	g->is_open = false;
	directory_each_channel(g->directory, on_channel, g);
	engine_release_mark(g->engine, STR_EMPTY);
}

bool gap_read_missed(struct gap *g)
{
	struct str channel;
	size_t n = 0;

	for (; engine_take_missed(g->engine, &channel); n++)
		read_held(g, channel, CHANNEL_UNKNOWN);
	if (n > 0 && g->back_ms > 0)
		log_info("bot", "events that were not taken are read back channels=%zu", n);
	return n > 0;
}

void gap_was_read(struct gap *g, struct str channel)
{
	engine_release_mark(g->engine, channel);
}
