/* SPDX-License-Identifier: MIT */
/* The verbs of the rule language: from an action of a rule, and all that is known when it is done, to jobs. */
#pragma once

#include "engine/posted.h"
#include "base/list.h"
#include "model/job.h"
#include "engine/values.h"

enum action_made {
	ACTION_MADE,	/* there are jobs */
	ACTION_NOTHING, /* there is nothing to do: the text is empty, there is no earlier answer … */
	ACTION_FAILED, /* it cannot be done */
};

/* One action being made into jobs. */
struct making {
	const struct values *values;
	size_t action;	/* which of the rule's */
	size_t wording; /* which of its texts */
	const struct posted
		*posted;   /* what the rule answered to this message so far; for edit, remove */
	struct list *jobs; /* struct job by link, appended */
	const char *why;   /* when nothing was made; in the arena of the values, or static */
};

typedef enum action_made action_maker(struct making *m);
/* The second half of the rows of rule/verb; NULL for those that are done without a job. */
extern action_maker *const action_makers[N_VERBS];

static inline enum action_made action_make(struct making *m)
{
	action_maker *make = action_makers[m->values->rule->actions[m->action].verb];

	m->why = "";
	return make != NULL ? make(m) : ACTION_NOTHING;
}
/* The jobs that make an earlier answer say something else: edits, and what there is more or less of parts. */
void action_renew(struct making *m, const struct posted_answer *answer);
void action_retract(struct making *m, const struct posted_answer *answer);
/* The value of `set` and `add`, for the store; `shown` is the same for people. */
struct str action_value(struct making *m, struct str *shown);
