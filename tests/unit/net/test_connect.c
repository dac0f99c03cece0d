/* SPDX-License-Identifier: MIT */
#include "net/connect.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"
#include "lib/peer.h"
#include "lib/pump.h"
#include "lib/unit.h"

struct world {
	struct loop *loop;
	struct pool *pool;
	struct peer peer; /* a server, or a proxy */
	const char *proxy_answer;
	int n_tunnels;
};

/* One attempt and what came of it. */
struct attempt {
	struct world *world;
	struct connecting *connecting;
	int n_calls;
	bool done;
	int fd;
	char why[300];
	bool frees_pool;
};

static const char *const proxy_names[] = {
	"https_proxy", "HTTPS_PROXY", "all_proxy",  "ALL_PROXY",
	"no_proxy",    "NO_PROXY",    "http_proxy", "HTTP_PROXY"
};

/* As a proxy it answers the request; as a server, and through a tunnel, it gives everything back. */
static void on_bytes(void *owner, struct peer_conn *conn)
{
	struct world *w = owner;

	if (w->proxy_answer != NULL && conn->head.len == 0) {
		if (peer_take_request(conn)) {
			w->n_tunnels++;
			peer_say(conn, str_from(w->proxy_answer));
		}
		return;
	}
	peer_say(conn, buf_str(&conn->in));
	buf_clear(&conn->in);
}

static void world_init(struct world *w)
{
	for (size_t i = 0; i < ARRAY_LEN(proxy_names); i++)
		unsetenv(proxy_names[i]);
	*w = (struct world){ 0 };
	CU_ASSERT_EQUAL_FATAL(loop_new(&w->loop, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(pool_new(&w->pool, w->loop, POOL_ANY_CONNECTIONS), 0);
	peer_init(&w->peer, w->loop, NULL, on_bytes, w);
}

static void world_deinit(struct world *w)
{
	pool_free(w->pool);
	peer_deinit(&w->peer);
	loop_free(w->loop);
}

static void on_socket(void *owner, int fd, const char *why)
{
	struct attempt *a = owner;

	a->n_calls++;
	a->done = true;
	a->fd = fd;
	CU_ASSERT((fd >= 0) == (why == NULL));
	snprintf(a->why, sizeof(a->why), "%s", why != NULL ? why : "");
	if (a->frees_pool) {
		pool_free(a->world->pool);
		a->world->pool = NULL;
	}
}

static void start(struct world *w, struct attempt *a, const char *host, int port, int64_t ms)
{
	*a = (struct attempt){ .world = w, .fd = -1 };
	a->connecting = connect_start(w->pool, host, port, ms, on_socket, a);
}

static void attempt(struct world *w, struct attempt *a, const char *host, int port)
{
	start(w, a, host, port, 5000);
	CU_ASSERT(!a->done);
	CU_ASSERT(pump_flag(w->loop, &a->done));
	CU_ASSERT_EQUAL(a->n_calls, 1);
}

/* The socket works, and is as the contract says. */
static void use_and_close(struct world *w, struct attempt *a)
{
	char bytes[8] = "";

	CU_ASSERT_FATAL(a->fd >= 0);
	CU_ASSERT((fcntl(a->fd, F_GETFL) & O_NONBLOCK) != 0);
	CU_ASSERT((fcntl(a->fd, F_GETFD) & FD_CLOEXEC) != 0);
	CU_ASSERT_EQUAL(send(a->fd, "ping", 4, MSG_NOSIGNAL), 4);
	for (int i = 0; i < 500 && recv(a->fd, bytes, 4, 0) != 4; i++)
		loop_turn(w->loop, 10);
	ASSERT_STR(str_from(bytes), "ping");
	close(a->fd);
}

static void test_connects(void)
{
	struct attempt a, b;
	struct world w;

	world_init(&w);
	attempt(&w, &a, "localhost", w.peer.port);
	attempt(&w, &b, "127.0.0.1", w.peer.port);
	use_and_close(&w, &b);
	use_and_close(&w, &a);
	world_deinit(&w);
}

/* What libcurl does afterwards is no business of the socket's. */
static void test_outlives_the_pool(void)
{
	struct attempt a;
	struct world w;

	world_init(&w);
	attempt(&w, &a, "127.0.0.1", w.peer.port);
	pool_free(w.pool);
	w.pool = NULL;
	loop_turn(w.loop, 0);
	use_and_close(&w, &a);
	world_deinit(&w);
}

static void test_ipv6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
					.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int listener = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(address);
	struct attempt a;
	struct world w;

	if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) < 0) {
		if (listener >= 0)
			close(listener);
		return; /* a machine without IPv6 */
	}
	listen(listener, 4);
	getsockname(listener, (struct sockaddr *)&address, &len);
	world_init(&w);
	attempt(&w, &a, "::1", ntohs(address.sin6_port));
	CU_ASSERT(a.fd >= 0);
	close(a.fd);
	close(listener);
	world_deinit(&w);
}

static void test_nobody_there(void)
{
	struct attempt a;
	struct world w;
	int port;

	world_init(&w);
	close(tcp_listen(&port));
	attempt(&w, &a, "127.0.0.1", port);
	CU_ASSERT_EQUAL(a.fd, -1);
	CU_ASSERT(a.why[0] != '\0');
	attempt(&w, &a, "no-such-host.invalid", 443);
	CU_ASSERT_EQUAL(a.fd, -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(a.why, "no-such-host.invalid"));
	world_deinit(&w);
}

/* A listener that accepts nobody and whose queue is full does not answer. */
static void test_no_answer(void)
{
	int port, listener = tcp_listen(&port);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int crowd[8];
	struct attempt a;
	struct world w;
	struct mono start_time = clock_mono(clock_system());

	listen(listener, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		crowd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)!connect(crowd[i], (struct sockaddr *)&address, sizeof(address));
	}
	world_init(&w);
	start(&w, &a, "127.0.0.1", port, 100);
	CU_ASSERT(pump_flag(w.loop, &a.done));
	CU_ASSERT_EQUAL(a.fd, -1);
	CU_ASSERT(mono_ms_between(start_time, clock_mono(clock_system())) >= 100);
	CU_ASSERT_PTR_NOT_NULL(strstr(a.why, "time")); /* timed out, timeout */
	world_deinit(&w);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		close(crowd[i]);
	close(listener);
}

static void test_cancel(void)
{
	struct attempt a, b, c;
	struct world w;

	world_init(&w);
	connect_cancel(NULL);
	start(&w, &a, "127.0.0.1", w.peer.port, 5000);
	connect_cancel(a.connecting);
	start(&w, &b, "no-such-host.invalid", 443, 5000);
	loop_turn(w.loop, 0);
	connect_cancel(b.connecting); /* while it is being looked up */
	attempt(&w, &c, "127.0.0.1", w.peer.port);
	CU_ASSERT_EQUAL(a.n_calls, 0);
	CU_ASSERT_EQUAL(b.n_calls, 0);
	use_and_close(&w, &c);
	world_deinit(&w);
}

static void test_pool_dies_in_the_callback(void)
{
	struct attempt a;
	struct world w;

	world_init(&w);
	start(&w, &a, "127.0.0.1", w.peer.port, 5000);
	a.frees_pool = true;
	CU_ASSERT(pump_flag(w.loop, &a.done));
	use_and_close(&w, &a);
	world_deinit(&w);
}

/* ---- proxies ---- */

static void set_proxy(struct world *w, const char *name, const char *scheme)
{
	char url[64];

	snprintf(url, sizeof(url), "%s127.0.0.1:%d", scheme, w->peer.port);
	setenv(name, url, 1);
}

static void test_through_a_proxy(void)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
					     "ALL_PROXY" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct attempt a;
		struct world w;

		world_init(&w);
		w.proxy_answer = "HTTP/1.1 200 Connection established\r\n\r\n";
		set_proxy(&w, names[i], "http://");
		attempt(&w, &a, "wss.example.com", 443);
		CU_ASSERT_EQUAL(w.n_tunnels, 1);
		CU_ASSERT(str_starts(buf_str(&peer_last(&w.peer)->head),
				     "CONNECT wss.example.com:443 HTTP/1.1\r\n"));
		use_and_close(&w, &a);
		world_deinit(&w);
	}
}

static void test_proxy_says_no(void)
{
	struct attempt a;
	struct world w;

	world_init(&w);
	w.proxy_answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
	set_proxy(&w, "https_proxy", "http://");
	attempt(&w, &a, "wss.example.com", 443);
	CU_ASSERT_EQUAL(a.fd, -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(a.why, "403"));
	world_deinit(&w);
}

static void test_no_proxy(void)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct attempt a;
		struct world w;

		world_init(&w);
		setenv("https_proxy", schemes[i][4] == 's' ? "https://127.0.0.1:1" : "127.0.0.1:1",
		       1);
		setenv("no_proxy", "example.com,localhost", 1);
		attempt(&w, &a, "localhost", w.peer.port);
		use_and_close(&w, &a);
		world_deinit(&w);
	}
}

static void test_other_proxies_are_not_ours(void)
{
	struct attempt a;
	struct world w;

	world_init(&w);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	attempt(&w, &a, "127.0.0.1", w.peer.port);
	use_and_close(&w, &a);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	setenv("https_proxy", "", 1); /* none, whatever the others say */
	attempt(&w, &a, "127.0.0.1", w.peer.port);
	use_and_close(&w, &a);
	world_deinit(&w);
}

static void test_https_proxy_is_refused(void)
{
	static const char *const schemes[] = { "https://", "HTTPS://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct attempt a;
		struct world w;

		world_init(&w);
		set_proxy(&w, "HTTPS_PROXY", schemes[i]);
		attempt(&w, &a, "wss.example.com", 443);
		CU_ASSERT_EQUAL(a.fd, -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(a.why, "cannot carry a WebSocket"));
		CU_ASSERT_EQUAL(w.peer.n_conns, 0);
		world_deinit(&w);
	}
}

UNIT_MAIN("connect", { "connects", test_connects }, { "outlives the pool", test_outlives_the_pool },
	  { "IPv6", test_ipv6 }, { "nobody there", test_nobody_there },
	  { "no answer", test_no_answer }, { "cancel", test_cancel },
	  { "pool dies in the callback", test_pool_dies_in_the_callback },
	  { "through a proxy", test_through_a_proxy }, { "proxy says no", test_proxy_says_no },
	  { "no proxy", test_no_proxy },
	  { "other proxies are not ours", test_other_proxies_are_not_ours },
	  { "https proxy is refused", test_https_proxy_is_refused })
