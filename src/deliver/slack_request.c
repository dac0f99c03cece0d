/* SPDX-License-Identifier: MIT */
#include "deliver/slack_request.h"

#include <assert.h>
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

static void put(const struct slack_request_sink *sink, const char *name, const char *value)
{
	if (value != NULL)
		sink->on_argument(sink->owner, name, str_from(value));
}

static void put_text(const struct job *job, const struct slack_request_sink *sink)
{
	put(sink, "channel", job->channel);
	put(sink, "text", job->body);
	put(sink, "blocks", job->blocks);
	put(sink, "thread_ts", job->thread_ts);
}

static void put_post(const struct job *job, const struct slack_request_sink *sink)
{
	const char *unfurl = job->unfurl ? "true" : "false";

	put_text(job, sink);
	put(sink, "reply_broadcast", job->broadcast ? "true" : NULL);
	/* A preview of a link that someone else wrote is nothing we want to answer for. */
	put(sink, "unfurl_links", unfurl);
	put(sink, "unfurl_media", unfurl);
}

static void put_whisper(const struct job *job, const struct slack_request_sink *sink)
{
	put_text(job, sink);
	put(sink, "user", job->user);
}

static void put_reaction(const struct job *job, const struct slack_request_sink *sink)
{
	put(sink, "channel", job->channel);
	put(sink, "timestamp", job->ts);
	put(sink, "name", job->body);
}

static void put_edit(const struct job *job, const struct slack_request_sink *sink)
{
	put(sink, "channel", job->channel);
	put(sink, "ts", job->ts);
	put(sink, "text", job->body);
	put(sink, "blocks", job->blocks);
}

static void put_remove(const struct job *job, const struct slack_request_sink *sink)
{
	put(sink, "channel", job->channel);
	put(sink, "ts", job->ts);
}

/* Texts as they are; what is nested goes as JSON within its one argument. */
static void put_member(const struct slack_request_sink *sink, const char *name,
		       const struct json *value)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (json_kind(value) == JSON_NULL)
		return;
	buf_init(&text, 0);
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

	if (json_parse(&args, str_from(job->body), NULL) != 0)
		return;
	while (json_member(args, &at, &key, &value)) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		/* The token is the bot's own, whatever a rule says. */
		if (strcmp(name, "token") != 0)
			put_member(sink, name, value);
	}
}

static const struct {
	const char *method;
	void (*put)(const struct job *job, const struct slack_request_sink *sink);
} calls[N_VERBS] = {
	[VERB_REPLY] = { "chat.postMessage", put_post },
	[VERB_SAY] = { "chat.postMessage", put_post },
	[VERB_BROADCAST] = { "chat.postMessage", put_post },
	[VERB_WHISPER] = { "chat.postEphemeral", put_whisper },
	[VERB_DM] = { "chat.postMessage", put_post },
	[VERB_POST] = { "chat.postMessage", put_post },
	[VERB_REACT] = { "reactions.add", put_reaction },
	[VERB_UNREACT] = { "reactions.remove", put_reaction },
	[VERB_EDIT] = { "chat.update", put_edit },
	[VERB_REMOVE] = { "chat.delete", put_remove },
	[VERB_CALL] = { NULL, put_call },
};

/* Whatever its verb, what one person alone sees is another method. */
static bool is_whisper(const struct job *job)
{
	return verb_says(job->verb) && job->user != NULL;
}

const char *slack_request_method(const struct job *job)
{
	if (is_whisper(job))
		return calls[VERB_WHISPER].method;
	return job->verb == VERB_CALL ? job->name : calls[job->verb].method;
}

void slack_request_arguments(const struct job *job, const struct slack_request_sink *sink)
{
	assert(calls[job->verb].put != NULL);
	(is_whisper(job) ? put_whisper : calls[job->verb].put)(job, sink);
}
