/* SPDX-License-Identifier: MIT */
#include "slack/thrown_out.h"

enum { SLACK_TIME_MS = 1000 }; /* the time of such an event is in whole seconds */

static bool is_among(const struct json *users, const char *user_id)
{
	size_t n = json_kind(users) == JSON_ARRAY ? json_len(users) : 0;

	for (size_t i = 0; i < n; i++) {
		if (user_id != NULL && str_is(json_str(json_item(users, i), ""), user_id))
			return true;
	}
	return false;
}

const char *slack_thrown_out(const struct event *ev, const struct identity *me,
			     struct wall known_since)
{
	if (ev->time.ms != 0 && ev->time.ms + SLACK_TIME_MS < known_since.ms)
		return NULL;
	if (str_is(ev->type, "app_uninstalled"))
		return "the app was uninstalled from the workspace; install it there again and use "
		       "the token it then shows (app_uninstalled)";
	/* Users have tokens of the same app that come and go. */
	if (str_is(ev->type, "tokens_revoked") &&
	    is_among(json_at(ev->payload, "tokens.bot"), me->user_id))
		return "the bot's token was revoked; install the app in the workspace again and use "
		       "the token it then shows (tokens_revoked)";
	return NULL;
}
