/* SPDX-License-Identifier: MIT */
/* What a run learns from how a job of its own ended: what stands in Slack now, and what was answered. */
#pragma once

#include "engine/inner.h"

/* May there be anything to learn from it? What a rule says once and for all teaches nothing. */
static inline bool job_teaches(const struct run *run, const struct job *job)
{
	return run->rule->keeps_answers || (job->kind != JOB_MESSAGE && job->kind != JOB_REACTION);
}
/* False: the job failed, and there is nothing to learn but that. */
bool run_learn(struct engine *e, struct run *run, const struct job *job,
	       const struct outcome *outcome);
