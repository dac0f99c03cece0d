/* SPDX-License-Identifier: MIT */
/*
 * The one HTTPS port: takes connections, reads requests, lets the Web API answer them, and hands upgraded
 * connections to a WebSocket. What is written passes through here, so this is where it can be cut,
 * held back, or made to trickle.
 */
#pragma once

#include "base/buf.h"
#include "sim/request.h"
#include "sim/sim.h"

struct server;
struct conn;

/* Port 0 = any free one, on 127.0.0.1. < 0 fatal; what is wrong has been said. */
int server_new(struct server **out, struct sim *sim, struct tls_identity *identity, int port);
void server_free(struct server *server);
struct tls_identity *server_identity(const struct server *server); /* borrowed */
/* Connections behind so many others are shown this certificate, borrowed until the server is freed. */
void server_show(struct server *server, struct tls_identity *identity, int64_t after);
int server_port(const struct server *server);
size_t server_accepted(const struct server *server); /* connections, ever */

/* It is one of that workspace's, until another request on it says otherwise. */
void conn_belongs(struct conn *c, struct sim *sim);

/* Who reads a connection after its upgrade. */
struct conn_reader {
	void (*on_data)(void *owner, struct str bytes);
	/* The peer is gone. The connection frees itself afterwards. */
	void (*on_gone)(void *owner, const char *why);
};

/* An answer to the request under way. `head` are further header lines, each with its CRLF. */
void conn_answer(struct conn *c, int status, struct str head, struct str body);
void conn_read_by(struct conn *c, const struct conn_reader *reader, void *owner);
void conn_write(struct conn *c, struct str bytes);
size_t conn_unsent(const struct conn *c);

/* Faults. */
void conn_delay(struct conn *c, int64_t ms); /* the next answer leaves so much later */
void conn_trickle(struct conn *c);	     /* from now on byte by byte */
/* After `n` more bytes the connection ends, by RST or by a bare FIN. */
void conn_cut_after(struct conn *c, int64_t n, bool by_reset);
/* What has been written since was shorter than that: no cut any more. False = it was not, the end comes. */
bool conn_spare(struct conn *c);

/* Ends it; the reader hears nothing more. */
void conn_close(struct conn *c);	       /* properly: what is queued, close_notify, FIN */
void conn_drop(struct conn *c, bool by_reset); /* at once */
