/* SPDX-License-Identifier: MIT */
/*
 * The reconnect state machine that Socket Mode and RTM share: gets a URL, opens a socket, waits for its
 * hello, watches over it, replaces it before it goes where Slack announces that, and after it went
 * where Slack does not; for as long as it takes. What a frame means is left to a protocol.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "net/backoff.h"
#include "transport/connect_error.h"
#include "transport/transport.h"

struct session;
struct session_socket;

struct session_protocol {
	const char *name;			   /* for the log */
	const char *token_advice;		   /* where a good token comes from; a sentence */
	const struct connect_error_advice *advice; /* about fatal errors of the connecting method */
	/* The connecting method said yes, the socket is about to be dialled; may be NULL. */
	void (*on_answer)(void *owner, const struct json *body);
	/* A frame. It calls session_hello, session_replace, session_break, session_send and session_give as
	 * it sees fit. Not called any more once the session stops: what is not acknowledged then,
	 * Slack will send again. */
	void (*on_text)(void *owner, struct session_socket *socket, struct str text);
	/* The session has just pinged; time for a ping of the protocol's own; may be NULL. */
	void (*on_ping)(void *owner, struct session_socket *socket);
};

/* Copies `setup`, borrows what it points to. Starts connecting in the next turn of the loop. */
int session_new(struct session **out, const struct transport_setup *setup,
		const struct session_protocol *protocol, void *owner);
/* At once, in any state, in any callback. */
void session_free(struct session *s);
/* As transport_ops.stop. */
void session_stop(struct session *s, void (*on_stopped)(void *owner), void *owner);

/* The socket is live. `num_connections` is how many Slack counts, 0 = not told. */
void session_hello(struct session_socket *socket, int64_t num_connections);
/* The socket will go soon: a new one is made live first. One that is not live yet is broken off. */
void session_replace(struct session_socket *socket, const char *why);
/* The socket is of no use any more: closed at once, replaced after the wait of that kind. */
void session_break(struct session_socket *socket, enum backoff_kind kind, const char *why);

void session_send(struct session_socket *socket, struct str text);
/* The socket of that generation, else the newest one that frames can be sent on, else NULL. */
struct session_socket *session_socket_for(struct session *s, uint64_t generation);
uint64_t session_generation(const struct session_socket *socket);
/* Gives the event to the sink, which owes an acknowledgement for `ack_id` from then on, unless it is empty. It
 * fits into struct ack. */
void session_give(struct session_socket *socket, struct event *take, struct str ack_id);
/* An acknowledgement that session_give asked for has been sent: a stop waits a moment for the rest. */
void session_settled(struct session *s);

/* A protocol's own ping: gives the number for it, unless the last one is not answered yet (0). A ping that
 * is left unanswered for dead_after_ms breaks the socket. */
int64_t session_ping_id(struct session_socket *socket);
void session_ponged(struct session_socket *socket);
