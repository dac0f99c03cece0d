/* SPDX-License-Identifier: MIT */
#include "lib/fakehttp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

struct http {
	struct loop *loop;
	struct list open;
};

int http_new(struct http **out, struct loop *loop, const char *ca_file)
{
	(void)ca_file;
	*out = mem_zero(1, sizeof(**out));
	(*out)->loop = loop;
	list_init(&(*out)->open);
	return 0;
}

struct loop *http_loop(const struct http *http)
{
	return http->loop;
}

static void request_free(struct fakehttp_request *request)
{
	list_remove(&request->link);
	free(request->url);
	free(request->body);
	free(request);
}

void http_free(struct http *http)
{
	list_each (link, &http->open)
		request_free(list_entry(link, struct fakehttp_request, link));
	free(http);
}

static struct http_call *call_of(struct fakehttp_request *request)
{
	return (struct http_call *)(void *)request;
}

struct http_call *http_post(struct http *http, const struct http_request *req,
			    void (*on_reply)(void *owner, const struct http_reply *reply),
			    void *owner)
{
	struct fakehttp_request *request = mem_zero(1, sizeof(*request));

	list_init(&request->link);
	list_append(&http->open, &request->link);
	request->url = mem_strdup(req->url);
	request->body = str_dup(req->body);
	request->bearer = req->bearer;
	request->total_ms = req->total_ms;
	request->on_reply = on_reply;
	request->owner = owner;
	return call_of(request);
}

void http_cancel(struct http_call *call)
{
	if (call != NULL)
		request_free((struct fakehttp_request *)(void *)call);
}

struct pool *http_sockets(struct http *http)
{
	(void)http;
	abort(); /* nothing here opens sockets */
}

size_t fakehttp_n_open(const struct http *http)
{
	size_t n = 0;

	list_each (link, &http->open)
		n++;
	return n;
}

struct fakehttp_request *fakehttp_open(struct http *http, size_t n)
{
	list_each (link, &http->open) {
		if (n-- == 0)
			return list_entry(link, struct fakehttp_request, link);
	}
	return NULL;
}

struct fakehttp_request *fakehttp_find(struct http *http, const char *text)
{
	list_each (link, &http->open) {
		struct fakehttp_request *request = list_entry(link, struct fakehttp_request, link);

		if (strstr(request->body, text) != NULL || str_ends(str_from(request->url), text))
			return request;
	}
	return NULL;
}

void fakehttp_reply(struct fakehttp_request *request, const struct http_reply *reply)
{
	void (*on_reply)(void *owner, const struct http_reply *reply) = request->on_reply;
	void *owner = request->owner;

	request_free(request);
	on_reply(owner, reply);
}

void fakehttp_answer(struct fakehttp_request *request, int status, const char *body)
{
	fakehttp_reply(request, &(struct http_reply){
					.end = OUTCOME_DONE,
					.status = status,
					.body = str_from(body),
					.retry_after = STR_EMPTY,
					.scopes = STR("chat:write,users:read"),
				});
}
