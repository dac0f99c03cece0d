/* SPDX-License-Identifier: MIT */
#include "net/connect.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"

struct connecting {
	struct transfer transfer;
	bool refuses_proxy; /* the environment names one that cannot be used */
	bool tried;	    /* a socket was made */
	connect_socket_fn *on_socket;
	void *owner;
};

static const char proxy_refused[] =
	"HTTPS_PROXY (or ALL_PROXY) names an https:// proxy, which cannot carry a WebSocket; "
	"give its http:// address";

static void connecting_free(struct connecting *c)
{
	transfer_deinit(&c->transfer);
	free(c);
}

void connect_cancel(struct connecting *c)
{
	if (c != NULL)
		connecting_free(c);
}

/* libcurl keeps its own descriptor and closes it with the handle; the duplicate lives on. Kept in libcurl it
 * would be closed one day as a connection that was idle for too long. */
static int take_socket(const struct connecting *c)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	errno = ENOTCONN;
	if (curl_easy_getinfo(c->transfer.easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return -1;
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static const char *why_failed(const struct connecting *c, int code)
{
	if (code == CURLE_OK)
		return strerror(errno);
	if (c->refuses_proxy && !c->tried && code == CURLE_COULDNT_CONNECT)
		return proxy_refused;
	return transfer_why(&c->transfer, code);
}

static void on_done(struct transfer *t, int code)
{
	struct connecting *c = container_of(t, struct connecting, transfer);
	connect_socket_fn *on_socket = c->on_socket;
	void *owner = c->owner;
	int fd = code == CURLE_OK ? take_socket(c) : -1;
	CLEANUP(mem_freep) char *why = fd < 0 ? mem_strdup(why_failed(c, code)) : NULL;

	connecting_free(c);
	on_socket(owner, fd, why);
}

static int on_sockopt(void *user, curl_socket_t fd, curlsocktype purpose)
{
	struct connecting *c = user;

	(void)fd;
	(void)purpose;
	c->tried = true;
	return CURL_SOCKOPT_OK;
}

/* libcurl picks a proxy by the scheme of the URL, and ours says http: so the one for TLS is picked here. NO_PROXY is libcurl's to read, so it must be asked even if we cannot use the proxy: with a proxy that it
 * does not know how to talk to, which it looks at only when NO_PROXY does not name the host. */
static void set_proxy(struct connecting *c)
{
	const char *proxy = pool_proxy();

	/* The TLS to an https:// proxy would stay behind inside libcurl. */
	c->refuses_proxy = str_eq_nocase(str_sub(str_from(proxy), 0, 8), STR("https://"));
	curl_easy_setopt(c->transfer.easy, CURLOPT_PROXY,
			 c->refuses_proxy ? "unusable://proxy" : proxy);
	curl_easy_setopt(c->transfer.easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(c->transfer.easy, CURLOPT_SOCKOPTFUNCTION, on_sockopt);
	curl_easy_setopt(c->transfer.easy, CURLOPT_SOCKOPTDATA, c);
}

static void set_url(struct connecting *c, const char *host, int port)
{
	bool is_v6 = strchr(host, ':') != NULL;
	struct buf url = { 0 };

	buf_addf(&url, "http://%s%s%s:%d/", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
	buf_addc(&url, '\0');
	curl_easy_setopt(c->transfer.easy, CURLOPT_URL, url.p);
	buf_deinit(&url);
}

struct connecting *connect_start(struct pool *pool, const char *host, int port, int64_t timeout_ms,
				 connect_socket_fn *on_socket, void *owner)
{
	struct connecting *c = mem_zero(1, sizeof(*c));

	c->on_socket = on_socket;
	c->owner = owner;
	transfer_init(&c->transfer, pool, on_done);
	set_url(c, host, port);
	set_proxy(c);
	curl_easy_setopt(c->transfer.easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c->transfer.easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c->transfer.easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c->transfer.easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	transfer_start(&c->transfer);
	return c;
}
