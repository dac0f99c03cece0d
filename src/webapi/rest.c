/* SPDX-License-Identifier: MIT */
/*
 * What Slack holds back (429) rests. Slack counts posts by the channel, and all of them together: which of both was too
 * much is told by whether a second channel is refused while the first one rests. Until then only the channel rests.
 */
#include "base/metric.h"
#include "slack/methods.h"
#include "webapi/api_inner.h"

static bool is_of_channel(const struct api_call *call)
{
	return call->usage->method->call == CALL_POSTS && call->queue->is_channel;
}

static struct str channel_of(const struct queue *queue)
{
	return str_from(queue->key + 1);
}

static void tell_owner(const struct api *api, const char *method, struct str channel, int64_t ms)
{
	if (api->on_rest != NULL)
		api->on_rest(api->owner, &(struct api_rest){ method, channel, ms });
}

static size_t n_waiting(const struct api *api, struct str channel)
{
	return api->n_waiting != NULL ? api->n_waiting(api->owner, channel) : 0;
}

/* ---- the beginning ---- */

static void freeze_method(const struct api *api, struct usage *usage, int64_t ms, int64_t asked_ms)
{
	usage_freeze(usage, loop_now(api->loop), ms, asked_ms, n_waiting(api, STR_EMPTY));
	usage->is_resting = true;
	tell_owner(api, usage->name, STR_EMPTY, ms);
}

static void freeze_channel(struct queue *queue, struct usage *usage, int64_t ms)
{
	struct mono now = loop_now(queue->api->loop);

	token_bucket_freeze(&queue->posts, now, ms);
	queue->is_resting = true;
	usage->limited_queue = queue;
	usage->limited_until = mono_after(now, ms);
}

void rest_begin(struct api_call *call, const struct outcome *outcome)
{
	struct api *api = call->api;
	struct usage *usage = call->usage;
	struct queue *queue = call->queue;
	struct mono now = loop_now(api->loop);
	int64_t ms = backoff_at_least(-1, outcome->wait_ms);

	metric_count(METRIC_CALLS_LIMITED);
	if (!is_of_channel(call)) {
		freeze_method(api, usage, ms, outcome->wait_ms);
		return;
	}
	if (usage->limited_queue != NULL && usage->limited_queue != queue &&
	    usage->limited_until.ns > now.ns)
		freeze_method(api, usage, ms, outcome->wait_ms);
	else
		usage_tell_limit(usage, &queue->limited, now, outcome->wait_ms, channel_of(queue),
				 n_waiting(api, channel_of(queue)));
	freeze_channel(queue, usage, ms);
	tell_owner(api, usage->name, channel_of(queue), ms);
}

void api_rest(struct api *api, const struct api_rest *rest)
{
	struct usage *usage = usage_of(&api->usages, rest->method, api->connect_every_ms);
	struct mono now = loop_now(api->loop);
	struct queue *queue;

	if (rest->channel.len == 0) {
		usage_freeze(usage, now, rest->ms, rest->ms, n_waiting(api, STR_EMPTY));
		usage->is_resting = true;
		return;
	}
	queue = api_queue_for(api, rest->channel, rest->method, false);
	usage_tell_limit(usage, &queue->limited, now, rest->ms, rest->channel,
			 n_waiting(api, rest->channel));
	freeze_channel(queue, usage, rest->ms);
	api_pump(queue);
}

/* ---- the end ---- */

void rest_end(struct api_call *call)
{
	if (call->usage->is_resting)
		tell_owner(call->api, call->usage->name, STR_EMPTY, 0);
	call->usage->is_resting = false;
	if (is_of_channel(call) && call->queue->is_resting)
		rest_forget(call->queue);
}

void rest_forget(struct queue *queue)
{
	tell_owner(queue->api, "", channel_of(queue), 0);
	queue->is_resting = false;
}
