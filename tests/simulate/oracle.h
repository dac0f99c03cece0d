/* SPDX-License-Identifier: MIT */
/*
 * What the rules of tests/simulate must have done, by a model that shares nothing with the engine: a dozen words, their
 * answers, one limit, one count, one sum. It is told of what happens and of what leaves, and complains at once of what
 * may not be; at the end it says what is missing.
 *
 * Its clock is the journal. A decision holds when its commit stands; one that a death took away never was, and is made
 * again when Slack sends the event again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "model/job.h"
#include "model/outcome.h"

enum { ACTIONS_MAX = 3, HAPPENINGS_MAX = 400 };

/* What somebody did. */
enum happening_kind {
	HAPPENS_MESSAGE,
	HAPPENS_REPLY,
	HAPPENS_EDIT,
	HAPPENS_DELETE,
	HAPPENS_REACTION
};

struct happening {
	enum happening_kind kind;
	int rule; /* the one that is meant; -1 = none */
	int user, channel;
	int about;    /* reply, edit, delete: the happening of the message */
	int argument; /* the word that is asked or praised */
	char ts[40];
	char key[64];

	/* Since it was decided. */
	bool decided, stands;
	int64_t at;	/* when; wall milliseconds */
	int version;	/* of the rules */
	bool fires;	/* its limit allows it */
	int64_t number; /* that its answer shows */
	bool posted[ACTIONS_MAX], settled[ACTIONS_MAX], failed[ACTIONS_MAX], forbidden[ACTIONS_MAX];
	bool pending
		[ACTIONS_MAX]; /* its job stood in the journal at the last death, and is sent later */
	int cancelled_by;      /* the reply that ended its wait; -1 = none */
	int64_t due;	       /* the end of its wait; 0 = it has not begun */
	/* The message that answers it, as Slack shows it. */
	char answer_ts[40];
	char shown[64]; /* "" = there is none */
	bool disturbed; /* a change of it failed, or may have: nothing is promised of what is shown */
};

struct oracle {
	struct happening all[HAPPENINGS_MAX];
	int n;
	int order[HAPPENINGS_MAX]; /* those that were decided, in their order */
	int n_order;
	char complaint[256]; /* the first one; "" = none */
};

/* The rules, in this version; at most `size` bytes. */
void oracle_rules(char *out, size_t size, int version);
/* What somebody writes who means the rule. */
void oracle_text(const struct happening *h, char *out, size_t size);

struct happening *oracle_add(struct oracle *o, enum happening_kind kind, int rule);
/* The engine is about to be told of it, at this time. */
void oracle_decides(struct oracle *o, int happening, int64_t now, int version);
/* A job is on its way; `applied`: Slack does it, in the message `ts`. */
void oracle_sent(struct oracle *o, const struct job *job, int64_t now, bool applied,
		 const char *ts);
/* The engine is about to be told how it ended. */
void oracle_settled(struct oracle *o, const struct job *job, enum outcome_kind kind, int64_t now);
/* The process died: first the oracle is told of each job that stands in the journal. */
void oracle_journal(struct oracle *o, const struct job *job);
void oracle_died(struct oracle *o, int version);
/* Nothing more will happen: is anything missing? */
void oracle_judge(struct oracle *o);
