/* SPDX-License-Identifier: MIT */
#include "lib/fakews.h"

#include <assert.h>
#include <stdlib.h>
#include "base/mem.h"

struct ws {
	struct fakews seen;
	struct loop *loop;
	const struct ws_events *events;
	void *owner;
	struct mono last_heard;
	struct loop_timer close;
};

static struct {
	struct ws **sockets;
	size_t n;
	bool ignores_close;
} all;

static struct ws *real(struct fakews *seen)
{
	struct ws *ws = container_of(seen, struct ws, seen);

	assert(!seen->is_freed);
	return ws;
}

/* ---- for tests ---- */

size_t fakews_count(void)
{
	return all.n;
}

struct fakews *fakews_at(size_t i)
{
	assert(i < all.n);
	return &all.sockets[i]->seen;
}

struct fakews *fakews_last(void)
{
	assert(all.n > 0);
	return fakews_at(all.n - 1);
}

void fakews_open(struct fakews *seen)
{
	struct ws *ws = real(seen);

	seen->is_open = true;
	fakews_heard(seen);
	ws->events->on_open(ws->owner);
}

void fakews_text(struct fakews *seen, const char *text)
{
	struct ws *ws = real(seen);
	struct str given = str_from(text);
	/* Of exactly the text's size, so that a read past its end is seen. */
	char *bytes = mem_alloc(given.len > 0 ? given.len : 1);

	for (size_t i = 0; i < given.len; i++)
		bytes[i] = given.p[i];
	fakews_heard(seen);
	ws->events->on_text(ws->owner, str_make(bytes, given.len));
	free(bytes);
}

void fakews_heard(struct fakews *seen)
{
	struct ws *ws = real(seen);

	ws->last_heard = loop_now(ws->loop);
}

void fakews_over(struct fakews *seen, int code, int status, const char *why)
{
	struct ws *ws = real(seen);

	seen->is_open = false;
	loop_timer_stop(ws->loop, &ws->close);
	ws->events->on_over(ws->owner, code, status, why);
}

void fakews_answer_close(bool answers)
{
	all.ignores_close = !answers;
}

void fakews_reset(void)
{
	for (size_t i = 0; i < all.n; i++) {
		struct ws *ws = all.sockets[i];

		assert(ws->seen.is_freed);
		buf_deinit(&ws->seen.sent);
		free(ws->seen.url);
		free(ws);
	}
	free(all.sockets);
	all.sockets = NULL;
	all.n = 0;
	all.ignores_close = false;
}

/* ---- as net/ws.h ---- */

static void on_close_due(void *owner)
{
	struct ws *ws = owner;

	fakews_over(&ws->seen, all.ignores_close ? WS_CLOSE_NONE : ws->seen.close_code, 0,
		    "closed");
}

struct ws *ws_open(const struct ws_setup *setup, struct str url, const struct ws_events *events,
		   void *owner)
{
	struct ws *ws;

	if (!str_starts(url, "wss://"))
		return NULL;
	ws = mem_zero(1, sizeof(*ws));
	ws->loop = setup->loop;
	ws->events = events;
	ws->owner = owner;
	ws->last_heard = loop_now(setup->loop);
	ws->seen.url = str_dup(url);
	buf_init(&ws->seen.sent, 0);
	loop_timer_init(&ws->close, on_close_due, ws);
	all.sockets = mem_grow(all.sockets, all.n + 1, sizeof(struct ws *));
	all.sockets[all.n++] = ws;
	return ws;
}

void ws_free(struct ws *ws)
{
	if (ws == NULL)
		return;
	assert(!ws->seen.is_freed);
	loop_timer_stop(ws->loop, &ws->close);
	ws->seen.is_freed = true;
	ws->seen.is_open = false;
}

bool ws_is_open(const struct ws *ws)
{
	return ws->seen.is_open && !ws->seen.is_closing;
}

bool ws_send_text(struct ws *ws, struct str message)
{
	assert(!ws->seen.is_freed);
	if (!ws_is_open(ws))
		return false;
	buf_add(&ws->seen.sent, message);
	buf_addc(&ws->seen.sent, '\n');
	return true;
}

void ws_ping(struct ws *ws, struct str payload)
{
	assert(ws->seen.is_open && !ws->seen.is_freed && payload.len <= 125);
	ws->seen.n_pings++;
}

void ws_close(struct ws *ws, int code, int64_t wait_ms)
{
	assert(ws->seen.is_open && !ws->seen.is_closing && !ws->seen.is_freed);
	ws->seen.is_closing = true;
	ws->seen.close_code = code;
	loop_timer_start(ws->loop, &ws->close, all.ignores_close ? wait_ms : 0);
}

struct mono ws_last_heard(const struct ws *ws)
{
	return ws->last_heard;
}
