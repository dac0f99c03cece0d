/* SPDX-License-Identifier: MIT */
/*
 * One thing to do outside: the second of the two words that all rooms share. Its kind says which part of the union
 * counts; how a verb of the rule language becomes one is the engine's affair. A job is a row of the store: one line
 * of JSON, there and back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/share.h"
#include "base/str.h"

struct workspace;      /* model/workspace.h */
struct outbox_channel; /* engine/outbox.c */

enum job_kind { JOB_MESSAGE, JOB_REACTION, JOB_CHANGE, JOB_CALL, JOB_WEBHOOK, N_JOB_KINDS };

enum job_state {
	JOB_PENDING,
	JOB_IN_FLIGHT, /* it may have left: never sent again blindly */
	N_JOB_STATES
};

/* All its texts lie in its arena. Those of the head are never NULL once it is made. */
struct job {
	uint64_t id; /* given by the outbox */
	enum job_kind kind;
	enum job_state state;
	const char *verb; /* that wants it, as rules write it */
	const char *rule; /* name of the rule that wants it */
	const char *file; /* where that rule stands */
	unsigned line;
	const char *key; /* what it answers: the event's key, rule, number of the action */
	const char *
		channel; /* an id, or "#name" of one that is not known; a person's for a DM; "" = none.
			* What goes to one channel goes in its order */
	const char *person;   /* who caused it, or a bot; NULL = nobody */
	const char *cause_ts; /* what is answered came then, by Slack's clock; NULL = not known */
	uint64_t run;	      /* which goes on when this has ended; 0 = none */
	unsigned attempts;
	uint64_t
		late_ms; /* wall time from which on it is not worth doing any more; 0 = it always is */
	/* Not in the line: whoever reads it knows the workspace, and another clock runs. */
	const struct workspace *workspace;
	struct arena arena;
	struct mono caused; /* when the event came in, for latency; 0 = before this program began */
	struct mono since;  /* in the outbox */
	struct outbox_channel *among; /* what the outbox has for the same channel */
	struct share size, place;     /* of all jobs in bytes, of those of the channel one */
	bool is_patient;      /* behind many of the same person: lets those of others pass */
	struct mono probe_at; /* not sure whether it got through: looked for from then on */
	unsigned probes;      /* how often it was looked for in vain */
	void *carrier;	      /* of whoever has it leased */
	struct list link;     // outbox's, or the owner's of the moment
	union {
		struct {
			const char *text;      /* in Slack markup */
			const char *blocks;    /* Block Kit JSON; NULL = none */
			const char *thread_ts; /* NULL = not in a thread */
			const char *user;      /* who alone sees it; NULL = all */
			const char *
				response_url; /* where a command is answered instead; NULL = nowhere.
					     * A secret */
			bool broadcast;	      /* shown in the channel as well */
			bool unfurl;	      /* with previews of its links */
		} message;
		struct {
			const char *ts;	   /* of the message that it stands under */
			const char *emoji; /* its name */
			bool away;	   /* taken away instead of put */
		} reaction;
		struct {
			const char *ts;	  /* of a message of ours */
			const char *text; /* what it shall say; NULL = it shall be gone */
			const char *blocks;
		} change;
		struct {
			const char *method; /* of the Web API */
			const char *args;   /* a JSON object */
		} call;
		struct {
			const char *name; /* as the configuration declares it */
			const char *body; /* JSON */
		} webhook;
	};
};

/* A text as one of its own. */
static inline const char *job_keep(struct job *job, struct str text)
{
	return str_keep(&job->arena, text).p;
}
/* All else is zero, and for its maker to set. */
static inline struct job *job_new(enum job_kind kind, const char *verb)
{
	struct job *job = mem_zero(1, sizeof(*job));

	job->kind = kind;
	job->verb = job_keep(job, str_from(verb));
	list_init(&job->link);
	return job;
}
static inline void job_free(struct job *job)
{
	if (job == NULL)
		return;
	if (job->kind == JOB_MESSAGE && job->message.response_url != NULL)
		explicit_bzero((char *)job->message.response_url,
			       strlen(job->message.response_url));
	arena_deinit(&job->arena);
	free(job);
}
void job_freep(struct job **job);
/* Can Slack be asked whether it was done? So it is with a message that all see: it bears a mark. */
static inline bool job_can_be_found(const struct job *job)
{
	return job->kind == JOB_MESSAGE && job->message.user == NULL &&
	       job->message.response_url == NULL;
}
/* What it says, puts or sends, for logs and tests; NULL = nothing. */
const char *job_body(const struct job *job);

/* Appends the job as one line of JSON, without a line end; with its response_url, if there is one, or without, for
 * people's eyes and for what is kept long. */
void job_write(const struct job *job, bool with_secrets, struct buf *out);
enum { JOB_MALFORMED = 1 };
/* Reads what job_write wrote. 0, or JOB_MALFORMED for every other text; unknown members are passed over. */
int job_read(struct job **out, struct str line);
