/* SPDX-License-Identifier: MIT */
/*
 * A byte stream over TCP with TLS: socket and GnuTLS session as one object. Its owner sees open, data,
 * drained, closed, timeout and error, never EAGAIN nor a wish of TLS. The only includer of GnuTLS
 * sessions. TLS >= 1.2; chain and host name are verified before on_open; there is no way to switch
 * that off. Client side; the server side below exists for tests' own servers.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include "base/str.h"
#include "net/loop.h"
#include "net/tls.h"

struct stream;

struct stream_events {
	void (*on_open)(void *owner);	 /* TLS is up and the peer is who it should be */
	void (*on_data)(void *owner);	 /* something may be read: call stream_read until 0 */
	void (*on_drained)(void *owner); /* everything written has left; may be NULL */
	void (*on_closed)(void *owner);	 /* the peer closed properly (close_notify) */
	/* Anything else that ends it: refused certificate, alert, reset, end without close_notify,
	 * handshake over its deadline. `why` is a sentence, valid during the call. The stream is dead;
	 * the owner still calls stream_free. */
	void (*on_error)(void *owner, const char *why);
};

/* Takes the connected, non-blocking fd. `host` for SNI and verification (a name or an IP address).
 * trust NULL = no TLS at all, for tests over a socketpair; on_open then comes from the loop as well. */
struct stream *stream_new(struct loop *loop, struct tls *trust, int take_fd, const char *host,
			  int64_t handshake_ms, const struct stream_events *events, void *owner);
/* Unlinks and closes at once; the memory goes after the turn. Fine in any callback; NULL is fine. */
void stream_free(struct stream *s);
/* > 0 bytes, 0 = nothing now. A turn of the loop gives at most STREAM_TURN_BYTES, so that a peer who floods us holds
 * up nobody else; the rest comes with on_data in the next turn, which does not wait. */
size_t stream_read(struct stream *s, char *out, size_t len);
enum { STREAM_TURN_BYTES = 64 << 10 };
/* The owner has had enough for this turn: nothing more is given in it, as if so many bytes had come. */
void stream_end_turn(struct stream *s);
/* Queues; leaves later in this turn, or as soon as the socket takes it. Gives how many bytes have not left. */
size_t stream_write(struct stream *s, struct str bytes);
size_t stream_unsent(const struct stream *s);
/* Reads nothing until it is told to again, so that who takes nothing gives us nothing either. */
void stream_pause(struct stream *s, bool paused);
/* When the socket took something last. */
struct mono stream_last_taken(const struct stream *s);
/* Sends what is queued, then close_notify and FIN. Data may still come; on_closed or on_error follows
 * when the other side closes too: the owner keeps the clock for that. */
void stream_close(struct stream *s);
/* Closes with RST at once. For tests' servers. Then stream_free. */
void stream_reset(struct stream *s);

/* Server side, for test servers; id NULL = no TLS at all. */
struct stream *stream_accept(struct loop *loop, struct tls_identity *id, int take_fd,
			     int64_t handshake_ms, const struct stream_events *events, void *owner);
