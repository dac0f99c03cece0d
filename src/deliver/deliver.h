/* SPDX-License-Identifier: MIT */
/*
 * Sees jobs through: makes Web API calls of them, or requests to webhooks and to the addresses that came with commands; says how they ended. Pacing and repeated tries are webapi/api's and
 * net/retry's; order within a channel is kept.
 */
#pragma once

#include <stdint.h>
#include "base/log.h"
#include "model/outcome.h"
#include "webapi/api.h"
#include "model/job.h"
#include "deliver/webhook.h"

/* Told of every argument of a request, in their order; the value is valid during the call. */
struct slack_request_sink {
	void *owner;
	void (*on_argument)(void *owner, const char *name, struct str value);
};

/* What a job is in Slack: a method of the Web API, which lives as long as the job, and its arguments. NULL for a webhook,
 * which is none. */
const char *slack_request(const struct job *job, const struct slack_request_sink *sink);

struct deliver;

/* The declared webhook of that name; NULL = none. */
typedef const struct webhook *deliver_webhook_fn(void *owner, const char *name);
/* A job has ended, and is its owner's again. */
typedef void deliver_settled_fn(void *owner, struct job *job, const struct outcome *outcome);
/* It never left, because the deliverer ended or the token is no good, and is its owner's again. */
typedef void deliver_unsent_fn(void *owner, struct job *job);
/* The job's turn has come: may it leave now, later (deliver_go), or not at all? Then it is its owner's again. */
typedef enum api_turn deliver_turn_fn(void *owner, struct job *job);
/* The token is no good any more: `sentence` says why and what to do. */
typedef void deliver_fatal_fn(void *owner, const char *sentence);

struct deliver_setup {
	struct api *api; /* borrowed, as the rest */
	const struct secret *token;
	const struct secret *receipt_key; /* set before the first message is sent or looked for */
	const struct identity *me;
	bool allow_broadcast; /* else what notifies everyone is refused */
	const struct clock *clock;
	struct http *http;    /* for webhooks and response_urls; NULL = there are none */
	const char *base_url; /* of the Web API */
	void *owner;
	deliver_webhook_fn *webhook; /* NULL = no webhook is declared */
	deliver_turn_fn *on_turn;    /* NULL = it may */
	deliver_settled_fn *on_settled;
	deliver_settled_fn *
		on_probed; /* DONE with its ts: it was posted; REFUSED: it was not; else it cannot be told */
	deliver_unsent_fn *on_unsent;
	deliver_fatal_fn *on_fatal;
};

struct deliver *deliver_new(const struct deliver_setup *setup);
/* Calls under way vanish. Of those that may have acted nobody hears any more; the others are unsent, the newest first. */
void deliver_free(struct deliver *d);
/* Borrows the job until it has ended. */
void deliver_send(struct deliver *d, struct job *job);
/* One that was to wait leaves now. */
void deliver_go(struct deliver *d, struct job *job);
/* Takes back a job that is borrowed: one that was to be sent is unsent, one that was looked for is its owner's without a
 * word. False: it may be leaving right now, and goes on. */
bool deliver_recall(struct job *job);
/* Looks whether the job, which may have got through, did; borrows it until on_probed. */
void deliver_probe(struct deliver *d, struct job *job);
