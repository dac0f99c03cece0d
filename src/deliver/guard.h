/* SPDX-License-Identifier: MIT */
/*
 * The last look at what leaves, after everything was inserted: whatever a rule wrote and whatever it called, nothing
 * notifies everyone unless the operator allows it.
 */
#pragma once

#include "model/job.h"

/* Why the job may not leave where `allow broadcast` is `no`: a sentence that is never freed. NULL = it may. A group of
 * people may be mentioned by a message of the bot's, but not by a call. */
const char *guard_refuses(const struct job *job);
