/* SPDX-License-Identifier: MIT */
/*
 * What Socket Mode and RTM share, as they see it: a session keeps sockets alive and hands their frames to a protocol, which
 * says what they mean. A protocol has no state of its own.
 */
#pragma once

#include "base/buf.h"
#include "base/telling.h"
#include "net/backoff.h"
#include "transport/connect_error.h"
#include "transport/transport.h"

struct session_socket;

struct session_protocol {
	const char *name;			   /* for the log */
	const char *token_advice;		   /* where a good token comes from; a sentence */
	const struct connect_error_advice *advice; /* about fatal errors of the connecting method */
	/* The connecting method said yes, the socket is about to be dialled; may be NULL. */
	void (*on_answer)(const struct transport_setup *setup, const struct json *body);
	/* A frame. It calls the functions below as it sees fit. Not called any more once the transport stops: what is
	 * not acknowledged then, Slack will send again. */
	void (*on_text)(const struct transport_setup *setup, struct session_socket *socket,
			struct str text);
	/* Appends the frame that acknowledges; NULL = nothing is ever acknowledged. */
	void (*ack_frame)(struct buf *out, struct str id);
	/* The same, with words for who typed the command that is acknowledged; NULL = there are none. */
	void (*say_frame)(struct buf *out, struct str id, struct str text);
	/* Appends the frame of a ping of the protocol's own, numbered from 1 on each socket; NULL = those of WebSocket
	 * will do. One that session_ponged does not answer within dead_after_ms breaks the socket. */
	void (*ping_frame)(struct buf *out, int64_t id, int64_t time_ms);
};

/* The socket is live. `num_connections` is how many Slack counts, 0 = not told. */
void session_hello(struct session_socket *socket, int64_t num_connections);
/* The socket will go soon: a new one is made live first. One that is not live yet is broken off. */
void session_replace(struct session_socket *socket, const char *why);
/* The socket is of no use any more: closed at once, replaced after the wait of that kind. */
void session_break(struct session_socket *socket, enum backoff_kind kind, const char *why);
/* The frame is no JSON object; acknowledged where an id can be read, else it breaks the socket. */
void session_garbled(const struct transport_setup *setup, struct session_socket *socket,
		     struct str id, size_t size, const char *why);
/* When that was told last, on whichever socket; for transport/garbled.c. */
struct telling *session_garbled_telling(struct session_socket *socket);
void session_ponged(struct session_socket *socket);
/* Gives the event to the sink, which owes an acknowledgement for `ack_id` from then on, unless it is empty. */
void session_give(struct session_socket *socket, struct event *take, struct str ack_id);
/* Acknowledges at once, on the socket that it just came on, what is no event; nothing when `id` is empty. */
void session_ack(struct session_socket *socket, struct str id);
