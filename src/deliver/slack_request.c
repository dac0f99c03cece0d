/* SPDX-License-Identifier: MIT */
#include "deliver/slack_request.h"

#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

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

const char *slack_request_method(const struct job *job)
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

void slack_request_arguments(const struct job *job, const struct slack_request_sink *sink)
{
	switch (job->kind) {
	case JOB_MESSAGE:
		put_message(job, sink);
		return;
	case JOB_REACTION:
		put_reaction(job, sink);
		return;
	case JOB_CHANGE:
		put_change(job, sink);
		return;
	case JOB_CALL:
		put_call(job, sink);
		return;
	case JOB_WEBHOOK:
	case N_JOB_KINDS:
		return;
	}
}
