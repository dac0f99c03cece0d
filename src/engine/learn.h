/* SPDX-License-Identifier: MIT */
/* What a run learns from how a job of its own ended: what stands in Slack now, and what was answered. */
#pragma once

#include "engine/inner.h"

/* False: the job failed, and there is nothing to learn but that. */
bool run_learn(struct engine *e, struct run *run, const struct job *job,
	       const struct outcome *outcome);
