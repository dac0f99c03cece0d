/* SPDX-License-Identifier: MIT */
#include "net/backoff.h"

#include <stdbool.h>
#include <sys/random.h>

enum { ASKED_JITTER_MS = 1000 };

/* As a ceiling, chance picks any time below it (full jitter: those who failed together do not come back
 * together). As a floor it is the least to wait, and chance adds up to a quarter. */
static const struct {
	int64_t first_ms, max_ms;
	bool is_floor;
} ladders[] = {
	[BACKOFF_REFRESH] = { 250, 250, false },
	[BACKOFF_SOON] = { 0, 0, false }, /* by setup */
	[BACKOFF_SLOW] = { 5000, 600000, true },
	[BACKOFF_CROWDED] = { 30000, 600000, true },
	[BACKOFF_SWITCHED_OFF] = { 300000, 300000, true },
};

/* Without randomness to be had, waiting the whole time is the safe choice. */
static int64_t chance(int64_t max)
{
	uint64_t bits;

	if (max <= 0 || getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != (ssize_t)sizeof(bits))
		return max;
	return (int64_t)(bits % ((uint64_t)max + 1));
}

int64_t backoff_next(struct backoff *b, enum backoff_kind kind)
{
	int64_t ms = kind == BACKOFF_SOON ? b->first_ms : ladders[kind].first_ms;
	int64_t max_ms = kind == BACKOFF_SOON ? b->max_ms : ladders[kind].max_ms;

	for (unsigned i = 0; i < b->failures[kind] && ms < max_ms; i++)
		ms *= 2;
	if (ms > max_ms)
		ms = max_ms;
	b->failures[kind]++;
	return ladders[kind].is_floor ? ms + chance(ms / 4) : chance(ms);
}

int64_t backoff_at_least(int64_t ms, int64_t asked_ms)
{
	return ms < asked_ms ? asked_ms + chance(ASKED_JITTER_MS) : ms;
}
