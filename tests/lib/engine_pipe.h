/* SPDX-License-Identifier: MIT */
/*
 * The bot without a network: Slack's JSON goes in and jobs come out, by way of the decoder, the engine and a store.
 * Everybody and every place bears the name that the test chose.
 */
#pragma once

#include "engine/engine.h"
#include "rule/ruleset.h"
#include "model/workspace.h"

struct engine_pipe {
	struct clock clock;
	struct engine *engine;
	struct workspace workspace;
	/* What people wrote elsewhere. */
	struct str name;   /* of all people */
	struct str place;  /* name of all channels */
	struct str field;  /* in the fields `x` of an event */
	struct str answer; /* in what webhooks and calls answer, or why they fail */
	bool fails;	   /* webhooks and calls do */
	unsigned n_heard, n_posted;
	int64_t ms;
	size_t turn; /* for {pick: …} */
};

void pipe_init(struct engine_pipe *h, struct ruleset *set); /* takes a reference of its own */
void pipe_deinit(struct engine_pipe *h);
/* @ana (U1ANA) writes this in #general (C1GENERAL), as Slack sends it. on_job is told of every job when it would be
 * done. Gives the number of jobs. */
size_t pipe_hear(struct engine_pipe *h, struct str raw,
		 void (*on_job)(void *owner, const struct job *job), void *owner);
