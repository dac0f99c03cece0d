/* SPDX-License-Identifier: MIT */
#include "engine/limit.h"

#include <assert.h>

/* Rule and sentence are part of the key: a changed sentence starts anew, a moved one does not. */
static struct str limit_key(const struct values *v, const struct limit *limit, bool shadow)
{
	const struct event *ev = v->ev;
	struct str none = STR_EMPTY;
	struct str user = limit->by & BY_USER ? ev->user.id : none;
	struct str channel = limit->by & (BY_CHANNEL | BY_THREAD | BY_MESSAGE) ? ev->channel : none;
	struct str thread = limit->by & BY_THREAD ? event_thread_root(ev) : none;
	struct str message = limit->by & BY_MESSAGE ? ev->ts : none;
	struct str insert = values_key(v, limit->key);

	return str_keepf(v->arena, "%s:%s:%s:%.*s:%.*s:%.*s:%.*s%s%.*s",
			 shadow ? "shadow" : "limit", v->rule->name, limit->text, STR_ARG(user),
			 STR_ARG(channel), STR_ARG(thread), STR_ARG(message),
			 limit->key != NULL ? ":" : "", STR_ARG(insert));
}

size_t limits_for(const struct values *v, bool shadow, struct state_limit out[RULE_LIMITS_MAX])
{
	const struct rule *rule = v->rule;

	assert(rule->n_limits <= RULE_LIMITS_MAX);
	for (size_t i = 0; i < rule->n_limits; i++) {
		out[i] = (struct state_limit){
			.key = limit_key(v, &rule->limits[i], shadow),
			.count = rule->limits[i].count,
			.window_ms = rule->limits[i].window_ms,
		};
	}
	return rule->n_limits;
}
