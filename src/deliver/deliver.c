/* SPDX-License-Identifier: MIT */
#include "deliver/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/metric.h"
#include "deliver/guard.h"
#include "deliver/probe.h"
#include "deliver/receipt.h"
#include "webapi/response_url.h"

/* One job on its way: a call of the Web API, or else a request to a webhook or the address of a command. */
struct delivery {
	struct deliver *deliver;
	struct job *job;
	struct api_call *call;
	struct retry *request;
	struct probe *probe;
	const char *refused; /* why it may not leave; NULL = it may */
	bool may_have_acted; /* when the program ended */
	struct list link;    // deliver::under_way
};

struct deliver {
	struct deliver_setup setup;
	struct list under_way;
};

/* ---- how a job ended ---- */

static int64_t job_age_us(const struct deliver *d, const struct job *job)
{
	return (clock_mono(d->setup.clock).ns - job->caused.ns) / 1000;
}

static void log_done(const struct deliver *d, const struct job *job)
{
	int64_t us = job_age_us(d, job);
	char age[32] = "";

	if (job->caused.ns != 0)
		snprintf(age, sizeof(age), " ms=%lld.%lld", (long long)(us / 1000),
			 (long long)(us / 100 % 10));
	log_info("deliver", "%s sent rule=%s at=%s:%u channel=%s thread=%s%s", job->verb, job->rule,
		 job->file, job->line, job->channel,
		 job->kind == JOB_MESSAGE && job->message.thread_ts != NULL ?
			 job->message.thread_ts :
			 "-",
		 age);
}

static void log_failed(const struct job *job, const char *what, const char *sentence)
{
	log_warn("deliver", "%s %s: %s rule=%s at=%s:%u channel=%s key=%s", job->verb, what,
		 sentence != NULL ? sentence : "no reason given", job->rule, job->file, job->line,
		 job->channel, job->key);
}

static void log_end(const struct deliver *d, const struct job *job, const struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_DONE) {
		metric_count(METRIC_JOBS_DONE);
		log_done(d, job);
	} else if (outcome->kind == OUTCOME_UNKNOWN) {
		metric_count(METRIC_JOBS_UNKNOWN);
		log_failed(job,
			   job_can_be_found(job) ?
				   "may or may not have got through and will be looked for" :
				   "may or may not have got through and is not sent again",
			   outcome->sentence);
	} else {
		metric_count(METRIC_JOBS_REFUSED);
		log_failed(job, "was refused", outcome->sentence);
	}
}

static void drop_way(struct delivery *way)
{
	list_remove(&way->link);
	free(way);
}

static void forget(struct delivery *way)
{
	way->job->carrier = NULL;
	drop_way(way);
}

/* Whichever way the job went. The delivery is gone afterwards. */
static void on_answer(void *owner, const struct outcome *outcome)
{
	struct delivery *way = owner;
	struct deliver *d = way->deliver;
	struct job *job = way->job;

	forget(way);
	if (outcome->kind == OUTCOME_FATAL) {
		d->setup.on_unsent(d->setup.owner, job);
		d->setup.on_fatal(d->setup.owner, outcome->sentence);
		return;
	}
	log_end(d, job, outcome);
	d->setup.on_settled(d->setup.owner, job, outcome);
}

/* ---- what a job is in Slack ---- */

static void put(const struct slack_request_sink *sink, const char *name, const char *value)
{
	if (value != NULL)
		sink->on_argument(sink->owner, name, str_from(value));
}

static void put_message(const struct job *job, const struct slack_request_sink *sink)
{
	const char *unfurl = job->message.unfurl ? "true" : "false";

	put(sink, "channel", job->channel);
	put(sink, "text", job->message.text);
	put(sink, "blocks", job->message.blocks);
	put(sink, "thread_ts", job->message.thread_ts);
	if (job->message.user != NULL) {
		put(sink, "user", job->message.user);
		return;
	}
	put(sink, "reply_broadcast", job->message.broadcast ? "true" : NULL);
	/* A preview of a link that someone else wrote is nothing we want to answer for. */
	put(sink, "unfurl_links", unfurl);
	put(sink, "unfurl_media", unfurl);
}

static void put_reaction(const struct job *job, const struct slack_request_sink *sink)
{
	put(sink, "channel", job->channel);
	put(sink, "timestamp", job->reaction.ts);
	put(sink, "name", job->reaction.emoji);
}

static void put_change(const struct job *job, const struct slack_request_sink *sink)
{
	put(sink, "channel", job->channel);
	put(sink, "ts", job->change.ts);
	put(sink, "text", job->change.text);
	put(sink, "blocks", job->change.blocks);
}

/* Texts as they are; what is nested goes as JSON within its one argument. */
static void put_member(const struct slack_request_sink *sink, const char *name,
		       const struct json *value)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (json_kind(value) == JSON_NULL)
		return;
	if (json_kind(value) == JSON_STRING)
		buf_add(&text, json_str(value, ""));
	else
		json_print(value, &text);
	sink->on_argument(sink->owner, name, buf_str(&text));
}

static void put_call(const struct job *job, const struct slack_request_sink *sink)
{
	CLEANUP(json_freep) struct json *args = NULL;
	struct json *value;
	struct str key;
	size_t at = 0;

	if (json_parse(&args, str_from(job->call.args), NULL) != 0)
		return;
	while (json_member(args, &at, &key, &value)) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		/* The token is the bot's own, whatever a rule says. */
		if (strcmp(name, "token") != 0)
			put_member(sink, name, value);
	}
}

static const char *slack_method(const struct job *job)
{
	switch (job->kind) {
	case JOB_MESSAGE:
		return job->message.user != NULL ? "chat.postEphemeral" : "chat.postMessage";
	case JOB_REACTION:
		return job->reaction.away ? "reactions.remove" : "reactions.add";
	case JOB_CHANGE:
		return job->change.text != NULL ? "chat.update" : "chat.delete";
	case JOB_CALL:
		return job->call.method;
	case JOB_WEBHOOK:
	case N_JOB_KINDS:
		break;
	}
	return NULL;
}

const char *slack_request(const struct job *job, const struct slack_request_sink *sink)
{
	switch (job->kind) {
	case JOB_MESSAGE:
		put_message(job, sink);
		break;
	case JOB_REACTION:
		put_reaction(job, sink);
		break;
	case JOB_CHANGE:
		put_change(job, sink);
		break;
	case JOB_CALL:
		put_call(job, sink);
		break;
	case JOB_WEBHOOK:
	case N_JOB_KINDS:
		break;
	}
	return slack_method(job);
}

/* ---- the ways ---- */

static const char *write_form(const struct deliver *d, const struct job *job, struct buf *form)
{
	const struct slack_request_sink sink = { form, api_arg };
	CLEANUP(buf_deinit) struct buf metadata = { 0 };
	const char *method = slack_request(job, &sink);

	if (!job_can_be_found(job))
		return method;
	receipt_metadata(d->setup.receipt_key, job, &metadata);
	api_arg(form, "metadata", buf_str(&metadata));
	return method;
}

static enum api_turn turn_of(struct delivery *way)
{
	const struct deliver_setup *setup = &way->deliver->setup;
	enum api_turn turn;

	if (setup->on_turn == NULL)
		return API_TURN_GO;
	way->job->carrier = NULL; /* it may be gone when the answer is that it is over */
	turn = setup->on_turn(setup->owner, way->job);
	if (turn == API_TURN_OVER)
		drop_way(way);
	else
		way->job->carrier = way;
	return turn;
}

static enum api_turn on_turn(void *owner, struct buf *form)
{
	struct delivery *way = owner;

	if (form->len == 0)
		write_form(way->deliver, way->job, form);
	return turn_of(way);
}

static void queue_call(struct delivery *way)
{
	const struct deliver_setup *setup = &way->deliver->setup;
	struct api_call *call = api_queue(setup->api, slack_method(way->job), setup->token,
					  str_from(way->job->channel), NULL, on_turn, on_answer,
					  way);

	if (call != NULL)
		way->call = call;
}

/* It stands already that it is on its way. */
static void send_call(struct delivery *way)
{
	const struct deliver_setup *setup = &way->deliver->setup;
	struct buf form = { 0 };
	const char *method = write_form(way->deliver, way->job, &form);

	way->call = api_call(setup->api, method, setup->token, str_from(way->job->channel), &form,
			     on_answer, way);
}

static void send_webhook(struct delivery *way)
{
	static const struct outcome undeclared = {
		.kind = OUTCOME_REFUSED,
		.sentence = "the configuration declares no such webhook",
	};
	const struct deliver_setup *setup = &way->deliver->setup;
	const struct job *job = way->job;
	const struct webhook *hook = setup->webhook != NULL ?
					     setup->webhook(setup->owner, job->webhook.name) :
					     NULL;

	if (hook != NULL)
		way->request = webhook_send(setup->http, hook, str_from(job->webhook.body),
					    on_answer, way);
	else
		on_answer(way, &undeclared);
}

/* An address is good for five answers within half an hour; what it does not take goes the common way, which needs
 * the bot to be in the channel. */
static void send_call_instead(struct delivery *way, const char *why)
{
	log_info("deliver", "a command is answered by the Web API instead: %s rule=%s", why,
		 way->job->rule);
	way->request = NULL;
	send_call(way);
}

static void on_command_answered(void *owner, const struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_REFUSED)
		send_call_instead(owner, outcome->sentence);
	else
		on_answer(owner, outcome);
}

static void send_to_command(struct delivery *way)
{
	const struct deliver_setup *setup = &way->deliver->setup;
	const struct job *job = way->job;
	CLEANUP(buf_deinit) struct buf message = { 0 };
	CLEANUP(json_freep) struct json *blocks = NULL;
	const char *why;

	buf_init(&message, 0);
	if (job->message.blocks != NULL)
		json_parse(&blocks, str_from(job->message.blocks), NULL);
	response_url_message(&message, str_from(job->message.text), blocks,
			     job->message.user == NULL);
	way->request = response_url_send(setup->http, setup->base_url, job->message.response_url,
					 buf_str(&message), on_command_answered, way, &why);
	if (way->request == NULL)
		send_call_instead(way, why);
}

static struct delivery *take(struct deliver *d, struct job *job)
{
	struct delivery *way = mem_zero(1, sizeof(*way));

	way->deliver = d;
	way->job = job;
	job->carrier = way;
	list_init(&way->link);
	list_append(&d->under_way, &way->link);
	return way;
}

/* Does it end without the Web API, and without its queue? */
static bool has_own_address(const struct delivery *way)
{
	const struct job *job = way->job;

	return way->refused != NULL || job->kind == JOB_WEBHOOK ||
	       (job->kind == JOB_MESSAGE && job->message.response_url != NULL &&
		way->deliver->setup.http != NULL);
}

static void refuse(struct delivery *way)
{
	const struct outcome outcome = { .kind = OUTCOME_REFUSED, .sentence = way->refused };

	on_answer(way, &outcome);
}

static void send_there(struct delivery *way)
{
	if (way->refused != NULL)
		refuse(way);
	else if (way->job->kind == JOB_WEBHOOK)
		send_webhook(way);
	else
		send_to_command(way);
}

void deliver_send(struct deliver *d, struct job *job)
{
	struct delivery *way = take(d, job);

	way->refused = d->setup.allow_broadcast ? NULL : guard_refuses(job);
	if (!has_own_address(way))
		queue_call(way);
	else if (turn_of(way) == API_TURN_GO)
		send_there(way);
}

void deliver_go(struct deliver *d, struct job *job)
{
	struct delivery *way = job->carrier;

	(void)d;
	if (has_own_address(way))
		send_there(way);
	else
		api_go(way->call);
}

/* ---- was it posted? ---- */

static void on_probed(void *owner, const struct outcome *outcome)
{
	struct delivery *way = owner;
	struct deliver *d = way->deliver;
	struct job *job = way->job;

	forget(way);
	d->setup.on_probed(d->setup.owner, job, outcome);
	if (outcome->kind == OUTCOME_FATAL)
		d->setup.on_fatal(d->setup.owner, outcome->sentence);
}

void deliver_probe(struct deliver *d, struct job *job)
{
	struct delivery *way = take(d, job);

	char receipt[RECEIPT_SIZE];

	receipt_of(receipt, d->setup.receipt_key, job);
	way->probe = probe_start(d->setup.api, d->setup.token, d->setup.me, job, receipt, on_probed,
				 way);
}

struct deliver *deliver_new(const struct deliver_setup *setup)
{
	struct deliver *d = mem_zero(1, sizeof(*d));

	d->setup = *setup;
	list_init(&d->under_way);
	return d;
}

static void give_back(struct delivery *way)
{
	const struct deliver_setup *setup = &way->deliver->setup;
	struct job *job = way->job;
	bool may_have_acted = way->may_have_acted;

	if (may_have_acted)
		log_failed(job, "was under way when the program ended",
			   "it may or may not reach Slack");
	api_cancel(way->call);
	retry_cancel(way->request);
	probe_cancel(way->probe);
	forget(way);
	if (!may_have_acted)
		setup->on_unsent(setup->owner, job);
}

static bool may_have_acted(const struct delivery *way)
{
	if (way->probe != NULL || (way->call == NULL && way->request == NULL))
		return way->probe != NULL;
	return way->call != NULL ? api_may_have_acted(way->call) :
				   retry_may_have_acted(way->request);
}

bool deliver_recall(struct job *job)
{
	struct delivery *way = job->carrier;
	const struct deliver_setup *setup = &way->deliver->setup;
	bool is_probed = way->probe != NULL;

	if (!is_probed && may_have_acted(way))
		return false;
	api_cancel(way->call);
	retry_cancel(way->request);
	probe_cancel(way->probe);
	forget(way);
	if (!is_probed)
		setup->on_unsent(setup->owner, job);
	return true;
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
	/* The newest first, so that the owner has them back in their order. */
	while (!list_is_empty(&d->under_way))
		give_back(list_entry(d->under_way.prev, struct delivery, link));
	free(d);
}
