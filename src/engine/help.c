/* SPDX-License-Identifier: MIT */
#include "engine/help.h"

#include "base/buf.h"
#include "base/mem.h"
#include "model/job.h"
#include "slack/markup.h"
#include "slack/split.h"

bool help_is_asked(const struct event *ev)
{
	struct str text = str_trim(ev->text_to_bot);

	if (ev->kind != EVENT_MESSAGE || ev->from_bot ||
	    !(ev->mentions_bot || ev->channel_kind == CHANNEL_DM))
		return false;
	while (text.len > 0 && str_find_char(STR("?!."), text.p[text.len - 1]) != SIZE_MAX)
		text = str_trim(str_sub(text, 0, text.len - 1));
	return str_eq_nocase(text, STR("help"));
}

size_t help_write(const struct ruleset *set, struct event *ev, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < ruleset_n_written(set); i++) {
		const struct rule *rule = ruleset_written(set, i);

		if (rule->help == NULL || rule->mode != MODE_LIVE ||
		    (ev != NULL && rule_listens(rule, ev) != TRISTATE_YES))
			continue;
		buf_addz(out, n++ > 0 ? "\n" : "");
		buf_addz(out, "• ");
		markup_inert(out, str_from(rule->help));
	}
	return n;
}

static void add_job(const struct event *ev, struct str text, unsigned part, struct list *jobs)
{
	struct job *job = job_new(JOB_MESSAGE, verb_name(VERB_REPLY));

	job->channel = job_keep(job, ev->channel);
	if (ev->channel_kind != CHANNEL_DM || event_is_reply(ev))
		job->message.thread_ts = job_keep(job, event_thread_root(ev));
	job->message.text = job_keep(job, text);
	job->key = str_keepf(&job->arena, "%.*s/help/%u", STR_ARG(ev->key), part).p;
	job->cause_ts = ev->ts.len > 0 ? job_keep(job, ev->ts) : NULL;
	job->rule = job_keep(job, STR("help"));
	job->file = job_keep(job, STR("(built in)"));
	job->person = job_keep(job, event_doer(ev));
	job->caused = ev->received;
	list_append(jobs, &job->link);
}

void help_jobs(const struct event *ev, struct str text, struct list *jobs)
{
	CLEANUP(buf_deinit) struct buf part = { 0 };
	bool in_code = false;
	unsigned n = 0;

	buf_init(&part, 0);
	while (split_next(&text, &in_code, &part))
		add_job(ev, buf_str(&part), n++, jobs);
}
