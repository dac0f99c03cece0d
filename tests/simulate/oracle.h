/* SPDX-License-Identifier: MIT */
/*
 * What the rules of tests/simulate must have done, by a model that shares nothing with the engine: a dozen words, their
 * answers, one limit, one count, one sum. It is told of what happens and of what leaves, and complains at once of what
 * may not be; at the end it says what is missing.
 *
 * Its clock is the journal. A decision holds when its commit stands; one that a death took away never was, and is made
 * again when Slack sends the event again. A message that was decided on stands in Slack once in the end, whatever
 * becomes of the process and of Slack's answers, unless Slack refuses it; and never twice.
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
	bool left[ACTIONS_MAX], settled[ACTIONS_MAX], failed[ACTIONS_MAX], forbidden[ACTIONS_MAX];
	bool applied[ACTIONS_MAX]; /* Slack did it */
	bool pending
		[ACTIONS_MAX]; /* its job stood in the journal at the last death, and is sent later */
	int cancelled_by;      /* the reply that ended its wait; -1 = none */
	int64_t due;	       /* the end of its wait; 0 = it has not begun */
	bool is_forgotten;     /* it may be, since the last death */
	bool may_be_cancelled; /* by one that was */
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
/* What a job does in Slack when it gets there, be it after the death of who sent it. */
struct landing {
	int happening; /* -1 = it is none that may be */
	int action;
	enum job_kind kind;
	char text[64]; /* that it shows; "" = none */
	char ts[40];   /* of the message that it is */
};

/* A job leaves. */
void oracle_sent(struct oracle *o, const struct job *job, int64_t now, struct landing *out);
/* … and gets there. */
void oracle_lands(struct oracle *o, const struct landing *landing);
/* Does the message stand there? NULL = it does not, else its timestamp. */
const char *oracle_finds(struct oracle *o, const struct job *job);
/* The engine is about to be told how it ended, and takes that for its end. */
void oracle_settled(struct oracle *o, const struct job *job, enum outcome_kind kind, int64_t now);
/* The process died: first the oracle is told of each job that stands in the journal. */
void oracle_journal(struct oracle *o, const struct job *job);
void oracle_died(struct oracle *o, int version);
/* Nothing more will happen: is anything missing? */
void oracle_judge(struct oracle *o);
