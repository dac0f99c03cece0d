/* SPDX-License-Identifier: MIT */
/*
 * Sees committed jobs through: leases them from the store, makes Web API calls of them, or requests to webhooks and
 * to the addresses that came with commands; says how they ended. Pacing and repeated tries are webapi/api's and
 * net/retry's; order within a channel is kept.
 */
#pragma once

#include <stdint.h>
#include "base/log.h"
#include "model/outcome.h"
#include "webapi/api.h"
#include "store/store.h"
#include "deliver/webhook.h"

struct deliver;

/* The declared webhook of that name; NULL = none. */
typedef const struct webhook *deliver_webhook_fn(void *owner, const char *name);
/* A job has ended; it is disposed of after the call. */
typedef void deliver_settled_fn(void *owner, const struct job *job, const struct outcome *outcome);
/* The token is no good any more: `sentence` says why and what to do. */
typedef void deliver_fatal_fn(void *owner, const char *sentence);

struct deliver_setup {
	struct store *store; /* borrowed, as the rest */
	struct api *api;
	const struct secret *token;
	const struct clock *clock;
	struct http *http;    /* for webhooks and response_urls; NULL = there are none */
	const char *base_url; /* of the Web API */
	void *owner;
	deliver_webhook_fn *webhook;	/* NULL = no webhook is declared */
	deliver_settled_fn *on_settled; /* may be NULL */
	deliver_fatal_fn *on_fatal;
};

struct deliver *deliver_new(const struct deliver_setup *setup);
/* Calls under way vanish: their jobs are unsure; the others stay pending. */
void deliver_free(struct deliver *d);
/* Sends everything that is due. Call it after every commit. */
void deliver_run(struct deliver *d);
