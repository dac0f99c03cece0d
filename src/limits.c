/* SPDX-License-Identifier: MIT */
#include "limits.h"

#include <assert.h>

/* Rule and sentence are part of the key: a changed sentence starts anew, a moved one does not. */
static struct str limit_key(const struct rule *rule, const struct limit *limit, struct event *ev,
			    bool shadow)
{
	struct str none = STR_EMPTY;
	struct str user = limit->by & BY_USER ? ev->user.id : none;
	struct str channel = limit->by & (BY_CHANNEL | BY_THREAD | BY_MESSAGE) ? ev->channel : none;
	struct str thread = limit->by & BY_THREAD ? event_thread_root(ev) : none;
	struct str message = limit->by & BY_MESSAGE ? ev->ts : none;

	return str_keepf(&ev->arena, "%s:%s:%s:%.*s:%.*s:%.*s:%.*s", shadow ? "shadow" : "limit",
			 rule->name, limit->text, STR_ARG(user), STR_ARG(channel), STR_ARG(thread),
			 STR_ARG(message));
}

size_t limits_for(const struct rule *rule, struct event *ev, bool shadow,
		  struct store_limit out[RULE_LIMITS_MAX])
{
	assert(rule->n_limits <= RULE_LIMITS_MAX);
	for (size_t i = 0; i < rule->n_limits; i++) {
		out[i] = (struct store_limit){
			.key = limit_key(rule, &rule->limits[i], ev, shadow),
			.count = rule->limits[i].count,
			.window_ms = rule->limits[i].window_ms,
		};
	}
	return rule->n_limits;
}
