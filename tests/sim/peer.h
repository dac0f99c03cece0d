/* SPDX-License-Identifier: MIT */
/* The server's end of a WebSocket, by wslay: frames in and out of an upgraded connection, and the ways in
 * which they may misbehave. */
#pragma once

#include <stdbool.h>
#include "sim/server.h"

struct peer;

struct peer_events {
	void (*on_text)(void *owner, struct str message);
	void (*on_pong)(void *owner);
	/* It is over. `code` is the client's close code, 1006 when there was none. The peer is gone after it. */
	void (*on_over)(void *owner, int code, const char *why);
};

struct peer_setup {
	size_t max_frame; /* longer frames of the client end with 1009, fragmented ones with 1002 */
	enum framing framing;
	bool deaf_to_close;
};

/* Takes over the connection's reading; bytes that came behind the handshake follow by themselves. */
struct peer *peer_new(struct sim *sim, struct conn *conn, const struct peer_setup *setup,
		      const struct peer_events *events, void *owner);
void peer_text(struct peer *p, struct str message);
void peer_binary(struct peer *p, struct str bytes);
void peer_ping(struct peer *p);
void peer_raw(struct peer *p, struct str bytes); /* onto the wire as it is, no frame around it */
void peer_close(struct peer *p, int code, const char *reason);
/* From now on it neither reads nor writes, and the connection stays: half-open. */
void peer_mute(struct peer *p);
/* Only so many bytes of the frame leave, then the connection ends. False = it was shorter and left whole. */
bool peer_text_cut(struct peer *p, struct str message, int64_t n, bool by_reset);
size_t peer_unsent(const struct peer *p);
/* Ends it at once, without a close frame; no callback. */
void peer_drop(struct peer *p, bool by_reset);
