/* SPDX-License-Identifier: MIT */
/*
 * The other side: a test server on the test's own loop that listens on the loopback interface, collects what
 * each connection says, and answers whatever the test wants it to.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/list.h"
#include "net/loop.h"
#include "net/stream.h"

struct peer_conn;

struct peer {
	struct loop *loop;
	struct tls_identity *id; /* borrowed; NULL = no TLS */
	int port;
	struct loop_file listener;
	struct list conns; /* in the order they came, gone ones too */
	size_t n_conns;
	void (*on_bytes)(void *owner, struct peer_conn *conn);
	void *owner;
};

struct peer_conn {
	struct list link; // peer::conns
	struct peer *peer;
	struct stream *stream; /* NULL once it is gone */
	struct buf in;	       /* what was said and not taken yet */
	struct buf head, body; /* of the request taken last */
	bool is_open;
	bool closed, failed; /* how the other side went */
};

/* on_bytes comes whenever `in` has grown. */
void peer_init(struct peer *p, struct loop *loop, struct tls_identity *id,
	       void (*on_bytes)(void *owner, struct peer_conn *conn), void *owner);
void peer_deinit(struct peer *p);
/* A connection that is there already. */
struct peer_conn *peer_adopt(struct peer *p, int take_fd);
struct peer_conn *peer_last(struct peer *p); /* NULL = nobody came yet */

void peer_say(struct peer_conn *conn, struct str bytes);
void peer_close(struct peer_conn *conn); /* properly, after all that was said */
void peer_cut(struct peer_conn *conn);	 /* at once, without a goodbye */
void peer_reset(struct peer_conn *conn); /* at once, with RST */

/* Moves a whole HTTP request from `in` to `head` and `body`; false while it is not whole. */
bool peer_take_request(struct peer_conn *conn);
/* Says a 200 with this body. */
void peer_answer(struct peer_conn *conn, const char *body);
