/* SPDX-License-Identifier: MIT */
/*
 * What people make the program keep has a maximum in all, and is shared: one person or channel may hold no more than a
 * part of what nobody holds. So whoever floods is refused long before the others, and there is always room for one who
 * comes new; the more people hold something, the less each may. Counted is in bytes, or in whatever the owner counts.
 */
#pragma once

#include <stdbool.h>
#include "base/clock.h"
#include "base/map.h"
#include "base/telling.h"

/* Who made it be kept; empty = nobody, who holds no share. */
struct share_owner {
	struct str person;
	struct str channel;
};

#define SHARE_NOBODY ((struct share_owner){ .person = STR_EMPTY, .channel = STR_EMPTY })

struct shares {
	const char *what; /* for the log: "waits" */
	size_t max;	  /* in all */
	/* A person, and a channel, may hold the so-and-so-manyth part of what nobody holds; 0 = all of it. */
	size_t person_part, channel_part;
	size_t held;
	struct map holders; /* struct share_holder */
	struct telling full;
};

/* What one thing holds; all zero = nothing. Whoever keeps the thing gives it back. */
struct share {
	struct share_holder *person, *channel;
	size_t size;
};

static inline void shares_init(struct shares *s, const char *what, size_t max, size_t person_part,
			       size_t channel_part)
{
	*s = (struct shares){ what, max, person_part, channel_part, .held = 0 };
}
void shares_deinit(struct shares *s); /* what still holds something must not give it back */
/* May the owner have something of this size kept, in place of what `old` holds? NULL = of nothing. What does not grow
 * may. */
bool shares_fit(const struct shares *s, const struct share *old, struct share_owner owner,
		size_t size);
/* Gives back what the share held, and holds that. It need not fit: what is promised is kept. */
void shares_take(struct shares *s, struct share *share, struct share_owner owner, size_t size);
void shares_give_back(struct shares *s, struct share *share);
/* Something did not fit: counts it, and says so from time to time. */
void shares_refuse(struct shares *s, struct share_owner owner, struct str rule, struct mono now);
/* How much the person of the share holds; 0 = it is nobody's. */
size_t share_of_person(const struct share *share);
bool share_is_same_person(const struct share *a, const struct share *b);
