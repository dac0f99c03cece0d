/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"
#include "lib/pump.h"
#include "lib/testcert.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

enum { LONG_MS = 8000 };

/* What every test needs. */
struct world {
	struct tmpdir dir;
	struct loop *loop;
	struct tls *trust;
	struct tls_identity *id;
};

/* One end of a connection and what happened to it. */
struct end {
	struct loop *loop;
	struct stream *stream;
	struct buf got;
	size_t chunk; /* read so many bytes at a time */
	size_t most;  /* bytes that one on_data gave at most */
	bool open, drained, closed, failed;
	bool over;	    /* closed or failed */
	const char *die_at; /* free the stream in this callback */
	bool echo;
	char why[256];
};

static void maybe_die(struct end *e, const char *callback)
{
	if (e->die_at != NULL && strcmp(e->die_at, callback) == 0)
		stream_free(TAKE(e->stream));
}

static void on_open(void *owner)
{
	struct end *e = owner;

	CU_ASSERT(!e->open);
	e->open = true;
	maybe_die(e, "open");
}

static void on_data(void *owner)
{
	struct end *e = owner;
	char bytes[20000];
	size_t n, sum = 0;

	CU_ASSERT(e->open);
	while (e->stream != NULL && (n = stream_read(e->stream, bytes, e->chunk)) > 0) {
		buf_add(&e->got, str_make(bytes, n));
		sum += n;
		if (e->echo)
			stream_write(e->stream, str_make(bytes, n));
		maybe_die(e, "data");
	}
	if (sum > e->most)
		e->most = sum;
}

static void on_drained(void *owner)
{
	struct end *e = owner;

	CU_ASSERT_EQUAL(stream_unsent(e->stream), 0);
	e->drained = true;
	maybe_die(e, "drained");
}

static void on_closed(void *owner)
{
	struct end *e = owner;

	CU_ASSERT(!e->over);
	e->closed = e->over = true;
	maybe_die(e, "closed");
}

static void on_error(void *owner, const char *why)
{
	struct end *e = owner;

	CU_ASSERT(!e->over);
	e->failed = e->over = true;
	snprintf(e->why, sizeof(e->why), "%s", why);
	maybe_die(e, "error");
}

static const struct stream_events events = { on_open, on_data, on_drained, on_closed, on_error };

static void end_init(struct end *e, struct loop *loop)
{
	*e = (struct end){ .loop = loop, .chunk = 4096 };
	buf_init(&e->got, 0);
}

static void end_deinit(struct end *e)
{
	stream_free(TAKE(e->stream));
	buf_deinit(&e->got);
}

static struct tls_identity *identity(struct world *w, const char *stem)
{
	struct tls_identity *id = NULL;
	char cert[512], key[512];
	const char *why = NULL;

	snprintf(cert, sizeof(cert), "%s/%s.pem", tmpdir_path(&w->dir), stem);
	snprintf(key, sizeof(key), "%s/%s.key", tmpdir_path(&w->dir), stem);
	CU_ASSERT_EQUAL_FATAL(tls_identity_new(&id, cert, key, &why), 0);
	return id;
}

static void world_init(struct world *w)
{
	const char *why = NULL;
	char path[512];

	tmpdir_init(&w->dir);
	CU_ASSERT_EQUAL_FATAL(testcert_write(tmpdir_path(&w->dir)), 0);
	CU_ASSERT_EQUAL_FATAL(loop_new(&w->loop, NULL), 0);
	snprintf(path, sizeof(path), "%s/ca.pem", tmpdir_path(&w->dir));
	CU_ASSERT_EQUAL_FATAL(tls_new(&w->trust, path, &why), 0);
	w->id = identity(w, "good");
}

/* The loop goes last: streams freed before still lie in its graveyard. */
static void world_deinit(struct world *w)
{
	tls_identity_free(w->id);
	tls_free(w->trust);
	loop_free(w->loop);
	tmpdir_deinit(&w->dir);
}

/* Client and server over loopback TCP; with TLS or without. */
static void ends_init(struct world *w, struct end *client, struct end *server, bool tls)
{
	int fds[2];

	tcp_pair(fds);
	end_init(client, w->loop);
	end_init(server, w->loop);
	client->stream = stream_new(w->loop, tls ? w->trust : NULL, fds[0], "localhost", LONG_MS,
				    &events, client);
	server->stream = stream_accept(w->loop, tls ? w->id : NULL, fds[1], LONG_MS, &events,
				       server);
}

static void ends_open(struct world *w, struct end *client, struct end *server, bool tls)
{
	ends_init(w, client, server, tls);
	CU_ASSERT(!client->open);
	CU_ASSERT(pump_flag(w->loop, &client->open));
	CU_ASSERT(pump_flag(w->loop, &server->open));
}

struct lookup_waiter {
	const struct end *end;
	size_t len;
};

/* Without TCP's clocks: Nagle's, the delayed acknowledgement's, the probes of a small window. */
static void unix_pair(int out[2])
{
	CU_ASSERT_EQUAL_FATAL(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, out), 0);
}

static bool has_got(const void *subject)
{
	const struct lookup_waiter *wish = subject;

	return wish->end->got.len >= wish->len || wish->end->over;
}

static bool pump_bytes(struct world *w, const struct end *e, size_t len)
{
	const struct lookup_waiter wish = { e, len };

	return pump(w->loop, has_got, &wish) && e->got.len == len;
}

/* ---- bytes ---- */

static void talk(bool tls)
{
	struct end client, server;
	struct world w;

	world_init(&w);
	ends_open(&w, &client, &server, tls);
	server.echo = true;
	client.chunk = server.chunk = 1;
	stream_write(client.stream, STR("good"));
	stream_write(client.stream, STR(" evening"));
	CU_ASSERT(pump_bytes(&w, &client, 12));
	ASSERT_STR(buf_str(&server.got), "good evening");
	ASSERT_STR(buf_str(&client.got), "good evening");
	CU_ASSERT(client.drained);
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

static void test_talks_plainly(void)
{
	talk(false);
}

static void test_talks_in_tls(void)
{
	talk(true);
}

static void test_written_before_open(void)
{
	struct end client, server;
	struct world w;

	world_init(&w);
	ends_init(&w, &client, &server, true);
	stream_write(client.stream, STR("early"));
	CU_ASSERT(pump_bytes(&w, &server, 5));
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

static void test_one_turn_is_one_write(void)
{
	struct end client;
	struct world w;
	char bytes[64];
	int fds[2];

	world_init(&w);
	end_init(&client, w.loop);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	client.stream = stream_new(w.loop, NULL, fds[0], "x", LONG_MS, &events, &client);
	CU_ASSERT(pump_flag(w.loop, &client.open));
	stream_write(client.stream, STR("one "));
	stream_write(client.stream, STR("two "));
	stream_write(client.stream, STR("three"));
	CU_ASSERT_EQUAL(stream_unsent(client.stream), 13);
	CU_ASSERT(pump_flag(w.loop, &client.drained));
	CU_ASSERT_EQUAL(recv(fds[1], bytes, sizeof(bytes), 0), 13);
	close(fds[1]);
	end_deinit(&client);
	world_deinit(&w);
}

static void fill(struct buf *b, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		buf_addc(b, (char)(seed >> 16));
	}
}

/* Small kernel buffers: most writes meet AGAIN in the middle of a record. */
static void test_much_through_little(void)
{
	enum { MUCH = 3 << 20 };
	int small = 4096;
	struct end client, server;
	unsigned seed = unit_seed();
	struct world w;
	struct buf sent = { 0 };
	int fds[2];

	world_init(&w);
	unix_pair(fds);
	for (int i = 0; i < 2; i++) {
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
		setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	}
	end_init(&client, w.loop);
	end_init(&server, w.loop);
	client.stream = stream_new(w.loop, w.trust, fds[0], "localhost", LONG_MS, &events, &client);
	server.stream = stream_accept(w.loop, w.id, fds[1], LONG_MS, &events, &server);
	CU_ASSERT(pump_flag(w.loop, &client.open));
	server.echo = true;
	client.chunk = 700;
	server.chunk = 9000;
	fill(&sent, MUCH, seed);
	for (size_t at = 0; at < sent.len;) {
		size_t len = 1 + (size_t)rand_r(&seed) % 30000;

		stream_write(client.stream, str_sub(buf_str(&sent), at, at + len));
		at += len;
		if (rand_r(&seed) % 4 == 0)
			loop_turn(w.loop, 0);
	}
	CU_ASSERT(pump_bytes(&w, &client, MUCH));
	CU_ASSERT(str_eq(buf_str(&client.got), buf_str(&sent)));
	CU_ASSERT(client.most <= 64 << 10);
	CU_ASSERT(server.most <= 64 << 10);
	buf_deinit(&sent);
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

/* When the budget ends in the middle of a record and the kernel has no more, nobody but the stream itself
 * knows that there is something to read. The server has a loop of its own, so that all lies ready. */
static void test_budget_ends_inside_a_record(void)
{
	enum { MUCH = (64 << 10) + 4 };
	struct loop *far = NULL;
	struct end client, server;
	struct world w;
	struct buf sent = { 0 };
	int fds[2];

	world_init(&w);
	CU_ASSERT_EQUAL_FATAL(loop_new(&far, NULL), 0);
	tcp_pair(fds);
	end_init(&client, w.loop);
	end_init(&server, far);
	client.stream = stream_new(w.loop, w.trust, fds[0], "localhost", LONG_MS, &events, &client);
	server.stream = stream_accept(far, w.id, fds[1], LONG_MS, &events, &server);
	for (int i = 0; i < 500 && !(client.open && server.open); i++) {
		loop_turn(w.loop, 5);
		loop_turn(far, 5);
	}
	loop_turn(w.loop, 5); /* the tickets */
	fill(&sent, MUCH, 7);
	stream_write(server.stream, str_sub(buf_str(&sent), 0, 10));
	loop_turn(far, 0);
	stream_write(server.stream, str_sub(buf_str(&sent), 10, MUCH));
	loop_turn(far, 0);
	CU_ASSERT_EQUAL(stream_unsent(server.stream), 0);
	client.chunk = 100;
	CU_ASSERT(pump_bytes(&w, &client, MUCH));
	CU_ASSERT(str_eq(buf_str(&client.got), buf_str(&sent)));
	CU_ASSERT_EQUAL(client.most, 64 << 10);
	buf_deinit(&sent);
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
	loop_free(far);
}

static void read_by_turns(bool tls)
{
	enum { MUCH = 1 << 20 };
	struct end client, server;
	struct world w;
	struct buf sent = { 0 };

	world_init(&w);
	ends_open(&w, &client, &server, tls);
	fill(&sent, MUCH, 5);
	stream_write(server.stream, buf_str(&sent));
	client.chunk = 5000;
	for (int i = 0; i < 1000 && client.got.len < MUCH; i++) {
		size_t before = client.got.len;

		loop_turn(w.loop, 100);
		CU_ASSERT(client.got.len - before <= STREAM_TURN_BYTES);
	}
	CU_ASSERT(str_eq(buf_str(&client.got), buf_str(&sent)));
	buf_deinit(&sent);
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

static void test_a_turn_reads_its_share(void)
{
	read_by_turns(false);
	read_by_turns(true);
}

static void test_a_turn_sends_its_share(void)
{
	enum { MUCH = 1 << 20 };
	struct end client, server;
	struct world w;
	struct buf sent = { 0 };

	world_init(&w);
	ends_open(&w, &client, &server, false);
	fill(&sent, MUCH, 5);
	stream_write(client.stream, buf_str(&sent));
	loop_turn(w.loop, 0);
	CU_ASSERT(stream_unsent(client.stream) >= MUCH - (256 << 10));
	CU_ASSERT(pump_bytes(&w, &server, MUCH));
	CU_ASSERT(str_eq(buf_str(&server.got), buf_str(&sent)));
	buf_deinit(&sent);
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

/* ---- ends ---- */

static void close_with_much_to_say(bool tls)
{
	enum { MUCH = 2 << 20 };
	struct end client, server;
	struct world w;
	struct buf sent = { 0 };

	world_init(&w);
	ends_open(&w, &client, &server, tls);
	fill(&sent, MUCH, 3);
	stream_write(client.stream, buf_str(&sent));
	stream_close(client.stream);
	stream_close(client.stream);
	stream_write(client.stream, STR("too late"));
	CU_ASSERT(pump_flag(w.loop, &server.over));
	CU_ASSERT(server.closed);
	CU_ASSERT(str_eq(buf_str(&server.got), buf_str(&sent)));
	CU_ASSERT(!client.over);
	end_deinit(&server);
	CU_ASSERT(pump_flag(w.loop, &client.over));
	buf_deinit(&sent);
	end_deinit(&client);
	world_deinit(&w);
}

static void test_close_sends_all(void)
{
	close_with_much_to_say(true);
	close_with_much_to_say(false);
}

static void test_both_close(void)
{
	struct end client, server;
	struct world w;

	world_init(&w);
	ends_open(&w, &client, &server, true);
	stream_close(server.stream);
	stream_close(client.stream);
	CU_ASSERT(pump_flag(w.loop, &client.over));
	CU_ASSERT(pump_flag(w.loop, &server.over));
	CU_ASSERT(client.closed && server.closed);
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

static void test_end_without_goodbye(void)
{
	struct end client, server;
	struct world w;

	world_init(&w);
	ends_open(&w, &client, &server, true);
	stream_write(server.stream, STR("last words"));
	CU_ASSERT(pump_flag(w.loop, &server.drained));
	stream_free(TAKE(server.stream));
	CU_ASSERT(pump_flag(w.loop, &client.over));
	ASSERT_STR(buf_str(&client.got), "last words");
	ASSERT_STR(str_from(client.why), "the connection was cut off");
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

static void test_reset(void)
{
	struct end client, server;
	struct world w;

	world_init(&w);
	ends_open(&w, &client, &server, true);
	stream_reset(server.stream);
	CU_ASSERT(pump_flag(w.loop, &client.over));
	ASSERT_STR(str_from(client.why), "the other side reset the connection");
	loop_turn(w.loop, 0);
	CU_ASSERT(!server.over);
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

/* A write that cannot be is an error, not a signal that ends the program. */
static void write_to_nobody(bool tls)
{
	struct end client, server;
	struct world w;
	int fds[2];

	signal(SIGPIPE, SIG_DFL);
	world_init(&w);
	tcp_pair(fds);
	end_init(&client, w.loop);
	end_init(&server, w.loop);
	client.stream = stream_new(w.loop, tls ? w.trust : NULL, fds[0], "localhost", LONG_MS,
				   &events, &client);
	server.stream = stream_accept(w.loop, tls ? w.id : NULL, fds[1], LONG_MS, &events, &server);
	CU_ASSERT(pump_flag(w.loop, &client.open));
	shutdown(fds[0], SHUT_WR);
	stream_write(client.stream, STR("hello?"));
	CU_ASSERT(pump_flag(w.loop, &client.over));
	ASSERT_STR(str_from(client.why), "the other side reset the connection");
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

static void test_no_sigpipe(void)
{
	write_to_nobody(true);
	write_to_nobody(false);
}

static void test_dies_in_any_callback(void)
{
	static const char *const callbacks[] = { "open", "data", "drained", "closed", "error" };

	for (size_t i = 0; i < ARRAY_LEN(callbacks); i++) {
		struct end client, server;
		struct world w;

		world_init(&w);
		ends_init(&w, &client, &server, true);
		server.echo = true;
		client.chunk = 3;
		client.die_at = callbacks[i];
		CU_ASSERT(pump_flag(w.loop, &client.open));
		CU_ASSERT(pump_flag(w.loop, &server.open) || i == 0);
		if (client.stream != NULL)
			stream_write(client.stream, STR("something"));
		CU_ASSERT(pump_bytes(&w, &server, 9) || i == 0);
		CU_ASSERT(i != 1 || pump_bytes(&w, &client, 3));
		if (server.stream != NULL && strcmp(callbacks[i], "closed") == 0)
			stream_close(server.stream);
		else if (strcmp(callbacks[i], "error") == 0)
			stream_reset(server.stream);
		for (int turns = 0; client.stream != NULL && turns < 500; turns++)
			loop_turn(w.loop, 10);
		CU_ASSERT_PTR_NULL(client.stream);
		loop_turn(w.loop, 0);
		end_deinit(&client);
		end_deinit(&server);
		world_deinit(&w);
	}
}

static void test_close_before_open(void)
{
	struct end client, server;
	struct world w;

	world_init(&w);
	ends_init(&w, &client, &server, true);
	stream_close(client.stream);
	CU_ASSERT(!client.over);
	CU_ASSERT(pump_flag(w.loop, &client.over));
	ASSERT_STR(str_from(client.why), "closed before it was open");
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

/* ---- who the other side is ---- */

static void test_certificates(void)
{
	static const struct {
		const char *stem, *host, *says; /* says NULL = accepted */
	} rows[] = {
		{ "good", "localhost", NULL },
		{ "good", "127.0.0.1", NULL },
		{ "good", "::1", NULL },
		{ "good", "127.0.0.2", "the server's certificate is not for 127.0.0.2" },
		{ "good", "slack.com", "the server's certificate is not for slack.com" },
		{ "wrong", "localhost", "the server's certificate is not for localhost" },
		{ "wrong", "somewhere-else.example", NULL },
		{ "expired", "localhost",
		  "the server's certificate has expired (or this clock is wrong)" },
		{ "early", "localhost",
		  "the server's certificate is not valid yet (or this clock is wrong)" },
		{ "stranger", "localhost",
		  "the server's certificate is by an authority that is not trusted here" },
	};
	struct world w;

	world_init(&w);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tls_identity *id = identity(&w, rows[i].stem);
		char *host = mem_strdup(rows[i].host);
		struct end client, server;
		int fds[2];

		tcp_pair(fds);
		end_init(&client, w.loop);
		end_init(&server, w.loop);
		client.stream = stream_new(w.loop, w.trust, fds[0], host, LONG_MS, &events,
					   &client);
		server.stream = stream_accept(w.loop, id, fds[1], LONG_MS, &events, &server);
		free(host);
		CU_ASSERT(pump_flag(w.loop, rows[i].says != NULL ? &client.over : &client.open));
		ASSERT_STR(str_from(client.why), rows[i].says != NULL ? rows[i].says : "");
		CU_ASSERT_EQUAL(client.open, rows[i].says == NULL);
		if (rows[i].says != NULL)
			CU_ASSERT(pump_flag(w.loop, &server.over));
		end_deinit(&client);
		end_deinit(&server);
		tls_identity_free(id);
	}
	world_deinit(&w);
}

static void test_system_trust(void)
{
	struct tls *system = NULL;
	struct end client, server;
	const char *why = NULL;
	struct world w;
	int fds[2];

	if (tls_new(&system, NULL, &why) != 0) {
		CU_ASSERT_PTR_NOT_NULL(why);
		return; /* a machine without the package ca-certificates */
	}
	world_init(&w);
	tcp_pair(fds);
	end_init(&client, w.loop);
	end_init(&server, w.loop);
	client.stream = stream_new(w.loop, system, fds[0], "localhost", LONG_MS, &events, &client);
	server.stream = stream_accept(w.loop, w.id, fds[1], LONG_MS, &events, &server);
	CU_ASSERT(pump_flag(w.loop, &client.over));
	CU_ASSERT(!client.open);
	end_deinit(&client);
	end_deinit(&server);
	tls_free(system);
	world_deinit(&w);
}

/* ---- the handshake ---- */

static void test_silent_peer(void)
{
	struct end client;
	struct world w;
	int fds[2];

	world_init(&w);
	tcp_pair(fds);
	end_init(&client, w.loop);
	client.stream = stream_new(w.loop, w.trust, fds[0], "localhost", 30, &events, &client);
	CU_ASSERT(pump_flag(w.loop, &client.over));
	ASSERT_STR(str_from(client.why), "the TLS handshake took too long");
	close(fds[1]);
	end_deinit(&client);
	world_deinit(&w);
}

static void test_peer_without_tls(void)
{
	struct end client, server;
	struct world w;

	world_init(&w);
	ends_init(&w, &client, &server, true);
	end_deinit(&server);
	end_deinit(&client);
	ends_init(&w, &client, &server, false);
	stream_free(TAKE(client.stream));
	end_deinit(&server);
	{
		int fds[2];

		tcp_pair(fds);
		client.stream = stream_new(w.loop, w.trust, fds[0], "localhost", LONG_MS, &events,
					   &client);
		CU_ASSERT_EQUAL(write(fds[1], "HTTP/1.1 400 Bad Request\r\n\r\n", 28), 28);
		CU_ASSERT(pump_flag(w.loop, &client.over));
		CU_ASSERT(client.failed && !client.open);
		close(fds[1]);
	}
	end_deinit(&client);
	world_deinit(&w);
}

static bool greets_with(struct world *w, const char *host, const char *text)
{
	struct end client, server;
	int fds[2];
	bool found;

	tcp_pair(fds);
	end_init(&client, w->loop);
	end_init(&server, w->loop);
	client.stream = stream_new(w->loop, w->trust, fds[0], host, LONG_MS, &events, &client);
	server.stream = stream_accept(w->loop, NULL, fds[1], LONG_MS, &events, &server);
	while (server.got.len < 100)
		loop_turn(w->loop, 20);
	found = memmem(server.got.p, server.got.len, text, strlen(text)) != NULL;
	end_deinit(&client);
	end_deinit(&server);
	return found;
}

static void test_client_hello(void)
{
	struct world w;

	world_init(&w);
	CU_ASSERT(greets_with(&w, "wss.example.com", "wss.example.com"));
	CU_ASSERT(greets_with(&w, "wss.example.com", "http/1.1"));
	CU_ASSERT(!greets_with(&w, "127.0.0.1", "127.0.0.1"));
	CU_ASSERT(!greets_with(&w, "::1", "::1"));
	world_deinit(&w);
}

static bool old_server_is_refused(struct world *w, gnutls_session_t server)
{
	struct end client;
	bool refused;
	int fds[2];

	tcp_pair(fds);
	gnutls_transport_set_int(server, fds[1]);
	end_init(&client, w->loop);
	client.stream = stream_new(w->loop, w->trust, fds[0], "localhost", LONG_MS, &events,
				   &client);
	for (int i = 0; i < 500 && !client.over; i++) {
		gnutls_handshake(server);
		loop_turn(w->loop, 10);
	}
	refused = client.failed && !client.open;
	close(fds[1]);
	end_deinit(&client);
	return refused;
}

/* A server of the last century: nothing above TLS 1.1. Ubuntu forbids even to play one; then there is none. */
static void test_old_tls(void)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t server;
	struct world w;
	char cert[512], key[512];

	world_init(&w);
	snprintf(cert, sizeof(cert), "%s/good.pem", tmpdir_path(&w.dir));
	snprintf(key, sizeof(key), "%s/good.key", tmpdir_path(&w.dir));
	gnutls_certificate_allocate_credentials(&credentials);
	gnutls_certificate_set_x509_key_file(credentials, cert, key, GNUTLS_X509_FMT_PEM);
	gnutls_init(&server, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
	gnutls_credentials_set(server, GNUTLS_CRD_CERTIFICATE, credentials);
	if (gnutls_priority_set_direct(server, "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0",
				       NULL) == 0)
		CU_ASSERT(old_server_is_refused(&w, server));
	gnutls_deinit(server);
	gnutls_certificate_free_credentials(credentials);
	world_deinit(&w);
}

/* ---- a wire that can be cut ---- */

/* Carries bytes between two sockets: `step` at a time, and `limit` towards the client in all. */
struct wire {
	int client, server;
	size_t step, limit, carried;
};

static size_t carry(int from, int to, size_t len)
{
	char bytes[4096];
	ssize_t n = recv(from, bytes, len < sizeof(bytes) ? len : sizeof(bytes), 0);

	if (n > 0)
		CU_ASSERT_EQUAL(send(to, bytes, (size_t)n, MSG_NOSIGNAL), n);
	return n > 0 ? (size_t)n : 0;
}

static void wire_work(struct wire *wire)
{
	size_t room = wire->limit - wire->carried;

	carry(wire->client, wire->server, wire->step);
	if (room > 0)
		wire->carried += carry(wire->server, wire->client,
				       wire->step < room ? wire->step : room);
}

static void wired_ends(struct world *w, struct end *client, struct end *server, struct wire *wire)
{
	int a[2], b[2];

	unix_pair(a);
	unix_pair(b);
	end_init(client, w->loop);
	end_init(server, w->loop);
	client->stream = stream_new(w->loop, w->trust, a[0], "localhost", LONG_MS, &events, client);
	server->stream = stream_accept(w->loop, w->id, b[0], LONG_MS, &events, server);
	wire->client = a[1];
	wire->server = b[1];
}

static void test_handshake_byte_by_byte(void)
{
	struct wire wire = { .step = 1, .limit = SIZE_MAX };
	struct end client, server;
	struct world w;

	world_init(&w);
	wired_ends(&w, &client, &server, &wire);
	for (int i = 0; i < 20000 && !(client.open && server.open); i++) {
		wire_work(&wire);
		loop_turn(w.loop, 0);
	}
	CU_ASSERT(client.open && server.open);
	stream_write(server.stream, STR("and on it goes"));
	for (int i = 0; i < 20000 && client.got.len < 14; i++) {
		wire_work(&wire);
		loop_turn(w.loop, 0);
	}
	ASSERT_STR(buf_str(&client.got), "and on it goes");
	close(wire.client);
	close(wire.server);
	end_deinit(&client);
	end_deinit(&server);
	world_deinit(&w);
}

/* Carries `limit` bytes of the server's to the client, then cuts; did the client open? */
static bool opens_with(struct world *w, size_t limit)
{
	struct wire wire = { .step = 4096, .limit = limit };
	struct end client, server;
	bool opened;

	wired_ends(w, &client, &server, &wire);
	while (wire.carried < limit && !client.open) {
		wire_work(&wire);
		loop_turn(w->loop, 0);
	}
	close(wire.client);
	CU_ASSERT(pump_flag(w->loop, &client.over));
	CU_ASSERT(client.failed);
	opened = client.open;
	close(wire.server);
	end_deinit(&client);
	end_deinit(&server);
	return opened;
}

static void test_handshake_cut(void)
{
	struct world w;
	size_t limit = 0;

	world_init(&w);
	/* Byte by byte through the first headers, then in strides that meet every position class. */
	while (!opens_with(&w, limit) && limit < 8000)
		limit += limit < 60 ? 1 : 23;
	CU_ASSERT(limit > 300 && limit < 8000);
	world_deinit(&w);
}

UNIT_MAIN("stream", { "talks plainly", test_talks_plainly }, { "talks in TLS", test_talks_in_tls },
	  { "written before open", test_written_before_open },
	  { "one turn is one write", test_one_turn_is_one_write },
	  { "much through little", test_much_through_little },
	  { "budget ends inside a record", test_budget_ends_inside_a_record },
	  { "a turn reads its share", test_a_turn_reads_its_share },
	  { "a turn sends its share", test_a_turn_sends_its_share },
	  { "close sends all", test_close_sends_all }, { "both close", test_both_close },
	  { "end without goodbye", test_end_without_goodbye }, { "reset", test_reset },
	  { "no SIGPIPE", test_no_sigpipe }, { "dies in any callback", test_dies_in_any_callback },
	  { "close before open", test_close_before_open }, { "certificates", test_certificates },
	  { "system trust", test_system_trust }, { "silent peer", test_silent_peer },
	  { "peer without TLS", test_peer_without_tls }, { "client hello", test_client_hello },
	  { "old TLS", test_old_tls }, { "handshake byte by byte", test_handshake_byte_by_byte },
	  { "handshake cut", test_handshake_cut })
