/* SPDX-License-Identifier: MIT */
/*
 * A stage for transports: a loop on a clock that stands still until told, fake sockets, a fake Web API,
 * and a sink that remembers what it was given.
 */
#pragma once

#include "lib/fakeapi.h"
#include "lib/fakews.h"
#include "lib/fakeclock.h"
#include "transport/transport.h"

struct stage {
	struct fakeclock clock;
	struct loop *loop;
	struct identity me;
	struct secret token;
	struct transport_sink sink;
	struct transport_setup setup;

	bool is_live; /* as told last */
	unsigned n_live, n_dead;
	char *fatal;	     /* the sentence, NULL = not told */
	struct event *event; /* the latest */
	struct ack ack;	     /* its acknowledgement */
	unsigned n_events;
	bool is_stopped;
	unsigned n_urls;

	/* Runs inside each callback of the sink, to do what owners do there. */
	void (*on_anything)(struct stage *stage);
	void *actor;
};

void stage_init(struct stage *stage, const char *method);
/* After the transport was freed. */
void stage_deinit(struct stage *stage);

/* Lets time pass, in small steps. */
void stage_pass(struct stage *stage, int64_t ms);
/* Lets time pass until a URL is asked for: how long that took, or -1 when `max_ms` were not enough. */
int64_t stage_until_asked(struct stage *stage, int64_t max_ms);
/* Waits for the question, answers it with a fresh URL: the socket being dialled. */
struct fakews *stage_dial(struct stage *stage);
/* The same, and the WebSocket is up: the socket, before its hello. */
struct fakews *stage_greet(struct stage *stage);
/* The same, with that hello. */
struct fakews *stage_connect(struct stage *stage, const char *hello);

void stage_on_stopped(void *owner);
/* Has the transport given up, with that word in its sentence? */
bool stage_fatal_has(const struct stage *stage, const char *word);
