/* SPDX-License-Identifier: MIT */
/* What is known and remembered of a method: its pace, how long it rests, and what was told of it. */
#pragma once

#include "base/log.h"
#include "base/map.h"
#include "base/telling.h"
#include "net/token_bucket.h"
#include "slack/methods.h"

struct usage {
	char *name;
	const struct method *method;
	struct token_bucket pace;
	bool scope_told;
	bool is_resting; /* Slack held it back, which was kept */
	struct telling trouble, limited;
	const void *limited_queue; /* the channel that Slack held back last, until then */
	struct mono limited_until;
};

/* Made where there is none yet; it lives as long as the map, which ends with usage_free. A method that opens a
 * connection may be called every so often, 0 = as slack/methods.h says. */
struct usage *usage_new(struct map *usages, const char *method, int64_t connect_every_ms);
static inline struct usage *usage_of(struct map *usages, const char *method,
				     int64_t connect_every_ms)
{
	struct usage *usage = map_get(usages, str_from(method));

	return usage != NULL ? usage : usage_new(usages, method, connect_every_ms);
}
void usage_free(void *object);

/* Can it be told which workspace is meant, and does the form not say so? */
bool usage_lacks_team(const struct usage *usage, struct str form);

/* It does not work yet, or works again: a bot that waits for Slack must not look like one that does nothing. */
void usage_note_trouble(struct usage *usage, struct mono now, const char *sentence);
static inline void usage_note_success(struct usage *usage)
{
	if (telling_end(&usage->trouble))
		log_info("api", "%s works again", usage->name);
}

/* Slack wants it to rest for `asked_ms`; it rests a little longer, `ms`. So many answers wait meanwhile. */
void usage_freeze(struct usage *usage, struct mono now, int64_t ms, int64_t asked_ms,
		  size_t n_waiting);
/* Says that it rests, by what was told before: everywhere, or in one channel (empty = everywhere). */
void usage_tell_limit(const struct usage *usage, struct telling *told, struct mono now,
		      int64_t asked_ms, struct str channel, size_t n_waiting);
