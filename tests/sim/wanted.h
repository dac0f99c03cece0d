/* SPDX-License-Identifier: MIT */
/* A call that is waited for, and what a scenario's lines ask of one. */
#pragma once

#include "sim/stage.h"

/* NULL and empty parts are not asked about. */
struct wanted {
	const char *method; /* chat.postMessage is met by an RTM message, too */
	struct str text;    /* .p NULL = any */
	bool part;	    /* the text need only be in it */
	const struct channel *channel;
	const char *thread_ts;
	bool no_thread;
	bool shown;	       /* reply_broadcast; without it there must be none */
	const char *timestamp; /* reactions */
	struct str name;
	const struct user *user;
	const char *ts;	   /* of the message that it changed */
	struct str before; /* what that said; .p NULL = anything */
	size_t command;	   /* the command that it answers; 0 = it answers none */
	bool in_channel;   /* for all in the channel to see */
	/* Asked last; NULL = nothing more is asked. */
	bool (*fits)(const struct entry *e, const void *what);
	const void *what;
	bool any;    /* also calls that people cannot see */
	bool failed; /* of those, only such as Slack refused or never answered */
	struct entry *found;
};

/* Waits for such a call that no expectation has met so far, and notes that this one has. The complaint shows the nearest
 * call. */
bool wanted_expect(struct stage *st, struct wanted *w);

/* What the ARGUMENTS of a line stand for, as an object of texts and JSON; the caller's. NULL after stage_fail. */
struct json *wanted_arguments(struct stage *st, const struct match *m);
/* Are these arguments there? A channel may be given by any of its names. `exactly`: and no others, but for a token. */
bool arguments_fit(const struct entry *e, const struct json *wanted, bool exactly);
