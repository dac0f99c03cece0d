/* SPDX-License-Identifier: MIT */
/*
 * Web API calls: form-encoded, paced, in order per channel, errors sorted into what a caller can do
 * about them. What cannot have happened (429, not sent) is tried again here, for as long as it takes;
 * what may have happened is tried again only for methods that are safe to repeat (slack/method.h).
 * What an answer means: slack/verdict.h.
 */
#pragma once

#include <stdbool.h>
#include "base/json.h"
#include "base/log.h"
#include "net/http.h"
#include "net/loop.h"

struct api;
struct api_call;

enum api_outcome {
	API_OK,	     /* ok:true, or a benign error (already_reacted …) */
	API_REFUSED, /* a definite no for this call; `error` is Slack's code */
	API_FATAL,   /* the token is no good: `error`; `sentence` tells a person what to do */
	API_UNSURE,  /* sent, no clear answer, and not safe to repeat */
};

struct api_answer {
	enum api_outcome outcome;
	struct str error;	 /* Slack's code, or empty */
	const char *sentence;	 /* what to tell a person: error, hint, needed scope */
	const struct json *body; /* the whole answer, during the callback; NULL without one */
	struct str scopes;	 /* x-oauth-scopes */
};

struct api_setup {
	struct loop *loop;
	struct http *http;
	const char *base_url;  /* "https://slack.com/api/" */
	int64_t post_every_ms; /* per channel; default 1000 */
	int64_t post_burst;    /* default 4 */
	int64_t connect_every_ms; /* between methods that open a connection; default 10 s, after five at once */
};

int api_new(struct api **out, const struct api_setup *setup);
void api_free(struct api *api); /* pending calls vanish without callbacks */

struct api_args; /* form fields in order */
struct api_args *api_args_new(void);
void api_arg(struct api_args *args, const char *name, struct str value);
void api_arg_bool(struct api_args *args, const char *name, bool value);

/* `channel` empty = not bound to one (no order kept but per method). The callback comes once, never
 * from within api_call. Takes args (NULL = none). The token outlives the call. */
struct api_call *api_call(struct api *api, const char *method, const struct secret *token,
			  struct str channel, struct api_args *take_args,
			  void (*on_answer)(void *owner, const struct api_answer *answer),
			  void *owner);
void api_cancel(struct api_call *call);	   /* no callback follows */
size_t api_waiting(const struct api *api); /* calls without an answer yet */
/* Could Slack have done it already? False while the call waits for its turn, and after a try that was not sent. */
bool api_may_have_acted(const struct api_call *call);

/* Method for connections (apps.connections.open, rtm.connect, rtm.start): asked once, no retry inside, so
 * that the session can decide; retry_after_ms from the header or 0. */
struct api_try {
	enum { TRY_OK, TRY_LATER, TRY_FATAL } outcome;
	struct str error;
	const char *sentence;
	int64_t retry_after_ms;
	const struct json *body;
};
struct api_call *api_try(struct api *api, const char *method, const struct secret *token,
			 struct api_args *take_args,
			 void (*on_try)(void *owner, const struct api_try *result), void *owner);
