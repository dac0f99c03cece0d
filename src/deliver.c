/* SPDX-License-Identifier: MIT */
#include "deliver.h"

#include <stdlib.h>
#include "base/mem.h"

/* One job on its way. */
struct delivery {
	struct deliver *deliver;
	struct job *job;
	struct api_call *call;
	bool may_have_acted; /* when the program ended */
	struct list link;    // deliver::under_way
};

struct deliver {
	struct deliver_setup setup;
	struct list under_way;
	struct deliver_stats stats;
};

/* ---- verbs as Web API calls ---- */

static void add_talk(const struct job *job, struct api_args *args)
{
	api_arg(args, "channel", str_from(job->channel));
	api_arg(args, "text", str_from(job->body));
	if (job->thread_ts != NULL)
		api_arg(args, "thread_ts", str_from(job->thread_ts));
}

static void fill_post(const struct job *job, struct api_args *args)
{
	add_talk(job, args);
	/* A preview of a link that someone else wrote is nothing we want to answer for. */
	api_arg_bool(args, "unfurl_links", false);
	api_arg_bool(args, "unfurl_media", false);
}

static void fill_whisper(const struct job *job, struct api_args *args)
{
	add_talk(job, args);
	api_arg(args, "user", str_from(job->user));
}

static void fill_react(const struct job *job, struct api_args *args)
{
	api_arg(args, "channel", str_from(job->channel));
	api_arg(args, "timestamp", str_from(job->ts));
	api_arg(args, "name", str_from(job->body));
}

static const struct {
	const char *method;
	void (*fill)(const struct job *job, struct api_args *args);
} calls[N_VERBS] = {
	[VERB_REPLY] = { "chat.postMessage", fill_post },
	[VERB_SAY] = { "chat.postMessage", fill_post },
	[VERB_WHISPER] = { "chat.postEphemeral", fill_whisper },
	[VERB_REACT] = { "reactions.add", fill_react },
};

/* ---- how a job ended ---- */

static int64_t job_age_us(const struct deliver *d, const struct job *job)
{
	return (clock_mono(d->setup.clock).ns - job->caused.ns) / 1000;
}

static void log_done(const struct deliver *d, const struct job *job)
{
	int64_t us = job_age_us(d, job);

	log_info("deliver", "%s sent rule=%s at=%s:%u channel=%s thread=%s ms=%lld.%lld",
		 verb_name(job->verb), job->rule, job->at.file, job->at.line, job->channel,
		 job->thread_ts != NULL ? job->thread_ts : "-", (long long)(us / 1000),
		 (long long)(us / 100 % 10));
}

static void log_failed(const struct job *job, const char *what, const char *sentence)
{
	log_warn("deliver", "%s %s: %s rule=%s at=%s:%u channel=%s key=%s", verb_name(job->verb),
		 what, sentence != NULL ? sentence : "no reason given", job->rule, job->at.file,
		 job->at.line, job->channel, job->key);
}

static enum job_state judge(struct deliver *d, const struct job *job,
			    const struct api_answer *answer)
{
	switch (answer->outcome) {
	case API_OK:
		d->stats.done++;
		log_done(d, job);
		return JOB_DONE;
	case API_UNSURE:
		d->stats.unsure++;
		log_failed(job, "may or may not have reached Slack and is not sent again",
			   answer->sentence);
		return JOB_UNSURE;
	case API_REFUSED:
	case API_FATAL:
		break;
	}
	d->stats.dead++;
	log_failed(job, "was refused by Slack", answer->sentence);
	return JOB_DEAD;
}

static void on_answer(void *owner, const struct api_answer *answer)
{
	struct delivery *way = owner;
	struct deliver *d = way->deliver;
	bool fatal = answer->outcome == API_FATAL;

	d->setup.store->ops->settle(d->setup.store, way->job, judge(d, way->job, answer));
	list_remove(&way->link);
	free(way);
	if (fatal)
		d->setup.on_fatal(d->setup.owner, answer->sentence);
}

/* ---- the way ---- */

static void send_job(struct deliver *d, struct job *job)
{
	struct delivery *way = mem_zero(1, sizeof(*way));
	struct api_args *args = api_args_new();

	way->deliver = d;
	way->job = job;
	list_init(&way->link);
	list_append(&d->under_way, &way->link);
	calls[job->verb].fill(job, args);
	way->call = api_call(d->setup.api, calls[job->verb].method, d->setup.token,
			     str_from(job->channel), args, on_answer, way);
}

void deliver_run(struct deliver *d)
{
	struct job *job;

	while ((job = d->setup.store->ops->lease(d->setup.store)) != NULL)
		send_job(d, job);
}

struct deliver *deliver_new(const struct deliver_setup *setup)
{
	struct deliver *d = mem_zero(1, sizeof(*d));

	d->setup = *setup;
	list_init(&d->under_way);
	return d;
}

/* What never left waits in the store for the next time, where the store outlives us. */
static void give_back(struct delivery *way)
{
	struct store *store = way->deliver->setup.store;

	if (way->may_have_acted)
		log_failed(way->job, "was under way when the program ended",
			   "it may or may not reach Slack");
	else
		log_failed(way->job, "was not sent", "the program ended before its turn came");
	api_cancel(way->call);
	store->ops->settle(store, way->job, way->may_have_acted ? JOB_UNSURE : JOB_PENDING);
	list_remove(&way->link);
	free(way);
}

void deliver_free(struct deliver *d)
{
	if (d == NULL)
		return;
	/* Asked of all before the first is cancelled, which makes room for another one to leave. */
	list_each (link, &d->under_way) {
		struct delivery *way = list_entry(link, struct delivery, link);

		way->may_have_acted = api_may_have_acted(way->call);
	}
	/* The newest first, so that the store has them back in their order. */
	while (!list_is_empty(&d->under_way))
		give_back(list_entry(d->under_way.prev, struct delivery, link));
	free(d);
}

const struct deliver_stats *deliver_stats(const struct deliver *d)
{
	return &d->stats;
}
