/* SPDX-License-Identifier: MIT */
#include "job.h"

#include <stdlib.h>
#include "base/mem.h"

static const struct {
	const char *name;
	bool talks;
} verbs[N_VERBS] = {
	[VERB_REPLY] = { "reply", true },
	[VERB_SAY] = { "say", true },
	[VERB_WHISPER] = { "whisper", true },
	[VERB_REACT] = { "react", false },
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
