/* SPDX-License-Identifier: MIT */
/* Was a message of ours posted? Looks for its receipt where it would stand. */
#pragma once

#include "deliver/receipt.h"
#include "model/job.h"
#include "model/outcome.h"
#include "model/workspace.h"
#include "webapi/api.h"

struct probe;

/* on_end comes once, not from within: DONE with channel and ts = it stands there; REFUSED = it does not; UNKNOWN or FATAL = it cannot be
 * told. All is borrowed until then. */
struct probe *probe_start(struct api *api, const struct secret *token, const struct identity *me,
			  const struct job *job, const char receipt[RECEIPT_SIZE],
			  outcome_fn *on_end, void *owner);
void probe_cancel(struct probe *probe); /* NULL is fine */
