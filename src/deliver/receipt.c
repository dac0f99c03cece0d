/* SPDX-License-Identifier: MIT */
#include "deliver/receipt.h"

#include <stdio.h>
#include "net/crypto.h"

static const char TYPE[] = "retort_reply";

void receipt_of(char out[RECEIPT_SIZE], const struct secret *token, const struct job *job)
{
	CLEANUP(buf_deinit) struct buf said = { 0 };
	unsigned char mac[HMAC_SIZE];

	buf_addf(&said, "%s\n%s", job->channel, job->key);
	hmac_sha256(str_from(token->value), buf_str(&said), mac);
	for (size_t i = 0; i < (RECEIPT_SIZE - 1) / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", mac[i]);
}

void receipt_metadata(const char *receipt, struct buf *out)
{
	buf_addf(out, "{\"event_type\":\"%s\",\"event_payload\":{\"k\":\"%s\"}}", TYPE, receipt);
}

static bool is_mine(struct str seen, const char *mine)
{
	return mine != NULL && seen.len > 0 && str_is(seen, mine);
}

bool receipt_is_on(const struct json *message, const char *receipt, const struct identity *me)
{
	return str_is(json_str(message, "metadata.event_type"), TYPE) &&
	       str_is(json_str(message, "metadata.event_payload.k"), receipt) &&
	       (is_mine(json_str(message, "bot_id"), me->bot_id) ||
		is_mine(json_str(message, "user"), me->user_id));
}
