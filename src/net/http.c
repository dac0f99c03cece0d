/* SPDX-License-Identifier: MIT */
/*
 * A request must not be sent twice unseen. When a kept connection dies before any byte of an answer, libcurl sends
 * the request again by itself, if it can: so the body comes from a read callback that cannot be rewound, and
 * the same fault ends as an error that we pass on as OUTCOME_UNKNOWN. A request without a body has nothing to rewind
 * and goes over a connection of its own, for only what dies on a kept one is sent again.
 *
 * HTTP/1.1 only: over HTTP/2 a request may be moved to another stream or connection by rules of its own, and
 * several kept connections overlap as well as streams do at the rate at which Slack takes messages.
 */
#include "net/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "net/address_policy.h"
#include "net/curl_multi.h"
#include "net/url.h"

enum {
	MAX_HOST_CONNECTIONS = 8,
	MAX_IDLE_S = 30, /* an older kept connection is likely to be closed by the other side */
	/* Bytes that the peer does not acknowledge for this long will never arrive: a request must not
	 * reach Slack long after we gave it up. */
	USER_TIMEOUT_MS = 8000,
};

struct http {
	struct loop *loop;
	char *ca_file;
	/* Of their own, so that a WebSocket never waits in line behind requests to the same host, and a
	 * request for public addresses never finds a connection that was made without looking where it leads. */
	struct pool *requests, *public, *sockets;
	struct list calls;
};

struct http_call {
	struct list link; // http::calls
	struct transfer transfer;
	struct curl_slist *headers;
	struct buf body;
	size_t body_sent; /* given to libcurl */
	bool left;	  /* something that can have an effect has been given to libcurl to send */
	bool has_head;	  /* the answer's, whole */
	bool told;	  /* on_reply is running, or has run */
	char *host;	  /* as the url has it */
	bool public_only;
	bool barred;   /* an address was refused */
	bool connects; /* an address was not */
	char why[64];  /* room for on_reply's */
	struct buf answer;
	http_reply_fn *on_reply;
	void *owner;
};

/* ---- answers ---- */

static void headers_free(struct curl_slist *headers)
{
	for (struct curl_slist *each = headers; each != NULL; each = each->next)
		explicit_bzero(each->data, strlen(each->data));
	curl_slist_free_all(headers);
}

static void call_free(struct http_call *call)
{
	list_remove(&call->link);
	transfer_deinit(&call->transfer);
	headers_free(call->headers);
	buf_deinit(&call->body);
	buf_deinit(&call->answer);
	free(call->host);
	free(call);
}

void http_cancel(struct http_call *call)
{
	if (call != NULL && !call->told)
		call_free(call);
}

/* Of the answer itself, not of a proxy's or of an interim one. */
static struct str header(const struct http_call *call, const char *name)
{
	struct curl_header *found = NULL;

	if (curl_easy_header(call->transfer.easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
		return STR_EMPTY;
	return str_trim(str_from(found->value));
}

static bool is_barred(const struct http_call *call)
{
	return call->barred && !call->connects;
}

static const char *why_too_large(struct http_call *call)
{
	static const struct {
		size_t bytes;
		const char *name;
	} units[] = { { 1 << 20, "MiB" }, { 1 << 10, "KiB" }, { 1, "bytes" } };
	size_t i = 0;

	while (call->answer.max % units[i].bytes != 0)
		i++;
	snprintf(call->why, sizeof(call->why), "the answer is over %zu %s",
		 call->answer.max / units[i].bytes, units[i].name);
	return call->why;
}

static const char *why_failed(struct http_call *call, int code)
{
	if (code == CURLE_OK)
		return "the answer ended before its first lines did";
	if (call->answer.bad)
		return why_too_large(call);
	if (is_barred(call))
		return call->public_only ? "it leads to an address that is private" :
					   "it leads to a cloud's metadata service";
	return transfer_why(&call->transfer, code);
}

static void on_done(struct transfer *t, int code)
{
	struct http_call *call = container_of(t, struct http_call, transfer);
	struct http_reply reply = { .end = OUTCOME_DONE };
	const struct {
		const char *name;
		struct str *text;
	} headers[] = {
		{ "Retry-After", &reply.retry_after },
		{ "X-OAuth-Scopes", &reply.scopes },
	};
	long status = 0;

	/* Out of the list and the pool: its owner may free everything. */
	call->told = true;
	list_remove(&call->link);
	transfer_stop(t);
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	reply.status = (int)status;
	reply.body = buf_str(&call->answer);
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		*headers[i].text = header(call, headers[i].name);
	/* libcurl takes a status line and a farewell for an answer. */
	if (code != CURLE_OK || !call->has_head) {
		reply.end = OUTCOME_LATER;
		if (call->left)
			reply.end = OUTCOME_UNKNOWN;
		else if (is_barred(call) && call->public_only)
			reply.end = OUTCOME_REFUSED;
		reply.why = why_failed(call, code);
		reply.too_large = call->answer.bad;
	}
	call->on_reply(call->owner, &reply);
	call_free(call);
}

/* ---- what libcurl asks for ---- */

static size_t on_read(char *out, size_t size, size_t n, void *user)
{
	struct http_call *call = user;
	struct str part = str_sub(buf_str(&call->body), call->body_sent,
				  call->body_sent + size * n);

	if (part.len > 0)
		memcpy(out, part.p, part.len);
	call->body_sent += part.len;
	call->left = true;
	return part.len;
}

/* Connected, with TLS; the head goes next, which is the whole of a request without a body. */
static int on_about_to_send(void *user, char *ip, char *local_ip, int port, int local_port)
{
	struct http_call *call = user;

	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	call->left = true;
	return CURL_PREREQFUNC_OK;
}

static size_t on_write(char *data, size_t size, size_t n, void *user)
{
	struct http_call *call = user;

	buf_add(&call->answer, str_make(data, size * n));
	return call->answer.bad ? 0 : size * n;
}

/* Line by line: every head begins with HTTP/ and ends with an empty line; a trailer has neither. */
static size_t on_head(char *data, size_t size, size_t n, void *user)
{
	struct http_call *call = user;
	struct str line = str_make(data, size * n);

	if (str_starts(line, "HTTP/"))
		call->has_head = false;
	else if (str_trim(line).len == 0)
		call->has_head = true;
	return size * n;
}

static int on_sockopt(void *user, curl_socket_t fd, curlsocktype purpose)
{
	unsigned ms = USER_TIMEOUT_MS;

	(void)user;
	(void)purpose;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	return CURL_SOCKOPT_OK;
}

/* Where libcurl is about to connect to; without a socket it tries the next address. */
static curl_socket_t on_open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_call *call = user;

	(void)purpose;
	if (call->public_only ?
		    !address_policy_allows(&address->addr) :
		    address_policy_is_metadata(&address->addr) &&
			    !address_policy_is_named(&address->addr, str_from(call->host))) {
		call->barred = true;
		return CURL_SOCKET_BAD;
	}
	call->connects = true;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- requests ---- */

static void add_header(struct http_call *call, const char *line)
{
	struct curl_slist *longer = curl_slist_append(call->headers, line);

	if (longer == NULL)
		mem_is_out();
	call->headers = longer;
}

/* What libcurl takes for `no such header`, an empty value, it wants written with a semicolon. */
static void add_named(struct http_call *call, const char *name, const char *before,
		      const char *value)
{
	struct buf line = { 0 };

	if (value[0] != '\0')
		buf_addf(&line, "%s: %s%s", name, before, value);
	else
		buf_addf(&line, "%s;", name);
	buf_addc(&line, '\0');
	add_header(call, line.p);
	explicit_bzero(line.p, line.len);
	buf_deinit(&line);
}

static void set_headers(struct http_call *call, const struct http_request *req)
{
	add_header(call, "Expect:"); /* no waiting for 100 Continue */
	if (req->bearer != NULL && req->bearer->value != NULL)
		add_named(call, "Authorization", "Bearer ", req->bearer->value);
	if (req->content_type != NULL)
		add_named(call, "Content-Type", "", req->content_type);
	for (size_t i = 0; i < req->n_headers; i++) {
		const struct http_header *h = &req->headers[i];

		assert(strpbrk(h->name, "\r\n:") == NULL);
		assert(strpbrk(h->value->value, "\r\n") == NULL);
		add_named(call, h->name, "", h->value->value);
	}
	curl_easy_setopt(call->transfer.easy, CURLOPT_HTTPHEADER, call->headers);
}

/* libcurl's GnuTLS build reads the whole folder of certificates for every connection, even beside a file
 * that says it all: tens of milliseconds each time. */
static void set_trust(CURL *easy, const char *ca_file)
{
	const char *bundle = curl_version_info(CURLVERSION_NOW)->cainfo;

	if (ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
		curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, ca_file);
	}
	if (ca_file != NULL || (bundle != NULL && access(bundle, R_OK) == 0))
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

/* No CURLOPT_SEEKFUNCTION, on purpose: see the head of this file. */
static void set_body(struct http_call *call, const char *method)
{
	CURL *easy = call->transfer.easy;

	if (method != NULL && strcmp(method, "GET") == 0) {
		assert(call->body.len == 0);
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	} else {
		/* Whatever it is called, it is sent as a POST is, with its body from on_read. */
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
		curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
		curl_easy_setopt(easy, CURLOPT_READDATA, call);
	}
	if (call->body.len == 0) {
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_about_to_send);
		curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
	}
}

static void guard_addresses(struct http_call *call, const struct http_request *req)
{
	struct url url;

	call->host = str_dup(url_parse(str_from(req->url), "http", &url) ? url.host : STR_EMPTY);
	call->public_only = req->public_only;
	if (req->public_only) {
		call->transfer.direct = true;
		curl_easy_setopt(call->transfer.easy, CURLOPT_PROXY, "");
	}
	curl_easy_setopt(call->transfer.easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(call->transfer.easy, CURLOPT_OPENSOCKETDATA, call);
}

static void set_connection(CURL *easy, const struct http_request *req)
{
	curl_easy_setopt(easy, CURLOPT_URL, req->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, req->allow_http ? "https,http" : "https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "retort");
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* whatever libcurl can unpack */
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_sockopt);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)req->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)req->total_ms);
}

struct http_call *http_post(struct http *http, const struct http_request *req,
			    http_reply_fn *on_reply, void *owner)
{
	struct http_call *call = mem_zero(1, sizeof(*call));

	call->on_reply = on_reply;
	call->owner = owner;
	buf_init(&call->body, 0);
	buf_init(&call->answer, req->max_body > 0 ? req->max_body : HTTP_MAX_BODY);
	buf_add(&call->body, req->body);
	list_init(&call->link);
	list_append(&http->calls, &call->link);
	transfer_init(&call->transfer, req->public_only ? http->public : http->requests, on_done);
	set_connection(call->transfer.easy, req);
	set_trust(call->transfer.easy, http->ca_file);
	set_body(call, req->method);
	guard_addresses(call, req);
	curl_easy_setopt(call->transfer.easy, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(call->transfer.easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(call->transfer.easy, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(call->transfer.easy, CURLOPT_HEADERDATA, call);
	set_headers(call, req);
	transfer_start(&call->transfer);
	return call;
}

/* ---- life ---- */

int http_new(struct http **out, struct loop *loop, const char *ca_file)
{
	struct http *http = mem_zero(1, sizeof(*http));
	int r;

	http->loop = loop;
	http->ca_file = ca_file != NULL ? mem_strdup(ca_file) : NULL;
	list_init(&http->calls);
	r = pool_new(&http->requests, loop, MAX_HOST_CONNECTIONS);
	if (r == 0)
		r = pool_new(&http->public, loop, MAX_HOST_CONNECTIONS);
	if (r == 0)
		r = pool_new(&http->sockets, loop, POOL_ANY_CONNECTIONS);
	if (r == 0)
		*out = http;
	else
		http_free(http);
	return r;
}

bool http_resolves_aside(void)
{
	return (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS) != 0;
}

struct loop *http_loop(const struct http *http)
{
	return http->loop;
}

struct pool *http_sockets(struct http *http)
{
	return http->sockets;
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	list_each (link, &http->calls)
		call_free(list_entry(link, struct http_call, link));
	pool_free(http->requests);
	pool_free(http->public);
	pool_free(http->sockets);
	free(http->ca_file);
	free(http);
}
