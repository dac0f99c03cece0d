/* SPDX-License-Identifier: MIT */
#include "rule/shared.h"

#include <stdlib.h>
#include "base/arena.h"
#include "calendar/zone.h"
#include "pattern/pattern.h"

struct shared *shared_new(void)
{
	struct shared *shared = mem_zero(1, sizeof(*shared));

	shared->n_refs = 1;
	arena_init(&shared->arena);
	symbols_init(&shared->symbols);
	shared->kit = pattern_kit_new();
	shared->zones = zones_new();
	shared->zone = zone_utc();
	return shared;
}

struct shared *shared_ref(struct shared *shared)
{
	shared->n_refs++;
	return shared;
}

void shared_unref(struct shared *shared)
{
	if (--shared->n_refs > 0)
		return;
	symbols_deinit(&shared->symbols);
	pattern_kit_free(shared->kit);
	zones_free(shared->zones);
	arena_deinit(&shared->arena);
	free(shared);
}
