/* SPDX-License-Identifier: MIT */
/* One-time tickets: each opens one WebSocket, once, within half a minute. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/clock.h"
#include "base/str.h"

struct ticket {
	char text[37];
	struct mono until;
	bool used;
};

struct tickets {
	struct ticket *all;
	size_t n;
};

enum ticket_state { TICKET_GOOD, TICKET_UNKNOWN, TICKET_EXPIRED, TICKET_USED };

void tickets_deinit(struct tickets *t);
/* The text is valid until the next one is given. */
const char *ticket_give(struct tickets *t, const char *text, struct mono until);
enum ticket_state ticket_use(struct tickets *t, struct str text, struct mono now);
/* Is there one that may still be used? */
bool tickets_pending(const struct tickets *t, struct mono now);
