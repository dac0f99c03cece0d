/* SPDX-License-Identifier: MIT */
/*
 * A WebSocket client: connect (through a proxy when the environment says so), TLS, upgrade, then frames by
 * wslay. One text message per frame out, never fragmented; any fragmentation in; pings are answered
 * here. Callbacks may call ws_free.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "net/http.h"
#include "net/loop.h"
#include "net/stream.h"

struct ws;

enum { WS_MAX_MESSAGE = 4 << 20, WS_CLOSE_NONE = 1006 };

struct ws_events {
	void (*on_open)(void *owner);			  /* upgrade done */
	void (*on_text)(void *owner, struct str message); /* valid UTF-8, not NUL-terminated */
	/* It is over, for whatever reason, at any stage; comes once, nothing after it. `code` is the
	 * peer's close code, WS_CLOSE_NONE when there was none; `status` the HTTP status of a refused upgrade,
	 * else 0. The owner still calls ws_free. */
	void (*on_over)(void *owner, int code, int status, const char *why);
};

struct ws_setup {
	struct loop *loop;
	struct http *http;
	struct tls *trust;  /* NULL = ws:// only, without TLS: for tests */
	int64_t connect_ms; /* TCP with proxy */
	int64_t upgrade_ms; /* TLS and upgrade together */
};

/* Starts connecting. NULL when the URL is none (net/url.h), or not wss:// although there is trust;
 * nothing is called then. */
struct ws *ws_open(const struct ws_setup *setup, struct str url, const struct ws_events *events,
		   void *owner);
/* The same on a socket that is connected already, for tests; setup->http is not used. */
struct ws *ws_open_on(const struct ws_setup *setup, int take_fd, struct str url,
		      const struct ws_events *events, void *owner);
void ws_free(struct ws *ws); /* at once, no close frame, no callback; NULL is fine */
/* Leaves at the end of the turn, several messages in one TLS record. False = it is not open, and nothing happens. */
bool ws_send_text(struct ws *ws, struct str message);
void ws_ping(struct ws *ws, struct str payload); /* at most 125 bytes */
/* Sends a close frame, waits at most `wait_ms` for the answer; on_over follows. Messages that still come
 * are dropped: they could not be answered. */
void ws_close(struct ws *ws, int code, int64_t wait_ms);
/* The last byte of any kind; while so much waits to be sent that nothing is read, the last that was taken of it. */
struct mono ws_last_heard(const struct ws *ws);
bool ws_is_open(const struct ws *ws);
