/* SPDX-License-Identifier: MIT */
#include "sim/proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/crypto.h"
#include "sim/listen.h"
#include "sim/server.h"

enum { OPEN_MS = 10000, HEAD_MAX = 8192, STATUS_OK = 200, STATUS_WHO = 407, STATUS_NOWHERE = 502 };

struct proxy {
	struct sim *sim;
	struct loop_file file;
	int port;
	bool by_tls;
	int status;
	char *credentials; /* in base64; NULL = anyone may */
	int64_t cut_next;  /* -1 = no tunnel is cut */
	int64_t cut_others;
	bool cut_by_reset;
	size_t n_tunnels, n_refusals;
	struct list tunnels; // tunnel::link
};

/* One end of a tunnel; what comes in at one leaves at the other. */
struct end {
	struct tunnel *tunnel;
	struct stream *stream; /* NULL = not there yet, or gone */
};

struct tunnel {
	struct list link; // proxy::tunnels
	struct proxy *proxy;
	struct end client, slack;
	struct buf head; /* CONNECT, as far as it has come */
	bool open;
	int64_t left; /* bytes that may still go to the client; -1 = any number */
	bool by_reset;
	bool dying; /* ends when everything has left */
	struct loop_call cut;
};

/* ---- the end of a tunnel ---- */

static void tunnel_free(void *buried)
{
	struct tunnel *t = buried;

	buf_deinit(&t->head);
	free(t);
}

static void tunnel_end(struct tunnel *t)
{
	struct loop *loop = t->proxy->sim->loop;

	list_remove(&t->link);
	loop_call_cancel(&t->cut);
	stream_free(TAKE(t->client.stream));
	stream_free(TAKE(t->slack.stream));
	loop_bury(loop, t, tunnel_free);
}

static void on_cut(void *owner)
{
	struct tunnel *t = owner;

	t->proxy->sim->n_cuts++;
	if (t->by_reset)
		stream_reset(t->client.stream);
	tunnel_end(t);
}

/* ---- bytes ---- */

static void to_client(struct tunnel *t, struct str bytes)
{
	if (t->dying || t->client.stream == NULL)
		return;
	if (t->left >= 0 && (int64_t)bytes.len >= t->left) {
		bytes.len = (size_t)t->left;
		t->dying = true;
	} else if (t->left >= 0) {
		t->left -= (int64_t)bytes.len;
	}
	stream_write(t->client.stream, bytes);
	if (t->dying && stream_unsent(t->client.stream) == 0)
		loop_call_soon(t->proxy->sim->loop, &t->cut);
}

static void carry(struct end *end, struct str bytes)
{
	struct tunnel *t = end->tunnel;

	if (end == &t->slack)
		to_client(t, bytes);
	else if (t->slack.stream != NULL)
		stream_write(t->slack.stream, bytes);
}

/* ---- CONNECT ---- */

static int connect_to(int port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* It may block, but a loopback that listens takes it at once. */
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static bool is_ours(const struct proxy *p, struct str target)
{
	char wanted[32];

	snprintf(wanted, sizeof(wanted), "localhost:%d", server_port(p->sim->server));
	return str_is(target, wanted);
}

static bool may_pass(const struct proxy *p, struct str head)
{
	CLEANUP(mem_freep) char *wanted = NULL;
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (p->credentials == NULL)
		return true;
	buf_addf(&text, "\r\nProxy-Authorization: Basic %s\r\n", p->credentials);
	wanted = buf_take(&text);
	return str_find(head, wanted) != SIZE_MAX;
}

/* The status that CONNECT gets. Anything but a well-made one is held against the client. */
static int judge(struct proxy *p, struct str head)
{
	struct str rest = head, method, target;

	if (!str_cut(&rest, ' ', &method) || !str_is(method, "CONNECT") ||
	    !str_cut(&rest, ' ', &target) || !str_starts(rest, "HTTP/1."))
		sim_complain(p->sim, "the proxy was sent something else than CONNECT");
	else if (str_find(head, "Bearer") != SIZE_MAX)
		sim_complain(p->sim, "the proxy was told the token");
	else if (p->status != STATUS_OK)
		return p->status;
	else if (!may_pass(p, head))
		return STATUS_WHO;
	else if (is_ours(p, target))
		return STATUS_OK;
	return STATUS_NOWHERE;
}

static void on_data(void *owner);
static void on_closed(void *owner);
static void on_error(void *owner, const char *why);
static void on_drained(void *owner);

static void on_open(void *owner)
{
	(void)owner;
}

static const struct stream_events events = {
	.on_open = on_open,
	.on_data = on_data,
	.on_drained = on_drained,
	.on_closed = on_closed,
	.on_error = on_error,
};

static void refuse(struct tunnel *t, int status)
{
	CLEANUP(buf_deinit) struct buf answer = { 0 };

	t->proxy->n_refusals++;
	buf_addf(&answer, "HTTP/1.1 %d %s\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n",
		 status, status == STATUS_WHO ? "Proxy Authentication Required" : "No",
		 status == STATUS_WHO ? "Proxy-Authenticate: Basic realm=\"slacksim\"\r\n" : "");
	stream_write(t->client.stream, buf_str(&answer));
	stream_close(t->client.stream);
}

static void open_tunnel(struct tunnel *t)
{
	struct proxy *p = t->proxy;
	int fd = connect_to(server_port(p->sim->server));

	if (fd < 0) {
		refuse(t, STATUS_NOWHERE);
		return;
	}
	t->slack.stream = stream_new(p->sim->loop, NULL, fd, "", OPEN_MS, &events, &t->slack);
	t->open = true;
	if (p->cut_next >= 0 && p->cut_others-- == 0) {
		t->left = p->cut_next;
		t->by_reset = p->cut_by_reset;
		p->cut_next = -1;
	}
	p->n_tunnels++;
	to_client(t, STR("HTTP/1.1 200 Connection established\r\n\r\n"));
}

static void read_head(struct tunnel *t, struct str bytes)
{
	int status;

	buf_add(&t->head, bytes);
	if (t->head.bad) {
		tunnel_end(t);
		return;
	}
	/* A client says nothing behind CONNECT before it has its answer. */
	if (!str_ends(buf_str(&t->head), "\r\n\r\n"))
		return;
	status = judge(t->proxy, buf_str(&t->head));
	if (status == STATUS_OK)
		open_tunnel(t);
	else
		refuse(t, status);
}

/* ---- the streams' events ---- */

static void on_data(void *owner)
{
	struct end *end = owner;
	struct tunnel *t = end->tunnel;
	char block[16384];
	size_t n;

	while (end->stream != NULL && (n = stream_read(end->stream, block, sizeof(block))) > 0) {
		if (!t->open)
			read_head(t, str_make(block, n));
		else
			carry(end, str_make(block, n));
	}
}

static void on_drained(void *owner)
{
	struct end *end = owner;

	if (end->tunnel->dying && end == &end->tunnel->client)
		on_cut(end->tunnel);
}

/* What one end has said still reaches the other before it ends, too. */
static void on_closed(void *owner)
{
	struct end *end = owner;
	struct tunnel *t = end->tunnel;
	struct end *other = end == &t->client ? &t->slack : &t->client;

	stream_free(TAKE(end->stream));
	if (other->stream == NULL || t->dying)
		tunnel_end(t);
	else
		stream_close(other->stream);
}

static void on_error(void *owner, const char *why)
{
	struct end *end = owner;
	struct tunnel *t = end->tunnel;
	struct end *other = end == &t->client ? &t->slack : &t->client;

	(void)why;
	if (other->stream != NULL)
		stream_reset(other->stream);
	tunnel_end(t);
}

/* ---- life ---- */

static void tunnel_new(struct proxy *p, int take_fd)
{
	struct tunnel *t = mem_zero(1, sizeof(*t));

	t->proxy = p;
	t->left = -1;
	t->client.tunnel = t;
	t->slack.tunnel = t;
	buf_init(&t->head, HEAD_MAX);
	loop_call_init(&t->cut, on_cut, t);
	list_append(&p->tunnels, &t->link);
	t->client.stream = stream_accept(p->sim->loop,
					 p->by_tls ? server_identity(p->sim->server) : NULL,
					 take_fd, OPEN_MS, &events, &t->client);
}

static void on_connection(void *owner, uint32_t ready)
{
	struct proxy *p = owner;
	int fd;

	(void)ready;
	while ((fd = accept4(p->file.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		tunnel_new(p, fd);
}

static void stop_listening(struct proxy *p)
{
	int fd = p->file.fd;

	if (fd < 0)
		return;
	loop_file_unwatch(p->sim->loop, &p->file);
	close(fd);
}

bool proxy_listen(struct proxy *p, bool listens)
{
	int fd;

	stop_listening(p);
	if (!listens)
		return true;
	fd = listen_on(p->port);
	if (fd < 0)
		return false;
	p->port = listen_port(fd);
	return loop_file_watch(p->sim->loop, &p->file, fd, EPOLLIN) == 0;
}

int proxy_new(struct proxy **out, struct sim *sim)
{
	struct proxy *p = mem_zero(1, sizeof(*p));

	p->sim = sim;
	p->status = STATUS_OK;
	p->cut_next = -1;
	list_init(&p->tunnels);
	loop_file_init(&p->file, on_connection, p);
	*out = p;
	if (proxy_listen(p, true))
		return 0;
	log_error("sim", "the proxy cannot listen on 127.0.0.1: %s", strerror(errno));
	return ERR_SYSTEM;
}

void proxy_free(struct proxy *p)
{
	if (p == NULL)
		return;
	list_each (it, &p->tunnels)
		tunnel_end(list_entry(it, struct tunnel, link));
	stop_listening(p);
	free(p->credentials);
	free(p);
}

int proxy_port(const struct proxy *p)
{
	return p->port;
}

void proxy_answer(struct proxy *p, int status)
{
	p->status = status;
}

void proxy_speak_tls(struct proxy *p)
{
	p->by_tls = true;
}

void proxy_ask_for(struct proxy *p, struct str credentials)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	free(TAKE(p->credentials));
	if (credentials.len == 0)
		return;
	base64_add(&text, credentials);
	p->credentials = buf_take(&text);
}

void proxy_cut_next(struct proxy *p, int64_t others, int64_t bytes, bool by_reset)
{
	p->cut_others = others;
	p->cut_next = bytes;
	p->cut_by_reset = by_reset;
}

size_t proxy_tunnels(const struct proxy *p)
{
	return p->n_tunnels;
}

size_t proxy_refusals(const struct proxy *p)
{
	return p->n_refusals;
}
