/* SPDX-License-Identifier: MIT */
/*
 * Web API calls: form-encoded, paced, in order per channel, errors sorted into what a caller can do
 * about them. What cannot have happened (429, not sent) is tried again here, for as long as it takes;
 * what may have happened is tried again only for methods that are safe to repeat (slack/methods.h).
 * What an answer means: webapi/api_error.h.
 */
#pragma once

#include <stdbool.h>
#include "base/log.h"
#include "model/outcome.h"
#include "model/workspace.h"
#include "net/http.h"
#include "net/loop.h"

struct api;
struct api_call;

/* Slack has asked for fewer calls (429): nothing is posted in the channel, or the method is not called at all. */
struct api_rest {
	const char *method;
	struct str channel; /* empty = the method, everywhere */
	int64_t ms;	    /* so long from now on; 0 = it is over */
};
typedef void api_rest_fn(void *owner, const struct api_rest *rest);
/* How many answers wait for the channel; empty = in all. */
typedef size_t api_n_waiting_fn(void *owner, struct str channel);

struct api_setup {
	struct loop *loop;
	struct http *http;
	const char *base_url;  /* "https://slack.com/api/" */
	int64_t post_every_ms; /* per channel; default 1000 */
	int64_t post_burst;    /* default 4 */
	int64_t connect_every_ms; /* between methods that open a connection; default 10 s, after five at once */
	api_rest_fn *on_rest;	     /* so that it can be kept over a restart; NULL = it is not */
	api_n_waiting_fn *n_waiting; /* to say it; NULL = it is not known */
	void *owner;		     /* of these two */
	const struct identity *
		me; /* whose workspace a token of a whole organisation is used in; NULL = it is of one */
};

int api_new(struct api **out, const struct api_setup *setup);
void api_free(struct api *api); /* pending calls vanish without callbacks */

/* The token is of a whole organisation: from now on methods that ask for it are told the workspace (team_id). That is so
 * too, and said, as soon as Slack misses it; a call that was refused for that alone is made again. */
void api_send_team(struct api *api);

/* A rest from before the start goes on, which is said. */
void api_rest(struct api *api, const struct api_rest *rest);

/* Appends a field to a form, a struct buf; fits a slack_request_sink (deliver/deliver.h). */
void api_arg(void *form, const char *name, struct str value);

/*
 * Takes the form (NULL = none). The token outlives the call. `channel` empty = not bound to one (no order kept but per
 * method). on_answer comes once, never from within; the call is gone then. It is told all kinds but LATER: UNKNOWN when
 * the method is not safe to repeat.
 */
struct api_call *api_call(struct api *api, const char *method, const struct secret *token,
			  struct str channel, struct buf *take_form, outcome_fn *on_answer,
			  void *owner);
/* What becomes of a call whose turn has come. */
enum api_turn {
	API_TURN_GO,   /* it leaves now */
	API_TURN_WAIT, /* it leaves after api_go, and keeps its place until then, but no connection */
	API_TURN_OVER, /* it is not wanted any more, and gone when this has been said; no answer follows */
};
/* The call's turn has come, and comes again when it could not be sent. The form is empty the first time, and is to be
 * written then. */
typedef enum api_turn api_turn_fn(void *owner, struct buf *form);
/* As api_call, but asked before it leaves. NULL = it was asked at once, and answered API_TURN_OVER. */
struct api_call *api_queue(struct api *api, const char *method, const struct secret *token,
			   struct str channel, struct buf *take_form, api_turn_fn *on_turn,
			   outcome_fn *on_answer, void *owner);
/* The call that was to wait leaves as soon as a connection is free. */
void api_go(struct api_call *call);
/* Asked once, whatever comes of it; LATER too is told. For methods that open a connection (apps.connections.open,
 * rtm.connect, rtm.start), whose session decides itself when to try again. */
struct api_call *api_try(struct api *api, const char *method, const struct secret *token,
			 struct buf *take_form, outcome_fn *on_answer, void *owner);
void api_cancel(struct api_call *call); /* no callback follows; NULL is fine */
/* Could Slack have done it already? False while the call waits for its turn, and after a try that was not sent. */
bool api_may_have_acted(const struct api_call *call);
