/* SPDX-License-Identifier: MIT */
/* The queues and calls of the Web API as the files that make them up see them: calling (api), what rests (rest). */
#pragma once

#include "base/list.h"
#include "base/map.h"
#include "base/telling.h"
#include "net/backoff.h"
#include "net/token_bucket.h"
#include "webapi/api.h"
#include "webapi/usage.h"

struct queue {
	struct api *api;
	bool is_channel; /* one call at a time */
	bool is_for_reads;
	size_t n_held;	     /* calls under way or waiting to be repeated */
	struct list waiting; /* calls, in order */
	struct list held;
	struct token_bucket posts;
	struct telling limited;
	bool is_resting;	 /* Slack held it back, which was kept */
	struct loop_timer timer; /* until the first one may go */
	struct list ready_link;	 // api::ready, or api::idle while it has no calls
	char key[];
};

struct api {
	struct loop *loop;
	struct http *http;
	char *base_url;
	int64_t post_every_ms, post_burst, connect_every_ms;
	const struct identity *me;
	api_rest_fn *on_rest;
	api_n_waiting_fn *n_waiting;
	void *owner;
	bool sends_team;   /* the token is of a whole organisation */
	struct map usages; /* by method */
	struct map queues;
	struct list ready; /* queues that wait for a connection, or for room among the marked */
	struct list idle;  /* queues without calls, those that have been so the longest first */
	struct list going; /* calls that may leave and wait for a connection */
	size_t n_under_way, n_reads;
	size_t n_marked; /* calls that wait for api_go, or are going */
	bool unreachable;
};

struct api_call {
	struct api *api;
	struct queue *queue;
	struct usage *usage; /* lives as long as the api */
	const struct secret *token;
	struct buf form;
	api_turn_fn *on_turn; /* NULL = it leaves as soon as it may */
	outcome_fn *on_answer;
	void *owner;
	bool is_waiting; /* for api_go */
	bool is_over;
	bool once;		/* whatever comes of it is told, and nothing tried again */
	struct http_call *http; /* NULL = not under way */
	struct backoff backoff;
	unsigned n_unsure;
	struct loop_timer again;
	struct list link;	// queue::waiting or queue::held
	struct list going_link; // api::going
};

/* ---- api.c ---- */

/* Made where there is none yet. The queue of a channel, or of a method. */
struct queue *api_queue_for(struct api *api, struct str channel, const char *method, bool is_asked);
/* Sends what may go. The queue may be gone afterwards. */
void api_pump(void *queue);

/* ---- rest.c ---- */

/* Slack held the call back: what it was too much for rests. */
void rest_begin(struct api_call *call, const struct outcome *outcome);
/* The call leaves: what rested until now rests no more. */
void rest_end(struct api_call *call);
/* A queue that rests is forgotten. */
void rest_forget(struct queue *queue);
