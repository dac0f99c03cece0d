/* SPDX-License-Identifier: MIT */
#include "sim/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "sim/hook.h"
#include "sim/listen.h"
#include "sim/slash.h"
#include "sim/upgrade.h"
#include "sim/web_api.h"

enum { HANDSHAKE_MS = 10000 };

struct server {
	struct sim *sim;
	struct tls_identity *identity;
	struct loop_file file;
	int port;
	struct tls_identity *next_identity; /* NULL = none is planned */
	int64_t next_after;
	size_t n_accepted;
	struct list conns; /* conn::link */
};

struct conn {
	struct list link; // server::conns
	struct server *server;
	struct sim *sim; /* whose it is, as far as is known */
	struct stream *stream;
	struct buf in;
	bool answering; /* a request is under way; the next one waits in `in` */
	bool keep_alive;
	bool closing;	/* no further request is read */
	bool continued; /* 100 Continue has been sent for the request in `in` */
	bool dying;	/* ends when everything has left */
	bool by_reset;
	int64_t left; /* bytes that may still leave; -1 = any number */
	const struct conn_reader *reader;
	void *owner;
	int64_t delay_ms;
	struct loop_timer delay;
	struct buf held; /* the answer that `delay` holds back */
	bool trickling;
	struct loop_call trickle;
	struct loop_call end; /* when it is cut with nothing on its way */
	struct buf drops;     /* what trickles */
};

static void conn_free(void *pointer)
{
	struct conn *c = pointer;

	buf_deinit(&c->in);
	buf_deinit(&c->held);
	buf_deinit(&c->drops);
	free(c);
}

static void conn_bury(struct conn *c)
{
	struct loop *loop = c->server->sim->loop;

	list_remove(&c->link);
	loop_timer_stop(loop, &c->delay);
	loop_call_cancel(&c->trickle);
	loop_call_cancel(&c->end);
	stream_free(c->stream);
	c->stream = NULL;
	loop_bury(loop, c, conn_free);
}

void conn_drop(struct conn *c, bool by_reset)
{
	if (c->stream == NULL)
		return;
	if (by_reset)
		stream_reset(c->stream);
	conn_bury(c);
}

void conn_close(struct conn *c)
{
	c->reader = NULL;
	c->closing = true;
	if (c->stream != NULL)
		stream_close(c->stream);
}

/* Tells the reader and ends it. */
static void conn_lost(struct conn *c, const char *why)
{
	const struct conn_reader *reader = c->reader;

	c->reader = NULL;
	if (reader != NULL)
		reader->on_gone(c->owner, why);
	if (c->stream != NULL)
		conn_bury(c);
}

static void conn_push(struct conn *c, struct str bytes)
{
	if (c->dying)
		return;
	if (c->left >= 0 && (int64_t)bytes.len >= c->left) {
		bytes.len = (size_t)c->left;
		c->dying = true;
	} else if (c->left >= 0) {
		c->left -= (int64_t)bytes.len;
	}
	stream_write(c->stream, bytes);
	if (c->dying && stream_unsent(c->stream) == 0)
		loop_call_soon(c->server->sim->loop, &c->end);
}

static void on_trickle(void *owner)
{
	struct conn *c = owner;
	char drop = c->drops.p[0];

	buf_consume(&c->drops, 1);
	conn_push(c, str_make(&drop, 1));
	if (c->stream != NULL && c->drops.len > 0)
		loop_call_soon(c->server->sim->loop, &c->trickle);
}

void conn_write(struct conn *c, struct str bytes)
{
	if (c->stream == NULL || bytes.len == 0)
		return;
	if (!c->trickling) {
		conn_push(c, bytes);
		return;
	}
	buf_add(&c->drops, bytes);
	loop_call_soon(c->server->sim->loop, &c->trickle);
}

size_t conn_unsent(const struct conn *c)
{
	return c->stream != NULL ? stream_unsent(c->stream) + c->drops.len : 0;
}

void conn_delay(struct conn *c, int64_t ms)
{
	c->delay_ms = ms;
}

void conn_trickle(struct conn *c)
{
	c->trickling = true;
}

void conn_cut_after(struct conn *c, int64_t n, bool by_reset)
{
	c->left = n;
	c->by_reset = by_reset;
}

bool conn_spare(struct conn *c)
{
	if (!c->dying && c->drops.len == 0)
		c->left = -1;
	return !c->dying;
}

void conn_belongs(struct conn *c, struct sim *sim)
{
	c->sim = sim;
}

void conn_read_by(struct conn *c, const struct conn_reader *reader, void *owner)
{
	c->reader = reader;
	c->owner = owner;
}

static const char *status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {
		{ 101, "Switching Protocols" },
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].status == status)
			return known[i].text;
	return "Status";
}

static void read_requests(struct conn *c);

static void answer_now(struct conn *c)
{
	CLEANUP(buf_deinit) struct buf out = c->held;

	buf_init(&c->held, 0);
	conn_write(c, buf_str(&out));
	if (c->stream == NULL)
		return;
	c->answering = false;
	if (!c->keep_alive)
		conn_close(c);
}

static void on_delayed(void *owner)
{
	answer_now(owner);
	read_requests(owner);
}

void conn_answer(struct conn *c, int status, struct str head, struct str body)
{
	buf_addf(&c->held, "HTTP/1.1 %d %s\r\n", status, status_text(status));
	buf_add(&c->held, head);
	if (status != 101)
		buf_addf(&c->held, "Content-Length: %zu\r\nConnection: %s\r\n", body.len,
			 c->keep_alive ? "keep-alive" : "close");
	buf_addz(&c->held, "\r\n");
	buf_add(&c->held, body);
	if (c->delay_ms > 0)
		loop_timer_start(c->server->sim->loop, &c->delay, c->delay_ms);
	else
		answer_now(c);
	c->delay_ms = 0;
}

static void route(struct conn *c, const struct request *r)
{
	struct str path = r->path;

	if (str_skip(&path, "/api/"))
		web_api_handle(c->server->sim, c, r, path);
	else if (str_skip(&path, "/hooks/"))
		hook_handle(c->server->sim, c, r, path);
	else if (str_starts(path, "/commands/"))
		slash_handle(c->server->sim, c, r, path);
	else if (str_is(path, "/link/") || str_is(path, "/rtm/"))
		upgrade_handle(c->server->sim, c, r);
	else
		conn_answer(c, 404, STR("Content-Type: text/plain\r\n"),
			    STR("slacksim: no such page\n"));
}

/* True when a whole request was taken from the buffer and routed. */
static bool read_request(struct conn *c)
{
	struct request r;
	size_t used = 0;
	int got = request_parse(buf_str(&c->in), &r, &used);

	if (got == REQUEST_BODY_MISSING && r.wants_continue && !c->continued) {
		c->continued = true;
		conn_write(c, STR("HTTP/1.1 100 Continue\r\n\r\n"));
	}
	if (got == REQUEST_BAD) {
		c->answering = true;
		c->keep_alive = false;
		conn_answer(c, 400, STR("Content-Type: text/plain\r\n"), STR("bad request\n"));
	}
	if (got != 0)
		return false;
	c->answering = true;
	c->keep_alive = r.keep_alive;
	c->continued = false;
	route(c, &r);
	if (c->stream != NULL)
		buf_consume(&c->in, used);
	return true;
}

static void read_requests(struct conn *c)
{
	while (c->stream != NULL && c->reader == NULL && !c->answering && !c->closing &&
	       c->in.len > 0)
		if (!read_request(c))
			return;
}

static void on_data(void *owner)
{
	struct conn *c = owner;
	char block[16384];
	size_t n;

	while (c->stream != NULL && (n = stream_read(c->stream, block, sizeof(block))) > 0) {
		if (c->reader != NULL)
			c->reader->on_data(c->owner, str_make(block, n));
		else
			buf_add(&c->in, str_make(block, n));
	}
	if (c->stream != NULL && c->reader == NULL)
		read_requests(c);
}

static void on_drained(void *owner)
{
	struct conn *c = owner;

	if (!c->dying)
		return;
	c->sim->n_cuts++;
	if (c->by_reset)
		stream_reset(c->stream);
	conn_lost(c, "cut");
}

static void on_open(void *owner)
{
	(void)owner;
}

static void on_closed(void *owner)
{
	conn_lost(owner, "closed");
}

static void on_error(void *owner, const char *why)
{
	conn_lost(owner, why);
}

static void conn_new(struct server *server, int take_fd)
{
	static const struct stream_events events = {
		.on_open = on_open,
		.on_data = on_data,
		.on_drained = on_drained,
		.on_closed = on_closed,
		.on_error = on_error,
	};
	struct conn *c = mem_zero(1, sizeof(*c));

	c->server = server;
	c->sim = server->sim;
	c->left = -1;
	buf_init(&c->in, 0);
	buf_init(&c->held, 0);
	buf_init(&c->drops, 0);
	loop_timer_init(&c->delay, on_delayed, c);
	loop_call_init(&c->trickle, on_trickle, c);
	loop_call_init(&c->end, on_drained, c);
	list_append(&server->conns, &c->link);
	c->stream = stream_accept(server->sim->loop, server->identity, take_fd, HANDSHAKE_MS,
				  &events, c);
}

static void choose_identity(struct server *server)
{
	if (server->next_identity != NULL && server->next_after-- == 0)
		server->identity = TAKE(server->next_identity);
}

static void on_connection(void *owner, uint32_t events)
{
	struct server *server = owner;
	int one = 1, fd;

	(void)events;
	while ((fd = accept4(server->file.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		server->n_accepted++;
		choose_identity(server);
		conn_new(server, fd);
	}
}

int server_new(struct server **out, struct sim *sim, struct tls_identity *identity, int port)
{
	struct server *server = mem_zero(1, sizeof(*server));
	int fd = listen_on(port);

	*out = server;
	server->sim = sim;
	server->identity = identity;
	list_init(&server->conns);
	loop_file_init(&server->file, on_connection, server);
	if (fd < 0) {
		log_error("sim", "cannot listen on 127.0.0.1:%d: %s", port, strerror(errno));
		return ERR_SYSTEM;
	}
	server->port = listen_port(fd);
	return loop_file_watch(sim->loop, &server->file, fd, EPOLLIN);
}

void server_free(struct server *server)
{
	if (server == NULL)
		return;
	while (!list_is_empty(&server->conns))
		conn_lost(list_first(&server->conns, struct conn, link), "the server stops");
	if (server->file.fd >= 0) {
		int fd = server->file.fd;

		loop_file_unwatch(server->sim->loop, &server->file);
		close(fd);
	}
	free(server);
}

int server_port(const struct server *server)
{
	return server->port;
}

size_t server_accepted(const struct server *server)
{
	return server->n_accepted;
}

struct tls_identity *server_identity(const struct server *server)
{
	return server->identity;
}

void server_show(struct server *server, struct tls_identity *identity, int64_t after)
{
	server->next_identity = identity;
	server->next_after = after;
}
