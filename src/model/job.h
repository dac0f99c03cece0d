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
enum verb {
	VERB_REPLY,
	VERB_SAY,
	VERB_BROADCAST,
	VERB_WHISPER,
	VERB_DM,
	VERB_POST,
	VERB_REACT,
	VERB_UNREACT,
	VERB_EDIT,
	VERB_REMOVE,
	VERB_WEBHOOK,
	VERB_CALL,
	/* These make no job: they are done at once, or make the others wait. */
	VERB_SET,
	VERB_ADD,
	VERB_WAIT,
	N_VERBS
};

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
	char *channel;	    /* an id, or "#name" of one that is not known; a person's for a DM */
	char *thread_ts;    /* NULL = not in a thread */
	char *user;	    /* whisper: who sees it */
	char *ts;	    /* react, edit, remove: the message */
	char *body;	    /* text in Slack markup, an emoji name, or the JSON that is sent */
	char *blocks;	    /* Block Kit JSON; NULL = none */
	char *name;	    /* of the webhook or the method */
	char *response_url; /* where a command is answered instead; NULL = nowhere. A secret */
	bool broadcast;	    /* shown in the channel as well */
	bool unfurl;	    /* with previews of its links */
	char *key;	    /* what it answers: the event's key, rule, number of the action */
	char *rule;	    /* name of the rule that wants it */
	struct place at;    /* where that rule stands; file text owned by the job (rule_file) */
	char *rule_file;
	uint64_t firing; /* which goes on when this has ended; 0 = none */
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
/* Does it say something to all, where the event happened? */
bool verb_says_here(enum verb verb);
/* Does it say something, wherever (also in a DM or another channel)? */
bool verb_says(enum verb verb);
