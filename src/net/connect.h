/* SPDX-License-Identifier: MIT */
/*
 * A connected TCP socket, by libcurl's CONNECT_ONLY, because it does DNS, happy eyeballs and proxies without
 * blocking. The proxy is that of the environment for TLS: HTTPS_PROXY, ALL_PROXY, NO_PROXY, lower case
 * too.
 */
#pragma once

#include <stdint.h>
#include "net/curl_multi.h"

struct connecting;

/* Comes exactly once, from the loop: fd >= 0 is the callee's (non-blocking, close-on-exec, no TLS yet), or -1 with
 * *why, a sentence valid during the call. `connecting` is gone after it. */
typedef void connect_socket_fn(void *owner, int fd, const char *why);

struct connecting *connect_start(struct pool *pool, const char *host, int port, int64_t timeout_ms,
				 connect_socket_fn *on_socket, void *owner);
void connect_cancel(struct connecting *c); /* no callback follows; NULL is fine */
