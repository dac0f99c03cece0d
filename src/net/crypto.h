/* SPDX-License-Identifier: MIT */
/* Random bytes, hashes and base64 by GnuTLS: what the WebSocket handshake, backoff and receipts need. */
#pragma once

#include <stdint.h>
#include "base/buf.h"

enum { SHA1_SIZE = 20, HMAC_SIZE = 32 };

void random_bytes(void *out, size_t len); /* aborts when the system has no randomness */
/* Uniform in 0..below-1; below > 0. */
uint64_t random_below(uint64_t below);
void sha1(struct str data, unsigned char out[SHA1_SIZE]);
void hmac_sha256(struct str key, struct str data, unsigned char out[HMAC_SIZE]);
void base64_add(struct buf *out, struct str data);
