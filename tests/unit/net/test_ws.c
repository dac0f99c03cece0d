/* SPDX-License-Identifier: MIT */
#include "net/ws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"
#include "lib/fakeclock.h"
#include "lib/peer.h"
#include "lib/pump.h"
#include "lib/testcert.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"
#include "net/ws_handshake.h"

enum { CONT = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10, FIN = 0x80 };

/* A client, its server, and what each has seen. */
struct world {
	struct tmpdir dir;
	struct loop *loop;
	struct ws_setup setup;
	struct peer peer;
	struct peer_conn *conn;
	/* the server */
	const char *answer;    /* instead of a good one */
	struct buf behind;     /* said right behind the answer, in the same write */
	struct buf frames;     /* "opcode:payload " of each frame of the client's */
	int n_frames, n_gulps; /* frames, and reads that brought some */
	/* the client */
	struct ws *ws;
	int n_open, n_over, n_texts, code, status;
	char why[256];
	struct buf texts;    /* each with a | behind it */
	const char *free_in; /* the callback in which the client is freed */
	bool is_guest;	     /* in the loop of another world */
	bool answers_close;  /* the server does, with a close frame and the end of the connection */
	bool upgraded, open, over, echo, close_on_text;
};

/* ---- the server ---- */

static void add_frame(struct buf *out, int first, const char *payload, size_t len)
{
	buf_addc(out, (char)first);
	if (len < 126) {
		buf_addc(out, (char)len);
	} else if (len < 65536) {
		buf_addc(out, 126);
		buf_addc(out, (char)(len >> 8));
		buf_addc(out, (char)len);
	} else {
		buf_addc(out, 127);
		for (int shift = 56; shift >= 0; shift -= 8)
			buf_addc(out, (char)(len >> shift));
	}
	buf_add(out, str_make(payload, len));
}

static void say_frame(struct world *w, int first, const char *payload, size_t len)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	add_frame(&out, first, payload, len);
	peer_say(w->conn, buf_str(&out));
}

static void say_text(struct world *w, const char *text)
{
	say_frame(w, FIN | TEXT, text, strlen(text));
}

static void add_good_answer(struct world *w, struct buf *out)
{
	struct str head = buf_str(&w->conn->head);
	size_t at = str_find(head, "Sec-WebSocket-Key: ");
	char key[WS_KEY_LEN + 1] = "", accept[29];

	CU_ASSERT_FATAL(at != SIZE_MAX);
	memcpy(key, head.p + at + 19, WS_KEY_LEN);
	ws_handshake_accept(key, accept);
	buf_addf(out,
		 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		 "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		 accept);
}

static void answer_upgrade(struct world *w)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	if (w->answer != NULL)
		buf_addz(&out, w->answer);
	else
		add_good_answer(w, &out);
	buf_add(&out, buf_str(&w->behind));
	peer_say(w->conn, buf_str(&out));
	w->upgraded = true;
}

/* Takes one frame of the client's; every one must be masked, whole and short. */
static bool take_frame(struct world *w)
{
	struct buf *in = &w->conn->in;
	const unsigned char *p = (const unsigned char *)in->p;
	size_t len, head = 6;

	if (in->len < 2)
		return false;
	len = p[1] & 127;
	if (len == 126) {
		if (in->len < 4)
			return false;
		len = (size_t)p[2] << 8 | p[3];
		head = 8;
	}
	CU_ASSERT_FATAL((p[1] & 128) != 0 && (p[0] & 0xF0) == FIN && len != 127);
	if (in->len < head + len)
		return false;
	buf_addf(&w->frames, "%d:", p[0] & 15);
	for (size_t i = 0; i < len; i++)
		buf_addc(&w->frames, (char)(p[head + i] ^ p[head - 4 + i % 4]));
	buf_addc(&w->frames, ' ');
	if ((p[0] & 15) == CLOSE && w->answers_close) {
		say_frame(w, FIN | CLOSE, "\x03\xE8", 2);
		peer_close(w->conn);
	}
	buf_consume(in, head + len);
	w->n_frames++;
	return true;
}

static void on_bytes(void *owner, struct peer_conn *conn)
{
	struct world *w = owner;
	int before = w->n_frames;

	w->conn = conn;
	if (!w->upgraded && peer_take_request(conn))
		answer_upgrade(w);
	while (w->upgraded && conn->stream != NULL && take_frame(w))
		continue;
	if (w->n_frames > before)
		w->n_gulps++;
}

/* ---- the client ---- */

static void maybe_free(struct world *w, const char *callback)
{
	if (w->free_in != NULL && strcmp(w->free_in, callback) == 0)
		ws_free(TAKE(w->ws));
}

static void on_open(void *owner)
{
	struct world *w = owner;

	w->open = true;
	w->n_open++;
	CU_ASSERT(ws_is_open(w->ws));
	maybe_free(w, "open");
}

static void on_text(void *owner, struct str message)
{
	struct world *w = owner;

	CU_ASSERT_FATAL(w->ws != NULL);
	w->n_texts++;
	buf_add(&w->texts, message);
	buf_addc(&w->texts, '|');
	if (w->echo)
		ws_send_text(w->ws, message);
	if (w->close_on_text)
		ws_close(w->ws, 1000, 5000);
	maybe_free(w, "text");
}

static void on_over(void *owner, int code, int status, const char *why)
{
	struct world *w = owner;

	w->over = true;
	w->n_over++;
	w->code = code;
	w->status = status;
	snprintf(w->why, sizeof(w->why), "%s", why);
	CU_ASSERT(!ws_is_open(w->ws));
	maybe_free(w, "over");
}

static const struct ws_events events = { on_open, on_text, on_over };

/* ---- worlds ---- */

/* `loop` NULL = one of its own. */
static void world_init_in(struct world *w, struct loop *loop, const struct clock *clock)
{
	*w = (struct world){ .answers_close = true, .loop = loop, .is_guest = loop != NULL };
	if (loop == NULL)
		CU_ASSERT_EQUAL_FATAL(loop_new(&w->loop, clock), 0);
	w->setup = (struct ws_setup){ .loop = w->loop, .connect_ms = 5000, .upgrade_ms = 5000 };
	peer_init(&w->peer, w->loop, NULL, on_bytes, w);
	buf_init(&w->behind, 0);
	buf_init(&w->frames, 0);
	buf_init(&w->texts, 0);
}

static void world_init_at(struct world *w, const struct clock *clock)
{
	world_init_in(w, NULL, clock);
}

static void world_init(struct world *w)
{
	world_init_in(w, NULL, NULL);
}

static void world_deinit(struct world *w)
{
	ws_free(TAKE(w->ws));
	peer_deinit(&w->peer);
	if (!w->is_guest)
		loop_free(w->loop);
	buf_deinit(&w->behind);
	buf_deinit(&w->frames);
	buf_deinit(&w->texts);
}

/* Client and server on a socket pair, without TLS. */
static void world_start(struct world *w)
{
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	w->conn = peer_adopt(&w->peer, fds[1]);
	w->ws = ws_open_on(&w->setup, fds[0], STR("ws://slack.test/link?ticket=1"), &events, w);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->ws);
	CU_ASSERT(!ws_is_open(w->ws));
}

static void world_open(struct world *w)
{
	world_init(w);
	world_start(w);
	CU_ASSERT(pump_flag(w->loop, &w->open));
}

/* Opens, then leaves the server's side to the test: a descriptor to read and write by hand. */
static int world_open_raw(struct world *w)
{
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	w->conn = peer_adopt(&w->peer, dup(fds[1]));
	w->ws = ws_open_on(&w->setup, fds[0], STR("ws://slack.test/"), &events, w);
	CU_ASSERT(pump_flag(w->loop, &w->open));
	peer_cut(w->conn);
	return fds[1];
}

static bool has_frame(const void *subject)
{
	const struct world *w = subject;

	return w->n_frames >= 1 || w->over;
}

static void pump_frame(struct world *w)
{
	CU_ASSERT(pump(w->loop, has_frame, w));
}

struct lookup_waiter {
	const struct world *w;
	size_t len;
};

static bool has_text(const void *subject)
{
	const struct lookup_waiter *wish = subject;

	return wish->w->texts.len >= wish->len || wish->w->over;
}

static void pump_text(struct world *w, size_t len)
{
	const struct lookup_waiter wish = { w, len };

	CU_ASSERT(pump(w->loop, has_text, &wish));
}

static void settle(struct world *w)
{
	for (int i = 0; i < 8; i++)
		loop_turn(w->loop, 0);
}

/* ---- opening ---- */

/* By name, TCP and TLS. */
static void world_open_tls(struct world *w)
{
	CLEANUP(buf_deinit) struct buf url = { 0 };
	const char *why, *folder;

	world_init(w);
	tmpdir_init(&w->dir);
	folder = tmpdir_path(&w->dir);
	CU_ASSERT_EQUAL_FATAL(testcert_write(folder), 0);
	CU_ASSERT_EQUAL_FATAL(
		tls_identity_new(&w->peer.id, str_keepf(&w->dir.arena, "%s/good.pem", folder).p,
				 str_keepf(&w->dir.arena, "%s/good.key", folder).p, &why),
		0);
	CU_ASSERT_EQUAL_FATAL(
		tls_new(&w->setup.trust, str_keepf(&w->dir.arena, "%s/ca.pem", folder).p, &why), 0);
	CU_ASSERT_EQUAL_FATAL(http_new(&w->setup.http, w->loop, NULL), 0);
	buf_addf(&url, "wss://localhost:%d/link/?ticket=abc", w->peer.port);
	w->ws = ws_open(&w->setup, buf_str(&url), &events, w);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->ws);
	CU_ASSERT(pump_flag(w->loop, &w->open));
}

static void world_deinit_tls(struct world *w)
{
	struct tls_identity *id = w->peer.id;

	ws_free(TAKE(w->ws));
	http_free(w->setup.http);
	world_deinit(w);
	tls_free(w->setup.trust);
	tls_identity_free(id);
	tmpdir_deinit(&w->dir);
}

static void test_the_whole_way(void)
{
	struct world w;

	world_open_tls(&w);
	CU_ASSERT(str_starts(buf_str(&w.conn->head), "GET /link/?ticket=abc HTTP/1.1\r\n"));
	say_text(&w, "hello");
	pump_text(&w, 6);
	ASSERT_STR(buf_str(&w.texts), "hello|");
	ws_send_text(w.ws, STR("hi"));
	ws_ping(w.ws, STR("are you there"));
	pump_frame(&w);
	ASSERT_STR(buf_str(&w.frames), "1:hi 9:are you there ");
	CU_ASSERT_EQUAL(w.n_gulps, 1);
	ws_close(w.ws, 1000, 5000);
	CU_ASSERT(!w.over);
	CU_ASSERT(pump_flag(w.loop, &w.over));
	CU_ASSERT_EQUAL(w.code, 1000);
	CU_ASSERT_EQUAL(w.status, 0);
	CU_ASSERT_EQUAL(w.n_over, 1);
	world_deinit_tls(&w);
}

static void test_urls_that_are_none(void)
{
	static const char *const rows[] = { "", "https://host/", "ws://", "wss://host/" };
	struct world w;

	world_init(&w);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CU_ASSERT_PTR_NULL(ws_open(&w.setup, str_from(rows[i]), &events, &w));
	world_deinit(&w);
}

static void test_nobody_there(void)
{
	CLEANUP(buf_deinit) struct buf url = { 0 };
	struct world w;
	int port;

	world_init(&w);
	close(tcp_listen(&port));
	CU_ASSERT_EQUAL_FATAL(http_new(&w.setup.http, w.loop, NULL), 0);
	buf_addf(&url, "ws://127.0.0.1:%d/", port);
	w.ws = ws_open(&w.setup, buf_str(&url), &events, &w);
	CU_ASSERT(pump_flag(w.loop, &w.over));
	CU_ASSERT_EQUAL(w.code, WS_CLOSE_NONE);
	CU_ASSERT_EQUAL(w.n_open, 0);
	/* and once more, given up while it connects */
	w.over = false;
	ws_free(TAKE(w.ws));
	w.ws = ws_open(&w.setup, buf_str(&url), &events, &w);
	ws_close(w.ws, 1000, 5000);
	CU_ASSERT(pump_flag(w.loop, &w.over));
	ASSERT_STR(str_from(w.why), "closed before it was open");
	ws_free(TAKE(w.ws));
	w.ws = ws_open(&w.setup, buf_str(&url), &events, &w);
	ws_free(TAKE(w.ws));
	settle(&w);
	CU_ASSERT_EQUAL(w.n_over, 2);
	http_free(w.setup.http);
	world_deinit(&w);
}

static void test_refused(void)
{
	static const struct {
		const char *answer;
		int status;
		const char *why;
	} rows[] = {
		{ "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 403,
		  "the server refused the WebSocket with HTTP status 403" },
		{ "SSH-2.0-OpenSSH\r\n", 0, "the answer is not HTTP" },
		{ "HTTP/1.1 101 Hm\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		  "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
		  0, "the server's Sec-WebSocket-Accept does not fit our key" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;

		world_init(&w);
		w.answer = rows[i].answer;
		world_start(&w);
		CU_ASSERT(pump_flag(w.loop, &w.over));
		CU_ASSERT_EQUAL(w.status, rows[i].status);
		CU_ASSERT_EQUAL(w.code, WS_CLOSE_NONE);
		ASSERT_STR(str_from(w.why), rows[i].why);
		CU_ASSERT_EQUAL(w.n_open, 0);
		world_deinit(&w);
	}
}

static void test_no_answer_to_the_upgrade(void)
{
	struct world w;

	world_init(&w);
	w.setup.upgrade_ms = 30;
	w.answer = "HTTP/1.1 101 Switch";
	world_start(&w);
	CU_ASSERT(pump_flag(w.loop, &w.over));
	ASSERT_STR(str_from(w.why), "no answer to the upgrade in time");
	world_deinit(&w);
}

static void test_frames_behind_the_answer(void)
{
	struct world w;

	world_init(&w);
	add_frame(&w.behind, FIN | TEXT, "one", 3);
	add_frame(&w.behind, FIN | TEXT, "two", 3);
	buf_addc(&w.behind, (char)(FIN | TEXT)); /* the first byte of a third */
	world_start(&w);
	CU_ASSERT(pump_flag(w.loop, &w.open));
	pump_text(&w, 8);
	ASSERT_STR(buf_str(&w.texts), "one|two|");
	peer_say(w.conn, STR("\x05thr"));
	settle(&w);
	ASSERT_STR(buf_str(&w.texts), "one|two|");
	peer_say(w.conn, STR("ee"));
	pump_text(&w, 14);
	ASSERT_STR(buf_str(&w.texts), "one|two|three|");
	world_deinit(&w);
}

/* More than one read of frames behind the answer, all there at once: nothing is left lying. */
static void test_much_behind_the_answer(void)
{
	enum { N = 20000 };
	struct world w;

	world_init(&w);
	for (int i = 0; i < N; i++)
		add_frame(&w.behind, FIN | TEXT, "0123456789", 10);
	world_start(&w);
	pump_text(&w, (size_t)N * 11);
	CU_ASSERT_EQUAL(w.texts.len, (size_t)N * 11);
	world_deinit(&w);
}

/* What a server says, carried to the client in two pieces, or cut off. */
static void play(struct world *w, size_t cut, bool goes_on)
{
	CLEANUP(buf_deinit) struct buf all = { 0 };

	w->answer = "";
	world_start(w);
	while (!w->upgraded)
		loop_turn(w->loop, 10);
	add_good_answer(w, &all);
	add_frame(&all, TEXT, "half ", 5);
	add_frame(&all, FIN | PING, "p", 1);
	add_frame(&all, FIN | CONT, "whole", 5);
	peer_say(w->conn, str_sub(buf_str(&all), 0, cut));
	settle(w);
	if (goes_on) {
		peer_say(w->conn, str_sub(buf_str(&all), cut, all.len));
		pump_text(w, 11);
		settle(w);
	} else {
		peer_close(w->conn);
		CU_ASSERT(pump_flag(w->loop, &w->over));
	}
}

enum { PLAYED = 129 + 2 + 5 + 2 + 1 + 2 + 5 };

static void test_in_two_pieces(void)
{
	for (size_t cut = 0; cut < PLAYED; cut++) {
		struct world w;

		world_init(&w);
		play(&w, cut, true);
		ASSERT_STR(buf_str(&w.texts), "half whole|");
		ASSERT_STR(buf_str(&w.frames), "10:p ");
		CU_ASSERT_EQUAL(w.n_open, 1);
		CU_ASSERT_EQUAL(w.n_over, 0);
		world_deinit(&w);
	}
}

static void test_cut_off(void)
{
	for (size_t cut = 0; cut < PLAYED; cut++) {
		struct world w;

		world_init(&w);
		play(&w, cut, false);
		ASSERT_STR(buf_str(&w.texts), ""); /* nothing half-read is told */
		CU_ASSERT_EQUAL(w.n_open, cut >= 129);
		CU_ASSERT_EQUAL(w.n_over, 1);
		CU_ASSERT_EQUAL(w.code, WS_CLOSE_NONE);
		world_deinit(&w);
	}
}

/* ---- messages ---- */

static void test_byte_by_byte(void)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct world w;
	char long_text[300];

	world_open(&w);
	w.echo = true;
	memset(long_text, 'x', sizeof(long_text));
	add_frame(&out, FIN | TEXT, "a", 1);
	add_frame(&out, FIN | TEXT, "", 0);
	add_frame(&out, FIN | TEXT, long_text, sizeof(long_text));
	add_frame(&out, FIN | PING, "", 0);
	for (size_t i = 0; i < out.len; i++) {
		peer_say(w.conn, str_sub(buf_str(&out), i, i + 1));
		loop_turn(w.loop, 0);
		loop_turn(w.loop, 0);
	}
	settle(&w);
	CU_ASSERT_EQUAL(w.texts.len, 2 + 1 + 301);
	CU_ASSERT_EQUAL(w.n_frames, 4);
	CU_ASSERT(str_ends(buf_str(&w.frames), "10: "));
	world_deinit(&w);
}

static void test_binary_is_ignored(void)
{
	struct world w;

	world_open(&w);
	say_frame(&w, FIN | BINARY, "\xFF\x00\xFE", 3);
	say_text(&w, "after");
	pump_text(&w, 6);
	ASSERT_STR(buf_str(&w.texts), "after|");
	world_deinit(&w);
}

static void test_a_turn_leaves_as_one(void)
{
	struct world w;

	world_open(&w);
	for (int i = 0; i < 50; i++)
		ws_send_text(w.ws, STR("{\"envelope_id\":\"1\"}"));
	pump_frame(&w);
	CU_ASSERT_EQUAL(w.n_frames, 50);
	CU_ASSERT_EQUAL(w.n_gulps, 1);
	world_deinit(&w);
}

/* Answers to all that one turn read leave together as well. */
static void test_answers_leave_as_one(void)
{
	struct world w;

	world_init(&w);
	for (int i = 0; i < 50; i++)
		add_frame(&w.behind, FIN | TEXT, "event", 5);
	w.echo = true;
	world_start(&w);
	pump_frame(&w);
	CU_ASSERT_EQUAL(w.n_frames, 50);
	CU_ASSERT_EQUAL(w.n_gulps, 1);
	world_deinit(&w);
}

static void test_masks_are_random(void)
{
	char bytes[64];
	struct world w;
	ssize_t n = 0;
	int far;

	world_init(&w);
	far = world_open_raw(&w);
	ws_send_text(w.ws, STR("same"));
	ws_send_text(w.ws, STR("same"));
	for (int i = 0; i < 100 && n != 20; i++) {
		loop_turn(w.loop, 10);
		n = recv(far, bytes, sizeof(bytes), 0);
	}
	CU_ASSERT_EQUAL(n, 20);
	CU_ASSERT_NOT_EQUAL(memcmp(bytes + 2, bytes + 12, 4), 0);
	close(far);
	world_deinit(&w);
}

static void test_largest_message(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	while (text.len < WS_MAX_MESSAGE + 1)
		buf_addc(&text, 'x');
	for (size_t more = 0; more <= 1; more++) {
		struct world w;

		world_open(&w);
		say_frame(&w, TEXT, text.p, WS_MAX_MESSAGE / 2);
		say_frame(&w, FIN | CONT, text.p, WS_MAX_MESSAGE / 2 + more);
		pump_text(&w, WS_MAX_MESSAGE + 1);
		CU_ASSERT_EQUAL(w.texts.len, more == 0 ? WS_MAX_MESSAGE + 1 : 0);
		CU_ASSERT_EQUAL(w.over, more != 0);
		if (more != 0)
			ASSERT_STR(str_from(w.why), "the server sent a message of more than 4 MiB");
		world_deinit(&w);
	}
}

static void test_ping_is_cut_to_size(void)
{
	char payload[200];
	struct world w;

	world_open(&w);
	memset(payload, 'p', sizeof(payload));
	ws_ping(w.ws, str_make(payload, sizeof(payload)));
	pump_frame(&w);
	CU_ASSERT_EQUAL(w.frames.len, 2 + 125 + 1);
	world_deinit(&w);
}

/* Random messages in random fragments, pings in between, in random pieces. */
static void test_random_traffic(void)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	CLEANUP(buf_deinit) struct buf wanted = { 0 };
	unsigned seed = unit_seed();
	struct world w;

	for (int i = 0; i < 300; i++) {
		char text[70000];
		size_t len = (size_t)rand_r(&seed) % (rand_r(&seed) % 10 == 0 ? sizeof(text) : 300);
		size_t part;

		for (size_t k = 0; k < len; k++)
			text[k] = (char)('a' + rand_r(&seed) % 26);
		buf_add(&wanted, str_make(text, len));
		buf_addc(&wanted, '|');
		if (rand_r(&seed) % 3 != 0) {
			add_frame(&out, FIN | TEXT, text, len);
			continue;
		}
		part = (size_t)rand_r(&seed) % (len + 1);
		add_frame(&out, TEXT, "", 0);
		add_frame(&out, CONT, text, part);
		add_frame(&out, FIN | PING, "x", 1);
		add_frame(&out, FIN | CONT, text + part, len - part);
	}
	world_open(&w);
	for (size_t at = 0; at < out.len;) {
		size_t len = 1 + (size_t)rand_r(&seed) % (rand_r(&seed) % 2 == 0 ? 20 : 20000);

		peer_say(w.conn, str_sub(buf_str(&out), at, at + len));
		loop_turn(w.loop, 0);
		at += len;
	}
	pump_text(&w, wanted.len);
	CU_ASSERT(str_eq(buf_str(&w.texts), buf_str(&wanted)));
	CU_ASSERT_EQUAL(w.n_over, 0);
	world_deinit(&w);
}

/* ---- the end ---- */

static void test_peer_closes(void)
{
	static const struct {
		const char *payload;
		size_t len;
		int code;
		const char *echo, *why;
	} rows[] = {
		{ "\x03\xE9going away", 12, 1001, "8:\x03\xE9",
		  "the server closed the WebSocket (code 1001: going away)" },
		{ "\x03\xE8", 2, 1000, "8:\x03\xE8",
		  "the server closed the WebSocket (code 1000)" },
		{ "", 0, 1005, "8:", "the server closed the WebSocket (code 1005)" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;

		world_open(&w);
		w.answers_close = false;
		say_text(&w, "last words");
		say_frame(&w, FIN | CLOSE, rows[i].payload, rows[i].len);
		pump_frame(&w);
		CU_ASSERT(str_starts(buf_str(&w.frames), rows[i].echo));
		CU_ASSERT(!ws_is_open(w.ws));
		peer_close(w.conn);
		CU_ASSERT(pump_flag(w.loop, &w.over));
		ASSERT_STR(buf_str(&w.texts), "last words|");
		CU_ASSERT_EQUAL(w.code, rows[i].code);
		ASSERT_STR(str_from(w.why), rows[i].why);
		CU_ASSERT_EQUAL(w.n_over, 1);
		world_deinit(&w);
	}
}

/* It says goodbye and stays: we answer, close our side, do not wait for ever, and tell its code. */
static void test_peer_closes_and_stays(void)
{
	struct fakeclock clock;
	char bytes[16];
	struct world w;
	ssize_t n = -1;
	int far;

	fakeclock_init(&clock);
	world_init_at(&w, &clock.clock);
	far = world_open_raw(&w);
	CU_ASSERT_EQUAL(send(far, "\x88\x02\x03\xE9", 4, MSG_NOSIGNAL), 4);
	for (int i = 0; i < 100 && n < 0; i++) {
		loop_turn(w.loop, 10);
		n = recv(far, bytes, sizeof(bytes), 0);
	}
	CU_ASSERT_EQUAL(n, 8); /* the close frame, masked */
	CU_ASSERT_EQUAL(recv(far, bytes, sizeof(bytes), 0), 0);
	settle(&w);
	CU_ASSERT(!w.over);
	fakeclock_pass(&clock, 1000);
	settle(&w);
	CU_ASSERT(w.over);
	CU_ASSERT_EQUAL(w.code, 1001);
	close(far);
	world_deinit(&w);
}

static void test_close_without_answer(void)
{
	struct world w;

	world_open(&w);
	w.answers_close = false;
	ws_close(w.ws, 1000, 50);
	ws_close(w.ws, 1000, 50);
	ws_send_text(w.ws, STR("too late"));
	pump_frame(&w);
	say_text(&w, "late");
	CU_ASSERT(pump_flag(w.loop, &w.over));
	ASSERT_STR(buf_str(&w.frames), "8:\x03\xE8 ");
	ASSERT_STR(buf_str(&w.texts), "");
	CU_ASSERT_EQUAL(w.code, WS_CLOSE_NONE);
	ASSERT_STR(str_from(w.why), "the server did not answer our close frame");
	CU_ASSERT_EQUAL(w.n_over, 1);
	world_deinit(&w);
}

static void test_close_in_a_message(void)
{
	struct world w;

	world_open(&w);
	w.close_on_text = true;
	say_text(&w, "goodbye");
	say_text(&w, "not heard any more");
	CU_ASSERT(pump_flag(w.loop, &w.over));
	ASSERT_STR(buf_str(&w.texts), "goodbye|");
	CU_ASSERT_EQUAL(w.code, 1000);
	world_deinit(&w);
}

static void test_connection_ends(void)
{
	static void (*const endings[])(struct peer_conn *) = { peer_close, peer_cut, peer_reset };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		struct world w;

		world_open(&w);
		say_text(&w, "one");
		pump_text(&w, 4);
		endings[i](w.conn);
		CU_ASSERT(pump_flag(w.loop, &w.over));
		CU_ASSERT_EQUAL(w.code, WS_CLOSE_NONE);
		CU_ASSERT_EQUAL(w.n_over, 1);
		settle(&w);
		world_deinit(&w);
	}
}

static void test_broken_frames(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *told; /* how the client's close frame begins */
	} rows[] = {
		{ "\x81\x82\x01\x02\x03\x04hi", 8, "8:\x03\xEA" }, /* masked */
		{ "\xC1\x02hi", 4, "8:\x03\xEA" },		   /* a reserved bit */
		{ "\x83\x02hi", 4, "8:\x03\xEA" },		   /* an unknown opcode */
		{ "\x8B\x00", 2, "8:\x03\xEA" },
		{ "\x80\x02hi", 4, "8:\x03\xEA" },		 /* continues nothing */
		{ "\x01\x01h\x81\x01i", 6, "8:\x03\xEA" },	 /* begins anew within a message */
		{ "\x09\x00", 2, "8:" },			 /* a ping in fragments */
		{ "\x89\x7E\x00\x7E", 4, "8:" },		 /* a ping of 126 bytes */
		{ "\x81\x02\xC3\x28", 4, "8:\x03\xEF" },	 /* not UTF-8 */
		{ "\x81\x02\xC0\x80", 4, "8:\x03\xEF" },	 /* overlong */
		{ "\x81\x03\xED\xA0\x80", 5, "8:\x03\xEF" },	 /* a surrogate */
		{ "\x01\x01\xC3\x80\x01\x28", 6, "8:\x03\xEF" }, /* not UTF-8 across fragments */
		{ "\x81\x7F\x00\x00\x00\x00\x7F\xFF\xFF\xFF", 10, "8:\x03\xF1" }, /* 2 GiB */
		{ "\x81\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10, "8:" },
		{ "\x88\x01x", 3, "8:" }, /* half a close code */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;

		world_open(&w);
		w.answers_close = false;
		peer_say(w.conn, str_make(rows[i].bytes, rows[i].len));
		peer_say(w.conn, STR("\x81\x05"
				     "after"));
		pump_frame(&w);
		if (!str_starts(buf_str(&w.frames), rows[i].told))
			printf("\n  row %zu: %.*s %s", i, STR_ARG(buf_str(&w.frames)), w.why);
		CU_ASSERT(str_starts(buf_str(&w.frames), rows[i].told));
		peer_close(w.conn);
		CU_ASSERT(pump_flag(w.loop, &w.over));
		ASSERT_STR(buf_str(&w.texts), "");
		CU_ASSERT_EQUAL(w.n_over, 1);
		CU_ASSERT_EQUAL(w.n_frames, 1);
		world_deinit(&w);
	}
}

/* Takes all that has come. */
static size_t take_all(int far)
{
	char bytes[65536];
	ssize_t n;
	size_t all = 0;

	while ((n = recv(far, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		all += (size_t)n;
	return all;
}

/* Pings without end by a server that reads no pong: it must not make us hoard. We stop reading until it does. */
static void test_ping_flood(void)
{
	CLEANUP(buf_deinit) struct buf pings = { 0 };
	char payload[100];
	size_t sent = 0, got = 0;
	int idle = 0;
	struct world w;
	int far;

	world_init(&w);
	far = world_open_raw(&w);
	memset(payload, 'p', sizeof(payload));
	for (int i = 0; i < 100; i++)
		add_frame(&pings, FIN | PING, payload, sizeof(payload));
	while (idle < 50 && sent < (64u << 20)) {
		ssize_t n = send(far, pings.p + sent % pings.len, pings.len - sent % pings.len,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		idle = n > 0 ? 0 : idle + 1;
		sent += n > 0 ? (size_t)n : 0;
		loop_turn(w.loop, 0);
	}
	CU_ASSERT_EQUAL(idle, 50); /* it is held off … */
	CU_ASSERT(sent < (8u << 20));
	CU_ASSERT_FALSE(w.over); /* … and not cut off */
	/* The same once more, by a server that reads: each pong comes, a mask longer than its ping. */
	sent -= sent % (pings.len / 100);
	for (int i = 0; i < 100000 && got < sent; i++) {
		got += take_all(far);
		loop_turn(w.loop, 0);
	}
	CU_ASSERT(got >= sent);
	CU_ASSERT_FALSE(w.over);
	close(far);
	world_deinit(&w);
}

/* A server that reads nothing for a while, and an owner that goes on sending: all of it comes. */
static void test_unread(void)
{
	static const char text[] = "0123456789012345678901234567890123456789";
	size_t wanted = 100000 * (sizeof(text) - 1 + 6), got = 0; /* head and mask */
	struct world w;
	int far;

	world_init(&w);
	far = world_open_raw(&w);
	for (int i = 0; i < 100000; i++) {
		ws_send_text(w.ws, str_from(text));
		if (i % 100 == 0)
			loop_turn(w.loop, 0);
	}
	CU_ASSERT_FALSE(w.over);
	for (int i = 0; i < 100000 && got < wanted; i++) {
		got += take_all(far);
		loop_turn(w.loop, 0);
	}
	CU_ASSERT_EQUAL(got, wanted);
	CU_ASSERT_FALSE(w.over);
	close(far);
	world_deinit(&w);
}

/* ---- a share of each turn ---- */

/* Frames without end, as many as the kernel takes. */
static void flood(int far, const struct buf *frames, size_t *at)
{
	ssize_t n;

	do {
		n = send(far, frames->p + *at, frames->len - *at, MSG_NOSIGNAL | MSG_DONTWAIT);
		*at = n > 0 ? (*at + (size_t)n) % frames->len : *at;
	} while (n > 0);
}

/* Servers that flood us, more than epoll tells of at once, and one that says something now and then. */
static void test_a_flood_holds_up_nobody(void)
{
	enum { N = 80, TURNS = 300, SHARE = 32 + 4096 / 102 + 1 };
	static struct world noisy[N];
	struct world quiet;
	struct buf frames = { 0 };
	char payload[100];
	int far[N], here;
	size_t at[N] = { 0 };
	int since = -1, worst = 0, n_said = 0;

	memset(payload, 'f', sizeof(payload));
	for (int i = 0; i < 50; i++)
		add_frame(&frames, FIN | TEXT, payload, sizeof(payload));
	world_init(&quiet);
	here = world_open_raw(&quiet);
	for (int i = 0; i < N; i++) {
		world_init_in(&noisy[i], quiet.loop, NULL);
		far[i] = world_open_raw(&noisy[i]);
		noisy[i].n_texts = 0;
	}
	for (int turn = 0; turn < TURNS; turn++) {
		for (int i = 0; i < N; i++) {
			buf_clear(&noisy[i].texts);
			noisy[i].n_texts = 0;
			if (turn % 50 == 0)
				flood(far[i], &frames, &at[i]);
		}
		if (since < 0 && turn % 7 == 0) {
			CU_ASSERT_EQUAL(send(here, "\x81\x02hi", 4, MSG_NOSIGNAL), 4);
			n_said++;
			since = turn;
		}
		loop_turn(quiet.loop, 0);
		for (int i = 0; i < N; i++)
			CU_ASSERT(noisy[i].n_texts <= SHARE);
		if (quiet.n_texts == n_said && since >= 0) {
			worst = turn - since > worst ? turn - since : worst;
			since = -1;
		}
	}
	CU_ASSERT(n_said > 30);
	CU_ASSERT(worst <= 2);
	for (int i = 0; i < N; i++) {
		CU_ASSERT_EQUAL(noisy[i].n_over, 0);
		close(far[i]);
		world_deinit(&noisy[i]);
	}
	close(here);
	world_deinit(&quiet);
	buf_deinit(&frames);
}

/* What GnuTLS has decrypted already the kernel does not know of: the loop must not sleep over it. */
static void test_the_rest_of_a_record_is_not_forgotten(void)
{
	enum { N = 160 };
	CLEANUP(buf_deinit) struct buf record = { 0 };
	struct world w;
	char payload[98];
	int n_turns = 0;

	world_open_tls(&w);
	memset(payload, 'r', sizeof(payload));
	for (int i = 0; i < N; i++)
		add_frame(&record, FIN | TEXT, payload, sizeof(payload));
	CU_ASSERT(record.len <= 16 << 10);
	peer_say(w.conn, buf_str(&record));
	pump_text(&w, 1);
	while (w.n_texts < N && n_turns++ < N) {
		int before = w.n_texts;

		loop_turn(w.loop, 1000);
		CU_ASSERT(w.n_texts > before);
		CU_ASSERT(w.n_texts <= before + 32 + 4096 / 100 + 1);
	}
	CU_ASSERT_EQUAL(w.n_texts, N);
	CU_ASSERT(n_turns >= 2);
	world_deinit_tls(&w);
}

static void test_freed_in_any_callback(void)
{
	static const char *const callbacks[] = { "open", "text", "over" };

	for (size_t i = 0; i < ARRAY_LEN(callbacks); i++) {
		struct world w;

		world_init(&w);
		w.free_in = callbacks[i];
		w.echo = true;
		add_frame(&w.behind, FIN | TEXT, "one", 3);
		add_frame(&w.behind, FIN | PONG, "two", 3);
		add_frame(&w.behind, FIN | TEXT, "three", 5);
		add_frame(&w.behind, FIN | CLOSE, "\x03\xE8", 2);
		world_start(&w);
		for (int turns = 0; w.ws != NULL && turns < 500; turns++)
			loop_turn(w.loop, 10);
		CU_ASSERT_PTR_NULL(w.ws);
		settle(&w);
		CU_ASSERT_EQUAL(w.n_over, i == 2);
		world_deinit(&w);
	}
}

static void test_last_heard(void)
{
	struct mono before;
	struct world w;

	world_open(&w);
	before = ws_last_heard(w.ws);
	while (loop_now(w.loop).ns == before.ns)
		loop_turn(w.loop, 1);
	say_text(&w, "x");
	pump_text(&w, 2);
	CU_ASSERT(ws_last_heard(w.ws).ns > before.ns);
	before = ws_last_heard(w.ws);
	peer_cut(w.conn);
	CU_ASSERT(pump_flag(w.loop, &w.over));
	CU_ASSERT_EQUAL(ws_last_heard(w.ws).ns, before.ns);
	world_deinit(&w);
}

UNIT_MAIN("ws", { "the whole way", test_the_whole_way },
	  { "urls that are none", test_urls_that_are_none }, { "nobody there", test_nobody_there },
	  { "refused", test_refused },
	  { "no answer to the upgrade", test_no_answer_to_the_upgrade },
	  { "frames behind the answer", test_frames_behind_the_answer },
	  { "much behind the answer", test_much_behind_the_answer },
	  { "in two pieces", test_in_two_pieces }, { "cut off", test_cut_off },
	  { "byte by byte", test_byte_by_byte }, { "binary is ignored", test_binary_is_ignored },
	  { "a turn leaves as one", test_a_turn_leaves_as_one },
	  { "answers leave as one", test_answers_leave_as_one },
	  { "masks are random", test_masks_are_random },
	  { "largest message", test_largest_message },
	  { "ping is cut to size", test_ping_is_cut_to_size },
	  { "random traffic", test_random_traffic }, { "peer closes", test_peer_closes },
	  { "peer closes and stays", test_peer_closes_and_stays },
	  { "close without answer", test_close_without_answer },
	  { "close in a message", test_close_in_a_message },
	  { "connection ends", test_connection_ends }, { "broken frames", test_broken_frames },
	  { "ping flood", test_ping_flood }, { "unread", test_unread },
	  { "a flood holds up nobody", test_a_flood_holds_up_nobody },
	  { "the rest of a record is not forgotten", test_the_rest_of_a_record_is_not_forgotten },
	  { "freed in any callback", test_freed_in_any_callback },
	  { "last heard", test_last_heard })
