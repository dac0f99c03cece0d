/* SPDX-License-Identifier: MIT */
/*
 * Sees committed jobs through to Slack: leases them from the store, makes Web API calls of them, says how
 * they ended. Pacing and repeated tries are slack/api's; order within a channel is kept.
 */
#pragma once

#include <stdint.h>
#include "base/log.h"
#include "slack/api.h"
#include "store/store.h"

struct deliver;

struct deliver_stats {
	uint64_t done;
	uint64_t dead;	 /* Slack refused for good */
	uint64_t unsure; /* sent, no answer: not sent again */
};

struct deliver_setup {
	struct store *store; /* borrowed, as the rest */
	struct api *api;
	const struct secret *token;
	const struct clock *clock;
	void *owner;
	/* The token is no good any more: `sentence` says why and what to do. */
	void (*on_fatal)(void *owner, const char *sentence);
};

struct deliver *deliver_new(const struct deliver_setup *setup);
void deliver_free(
	struct deliver
		*d); /* calls under way vanish: their jobs are unsure; the others stay pending */
/* Sends everything that is due. Call it after every commit. */
void deliver_run(struct deliver *d);
const struct deliver_stats *deliver_stats(const struct deliver *d);
