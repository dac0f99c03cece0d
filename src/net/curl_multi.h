/* SPDX-License-Identifier: MIT */
/*
 * libcurl's multi interface on the loop: transfers run side by side, and their ends are told. The common
 * ground of http.c and connect.c, which alone set up what a transfer does; nobody else includes this.
 */
#pragma once

#include <stdbool.h>
#include "base/list.h"
#include "net/loop.h"

struct pool;

struct transfer;
/* It is over, with a CURLcode. The handle is still in the pool; the owner ends with transfer_deinit. */
typedef void transfer_done_fn(struct transfer *t, int code);

/* One easy handle of libcurl's; embedded in its owner. */
struct transfer {
	struct pool *pool;
	void *easy; /* CURL */
	char error[256];
	bool direct; /* uses no proxy: none is to blame */
	transfer_done_fn *on_done;
};

/* The proxy that the environment names for TLS: HTTPS_PROXY or ALL_PROXY, lower case first, as libcurl reads them.
 * Empty = none. NO_PROXY is libcurl's to read. */
const char *pool_proxy(void);

enum { POOL_ANY_CONNECTIONS = 0 };

/* < 0 fatal. Borrows the loop. */
int pool_new(struct pool **out, struct loop *loop, long max_host_connections);
/* Transfers must have left before. Fine in an on_done; NULL is fine. */
void pool_free(struct pool *pool);

void transfer_init(struct transfer *t, struct pool *pool, transfer_done_fn *on_done);
/* on_done comes from the loop, once. */
void transfer_start(struct transfer *t);
void transfer_stop(struct transfer *t);	  /* out of the pool; its answers can still be asked for */
void transfer_deinit(struct transfer *t); /* stops too; twice is fine */
/* A sentence; valid until transfer_deinit. */
const char *transfer_why(const struct transfer *t, int code);
