/* SPDX-License-Identifier: MIT */
#include "model/job.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static const struct {
	const char *name;
	bool talks, says;
} verbs[N_VERBS] = {
	[VERB_REPLY] = { "reply", true, true },
	[VERB_SAY] = { "say", true, true },
	[VERB_BROADCAST] = { "broadcast", true, true },
	[VERB_WHISPER] = { "whisper", true, true },
	[VERB_DM] = { "dm", false, true },
	[VERB_POST] = { "post", false, true },
	[VERB_REACT] = { "react", false, false },
	[VERB_UNREACT] = { "unreact", false, false },
	[VERB_EDIT] = { "edit", false, false },
	[VERB_REMOVE] = { "remove", false, false },
	[VERB_WEBHOOK] = { "webhook", false, false },
	[VERB_CALL] = { "call", false, false },
	[VERB_SET] = { "set", false, false },
	[VERB_ADD] = { "add", false, false },
	[VERB_WAIT] = { "wait", false, false },
};

struct job *job_new(void)
{
	struct job *job = mem_zero(1, sizeof(*job));

	list_init(&job->link);
	return job;
}

void job_free(struct job *job)
{
	if (job == NULL)
		return;
	free(job->channel);
	free(job->thread_ts);
	free(job->user);
	free(job->ts);
	free(job->body);
	free(job->blocks);
	free(job->name);
	if (job->response_url != NULL)
		explicit_bzero(job->response_url, strlen(job->response_url));
	free(job->response_url);
	free(job->key);
	free(job->rule);
	free(job->rule_file);
	free(job);
}

void job_freep(struct job **job)
{
	job_free(*job);
}

const char *verb_name(enum verb verb)
{
	return verbs[verb].name;
}

bool verb_talks(enum verb verb)
{
	return verbs[verb].talks;
}

bool verb_says(enum verb verb)
{
	return verbs[verb].says;
}

bool verb_says_here(enum verb verb)
{
	return verb == VERB_REPLY || verb == VERB_SAY || verb == VERB_BROADCAST;
}
