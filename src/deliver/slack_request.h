/* SPDX-License-Identifier: MIT */
/* What a job is in Slack: a method of the Web API and its arguments. Pure. */
#pragma once

#include "model/job.h"

/* Told of every argument, in their order; the value is valid during the call. */
struct slack_request_sink {
	void *owner;
	void (*on_argument)(void *owner, const char *name, struct str value);
};

/* The method, which lives as long as the job; NULL for a webhook, which is none. */
const char *slack_request_method(const struct job *job);
void slack_request_arguments(const struct job *job, const struct slack_request_sink *sink);
