/* SPDX-License-Identifier: MIT */
/*
 * Where the running bot is asked: a unix socket in the folder of its store, for the owner alone. A client sends one line,
 * a request, and gets lines of JSON, the last of which says how it went:
 *
 *	{"ok":true}
 *	{"ok":false,"sentence":"…"}
 *
 * then the socket is closed. Nobody who asks holds up the loop: few are served at a time, each for a few seconds, and
 * nobody is waited for.
 */
#pragma once

#include "base/buf.h"
#include "net/loop.h"

enum {
	CONTROL_CLIENTS = 8,
	CONTROL_MS = 5000,
	CONTROL_REQUEST_MAX = 4096,
};

/* Writes the whole answer at once. It leaves in the next turn: when what was changed by the request stands. */
typedef void control_request_fn(void *owner, struct str request, struct buf *answer);

struct control;

/* Listens; replaces a socket that somebody left there, so the folder must be ours. NULL, said in the log, when it
 * cannot: the bot does without. */
struct control *control_new(struct loop *loop, const char *folder, control_request_fn *on_request,
			    void *owner);
/* Who is being served is cut off; the socket is gone. NULL is fine. */
void control_free(struct control *c);

/* The last line of an answer; the sentence may be NULL. */
void control_end(struct buf *answer, bool ok, const char *sentence);
/* The path of the socket in the folder; false = it is too long for one. */
struct sockaddr_un;
bool control_address(struct sockaddr_un *out, const char *folder);
