/* SPDX-License-Identifier: MIT */
#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"
#include "lib/peer.h"
#include "lib/pump.h"
#include "lib/testcert.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

enum { MAX_CALLS = 64 };

struct world;

/* One request and what became of it. */
struct ask {
	struct world *world;
	struct http_call *call;
	int n_replies;
	bool done;
	enum outcome_kind outcome;
	int status;
	struct buf body, retry_after, scopes, why;
	bool too_large;
	bool frees_http;    /* in its on_reply */
	struct ask *victim; /* cancelled in its on_reply */
	bool asks_again;    /* in its on_reply */
};

struct world {
	struct tmpdir dir;
	struct loop *loop;
	struct tls_identity *id;
	struct http *http;
	struct peer peer;
	struct buf seen; /* the bodies of all requests, each with a | behind it */
	int n_requests;
	struct peer_conn *came_by; /* the last request */
	/* What the server does with a request; n counts all requests from 1. */
	void (*serve)(struct world *w, struct peer_conn *conn, int n);
	struct ask asks[MAX_CALLS];
	char url[64];
};

static void serve_ok(struct world *w, struct peer_conn *conn, int n)
{
	(void)w;
	(void)n;
	peer_answer(conn, "{\"ok\":true}");
}

static void on_bytes(void *owner, struct peer_conn *conn)
{
	struct world *w = owner;

	while (conn->stream != NULL && peer_take_request(conn)) {
		buf_add(&w->seen, buf_str(&conn->body));
		buf_addc(&w->seen, '|');
		w->came_by = conn;
		w->serve(w, conn, ++w->n_requests);
	}
}

static const char *file_in(struct world *w, const char *name)
{
	return str_keepf(&w->dir.arena, "%s/%s", tmpdir_path(&w->dir), name).p;
}

static void world_init_with(struct world *w, const char *stem)
{
	const char *why = NULL;
	char name[32];

	memset(w, 0, sizeof(*w));
	tmpdir_init(&w->dir);
	CU_ASSERT_EQUAL_FATAL(testcert_write(tmpdir_path(&w->dir)), 0);
	CU_ASSERT_EQUAL_FATAL(loop_new(&w->loop, NULL), 0);
	snprintf(name, sizeof(name), "%s.key", stem);
	CU_ASSERT_EQUAL_FATAL(
		tls_identity_new(
			&w->id, str_keepf(&w->dir.arena, "%s/%s.pem", tmpdir_path(&w->dir), stem).p,
			file_in(w, name), &why),
		0);
	CU_ASSERT_EQUAL_FATAL(http_new(&w->http, w->loop, file_in(w, "ca.pem")), 0);
	peer_init(&w->peer, w->loop, w->id, on_bytes, w);
	buf_init(&w->seen, 0);
	w->serve = serve_ok;
	snprintf(w->url, sizeof(w->url), "https://localhost:%d/api/chat.postMessage", w->peer.port);
}

static void world_init(struct world *w)
{
	world_init_with(w, "good");
}

static void world_deinit(struct world *w)
{
	http_free(w->http);
	peer_deinit(&w->peer);
	tls_identity_free(w->id);
	loop_free(w->loop);
	tmpdir_deinit(&w->dir);
	buf_deinit(&w->seen);
	for (size_t i = 0; i < MAX_CALLS; i++) {
		buf_deinit(&w->asks[i].body);
		buf_deinit(&w->asks[i].retry_after);
		buf_deinit(&w->asks[i].scopes);
		buf_deinit(&w->asks[i].why);
	}
}

static void ask(struct world *w, struct ask *a, const char *body, int64_t total_ms);

static void on_reply(void *owner, const struct http_reply *reply)
{
	struct ask *a = owner;

	a->n_replies++;
	a->done = true;
	a->outcome = reply->end;
	a->status = reply->status;
	buf_add(&a->body, reply->body);
	buf_add(&a->retry_after, reply->retry_after);
	buf_add(&a->scopes, reply->scopes);
	a->too_large = reply->too_large;
	if (reply->why != NULL)
		buf_addz(&a->why, reply->why);
	http_cancel(a->call); /* an owner that forgets it is over does no harm */
	if (a->victim != NULL)
		http_cancel(TAKE(a->victim)->call);
	if (a->asks_again) {
		a->asks_again = false;
		a->done = false;
		ask(a->world, a, "again", 5000);
	}
	if (a->frees_http) {
		http_free(a->world->http);
		a->world->http = NULL;
	}
}

/* As the request says, with what every test's request has. */
static void ask_as(struct world *w, struct ask *a, struct http_request req)
{
	if (req.url == NULL)
		req.url = w->url;
	if (req.total_ms == 0)
		req.total_ms = 5000;
	req.connect_ms = 5000;
	a->world = w;
	a->done = false;
	buf_deinit(&a->body); /* of an earlier use */
	buf_deinit(&a->retry_after);
	buf_deinit(&a->scopes);
	buf_deinit(&a->why);
	a->call = http_post(w->http, &req, on_reply, a);
}

static void ask_as_and_wait(struct world *w, struct ask *a, struct http_request req)
{
	ask_as(w, a, req);
	CU_ASSERT(pump_flag(w->loop, &a->done));
}

static void ask_url(struct world *w, struct ask *a, const char *url, const char *body,
		    int64_t total_ms)
{
	struct secret token = { NULL };

	secret_set(&token, STR("xoxb-1234"));
	ask_as(w, a,
	       (struct http_request){
		       .url = url,
		       .bearer = &token,
		       .body = str_from(body),
		       .total_ms = total_ms,
	       });
	secret_deinit(&token);
}

static void ask(struct world *w, struct ask *a, const char *body, int64_t total_ms)
{
	ask_url(w, a, w->url, body, total_ms);
}

static void ask_and_wait(struct world *w, struct ask *a, const char *body)
{
	ask(w, a, body, 5000);
	CU_ASSERT(!a->done);
	CU_ASSERT(pump_flag(w->loop, &a->done));
}

/* ---- answers ---- */

static void serve_with_headers(struct world *w, struct peer_conn *conn, int n)
{
	(void)w;
	(void)n;
	peer_say(conn,
		 STR("HTTP/1.1 100 Continue\r\nRetry-After: 99\r\n\r\n"
		     "HTTP/1.1 429 Too Many Requests\r\nretry-after:  30 \r\n"
		     "X-OAuth-Scopes: chat:write,users:read\r\nContent-Length: 4\r\n\r\nwait"));
}

static void test_request_and_answer(void)
{
	static struct world w;
	struct str head;

	world_init(&w);
	w.serve = serve_with_headers;
	ask_and_wait(&w, &w.asks[0], "channel=C1&text=hi");
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
	CU_ASSERT_EQUAL(w.asks[0].status, 429);
	ASSERT_STR(buf_str(&w.asks[0].body), "wait");
	ASSERT_STR(buf_str(&w.asks[0].retry_after), "30");
	ASSERT_STR(buf_str(&w.asks[0].scopes), "chat:write,users:read");
	ASSERT_STR(buf_str(&w.asks[0].why), "");
	ASSERT_STR(buf_str(&w.seen), "channel=C1&text=hi|");
	head = buf_str(&peer_last(&w.peer)->head);
	CU_ASSERT(str_starts(head, "POST /api/chat.postMessage HTTP/1.1\r\n"));
	CU_ASSERT(str_find(head, "\r\nAuthorization: Bearer xoxb-1234\r\n") != SIZE_MAX);
	CU_ASSERT(str_find(head, "\r\nContent-Type: application/x-www-form-urlencoded\r\n") !=
		  SIZE_MAX);
	CU_ASSERT(str_find(head, "\r\nContent-Length: 18\r\n") != SIZE_MAX);
	CU_ASSERT(str_find(head, "Expect") == SIZE_MAX);
	CU_ASSERT(str_find(head, "chunked") == SIZE_MAX);
	world_deinit(&w);
}

static void serve_answer_without_headers(struct world *w, struct peer_conn *conn, int n)
{
	(void)w;
	(void)n;
	peer_say(conn, STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			   "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
}

static void test_no_headers_and_no_body(void)
{
	static struct world w;

	world_init(&w);
	w.serve = serve_answer_without_headers;
	ask_and_wait(&w, &w.asks[0], "");
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
	ASSERT_STR(buf_str(&w.asks[0].body), "abcde");
	ASSERT_STR(buf_str(&w.asks[0].retry_after), "");
	ASSERT_STR(buf_str(&w.asks[0].scopes), "");
	ASSERT_STR(buf_str(&w.seen), "|");
	world_deinit(&w);
}

static void serve_redirect(struct world *w, struct peer_conn *conn, int n)
{
	(void)w;
	(void)n;
	peer_say(conn, STR("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"
			   "Content-Length: 0\r\n\r\n"));
}

static void test_no_redirects(void)
{
	static struct world w;

	world_init(&w);
	w.serve = serve_redirect;
	ask_and_wait(&w, &w.asks[0], "a=b");
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
	CU_ASSERT_EQUAL(w.asks[0].status, 302);
	CU_ASSERT_EQUAL(w.n_requests, 1);
	world_deinit(&w);
}

static void test_large_body(void)
{
	static struct world w;
	struct buf body = { 0 };

	world_init(&w);
	for (int i = 0; i < 300000; i++)
		buf_addc(&body, (char)('a' + i % 26));
	buf_addc(&body, '\0');
	ask_and_wait(&w, &w.asks[0], body.p);
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
	CU_ASSERT(str_eq(str_sub(buf_str(&w.seen), 0, 300000), str_sub(buf_str(&body), 0, 300000)));
	buf_deinit(&body);
	world_deinit(&w);
}

static void serve_too_much(struct world *w, struct peer_conn *conn, int n)
{
	static char zeros[1 << 20];

	(void)w;
	(void)n;
	peer_say(conn, STR("HTTP/1.1 200 OK\r\nContent-Length: 20971520\r\n\r\n"));
	for (int i = 0; i < 20; i++)
		peer_say(conn, str_make(zeros, sizeof(zeros)));
}

static void test_answer_is_capped(void)
{
	static struct world w;

	world_init(&w);
	w.serve = serve_too_much;
	ask(&w, &w.asks[0], "a=b", 60000);
	CU_ASSERT(pump_flag(w.loop, &w.asks[0].done));
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_UNKNOWN);
	ASSERT_STR(buf_str(&w.asks[0].why), "the answer is over 16 MiB");
	CU_ASSERT(w.asks[0].too_large);
	world_deinit(&w);
}

static void serve_64_bytes(struct world *w, struct peer_conn *conn, int n)
{
	(void)w;
	(void)n;
	peer_say(conn, STR("HTTP/1.1 201 Created\r\nContent-Length: 64\r\n\r\n"
			   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
}

static void test_a_cap_of_ones_own(void)
{
	static struct world w;

	world_init(&w);
	w.serve = serve_64_bytes;
	ask_as_and_wait(&w, &w.asks[0], (struct http_request){ .max_body = 64 });
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
	CU_ASSERT(!w.asks[0].too_large);
	CU_ASSERT_EQUAL(w.asks[0].body.len, 64);
	ask_as_and_wait(&w, &w.asks[1], (struct http_request){ .max_body = 63 });
	CU_ASSERT_EQUAL(w.asks[1].outcome, OUTCOME_UNKNOWN);
	CU_ASSERT(w.asks[1].too_large);
	CU_ASSERT_EQUAL(w.asks[1].status, 201);
	CU_ASSERT(w.asks[1].body.len <= 63);
	ASSERT_STR(buf_str(&w.asks[1].why), "the answer is over 63 bytes");
	world_deinit(&w);
}

/* A kilobyte of packed zeros that unpacks to a megabyte counts as a megabyte. */
static void serve_packed(struct world *w, struct peer_conn *conn, int n)
{
	/* gzip in stored blocks would not grow; this is one deflate block of 258-byte repeats. */
	CLEANUP(buf_deinit) struct buf text = { 0 };

	(void)w;
	(void)n;
	buf_addz(&text, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
	buf_add(&text, STR("\x1f\x8b\x08\0\0\0\0\0\0\xff"));
	/* Fixed codes: a literal zero, then the length 258 at the distance 1, a pair of which is 13 bits. */
	{
		uint32_t bits = 0;
		unsigned n_bits = 0;
		static const struct {
			uint32_t code;
			unsigned len;
		} begin[] = { { 1, 1 }, { 1, 2 }, { 0x0C, 8 } };

		for (size_t i = 0; i < ARRAY_LEN(begin) + 4000; i++) {
			/* 285 is 11000101, sent from its first bit on; the distance code 0 is five zeros. */
			uint32_t code = i < ARRAY_LEN(begin) ? begin[i].code : 0xA3;
			unsigned len = i < ARRAY_LEN(begin) ? begin[i].len : 13;

			bits |= code << n_bits;
			n_bits += len;
			for (; n_bits >= 8; n_bits -= 8, bits >>= 8)
				buf_addc(&text, (char)(bits & 255));
		}
		buf_addc(&text, (char)bits);
	}
	peer_say(conn, buf_str(&text));
	peer_close(conn);
}

static void test_the_cap_counts_what_is_unpacked(void)
{
	static struct world w;

	world_init(&w);
	w.serve = serve_packed;
	ask_as_and_wait(&w, &w.asks[0], (struct http_request){ .max_body = 64 << 10 });
	CU_ASSERT(w.asks[0].too_large);
	CU_ASSERT_EQUAL(w.asks[0].status, 200);
	ASSERT_STR(buf_str(&w.asks[0].why), "the answer is over 64 KiB");
	world_deinit(&w);
}

/* ---- other than forms ---- */

static void test_methods(void)
{
	static const char *const methods[] = { NULL, "POST", "PUT", "PATCH", "DELETE", "GET" };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		static struct world w;
		const char *method = methods[i] != NULL ? methods[i] : "POST";
		bool has_body = strcmp(method, "GET") != 0;
		char start[64];
		struct str head;

		world_init(&w);
		ask_as_and_wait(&w, &w.asks[0],
				(struct http_request){
					.method = methods[i],
					.body = has_body ? STR("{\"a\":1}") : STR_EMPTY,
					.content_type = has_body ? "application/json" : NULL,
				});
		CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
		head = buf_str(&peer_last(&w.peer)->head);
		snprintf(start, sizeof(start), "%s /api/chat.postMessage HTTP/1.1\r\n", method);
		CU_ASSERT(str_starts(head, start));
		ASSERT_STR(buf_str(&w.seen), has_body ? "{\"a\":1}|" : "|");
		CU_ASSERT_EQUAL(str_find(head, "\r\nContent-Type: application/json\r\n") !=
					SIZE_MAX,
				has_body);
		CU_ASSERT_EQUAL(str_find(head, "\r\nContent-Length: 7\r\n") != SIZE_MAX, has_body);
		CU_ASSERT(str_find(head, "urlencoded") == SIZE_MAX);
		CU_ASSERT(str_find(head, "Expect") == SIZE_MAX);
		CU_ASSERT(str_find(head, "Authorization") == SIZE_MAX);
		world_deinit(&w);
	}
}

static void test_headers(void)
{
	static struct world w;
	const struct secret key = { (char *)"k-1: 2;3" }, nothing = { (char *)"" };
	const struct http_header headers[] = {
		{ "X-Key", &key },
		{ "X-Empty", &nothing },
		{ "User-Agent", &key },
	};
	struct str head;

	world_init(&w);
	ask_as_and_wait(&w, &w.asks[0],
			(struct http_request){ .body = STR("a=b"),
					       .headers = headers,
					       .n_headers = ARRAY_LEN(headers) });
	head = buf_str(&peer_last(&w.peer)->head);
	CU_ASSERT(str_find(head, "\r\nX-Key: k-1: 2;3\r\n") != SIZE_MAX);
	CU_ASSERT(str_find(head, "\r\nX-Empty:\r\n") != SIZE_MAX);
	CU_ASSERT(str_find(head, "\r\nUser-Agent: k-1: 2;3\r\n") != SIZE_MAX);
	CU_ASSERT(str_find(head, "\r\nUser-Agent: retort\r\n") == SIZE_MAX);
	CU_ASSERT(str_find(head, "\r\nContent-Type: application/x-www-form-urlencoded\r\n") !=
		  SIZE_MAX);
	world_deinit(&w);
}

static void test_http_when_allowed(void)
{
	static struct world w;

	world_init(&w);
	w.peer.id = NULL;
	snprintf(w.url, sizeof(w.url), "http://127.0.0.1:%d/", w.peer.port);
	ask_as_and_wait(&w, &w.asks[0], (struct http_request){ .body = STR("a=b") });
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_LATER);
	CU_ASSERT_EQUAL(w.peer.n_conns, 0);
	ask_as_and_wait(&w, &w.asks[0],
			(struct http_request){ .body = STR("a=b"), .allow_http = true });
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
	ask_as_and_wait(&w, &w.asks[0],
			(struct http_request){ .url = "ftp://127.0.0.1/", .allow_http = true });
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_LATER);
	ASSERT_STR(buf_str(&w.seen), "a=b|");
	world_deinit(&w);
}

/* ---- public addresses alone ---- */

static void refused_by_the_policy(struct world *w, const char *host)
{
	char url[96];
	size_t n_conns = w->peer.n_conns;

	snprintf(url, sizeof(url), "https://%s:%d/?key=s3cret", host, w->peer.port);
	ask_as_and_wait(
		w, &w->asks[1],
		(struct http_request){ .url = url, .body = STR("never"), .public_only = true });
	CU_ASSERT_EQUAL(w->asks[1].outcome, OUTCOME_REFUSED);
	ASSERT_STR(buf_str(&w->asks[1].why), "it leads to an address that is private");
	CU_ASSERT_EQUAL(w->peer.n_conns, n_conns);
}

/* Private addresses are fine here, but not those, unless it is said that they are meant. */
static void test_metadata_services(void)
{
	static struct world w;
	struct http_request req = { .url = "https://0xa9fea9fe:9/", .body = STR("never") };

	world_init(&w);
	ask_as_and_wait(&w, &w.asks[0], req);
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_LATER);
	ASSERT_STR(buf_str(&w.asks[0].why), "it leads to a cloud's metadata service");
	req.url = "https://2822734096:9/"; /* 168.63.129.16 */
	ask_as_and_wait(&w, &w.asks[0], req);
	CU_ASSERT_TRUE(str_find(buf_str(&w.asks[0].why), "metadata") != SIZE_MAX);
	req.url = "https://169.254.169.254:9/";
	req.connect_ms = 1;
	ask_as_and_wait(&w, &w.asks[0], req);
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_LATER);
	CU_ASSERT_TRUE(str_find(buf_str(&w.asks[0].why), "metadata") == SIZE_MAX);
	world_deinit(&w);
}

/* All the ways of writing the same place, and a connection to it that is there already. */
static void test_public_only(void)
{
	static const char *const hosts[] = {
		"localhost",
		"127.0.0.1",
		"127.1",
		"2130706433",
		"0x7f000001",
		"0177.0.0.1",
		"[::1]",
		"0",
		"0.0.0.0",
		"[::]",
		"10.1.2.3",
		"169.254.169.254",
		"[fe80::1]",
		"[::ffff:127.0.0.1]",
		"[64:ff9b::7f00:1]",
	};
	static struct world w;

	world_init(&w);
	ask_and_wait(&w, &w.asks[0], "without it");
	CU_ASSERT_EQUAL(w.peer.n_conns, 1);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		refused_by_the_policy(&w, hosts[i]);
	ask_and_wait(&w, &w.asks[0], "still");
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
	CU_ASSERT_EQUAL(w.peer.n_conns, 1);
	ASSERT_STR(buf_str(&w.seen), "without it|still|");
	world_deinit(&w);
}

/* A proxy, which itself is outside, would connect to what nobody judged. */
static void test_public_only_needs_no_proxy(void)
{
	static const char *const names[] = { "https_proxy", "all_proxy", "HTTPS_PROXY" };
	static struct world w;

	world_init(&w);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		setenv(names[i], "http://[2001:db8::1]:3128", 1);
		refused_by_the_policy(&w, "localhost");
		unsetenv(names[i]);
	}
	world_deinit(&w);
}

/* An address for examples in books, where nobody answers: but nobody refuses to go there either. */
static void test_public_only_lets_others_through(void)
{
	static struct world w;

	world_init(&w);
	ask_as_and_wait(&w, &w.asks[0],
			(struct http_request){ .url = "https://[2001:db8::1]/",
					       .public_only = true,
					       .total_ms = 50 });
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_LATER);
	world_deinit(&w);
}

/* ---- connections ---- */

static void test_keeps_connections(void)
{
	static struct world w;

	world_init(&w);
	for (int i = 0; i < 5; i++)
		ask_and_wait(&w, &w.asks[i], "n");
	CU_ASSERT_EQUAL(w.n_requests, 5);
	CU_ASSERT_EQUAL(w.peer.n_conns, 1);
	world_deinit(&w);
}

static bool all_done(const void *subject)
{
	const struct world *w = subject;

	for (size_t i = 0; i < MAX_CALLS; i++) {
		if (!w->asks[i].done)
			return false;
	}
	return true;
}

static void test_a_handful_of_connections(void)
{
	static struct world w;
	char body[16];

	world_init(&w);
	for (int i = 0; i < MAX_CALLS; i++) {
		snprintf(body, sizeof(body), "n=%d", i);
		ask(&w, &w.asks[i], body, 10000);
	}
	CU_ASSERT(pump(w.loop, all_done, &w));
	for (int i = 0; i < MAX_CALLS; i++) {
		CU_ASSERT_EQUAL(w.asks[i].outcome, OUTCOME_DONE);
		CU_ASSERT_EQUAL(w.asks[i].n_replies, 1);
	}
	CU_ASSERT_EQUAL(w.n_requests, MAX_CALLS);
	CU_ASSERT(w.peer.n_conns > 1);
	CU_ASSERT(w.peer.n_conns <= 8);
	world_deinit(&w);
}

/* ---- sent, not sent, unsure ---- */

static void serve_then_cut(struct world *w, struct peer_conn *conn, int n)
{
	if (n == 1)
		serve_ok(w, conn, n);
	else
		peer_cut(conn);
}

static void serve_then_close(struct world *w, struct peer_conn *conn, int n)
{
	if (n == 1)
		serve_ok(w, conn, n);
	else
		peer_close(conn);
}

static void serve_then_reset(struct world *w, struct peer_conn *conn, int n)
{
	if (n == 1)
		serve_ok(w, conn, n);
	else
		peer_reset(conn);
}

/* The kept connection dies after the server has read the request: libcurl would gladly send it again. */
static void test_never_sent_twice(void)
{
	static void (*const endings[])(struct world *, struct peer_conn *,
				       int) = { serve_then_cut, serve_then_close,
						serve_then_reset };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		static struct world w;

		world_init(&w);
		w.serve = endings[i];
		ask_and_wait(&w, &w.asks[0], "text=first");
		CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
		ask_and_wait(&w, &w.asks[1], "text=once");
		CU_ASSERT_PTR_EQUAL(w.came_by, list_first(&w.peer.conns, struct peer_conn, link));
		CU_ASSERT_EQUAL(w.asks[1].outcome, OUTCOME_UNKNOWN);
		CU_ASSERT(w.asks[1].why.len > 0);
		CU_ASSERT_EQUAL(w.n_requests, 2);
		ASSERT_STR(buf_str(&w.seen), "text=first|text=once|");
		world_deinit(&w);
	}
}

/* What has no body cannot fail to be rewound; it must not be sent again either. */
static void test_never_sent_twice_without_a_body(void)
{
	static const char *const methods[] = { NULL, "PUT", "DELETE", "GET" };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		static struct world w;

		world_init(&w);
		w.serve = serve_then_cut;
		ask_and_wait(&w, &w.asks[0], "text=first");
		ask_as_and_wait(&w, &w.asks[1], (struct http_request){ .method = methods[i] });
		CU_ASSERT_EQUAL(w.asks[1].outcome, OUTCOME_UNKNOWN);
		CU_ASSERT_EQUAL(w.n_requests, 2);
		world_deinit(&w);
	}
}

static void test_never_sent_twice_by_any_method(void)
{
	static const char *const methods[] = { "POST", "PUT", "PATCH", "DELETE" };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		static struct world w;
		const struct http_request req = { .method = methods[i], .body = STR("{}") };

		world_init(&w);
		w.serve = serve_then_cut;
		ask_as_and_wait(&w, &w.asks[0], req);
		ask_as_and_wait(&w, &w.asks[1], req);
		CU_ASSERT_PTR_EQUAL(w.came_by, list_first(&w.peer.conns, struct peer_conn, link));
		CU_ASSERT_EQUAL(w.asks[1].outcome, OUTCOME_UNKNOWN);
		ASSERT_STR(buf_str(&w.seen), "{}|{}|");
		world_deinit(&w);
	}
}

static void serve_half_an_answer(struct world *w, struct peer_conn *conn, int n)
{
	(void)w;
	(void)n;
	peer_say(conn, STR("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":"));
	peer_close(conn);
}

static const char in_chunks[] =
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
	"2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n";

static void serve_a_part(struct world *w, struct peer_conn *conn, int n)
{
	(void)w;
	peer_say(conn, str_make(in_chunks, (size_t)n));
	peer_close(conn);
}

static void test_cut_at_every_byte(void)
{
	static struct world w;
	const int whole = sizeof(in_chunks) - 1;

	world_init(&w);
	w.serve = serve_a_part;
	for (int n = 1; n <= whole; n++) {
		struct ask *a = &w.asks[0];

		ask_and_wait(&w, a, "a=b");
		CU_ASSERT_EQUAL(w.n_requests, n);
		/* Some versions of libcurl do without the very last line feed: nothing is lost then. */
		if (n == whole || (n == whole - 1 && a->outcome == OUTCOME_DONE)) {
			CU_ASSERT_EQUAL(a->outcome, OUTCOME_DONE);
			CU_ASSERT_EQUAL(a->status, 200);
			ASSERT_STR(buf_str(&a->body), "ok");
		} else {
			CU_ASSERT_EQUAL(a->outcome, OUTCOME_UNKNOWN);
		}
	}
	world_deinit(&w);
}

static void serve_nothing(struct world *w, struct peer_conn *conn, int n)
{
	(void)w;
	(void)conn;
	(void)n;
}

static void test_unsure(void)
{
	static struct world w;

	world_init(&w);
	w.serve = serve_half_an_answer;
	ask_and_wait(&w, &w.asks[0], "a=b");
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_UNKNOWN);
	w.serve = serve_nothing;
	ask(&w, &w.asks[1], "a=b", 500);
	ask(&w, &w.asks[2], "", 500); /* the head alone is a whole request */
	CU_ASSERT(pump_flag(w.loop, &w.asks[1].done));
	CU_ASSERT_EQUAL(w.asks[1].outcome, OUTCOME_UNKNOWN);
	CU_ASSERT(pump_flag(w.loop, &w.asks[2].done));
	CU_ASSERT_EQUAL(w.asks[2].outcome, OUTCOME_UNKNOWN);
	world_deinit(&w);
}

static void not_sent(struct world *w, const char *url)
{
	struct ask *a = &w->asks[0];

	a->done = false;
	ask_url(w, a, url, "a=b", 5000);
	CU_ASSERT(pump_flag(w->loop, &a->done));
	CU_ASSERT_EQUAL(a->outcome, OUTCOME_LATER);
	CU_ASSERT_EQUAL(a->status, 0);
	CU_ASSERT(a->why.len > 0);
}

static void test_not_sent(void)
{
	static struct world w;
	char url[64];
	int port, fd = tcp_listen(&port);

	close(fd);
	world_init(&w);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	not_sent(&w, url);
	not_sent(&w, "https://no-such-host.invalid/");
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", w.peer.port);
	not_sent(&w, url); /* only https */
	not_sent(&w, "file:///etc/passwd");
	not_sent(&w, "not a url");
	world_deinit(&w);
	CU_ASSERT_EQUAL(w.n_requests, 0);
}

static void test_bad_certificates(void)
{
	static const char *const stems[] = { "expired", "wrong", "stranger", "early" };

	for (size_t i = 0; i < ARRAY_LEN(stems); i++) {
		static struct world w;

		world_init_with(&w, stems[i]);
		not_sent(&w, w.url);
		CU_ASSERT(str_find(buf_str(&w.asks[0].why), "SSL_CERT_FILE") != SIZE_MAX);
		CU_ASSERT_EQUAL(w.n_requests, 0);
		world_deinit(&w);
	}
}

/* ---- ends ---- */

static void test_cancel(void)
{
	static struct world w;

	world_init(&w);
	http_cancel(NULL);
	ask(&w, &w.asks[0], "never", 5000);
	http_cancel(w.asks[0].call);
	ask(&w, &w.asks[1], "under way", 5000);
	loop_turn(w.loop, 10);
	loop_turn(w.loop, 10);
	http_cancel(w.asks[1].call);
	ask_and_wait(&w, &w.asks[2], "this one");
	CU_ASSERT_EQUAL(w.asks[0].n_replies, 0);
	CU_ASSERT_EQUAL(w.asks[1].n_replies, 0);
	CU_ASSERT_EQUAL(w.asks[2].outcome, OUTCOME_DONE);
	world_deinit(&w);
}

static void test_freed_under_way(void)
{
	static struct world w;

	world_init(&w);
	for (int i = 0; i < 20; i++) {
		ask(&w, &w.asks[i], "x", 5000);
		loop_turn(w.loop, 0);
	}
	ask_url(&w, &w.asks[20], "https://no-such-host.invalid/", "x", 5000);
	loop_turn(w.loop, 0);
	world_deinit(&w);
}

static void test_freed_in_a_reply(void)
{
	static struct world w;

	world_init(&w);
	for (int i = 0; i < 10; i++) {
		w.asks[i].frees_http = i == 3;
		ask(&w, &w.asks[i], "x", 5000);
	}
	CU_ASSERT(pump_flag(w.loop, &w.asks[3].done));
	loop_turn(w.loop, 10);
	for (int i = 0; i < 10; i++)
		CU_ASSERT(w.asks[i].n_replies <= 1);
	world_deinit(&w);
}

static void serve_all_but_one(struct world *w, struct peer_conn *conn, int n)
{
	if (!str_is(buf_str(&conn->body), "left waiting"))
		serve_ok(w, conn, n);
}

static void test_reply_cancels_and_asks(void)
{
	static struct world w;

	world_init(&w);
	w.serve = serve_all_but_one;
	w.asks[0].victim = &w.asks[1];
	w.asks[0].asks_again = true;
	ask(&w, &w.asks[1], "left waiting", 5000);
	ask(&w, &w.asks[0], "first", 5000);
	CU_ASSERT(pump_flag(w.loop, &w.asks[0].done));
	CU_ASSERT_EQUAL(w.asks[0].n_replies, 2);
	CU_ASSERT_EQUAL(w.asks[0].outcome, OUTCOME_DONE);
	loop_turn(w.loop, 10);
	CU_ASSERT_EQUAL(w.asks[1].n_replies, 0);
	world_deinit(&w);
}

/* If this fails, the machine has a libcurl with which the program warns: see http_resolves_aside. */
static void test_names_are_looked_up_aside(void)
{
	CU_ASSERT_TRUE(http_resolves_aside());
}

UNIT_MAIN("http", { "request and answer", test_request_and_answer },
	  { "names are looked up aside", test_names_are_looked_up_aside },
	  { "no headers and no body", test_no_headers_and_no_body },
	  { "no redirects", test_no_redirects }, { "large body", test_large_body },
	  { "answer is capped", test_answer_is_capped },
	  { "a cap of one's own", test_a_cap_of_ones_own },
	  { "the cap counts what is unpacked", test_the_cap_counts_what_is_unpacked },
	  { "methods", test_methods }, { "headers", test_headers },
	  { "http when allowed", test_http_when_allowed },
	  { "metadata services", test_metadata_services }, { "public only", test_public_only },
	  { "public only needs no proxy", test_public_only_needs_no_proxy },
	  { "public only lets others through", test_public_only_lets_others_through },
	  { "keeps connections", test_keeps_connections },
	  { "a handful of connections", test_a_handful_of_connections },
	  { "never sent twice", test_never_sent_twice },
	  { "never sent twice without a body", test_never_sent_twice_without_a_body },
	  { "never sent twice by any method", test_never_sent_twice_by_any_method },
	  { "cut at every byte", test_cut_at_every_byte }, { "unsure", test_unsure },
	  { "not sent", test_not_sent }, { "bad certificates", test_bad_certificates },
	  { "cancel", test_cancel }, { "freed under way", test_freed_under_way },
	  { "freed in a reply", test_freed_in_a_reply },
	  { "reply cancels and asks", test_reply_cancels_and_asks })
