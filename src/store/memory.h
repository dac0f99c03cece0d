/* SPDX-License-Identifier: MIT */
/* The store that forgets at exit: the specification of what every store does. */
#pragma once

#include "store/store.h"

enum {
	MEMORY_MAX_SEEN = 1 << 17,   /* keys of events; beyond, the oldest are forgotten */
	MEMORY_MAX_LIMITS = 1 << 17, /* spent limits; beyond, those spent longest ago */
	MEMORY_MAX_JOBS = 100000,
	MEMORY_MAX_VALUES = 1000000, /* kept for good; beyond, nothing new is */
	MEMORY_MAX_PASSING =
		1 << 17, /* kept for a while; beyond, those set longest ago are forgotten */
};

struct store *memory_new(void);
