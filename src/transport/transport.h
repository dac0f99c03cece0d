/* SPDX-License-Identifier: MIT */
/* How events come in. Each transport is a table of functions; all give to one sink. */
#pragma once

#include "base/log.h"
#include "base/str.h"
#include "model/event.h"
#include "net/ws.h"
#include "webapi/api.h"
#include "model/workspace.h"

/* What must be acknowledged, and where. Copied around freely; empty id = nothing to acknowledge. */
struct ack {
	uint64_t socket; /* generation of the socket it came on */
	char envelope_id[64];
};

struct transport_sink {
	void *owner;
	/* Takes the event. Its acknowledgement is due within 3 s, once what it caused is committed. */
	void (*on_event)(void *owner, struct event *take, const struct ack *ack);
	/* Live = at least one socket has said hello. `detail` is for the log. */
	void (*on_live)(void *owner, bool live, const char *detail);
	/* It cannot go on without a person: `sentence` says why and what to do. Nothing follows. */
	void (*on_fatal)(void *owner, const char *sentence);
};

struct transport_setup {
	struct loop *loop;
	struct http *http;
	struct tls *trust;
	struct api *api;
	const char *base_url; /* of the Web API: when it is Slack's, sockets must be Slack's too */
	const struct secret *token; /* xapp- for Socket Mode, xoxb- for RTM */
	struct identity *me;	    /* app_id is filled in from hello */
	const char *method;	    /* "apps.connections.open", "rtm.connect", "rtm.start" */
	const struct transport_sink *sink;
	/* Timings, in milliseconds; 0 = the default in parentheses. Tests shorten them. */
	int64_t ping_every_ms;	  /* (10 s) */
	int64_t dead_after_ms;	  /* no byte at all (30 s) */
	int64_t hello_within_ms;  /* (10 s) */
	int64_t backoff_first_ms; /* (1 s) */
	int64_t backoff_max_ms;	  /* (60 s) */
	int64_t drain_ms; /* an old socket is read this long after its replacement is live (10 s) */
};

struct transport;

struct transport_ops {
	const char *name; /* "socket", "rtm" */
	int (*start)(struct transport **out, const struct transport_setup *setup);
	/* Acknowledges on the socket the event came on, or on the newest when that is gone. */
	void (*ack)(struct transport *t, const struct ack *ack);
	/* Stops taking events, flushes acks, closes the sockets properly; on_stopped within 5 s. */
	void (*stop)(struct transport *t, void (*on_stopped)(void *owner), void *owner);
	void (*free)(struct transport *t);
};

extern const struct transport_ops transport_socketmode;
extern const struct transport_ops transport_rtm;
