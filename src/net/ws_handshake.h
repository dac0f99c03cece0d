/* SPDX-License-Identifier: MIT */
/* The WebSocket upgrade, bytes in and bytes out, no I/O (RFC 6455, 4). Offers no extensions. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "net/url.h"

enum { WS_KEY_LEN = 24, WS_HEAD_MAX = 16 << 10 };

void ws_handshake_key(char out[WS_KEY_LEN + 1]); /* 16 random bytes in base64 */
void ws_handshake_request(struct buf *out, const struct url *url, const char *key);
/* The value that Sec-WebSocket-Accept must have for `key`: 28 letters and a NUL. */
void ws_handshake_accept(const char *key, char out[29]);

enum {
	WS_HANDSHAKE_MORE = 1, /* the head is not whole yet */
	WS_HANDSHAKE_REFUSED,  /* an HTTP answer other than 101; *status says which */
	WS_HANDSHAKE_BAD,      /* no answer that RFC 6455 allows; *why says what */
};
/* `bytes` is all that came so far. 0: *used bytes are the head, what follows are frames. */
int ws_handshake_reply(struct str bytes, const char *key, size_t *used, int *status,
		       const char **why);
