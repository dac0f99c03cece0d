/* SPDX-License-Identifier: MIT */
#include "sim/links.h"

#include <stdlib.h>
#include "base/mem.h"

enum { PING_MS = 5000 };

struct links *links_new(struct sim *sim)
{
	struct links *links = mem_zero(1, sizeof(*links));

	links->sim = sim;
	list_init(&links->all);
	return links;
}

void links_free(struct links *links)
{
	free(links);
}

static void unlive(struct link *l)
{
	if (!l->live)
		return;
	l->live = false;
	if (--l->links->n_live == 0)
		l->links->n_gaps++;
	if (l->pinged)
		l->links->n_pings--;
	l->pinged = false;
}

static void link_free(void *pointer)
{
	free(pointer);
}

static void link_gone(struct link *l)
{
	struct loop *loop = l->links->sim->loop;

	unlive(l);
	list_remove(&l->link);
	l->links->n--;
	loop_timer_stop(loop, &l->ready);
	loop_timer_stop(loop, &l->ping);
	loop_timer_stop(loop, &l->life);
	loop_timer_stop(loop, &l->cut);
	l->events->on_gone(l->side, l);
	loop_bury(loop, l, link_free);
}

void link_drop(struct link *l, bool by_reset)
{
	peer_drop(l->peer, by_reset);
	link_gone(l);
}

static void on_text(void *owner, struct str message)
{
	struct link *l = owner;

	l->heard = loop_now(l->links->sim->loop);
	l->events->on_text(l->side, l, message);
}

static void on_pong(void *owner)
{
	struct link *l = owner;

	l->heard = loop_now(l->links->sim->loop);
	if (!l->pinged)
		return;
	l->pinged = false;
	l->links->n_pings--;
}

static void on_over(void *owner, int code, const char *why)
{
	struct link *l = owner;

	(void)why;
	l->links->last_close = code;
	link_gone(l);
}

static void on_ready(void *owner)
{
	struct link *l = owner;

	l->events->on_ready(l->side, l);
}

static void on_ping_due(void *owner)
{
	struct link *l = owner;

	peer_ping(l->peer);
	loop_timer_start(l->links->sim->loop, &l->ping, PING_MS);
}

/* Slack ends an announced socket by a close frame or by hanging up; both are to be expected. */
static void on_cut(void *owner)
{
	struct link *l = owner;

	if (sim_random(l->links->sim, 2) == 0)
		link_drop(l, false);
	else
		peer_close(l->peer, 1000, "");
}

struct link *link_new(struct links *links, struct conn *conn, size_t max_frame,
		      const struct link_events *events, void *side)
{
	static const struct peer_events peer_events = { on_text, on_pong, on_over };
	struct sim *sim = links->sim;
	struct peer_setup setup = {
		.max_frame = max_frame,
		.framing = sim->set.framing,
		.deaf_to_close = sim->plan.deaf_to_close,
	};
	struct link *l = mem_zero(1, sizeof(*l));

	l->links = links;
	l->events = events;
	l->side = side;
	l->heard = loop_now(sim->loop);
	l->number = ++links->n_ever;
	loop_timer_init(&l->ready, on_ready, l);
	loop_timer_init(&l->ping, on_ping_due, l);
	loop_timer_init(&l->life, NULL, l);
	loop_timer_init(&l->cut, on_cut, l);
	list_append(&links->all, &l->link);
	links->n++;
	l->peer = peer_new(sim, conn, &setup, &peer_events, l);
	loop_timer_start(sim->loop, &l->ready, sim->plan.delay_hello_ms);
	sim->plan.delay_hello_ms = 0;
	return l;
}

/* True = the frame was cut as planned, and the connection ends. */
static bool say(struct link *l, struct str frame, int64_t *plan)
{
	const int64_t n = *plan;

	*plan = -1;
	if (n >= 0)
		return peer_text_cut(l->peer, frame, n, l->links->sim->plan.cut_by_reset);
	peer_text(l->peer, frame);
	return false;
}

void link_hello(struct link *l, struct str frame)
{
	if (say(l, frame, &l->links->sim->plan.cut_hello))
		return;
	l->live = true;
	l->links->n_live++;
	l->links->n_hellos++;
	loop_timer_start(l->links->sim->loop, &l->ping, PING_MS);
}

void link_event(struct link *l, struct str frame)
{
	say(l, frame, &l->links->sim->plan.cut_delivery);
}

void link_text(struct link *l, struct str frame)
{
	peer_text(l->peer, frame);
}

void link_part(struct link *l, struct str frame, int64_t cut_ms)
{
	l->parting = true;
	peer_text(l->peer, frame);
	if (cut_ms > 0)
		loop_timer_start(l->links->sim->loop, &l->cut, cut_ms);
	else
		peer_close(l->peer, 1000, "");
}

struct link *links_any(const struct links *links)
{
	uint64_t pick;

	if (links->n_live == 0)
		return NULL;
	pick = sim_random(links->sim, links->n_live);
	list_each (it, &links->all) {
		struct link *l = list_entry(it, struct link, link);

		if (l->live && pick-- == 0)
			return l;
	}
	return NULL;
}

struct link *links_newest(const struct links *links)
{
	struct link *newest = NULL;

	list_each (it, &links->all) {
		struct link *l = list_entry(it, struct link, link);

		if (l->live)
			newest = l;
	}
	return newest;
}

struct link *links_staying(const struct links *links)
{
	list_each (it, &links->all) {
		struct link *l = list_entry(it, struct link, link);

		if (l->live && !l->parting)
			return l;
	}
	return NULL;
}

void links_drop(struct links *links, bool by_reset)
{
	list_each (it, &links->all)
		unlive(list_entry(it, struct link, link));
	list_each (it, &links->all)
		link_drop(list_entry(it, struct link, link), by_reset);
}

void links_close(struct links *links, int code)
{
	list_each (it, &links->all) {
		struct link *l = list_entry(it, struct link, link);

		unlive(l);
		peer_close(l->peer, code, "");
	}
}

void links_mute(struct links *links)
{
	list_each (it, &links->all) {
		struct link *l = list_entry(it, struct link, link);

		unlive(l);
		peer_mute(l->peer);
	}
}

void links_ping(struct links *links)
{
	list_each (it, &links->all) {
		struct link *l = list_entry(it, struct link, link);

		if (!l->live)
			continue;
		peer_ping(l->peer);
		if (!l->pinged)
			links->n_pings++;
		l->pinged = true;
	}
}

size_t links_unsent(const struct links *links)
{
	size_t n = 0;

	list_each (it, &links->all)
		n += peer_unsent(list_entry(it, struct link, link)->peer);
	return n;
}
