/* SPDX-License-Identifier: MIT */
#include "deliver/receipt.h"

static bool is_mine(struct str seen, const char *mine)
{
	return mine != NULL && seen.len > 0 && str_is(seen, mine);
}

bool receipt_is_on(const struct json *message, const char *receipt, const struct identity *me)
{
	return str_is(json_str(message, "metadata.event_type"), RECEIPT_TYPE) &&
	       str_is(json_str(message, "metadata.event_payload.k"), receipt) &&
	       (is_mine(json_str(message, "bot_id"), me->bot_id) ||
		is_mine(json_str(message, "user"), me->user_id));
}
