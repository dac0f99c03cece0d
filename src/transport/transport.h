/* SPDX-License-Identifier: MIT */
/*
 * How events come in: a transport connects to Slack, for as long as it takes, gives events to its sink and takes
 * their acknowledgements back. Nothing in it is global: any number of them run in one loop.
 */
#pragma once

#include "base/log.h"
#include "model/event.h"
#include "model/workspace.h"
#include "net/loop.h"

struct api;
struct http;
struct tls;
struct session_protocol;
struct transport;

/* What must be acknowledged, and where. Copied around freely; good until its transport is freed. */
struct ack {
	struct transport *transport;
	uint64_t socket;      /* generation of the socket it came on */
	char envelope_id[64]; /* empty = nothing to acknowledge */
	const char *say;      /* to who typed the command that it came with; NULL = nothing */
};

struct transport_sink {
	void *owner;
	/* Takes the event. Its acknowledgement is due within 3 s, once what it caused is committed. */
	void (*on_event)(void *owner, struct event *take, const struct ack *ack);
	/* Live = at least one socket has said hello. `detail` is for the log. */
	void (*on_live)(void *owner, bool live, const char *detail);
	/* A new socket has taken the place of one that was live. */
	void (*on_renewed)(void *owner, const char *detail);
	/* It cannot go on without a person: `sentence` says why and what to do. Nothing follows. */
	void (*on_fatal)(void *owner, const char *sentence);
};

extern const struct session_protocol transport_socketmode;
extern const struct session_protocol transport_rtm;

struct transport_setup {
	const struct session_protocol *protocol; /* one of these two */
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

/* Copies `setup`, borrows what it points to. Starts connecting in the next turn of the loop. */
struct transport *transport_new(const struct transport_setup *setup);
/* Acknowledges on the socket the event came on, or on the newest when that is gone. */
void transport_ack(const struct ack *ack);
/* It will not be acknowledged, so that Slack sends it again: nobody need wait for it. */
void transport_forgo(const struct ack *ack);
/* Stops taking events, flushes acks, closes the sockets properly; on_stopped within 5 s, from the loop. */
typedef void transport_stopped_fn(void *owner);
void transport_stop(struct transport *t, transport_stopped_fn *on_stopped, void *owner);
/* At once, in any state, in any callback; NULL is fine. */
void transport_free(struct transport *t);
