/* SPDX-License-Identifier: MIT */
#include "deliver/probe.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "webapi/history.h"

struct probe {
	struct api *api;
	const struct secret *token;
	const struct job *job;
	const struct identity *me;
	char receipt[RECEIPT_SIZE];
	char channel[64];
	char ts[64]; /* of the message; empty = not found yet */
	struct api_call *opening;
	struct history *history;
	outcome_fn *on_end;
	void *owner;
};

static void on_message(void *owner, const struct json *message)
{
	struct probe *p = owner;
	struct str ts = json_str(message, "ts");

	if (receipt_is_on(message, p->receipt, p->me) && ts.len < sizeof(p->ts))
		memcpy(p->ts, ts.p, ts.len);
}

static void on_read(void *owner, const struct outcome *outcome)
{
	struct probe *p = owner;
	struct outcome found = { .kind = OUTCOME_UNKNOWN, .sentence = outcome->sentence };
	outcome_fn *on_end = p->on_end;
	void *whose = p->owner;

	if (p->ts[0] != '\0') {
		found = (struct outcome){ .kind = OUTCOME_DONE,
					  .channel = str_from(p->channel),
					  .ts = str_from(p->ts) };
	} else if (outcome->kind == OUTCOME_DONE || str_is(outcome->error, "thread_not_found")) {
		found.kind = OUTCOME_REFUSED; /* all was read, and it is not there */
	} else if (outcome->kind == OUTCOME_FATAL) {
		found.kind = OUTCOME_FATAL;
	}
	on_end(whose, &found);
	free(p);
}

static void read_back(struct probe *p, struct str channel)
{
	const struct history_setup setup = {
		.api = p->api,
		.token = p->token,
		.channel = channel,
		.thread_ts = str_from(p->job->message.thread_ts),
		.oldest = str_from(p->job->cause_ts),
		.on_message = on_message,
		.on_end = on_read,
		.owner = p,
	};

	if (channel.len < sizeof(p->channel))
		memcpy(p->channel, channel.p, channel.len);
	p->history = history_read(&setup);
}

/* What was posted to a person stands in a channel of its own. */
static void on_opened(void *owner, const struct outcome *outcome)
{
	struct probe *p = owner;
	struct str channel = json_str(outcome->body, "channel.id");

	p->opening = NULL;
	if (outcome->kind == OUTCOME_DONE && channel.len > 0)
		read_back(p, channel);
	else
		on_read(p,
			&(struct outcome){ .kind = outcome->kind == OUTCOME_FATAL ? OUTCOME_FATAL :
										    OUTCOME_UNKNOWN,
					   .sentence = outcome->sentence });
}

static void open_dm(struct probe *p)
{
	struct buf form = { 0 };

	api_arg(&form, "users", str_from(p->job->channel));
	p->opening = api_call(p->api, "conversations.open", p->token, STR_EMPTY, &form, on_opened,
			      p);
}

struct probe *probe_start(struct api *api, const struct secret *token, const struct identity *me,
			  const struct job *job, const char receipt[RECEIPT_SIZE],
			  outcome_fn *on_end, void *owner)
{
	struct probe *p = mem_zero(1, sizeof(*p));

	p->api = api;
	p->token = token;
	p->job = job;
	p->me = me;
	p->on_end = on_end;
	p->owner = owner;
	memcpy(p->receipt, receipt, RECEIPT_SIZE);
	if (job->channel[0] == 'U' || job->channel[0] == 'W')
		open_dm(p);
	else
		read_back(p, str_from(job->channel));
	return p;
}

void probe_cancel(struct probe *p)
{
	if (p == NULL)
		return;
	history_cancel(p->history);
	api_cancel(p->opening);
	free(p);
}
