/* SPDX-License-Identifier: MIT */
#include "lib/peer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/mem.h"
#include "lib/pump.h"

enum { HANDSHAKE_MS = 8000 };

static void on_open(void *owner)
{
	struct peer_conn *conn = owner;

	conn->is_open = true;
}

static void on_data(void *owner)
{
	struct peer_conn *conn = owner;
	size_t before = conn->in.len, n = 0;
	char *room;

	while ((room = buf_room(&conn->in, 4096)) != NULL &&
	       (n = stream_read(conn->stream, room, 4096)) > 0)
		conn->in.len += n;
	if (conn->in.len > before)
		conn->peer->on_bytes(conn->peer->owner, conn);
}

static void on_closed(void *owner)
{
	struct peer_conn *conn = owner;

	conn->closed = true;
	stream_free(TAKE(conn->stream));
}

static void on_error(void *owner, const char *why)
{
	struct peer_conn *conn = owner;

	(void)why;
	conn->failed = true;
	stream_free(TAKE(conn->stream));
}

static const struct stream_events events = { on_open, on_data, NULL, on_closed, on_error };

struct peer_conn *peer_adopt(struct peer *p, int take_fd)
{
	struct peer_conn *conn = mem_zero(1, sizeof(*conn));

	conn->peer = p;
	buf_init(&conn->in, 0);
	buf_init(&conn->head, 0);
	buf_init(&conn->body, 0);
	list_init(&conn->link);
	list_append(&p->conns, &conn->link);
	p->n_conns++;
	conn->stream = stream_accept(p->loop, p->id, take_fd, HANDSHAKE_MS, &events, conn);
	return conn;
}

static void on_knock(void *owner, uint32_t ready)
{
	struct peer *p = owner;
	int fd = accept4(p->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)ready;
	if (fd >= 0)
		peer_adopt(p, fd);
}

void peer_init(struct peer *p, struct loop *loop, struct tls_identity *id,
	       void (*on_bytes)(void *owner, struct peer_conn *conn), void *owner)
{
	int fd;

	*p = (struct peer){ .loop = loop, .id = id, .on_bytes = on_bytes, .owner = owner };
	list_init(&p->conns);
	loop_file_init(&p->listener, on_knock, p);
	fd = tcp_listen(&p->port);
	if (loop_file_watch(loop, &p->listener, fd, EPOLLIN) < 0)
		abort();
}

void peer_deinit(struct peer *p)
{
	int fd = p->listener.fd;

	loop_file_unwatch(p->loop, &p->listener);
	if (fd >= 0)
		close(fd);
	while (!list_is_empty(&p->conns)) {
		struct peer_conn *conn = list_first(&p->conns, struct peer_conn, link);

		list_remove(&conn->link);
		peer_cut(conn);
		buf_deinit(&conn->in);
		buf_deinit(&conn->head);
		buf_deinit(&conn->body);
		free(conn);
	}
}

struct peer_conn *peer_last(struct peer *p)
{
	return list_is_empty(&p->conns) ? NULL : list_entry(p->conns.prev, struct peer_conn, link);
}

void peer_say(struct peer_conn *conn, struct str bytes)
{
	if (conn->stream != NULL)
		stream_write(conn->stream, bytes);
}

void peer_close(struct peer_conn *conn)
{
	if (conn->stream != NULL)
		stream_close(conn->stream);
}

void peer_cut(struct peer_conn *conn)
{
	stream_free(TAKE(conn->stream));
}

void peer_reset(struct peer_conn *conn)
{
	if (conn->stream != NULL)
		stream_reset(conn->stream);
	peer_cut(conn);
}

static size_t body_length(struct str head)
{
	size_t at = str_find(head, "Content-Length:");

	return at == SIZE_MAX ? 0 : strtoul(head.p + at + strlen("Content-Length:"), NULL, 10);
}

bool peer_take_request(struct peer_conn *conn)
{
	size_t end = str_find(buf_str(&conn->in), "\r\n\r\n"), len;

	if (end == SIZE_MAX)
		return false;
	end += 4;
	len = body_length(str_sub(buf_str(&conn->in), 0, end));
	if (conn->in.len < end + len)
		return false;
	buf_clear(&conn->head);
	buf_add(&conn->head, str_sub(buf_str(&conn->in), 0, end));
	buf_clear(&conn->body);
	buf_add(&conn->body, str_sub(buf_str(&conn->in), end, end + len));
	buf_consume(&conn->in, end + len);
	return true;
}

void peer_answer(struct peer_conn *conn, const char *body)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addf(&text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
	peer_say(conn, buf_str(&text));
}
