/* SPDX-License-Identifier: MIT */
/*
 * The mark by which a message of ours is known again: it is posted as the message's metadata, and Slack's history gives
 * it back. It follows from what is answered and from a secret that lives as long as the store (daemon/kept): tokens are
 * changed, and what was posted with the old one must be known with the new one. Nobody without the secret can tell
 * what it says, or make one.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "model/job.h"
#include "model/workspace.h"
#include "net/crypto.h"

#define RECEIPT_TYPE "retort_reply"
enum { RECEIPT_SIZE = 33 };

static inline void receipt_of(char out[RECEIPT_SIZE], const struct secret *key,
			      const struct job *job)
{
	CLEANUP(buf_deinit) struct buf said = { 0 };
	unsigned char mac[HMAC_SIZE];

	buf_addf(&said, "%s\n%s", job->channel, job->key);
	hmac_sha256(str_from(key->value), buf_str(&said), mac);
	for (size_t i = 0; i < (RECEIPT_SIZE - 1) / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", mac[i]);
}
/* Appends the `metadata` argument of chat.postMessage. */
static inline void receipt_metadata(const struct secret *key, const struct job *job,
				    struct buf *out)
{
	char receipt[RECEIPT_SIZE];

	receipt_of(receipt, key, job);
	buf_addf(out, "{\"event_type\":\"%s\",\"event_payload\":{\"k\":\"%s\"}}", RECEIPT_TYPE,
		 receipt);
}
/* Is this the message, posted by us? Anybody may copy a receipt. */
bool receipt_is_on(const struct json *message, const char *receipt, const struct identity *me);
