/* SPDX-License-Identifier: MIT */
#include "deliver/deliver.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"
#include "deliver/slack_request.h"
#include "webapi/response_url.h"

/* One job on its way: one of the three is set. */
struct delivery {
	struct deliver *deliver;
	struct job *job;
	struct api_call *call;
	struct webhook_call *webhook;
	struct response_url_call *reply;
	bool may_have_acted; /* when the program ended */
	struct list link;    // deliver::under_way
};

struct deliver {
	struct deliver_setup setup;
	struct list under_way;
	struct deliver_stats stats;
};

/* ---- how a job ended ---- */

static int64_t job_age_us(const struct deliver *d, const struct job *job)
{
	return (clock_mono(d->setup.clock).ns - job->caused.ns) / 1000;
}

static void log_done(const struct deliver *d, const struct job *job)
{
	int64_t us = job_age_us(d, job);

	log_info("deliver", "%s sent rule=%s at=%s:%u channel=%s thread=%s ms=%lld.%lld", job->verb,
		 job->rule, job->file, job->line, job->channel,
		 job->kind == JOB_MESSAGE && job->message.thread_ts != NULL ?
			 job->message.thread_ts :
			 "-",
		 (long long)(us / 1000), (long long)(us / 100 % 10));
}

static void log_failed(const struct job *job, const char *what, const char *sentence)
{
	log_warn("deliver", "%s %s: %s rule=%s at=%s:%u channel=%s key=%s", job->verb, what,
		 sentence != NULL ? sentence : "no reason given", job->rule, job->file, job->line,
		 job->channel, job->key);
}

static enum job_state count_end(struct deliver *d, const struct job *job,
				const struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_DONE) {
		d->stats.done++;
		log_done(d, job);
		return JOB_DONE;
	}
	if (outcome->kind == OUTCOME_UNKNOWN) {
		d->stats.unsure++;
		log_failed(job, "may or may not have got through and is not sent again",
			   outcome->sentence);
		return JOB_UNSURE;
	}
	d->stats.dead++;
	log_failed(job, "was refused", outcome->sentence);
	return JOB_DEAD;
}

/* The delivery is gone afterwards. */
static void end_delivery(struct delivery *way, const struct outcome *outcome)
{
	struct deliver *d = way->deliver;
	struct job *job = way->job;
	enum job_state end = count_end(d, job, outcome);

	list_remove(&way->link);
	free(way);
	if (d->setup.on_settled != NULL)
		d->setup.on_settled(d->setup.owner, job, outcome);
	d->setup.store->ops->settle(d->setup.store, job, end);
	if (outcome->kind == OUTCOME_FATAL)
		d->setup.on_fatal(d->setup.owner, outcome->sentence);
}

/* ---- the Web API ---- */

static void on_answer(void *owner, const struct outcome *outcome)
{
	struct delivery *way = owner;

	way->call = NULL;
	end_delivery(way, outcome);
}

static void on_argument(void *owner, const char *name, struct str value)
{
	api_arg(owner, name, value);
}

static void send_call(struct delivery *way)
{
	struct deliver *d = way->deliver;
	const struct job *job = way->job;
	struct api_args *args = api_args_new();
	const struct slack_request_sink sink = { args, on_argument };

	slack_request_arguments(job, &sink);
	way->call = api_call(d->setup.api, slack_request_method(job), d->setup.token,
			     str_from(job->channel), args, on_answer, way);
}

/* ---- webhooks ---- */

static void on_webhook(void *owner, const struct webhook_answer *answer)
{
	static const enum outcome_kind kinds[] = {
		[WEBHOOK_OK] = OUTCOME_DONE,
		[WEBHOOK_REFUSED] = OUTCOME_REFUSED,
		[WEBHOOK_UNSURE] = OUTCOME_UNKNOWN,
	};
	struct delivery *way = owner;
	const struct outcome outcome = { .kind = kinds[answer->outcome],
					 .body = answer->body,
					 .sentence = answer->sentence };

	way->webhook = NULL;
	end_delivery(way, &outcome);
}

static void send_webhook(struct delivery *way)
{
	struct deliver *d = way->deliver;
	const struct webhook *hook = d->setup.webhook != NULL ?
					     d->setup.webhook(d->setup.owner,
							      way->job->webhook.name) :
					     NULL;

	if (hook == NULL) {
		end_delivery(way,
			     &(struct outcome){
				     .kind = OUTCOME_REFUSED,
				     .sentence = "the configuration declares no such webhook" });
		return;
	}
	way->webhook = webhook_send(d->setup.http, d->setup.loop, hook,
				    str_from(way->job->webhook.body), on_webhook, way);
}

/* ---- commands ---- */

/* An address is good for five answers within half an hour; what it does not take goes the common way, which needs
 * the bot to be in the channel. */
static void on_reply(void *owner, const struct response_url_answer *answer)
{
	struct delivery *way = owner;

	way->reply = NULL;
	if (answer->outcome == RESPONSE_URL_REFUSED) {
		log_info("deliver", "a command is answered by the Web API instead: %s rule=%s",
			 answer->sentence, way->job->rule);
		send_call(way);
		return;
	}
	end_delivery(way, &(struct outcome){ .kind = answer->outcome == RESPONSE_URL_OK ?
							     OUTCOME_DONE :
							     OUTCOME_UNKNOWN,
					     .sentence = answer->sentence });
}

static void send_reply(struct delivery *way)
{
	struct deliver *d = way->deliver;
	const struct job *job = way->job;
	CLEANUP(buf_deinit) struct buf message = { 0 };
	CLEANUP(json_freep) struct json *blocks = NULL;

	buf_init(&message, 0);
	if (job->message.blocks != NULL)
		json_parse(&blocks, str_from(job->message.blocks), NULL);
	response_url_message(&message, str_from(job->message.text), blocks,
			     job->message.user == NULL);
	way->reply = response_url_send(d->setup.http, d->setup.loop, d->setup.base_url,
				       str_from(job->message.response_url), buf_str(&message),
				       on_reply, way);
}

/* ---- the way ---- */

static void send_job(struct deliver *d, struct job *job)
{
	struct delivery *way = mem_zero(1, sizeof(*way));

	way->deliver = d;
	way->job = job;
	list_init(&way->link);
	list_append(&d->under_way, &way->link);
	if (job->kind == JOB_WEBHOOK)
		send_webhook(way);
	else if (job->kind == JOB_MESSAGE && job->message.response_url != NULL &&
		 d->setup.http != NULL)
		send_reply(way);
	else
		send_call(way);
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
	if (way->call != NULL)
		api_cancel(way->call);
	webhook_cancel(way->webhook);
	response_url_cancel(way->reply);
	store->ops->settle(store, way->job, way->may_have_acted ? JOB_UNSURE : JOB_PENDING);
	list_remove(&way->link);
	free(way);
}

static bool may_have_acted(const struct delivery *way)
{
	if (way->webhook != NULL)
		return webhook_may_have_acted(way->webhook);
	if (way->reply != NULL)
		return response_url_may_have_acted(way->reply);
	return way->call != NULL && api_may_have_acted(way->call);
}

void deliver_free(struct deliver *d)
{
	if (d == NULL)
		return;
	/* Asked of all before the first is cancelled, which makes room for another one to leave. */
	list_each (link, &d->under_way) {
		struct delivery *way = list_entry(link, struct delivery, link);

		way->may_have_acted = may_have_acted(way);
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
