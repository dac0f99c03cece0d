/* SPDX-License-Identifier: MIT */
/* The moments that rules wait for: their `every` and `cron`, and the end of their `expires`. */
#pragma once

#include "rule/ruleset.h"

struct schedule {
	struct appointment *items;
	size_t n;
	size_t n_too_late; /* `every` and `cron` whose moments lie too far back, in part or all */
};

/* What is still to come. */
struct schedule_span {
	struct wall after;
	struct wall now;
	int64_t within_ms; /* nothing older than this, where the rule does not say; 0 = however old */
};

enum moment_kind { MOMENT_TICK, MOMENT_EXPIRY };

/* Borrows the rules. */
void schedule_init(struct schedule *s, const struct ruleset *set, const struct schedule_span *span);
void schedule_deinit(struct schedule *s);
/* The next moment; false = there is none. */
bool schedule_next(const struct schedule *s, struct wall *out);
/* Takes one that has come by now; false = none has. Several missed ones of a rule are one. */
bool schedule_take(struct schedule *s, struct wall now, const struct rule **rule,
		   enum moment_kind *kind, struct wall *at);
/* The event of a tick; the caller's. */
struct event *schedule_event(const struct rule *rule, struct wall at, struct str team);
