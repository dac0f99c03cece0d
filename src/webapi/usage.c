/* SPDX-License-Identifier: MIT */
#include "webapi/usage.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"

struct usage *usage_new(struct map *usages, const char *method, int64_t connect_every_ms)
{
	struct usage *usage = mem_zero(1, sizeof(*usage));
	struct method_pace pace;

	usage->name = mem_strdup(method);
	usage->method = method_named(str_from(method));
	pace = method_pace(usage->method->tier);
	if (usage->method->tier == TIER_CONNECT && connect_every_ms > 0)
		pace.every_ms = connect_every_ms;
	token_bucket_init(&usage->pace, pace.every_ms, pace.burst);
	map_set(usages, str_from(method), usage);
	return usage;
}

void usage_free(void *object)
{
	struct usage *usage = object;

	free(usage->name);
	free(usage);
}

bool usage_lacks_team(const struct usage *usage, struct str form)
{
	const char *const *arg = usage->method->optional;
	struct str field;

	while (*arg != NULL && strcmp(*arg, "team_id") != 0)
		arg++;
	while (str_cut(&form, '&', &field)) {
		if (str_starts(field, "team_id="))
			return false;
	}
	return *arg != NULL;
}

void usage_note_trouble(struct usage *usage, struct mono now, const char *sentence)
{
	if (telling_is_due(&usage->trouble, now))
		log_warn("api", "trying on: %s", sentence);
}

void usage_tell_limit(const struct usage *usage, struct telling *told, struct mono now,
		      int64_t asked_ms, struct str channel, size_t n_waiting)
{
	if (!telling_is_on(told, now))
		telling_end(told);
	if (telling_is_due(told, now))
		log_warn("api", "Slack wants fewer calls: %s rests for %lld s%s%.*s waiting=%zu",
			 usage->name, (long long)(asked_ms / 1000),
			 channel.len > 0 ? " channel=" : "", STR_ARG(channel), n_waiting);
}

void usage_freeze(struct usage *usage, struct mono now, int64_t ms, int64_t asked_ms,
		  size_t n_waiting)
{
	/* Calls that were under way together are refused together. */
	if (token_bucket_wait_ms(&usage->pace, now) < asked_ms)
		usage_tell_limit(usage, &usage->limited, now, asked_ms, STR_EMPTY, n_waiting);
	token_bucket_freeze(&usage->pace, now, ms);
}
