/* SPDX-License-Identifier: MIT */
/*
 * Stands in for net/ws: sockets that do what a test tells them. Every socket ever opened can be looked at
 * until fakews_reset, also after its owner has freed it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "net/ws.h"

struct fakews {
	char *url;
	bool is_open;
	bool is_closing; /* ws_close was called */
	int close_code;	 /* that it was called with */
	bool is_freed;
	size_t n_pings;
	struct buf sent; /* texts, each with a line end */
};

size_t fakews_count(void);
struct fakews *fakews_at(size_t i); /* in the order of opening */
struct fakews *fakews_last(void);

/* What the peer does. The socket must not have been freed. */
void fakews_open(struct fakews *ws);
void fakews_text(struct fakews *ws, const char *text);
void fakews_heard(struct fakews *ws); /* some byte or other */
void fakews_over(struct fakews *ws, int code, int status, const char *why);
/* Does the peer answer close frames (at once; preset), or does the wait of ws_close run out? */
void fakews_answer_close(bool answers);

/* Forgets all sockets; they must have been freed. */
void fakews_reset(void);
