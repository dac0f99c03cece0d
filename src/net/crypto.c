/* SPDX-License-Identifier: MIT */
#include "net/crypto.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include "base/mem.h"

void random_bytes(void *out, size_t len)
{
	if (gnutls_rnd(GNUTLS_RND_NONCE, out, len) < 0)
		abort(); /* a system without randomness has no TLS either */
}

uint64_t random_below(uint64_t below)
{
	uint64_t limit, value;

	assert(below > 0);
	/* Values at or above the largest multiple of `below` would favour the small ones. */
	limit = UINT64_MAX - UINT64_MAX % below;
	do {
		random_bytes(&value, sizeof(value));
	} while (value >= limit);
	return value % below;
}

void sha1(struct str data, unsigned char out[SHA1_SIZE])
{
	if (gnutls_hash_fast(GNUTLS_DIG_SHA1, data.p, data.len, out) < 0)
		abort();
}

void hmac_sha256(struct str key, struct str data, unsigned char out[HMAC_SIZE])
{
	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.p, key.len, data.p, data.len, out) < 0)
		abort();
}

void base64_add(struct buf *out, struct str data)
{
	const gnutls_datum_t in = { (unsigned char *)data.p, (unsigned)data.len };
	gnutls_datum_t text = { NULL, 0 };

	if (data.len == 0)
		return;
	if (gnutls_base64_encode2(&in, &text) < 0)
		mem_is_out();
	buf_add(out, str_make((const char *)text.data, text.size));
	gnutls_free(text.data);
}
