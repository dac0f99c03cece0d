/* SPDX-License-Identifier: MIT */
/*
 * Two pools of libcurl: one for requests, which keeps connections and opens at most a handful to a host, and
 * one for bare sockets, so that a WebSocket never waits in line behind requests to the same host.
 *
 * A POST must not be sent twice unseen. When a kept connection dies before any byte of an answer, libcurl sends
 * the request again by itself, if it can: so the body comes from a read callback that cannot be rewound, and
 * the same fault ends as an error that we pass on as HTTP_UNSURE.
 *
 * HTTP/1.1 only: over HTTP/2 a request may be moved to another stream or connection by rules of its own, and
 * several kept connections overlap as well as streams do at the rate at which Slack takes messages.
 */
#include "net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"

enum {
	MAX_HOST_CONNECTIONS = 8,
	MAX_IDLE_S = 30, /* an older kept connection is likely to be closed by the other side */
	/* Bytes that the peer does not acknowledge for this long will never arrive: a request must not reach
	 * Slack long after we gave it up. */
	USER_TIMEOUT_MS = 8000,
};

struct pool {
	struct http *http;
	CURLM *multi;
	struct loop_timer timer;
};

struct http {
	struct loop *loop;
	char *ca_file;
	struct pool requests, sockets;
	struct list calls;
};

/* A file descriptor of libcurl's in our loop. */
struct curl_file {
	struct loop_file file;
	struct pool *pool;
};

struct http_call {
	struct list link; // http::calls
	struct pool *pool;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body; /* not sent yet */
	struct buf answer;
	struct buf retry_after, scopes;
	char error[CURL_ERROR_SIZE];
	const char *refused; /* known before anything was tried */
	struct loop_call soon;
	void (*on_reply)(void *owner, const struct http_reply *reply);
	void (*on_socket)(void *owner, int fd, const char *why);
	void *owner;
};

/* ---- libcurl on the loop ---- */

static void check_done(struct pool *pool);

static void on_curl_ready(void *owner, uint32_t events)
{
	struct curl_file *file = owner;
	struct pool *pool = file->pool;
	int mask = 0, running;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		mask |= CURL_CSELECT_ERR;
	curl_multi_socket_action(pool->multi, file->file.fd, mask, &running);
	check_done(pool);
}

static void on_curl_due(void *owner)
{
	struct pool *pool = owner;
	int running;

	curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	check_done(pool);
}

static void forget_file(struct pool *pool, struct curl_file *file)
{
	loop_file_unwatch(pool->http->loop, &file->file);
	loop_bury(pool->http->loop, file, free);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
	struct pool *pool = user;
	struct curl_file *file = socket_user;
	uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0u) |
			  (what & CURL_POLL_OUT ? EPOLLOUT : 0u);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (file != NULL)
			forget_file(pool, file);
		return 0;
	}
	if (file != NULL)
		return loop_file_change(pool->http->loop, &file->file, events) < 0 ? -1 : 0;
	file = mem_zero(1, sizeof(*file));
	file->pool = pool;
	loop_file_init(&file->file, on_curl_ready, file);
	if (loop_file_watch(pool->http->loop, &file->file, fd, events) < 0) {
		free(file);
		return -1;
	}
	curl_multi_assign(pool->multi, fd, file);
	return 0;
}

/* libcurl must not be called from within its own callback: only the deadline is noted. */
static int on_curl_timer(CURLM *multi, long timeout_ms, void *user)
{
	struct pool *pool = user;

	(void)multi;
	if (timeout_ms < 0)
		loop_timer_stop(pool->http->loop, &pool->timer);
	else
		loop_timer_start(pool->http->loop, &pool->timer, timeout_ms);
	return 0;
}

static bool pool_init(struct pool *pool, struct http *http)
{
	pool->http = http;
	loop_timer_init(&pool->timer, on_curl_due, pool);
	pool->multi = curl_multi_init();
	if (pool->multi == NULL)
		return false;
	curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool);
	curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool);
	return true;
}

/* ---- a call's life ---- */

static struct http_call *call_new(struct pool *pool, void *owner)
{
	struct http_call *call = mem_zero(1, sizeof(*call));

	call->pool = pool;
	call->owner = owner;
	call->easy = curl_easy_init();
	if (call->easy == NULL)
		abort(); /* out of memory */
	buf_init(&call->body, 0);
	buf_init(&call->answer, HTTP_MAX_BODY);
	buf_init(&call->retry_after, 256);
	buf_init(&call->scopes, 16 << 10);
	list_init(&call->link);
	list_append(&pool->http->calls, &call->link);
	curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
	/* Else a name that is slow to resolve holds up the whole loop when the call is given up. */
	curl_easy_setopt(call->easy, CURLOPT_QUICK_EXIT, 1L);
	return call;
}

static void call_free(struct http_call *call)
{
	list_remove(&call->link);
	loop_call_cancel(&call->soon);
	curl_multi_remove_handle(call->pool->multi, call->easy);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	buf_deinit(&call->body);
	buf_deinit(&call->answer);
	buf_deinit(&call->retry_after);
	buf_deinit(&call->scopes);
	free(call);
}

void http_cancel(struct http_call *call)
{
	if (call != NULL)
		call_free(call);
}

static void on_refused(void *owner)
{
	struct http_call *call = owner;
	void (*on_socket)(void *, int, const char *) = call->on_socket;
	void *call_owner = call->owner;
	const char *why = call->refused;

	call_free(call);
	on_socket(call_owner, -1, why);
}

static void start(struct http_call *call)
{
	loop_call_init(&call->soon, on_refused, call);
	if (call->refused != NULL)
		loop_call_soon(call->pool->http->loop, &call->soon);
	else
		curl_multi_add_handle(call->pool->multi, call->easy);
}

/* ---- answers ---- */

static const char *why_failed(const struct http_call *call, CURLcode code)
{
	return call->error[0] != '\0' ? call->error : curl_easy_strerror(code);
}

static void tell_reply(struct http_call *call, CURLcode code)
{
	struct http_reply reply = { .outcome = HTTP_ANSWERED };
	long status = 0, sent = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent);
	reply.status = (int)status;
	reply.body = buf_str(&call->answer);
	reply.retry_after = buf_str(&call->retry_after);
	reply.scopes = buf_str(&call->scopes);
	if (code != CURLE_OK) {
		reply.outcome = sent == 0 ? HTTP_NOT_SENT : HTTP_UNSURE;
		reply.why = why_failed(call, code);
	}
	call->on_reply(call->owner, &reply);
}

/* libcurl keeps its own descriptor and closes it with the handle; the duplicate is ours and lives on. */
static int take_socket(struct http_call *call)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(call->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return -1;
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static void tell_socket(struct http_call *call, CURLcode code)
{
	int fd = code == CURLE_OK ? take_socket(call) : -1;
	void (*on_socket)(void *, int, const char *) = call->on_socket;
	CLEANUP(mem_freep) char *why = NULL;
	void *owner = call->owner;

	if (fd < 0)
		why = mem_strdup(code == CURLE_OK ? strerror(errno) : why_failed(call, code));
	call_free(call);
	on_socket(owner, fd, why);
}

static void check_done(struct pool *pool)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(pool->multi, &left)) != NULL) {
		CURLcode code = msg->data.result;
		struct http_call *call;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call);
		if (call->on_socket != NULL) {
			tell_socket(call, code);
		} else {
			/* Out of the list and the pool first: its owner takes it for gone. */
			list_remove(&call->link);
			curl_multi_remove_handle(pool->multi, call->easy);
			tell_reply(call, code);
			call_free(call);
		}
	}
}

/* ---- requests ---- */

static size_t on_curl_read(char *out, size_t size, size_t n, void *user)
{
	struct http_call *call = user;
	size_t len = size * n < call->body.len ? size * n : call->body.len;

	if (len > 0)
		memcpy(out, call->body.p, len);
	buf_consume(&call->body, len);
	return len;
}

static size_t on_curl_write(char *data, size_t size, size_t n, void *user)
{
	struct http_call *call = user;

	buf_add(&call->answer, str_make(data, size * n));
	return call->answer.bad ? 0 : size * n;
}

static void keep_header(struct str line, const char *name, struct buf *out)
{
	size_t colon = str_find_char(line, ':');

	if (colon == SIZE_MAX || !str_eq_nocase(str_sub(line, 0, colon), str_from(name)))
		return;
	buf_clear(out);
	buf_add(out, str_trim(str_sub(line, colon + 1, line.len)));
}

static size_t on_curl_header(char *data, size_t size, size_t n, void *user)
{
	struct http_call *call = user;
	struct str line = str_make(data, size * n);

	keep_header(line, "Retry-After", &call->retry_after);
	keep_header(line, "X-OAuth-Scopes", &call->scopes);
	return size * n;
}

static int on_curl_sockopt(void *user, curl_socket_t fd, curlsocktype purpose)
{
	unsigned ms = USER_TIMEOUT_MS;

	(void)user;
	(void)purpose;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	return CURL_SOCKOPT_OK;
}

static void add_header(struct http_call *call, const char *line)
{
	struct curl_slist *longer = curl_slist_append(call->headers, line);

	if (longer == NULL)
		abort(); /* out of memory */
	call->headers = longer;
}

static void set_headers(struct http_call *call, const struct secret *bearer)
{
	struct buf line;

	add_header(call, "Expect:");
	if (bearer != NULL && bearer->value != NULL) {
		buf_init(&line, 0);
		buf_addf(&line, "Authorization: Bearer %s", bearer->value);
		buf_addc(&line, '\0');
		add_header(call, line.p);
		explicit_bzero(line.p, line.len);
		buf_deinit(&line);
	}
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static void set_request(struct http_call *call, const struct http_request *req)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_URL, req->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (call->pool->http->ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, call->pool->http->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "retort");
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_curl_read);
	curl_easy_setopt(easy, CURLOPT_READDATA, call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_curl_write);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_curl_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_curl_sockopt);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)req->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)req->total_ms);
}

struct http_call *http_post(struct http *http, const struct http_request *req,
			    void (*on_reply)(void *owner, const struct http_reply *reply),
			    void *owner)
{
	struct http_call *call = call_new(&http->requests, owner);

	call->on_reply = on_reply;
	buf_add(&call->body, req->body);
	set_request(call, req);
	set_headers(call, req->bearer);
	start(call);
	return call;
}

void http_escape(struct buf *out, struct str text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    c == '-' || c == '.' || c == '_' || c == '~') {
			buf_addc(out, (char)c);
			continue;
		}
		buf_addc(out, '%');
		buf_addc(out, hex[c >> 4]);
		buf_addc(out, hex[c & 15]);
	}
}

/* ---- bare sockets ---- */

/* libcurl picks a proxy by the scheme of the URL, and ours says http: so the one for TLS is chosen here. It
 * honours NO_PROXY even then. */
static const char *tls_proxy(void)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
					     "ALL_PROXY" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "";
}

struct http_call *http_connect(struct http *http, const char *host, int port, int64_t timeout_ms,
			       void (*on_socket)(void *owner, int fd, const char *why), void *owner)
{
	struct http_call *call = call_new(&http->sockets, owner);
	const char *proxy = tls_proxy();
	bool is_v6 = strchr(host, ':') != NULL;
	struct buf url;

	call->on_socket = on_socket;
	/* The TLS to such a proxy would stay behind inside libcurl. */
	if (str_starts(str_from(proxy), "https://"))
		call->refused =
			"a proxy that is itself reached by https:// cannot carry a WebSocket; set HTTPS_PROXY to "
			"an http:// address";
	buf_init(&url, 0);
	buf_addf(&url, "http://%s%s%s:%d/", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
	buf_addc(&url, '\0');
	curl_easy_setopt(call->easy, CURLOPT_URL, url.p);
	buf_deinit(&url);
	curl_easy_setopt(call->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(call->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(call->easy, CURLOPT_PROXY, proxy);
	curl_easy_setopt(call->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	start(call);
	return call;
}

/* ---- life ---- */

int http_new(struct http **out, struct loop *loop, const char *ca_file)
{
	struct http *http;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ERR_LIBRARY;
	http = mem_zero(1, sizeof(*http));
	http->loop = loop;
	http->ca_file = ca_file != NULL ? mem_strdup(ca_file) : NULL;
	list_init(&http->calls);
	if (!pool_init(&http->requests, http) || !pool_init(&http->sockets, http)) {
		log_error("http", "libcurl cannot be initialised");
		http_free(http);
		return ERR_LIBRARY;
	}
	curl_multi_setopt(http->requests.multi, CURLMOPT_MAX_HOST_CONNECTIONS,
			  (long)MAX_HOST_CONNECTIONS);
	*out = http;
	return 0;
}

static void pool_deinit(struct pool *pool)
{
	if (pool->multi != NULL)
		curl_multi_cleanup(pool->multi);
	loop_timer_stop(pool->http->loop, &pool->timer);
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	list_each (link, &http->calls)
		call_free(list_entry(link, struct http_call, link));
	pool_deinit(&http->requests);
	pool_deinit(&http->sockets);
	free(http->ca_file);
	free(http);
	curl_global_cleanup();
}
