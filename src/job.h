/* SPDX-License-Identifier: MIT */
/* What shall be done in Slack: the second of the two words that all rooms share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/clock.h"
#include "base/diag.h"
#include "base/list.h"
#include "base/str.h"

/* The verbs of the rule language, in the order of its manual. */
enum verb { VERB_REPLY, VERB_SAY, VERB_WHISPER, VERB_REACT, N_VERBS };

enum job_state {
	JOB_PENDING,
	JOB_IN_FLIGHT,
	JOB_DONE,
	JOB_DEAD,   /* Slack refused for good */
	JOB_UNSURE, /* sent, and no answer: it may have happened; never sent again blindly */
};

/* Owns all its texts. */
struct job {
	uint64_t id; /* given by the store */
	enum verb verb;
	enum job_state state;
	char *channel;
	char *thread_ts; /* NULL = not in a thread */
	char *user;	 /* whisper: who sees it */
	char *ts;	 /* react: the message */
	char *body;	 /* text in Slack markup, or an emoji name */
	char *key;	 /* what it answers: the event's key, rule, number of the action */
	char *rule;	 /* name of the rule that wants it */
	struct place at; /* where that rule stands; file text owned by the job (rule_file) */
	char *rule_file;
	unsigned attempts;
	struct mono caused; /* when the event came in; for latency */
	struct list link;   // store::pending or the owner of the moment
};

struct job *job_new(void);
void job_free(struct job *job);
void job_freep(struct job **job);
const char *verb_name(enum verb verb);
/* Does it end the search for talking rules? */
bool verb_talks(enum verb verb);
