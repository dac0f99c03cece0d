/* SPDX-License-Identifier: MIT */
/*
 * Where a message goes that is for a #name. Slack would take the name too; but whether the message got through could not
 * be looked for then, because a history is read by the id. So the name becomes an id before the message is marked as in
 * flight; when it cannot, or not in time, the message goes by its name.
 */
#include "daemon/workspace_inner.h"

enum { NAMES_WAIT_MS = 60000 };

static void hold_names(struct daemon_workspace *w, bool hold)
{
	w->holds_names = hold;
	w->names_then = directory_news(w->directory);
	outbox_hold_names(w->outbox, hold);
}

void workspace_on_names_overdue(void *owner)
{
	hold_names(owner, false);
}

bool workspace_is_addressed(struct daemon_workspace *w, struct job *job)
{
	struct str name = str_from(job->channel), id;
	int64_t ms;

	if (!str_skip(&name, "#") || !job_can_be_found(job) || job->state != JOB_PENDING)
		return true;
	if (directory_find_channel(w->directory, name, &id) == 1) {
		outbox_readdress(w->outbox, job, id);
		return false;
	}
	ms = NAMES_WAIT_MS - mono_ms_between(job->since, clock_mono(loop_clock(w->loop)));
	if (ms <= 0 || !directory_seek_channels(w->directory))
		return true;
	outbox_give_back(w->outbox, job);
	hold_names(w, true);
	loop_timer_start(w->loop, &w->names_overdue, ms);
	return false;
}

void workspace_look_at_names(struct daemon_workspace *w)
{
	if (w->names_then == directory_news(w->directory))
		return;
	loop_timer_stop(w->loop, &w->names_overdue);
	hold_names(w, false);
}
