/* SPDX-License-Identifier: MIT */
/*
 * libcurl says by callbacks which descriptors to watch for it and when it wants to be called; those only take
 * notes, since libcurl must not be entered again from there. All work, and every on_done, comes from
 * on_ready, on_soon and on_due, which the loop calls.
 */
#include "net/curl_multi.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

struct pool {
	struct loop *loop;
	CURLM *multi; /* NULL once it is freed; the memory lives until the end of the turn */
	/* When libcurl is to be called: at once, or when `due` has come. It changes its mind with every transfer, so
	 * the timer is not moved back; one that is early looks at `due` and goes on. */
	struct loop_call soon;
	struct loop_timer timer;
	struct mono due;
};

/* A descriptor of libcurl's in our loop. */
struct pool_file {
	struct loop_file file;
	struct pool *pool;
};

static_assert(sizeof(((struct transfer *)0)->error) >= CURL_ERROR_SIZE,
	      "room for libcurl's message");

/* ---- proxies ---- */

const char *pool_proxy(void)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
					     "ALL_PROXY" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL)
			return value; /* an empty one means none, as libcurl takes it */
	}
	return "";
}

/* libcurl's own words do not say that it was the proxy. */
static void name_proxy(struct transfer *t, CURLcode code)
{
	CLEANUP(mem_freep) char *words = mem_strdup(transfer_why(t, code));
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status == 407)
		snprintf(
			t->error, sizeof(t->error),
			"the proxy wants a user name and password that it knows: HTTPS_PROXY can be "
			"http://user:password@host:port (HTTP status 407)");
	else if (status >= 300)
		snprintf(t->error, sizeof(t->error),
			 "the proxy that HTTPS_PROXY or ALL_PROXY names refuses to connect us "
			 "(HTTP status %ld)",
			 status);
	else if (code == CURLE_COULDNT_CONNECT && pool_proxy()[0] != '\0')
		snprintf(t->error, sizeof(t->error),
			 "%s (HTTPS_PROXY or ALL_PROXY names a proxy: is its address right?)",
			 words);
}

/* Where companies look into connections, this is the first thing that people meet. */
static void name_certificate(struct transfer *t, CURLcode code)
{
	CLEANUP(mem_freep) char *words = mem_strdup(transfer_why(t, code));

	if (code == CURLE_PEER_FAILED_VERIFICATION)
		snprintf(
			t->error, sizeof(t->error),
			"the server's certificate is not trusted; if your network puts one of its own "
			"there, name its authority in SSL_CERT_FILE (%s)",
			words);
}

/* libcurl says then that nobody could be reached, or that no host has the name. */
static void name_shortage(struct transfer *t)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0), error = errno;

	if (fd >= 0) {
		close(fd);
		return;
	}
	if (loop_is_short(t->pool->loop, error))
		snprintf(t->error, sizeof(t->error), "no file descriptor is left");
}

static void tell_done(struct pool *pool)
{
	CURLMsg *msg;
	int left;

	/* An on_done may free the pool. */
	while (pool->multi != NULL && (msg = curl_multi_info_read(pool->multi, &left)) != NULL) {
		CURLcode code = msg->data.result;
		struct transfer *t = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		if (code != CURLE_OK && !t->direct)
			name_proxy(t, code);
		if (code != CURLE_OK)
			name_certificate(t, code);
		if (code != CURLE_OK)
			name_shortage(t);
		t->on_done(t, (int)code);
	}
}

static void on_ready(void *owner, uint32_t events)
{
	const struct pool_file *file = owner;
	struct pool *pool = file->pool;
	int mask = 0, running;

	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		mask |= CURL_CSELECT_IN;
	if ((events & EPOLLOUT) != 0)
		mask |= CURL_CSELECT_OUT;
	if ((events & EPOLLERR) != 0)
		mask |= CURL_CSELECT_ERR;
	curl_multi_socket_action(pool->multi, file->file.fd, mask, &running);
	tell_done(pool);
}

static void on_soon(void *owner)
{
	struct pool *pool = owner;
	int running;

	curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	tell_done(pool);
}

static void on_due(void *owner)
{
	struct pool *pool = owner;
	const struct mono now = clock_mono(loop_clock(pool->loop));

	if (pool->due.ns <= now.ns) {
		pool->due.ns = INT64_MAX;
		on_soon(pool);
	} else if (pool->due.ns < INT64_MAX) {
		loop_timer_by(pool->loop, &pool->timer, mono_ms_between(now, pool->due) + 1);
	}
}

/* ---- what libcurl asks for ---- */

static int watch(struct pool *pool, curl_socket_t fd, uint32_t events)
{
	struct pool_file *file = mem_zero(1, sizeof(*file));

	file->pool = pool;
	loop_file_init(&file->file, on_ready, file);
	if (loop_file_watch(pool->loop, &file->file, fd, events) < 0) {
		free(file);
		return -1;
	}
	curl_multi_assign(pool->multi, fd, file);
	return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *fd_user)
{
	struct pool *pool = user;
	struct pool_file *file = fd_user;
	uint32_t events = 0;

	(void)easy;
	if ((what & CURL_POLL_IN) != 0)
		events |= EPOLLIN;
	if ((what & CURL_POLL_OUT) != 0)
		events |= EPOLLOUT;
	if (what != CURL_POLL_REMOVE)
		return file != NULL ? loop_file_watch(pool->loop, &file->file, fd, events) :
				      watch(pool, fd, events);
	if (file == NULL)
		return 0;
	/* The descriptor may have a duplicate that lives on: left in epoll, it would be told for ever. */
	loop_file_unwatch(pool->loop, &file->file);
	loop_bury(pool->loop, file, free);
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
	struct pool *pool = user;

	(void)multi;
	pool->due.ns = INT64_MAX;
	loop_call_cancel(&pool->soon);
	if (timeout_ms == 0) {
		loop_call_soon(pool->loop, &pool->soon);
	} else if (timeout_ms > 0) {
		pool->due = mono_after(clock_mono(loop_clock(pool->loop)), timeout_ms);
		loop_timer_by(pool->loop, &pool->timer, timeout_ms);
	}
	return 0;
}

/* ---- transfers ---- */

void transfer_init(struct transfer *t, struct pool *pool, transfer_done_fn *on_done)
{
	*t = (struct transfer){ .pool = pool, .easy = curl_easy_init(), .on_done = on_done };
	if (t->easy == NULL)
		mem_is_out();
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	/* Without it, giving up a transfer whose name is slow to resolve waits for the resolver, and
	 * the whole loop with it. */
	curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
}

void transfer_start(struct transfer *t)
{
	if (curl_multi_add_handle(t->pool->multi, t->easy) != CURLM_OK)
		mem_is_out(); /* or added twice, which nobody does */
}

void transfer_stop(struct transfer *t)
{
	curl_multi_remove_handle(t->pool->multi, t->easy);
	t->pool = NULL;
}

void transfer_deinit(struct transfer *t)
{
	if (t->pool != NULL)
		transfer_stop(t);
	curl_easy_cleanup(t->easy);
	t->easy = NULL;
}

const char *transfer_why(const struct transfer *t, int code)
{
	return t->error[0] != '\0' ? t->error : curl_easy_strerror((CURLcode)code);
}

/* ---- life ---- */

int pool_new(struct pool **out, struct loop *loop, long max_host_connections)
{
	struct pool *pool;
	CURLM *multi;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (multi = curl_multi_init()) == NULL) {
		log_error("net", "libcurl cannot be initialised");
		return ERR_LIBRARY;
	}
	pool = mem_zero(1, sizeof(*pool));
	pool->loop = loop;
	pool->multi = multi;
	loop_call_init(&pool->soon, on_soon, pool);
	loop_timer_init(&pool->timer, on_due, pool);
	pool->due.ns = INT64_MAX;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, pool);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, pool);
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, max_host_connections);
	*out = pool;
	return 0;
}

void pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	curl_multi_cleanup(pool->multi);
	pool->multi = NULL;
	loop_call_cancel(&pool->soon);
	loop_timer_stop(pool->loop, &pool->timer);
	loop_bury(pool->loop, pool, free);
	/* No curl_global_cleanup: a resolver's thread that was given up may still be running. */
}
