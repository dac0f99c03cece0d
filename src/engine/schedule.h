/* SPDX-License-Identifier: MIT */
/* The moments that rules wait for: their `every` and `cron`, and the end of their `expires`. */
#pragma once

#include "rule/ruleset.h"

struct schedule {
	struct appointment *items;
	size_t n;
};

enum moment_kind { MOMENT_TICK, MOMENT_EXPIRY };

/* Borrows the rules. What lies behind `after` is to come. */
void schedule_init(struct schedule *s, const struct ruleset *set, struct wall after);
void schedule_deinit(struct schedule *s);
/* The next moment; false = there is none. */
bool schedule_next(const struct schedule *s, struct wall *out);
/* Takes one that has come by now; false = none has. Several missed ones of a rule are one. */
bool schedule_take(struct schedule *s, struct wall now, const struct rule **rule,
		   enum moment_kind *kind, struct wall *at);
/* The event of a tick; the caller's. */
struct event *schedule_event(const struct rule *rule, struct wall at, struct str team);
