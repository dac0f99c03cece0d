/* SPDX-License-Identifier: MIT */
/* Rules whose patterns ran over their budget three times within an hour are kept silent, alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/clock.h"

enum { QUARANTINE_STRIKES = 3 };

struct quarantine {
	struct strikes *rules; /* by the rule's order */
	size_t n;
};

void quarantine_init(struct quarantine *q);
void quarantine_deinit(struct quarantine *q);
/* Notes a strike; true when this one puts the rule into quarantine. */
bool quarantine_strike(struct quarantine *q, size_t rule_order, struct mono now);
bool quarantine_has(const struct quarantine *q, size_t rule_order);
