/* SPDX-License-Identifier: MIT */
/*
 * net/http.h without a network: requests pile up until the test answers them. A test that includes this is
 * linked with it in the place of net/http.c.
 */
#pragma once

#include "base/list.h"
#include "net/http.h"

/* A request that has not been answered yet. */
struct fakehttp_request {
	struct list link; // http::open
	char *url;
	char *body;
	const struct secret *bearer;
	int64_t total_ms;
	void (*on_reply)(void *owner, const struct http_reply *reply);
	void *owner;
};

size_t fakehttp_n_open(const struct http *http);
/* The nth open request, oldest first; NULL when there is none. */
struct fakehttp_request *fakehttp_open(struct http *http, size_t n);
/* The oldest open request whose body has this text or whose URL ends in it; NULL when there is none. */
struct fakehttp_request *fakehttp_find(struct http *http, const char *text);
void fakehttp_reply(struct fakehttp_request *request, const struct http_reply *reply);
/* An answer with this status and body. */
void fakehttp_answer(struct fakehttp_request *request, int status, const char *body);
