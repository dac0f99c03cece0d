/* SPDX-License-Identifier: MIT */
/*
 * Why each rule fires on an event, or does not: the engine's own questions, heard by a trace. Rules that fire come
 * first, then the nearest misses: those that failed at the last of their questions.
 */
#pragma once

#include <stdio.h>
#include "base/buf.h"
#include "dryrun/simulate.h"

struct explained_deed {
	enum verb verb;
	char *where, *text;
	bool in_thread;
};

struct explained_rule {
	const struct rule *rule;
	bool fires;
	enum tristate answer; /* of the first question that was not yes */
	char *question;	      /* NULL = it fires, or its own questions are all yes */
	char *seen, *wanted;
	size_t depth; /* how many of its questions were answered yes */
	struct explained_deed *deeds;
	size_t n_deeds;
};

struct explanation {
	struct explained_rule *rules; /* in the order in which they are to be read */
	size_t n;
};

/* Takes the event. */
void explain(struct explanation *out, struct simulation *r, const struct ruleset *set,
	     struct event *take);
void explanation_deinit(struct explanation *e);
void explain_print(const struct explanation *e, FILE *to);
void explain_json(const struct explanation *e, struct buf *out);
