/* SPDX-License-Identifier: MIT */
/*
 * Every call stands in a queue. The queue of a channel sends one call at a time, so that what is posted there
 * keeps its order; calls without a channel share a queue of their method (those that are asked
 * first another one), which starts them in order but waits for none. A queue's first call goes when the method's pace and, for posts, the
 * queue's own pace let it. What Slack held back (429) returns to the head of its queue; what failed on
 * the way waits for a timer of its own and returns there as well.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "slack/methods.h"
#include "webapi/api_error.h"
#include "webapi/api_inner.h"

enum {
	CONNECT_MS = 5000,
	TOTAL_MS = 15000,
	BACKOFF_FIRST_MS = 1000,
	BACKOFF_MAX_MS = 60000,
	MAX_UNDER_WAY = 8, /* as many connections as http keeps to one server */
	MAX_READS = 5,	   /* of these: questions that hang must not keep answers waiting */
	MAX_MARKED = 8, /* calls that are to wait: a connection will be free for them before long */
	MAX_UNSURE_IN_QUEUE = 8, /* then a channel goes on without this call */
	POST_EVERY_MS = 1000,
	POST_BURST = 4,
};

/* ---- arguments ---- */

void api_arg(void *to, const char *name, struct str value)
{
	struct buf *form = to;

	if (form->len > 0)
		buf_addc(form, '&');
	buf_add_percent(form, str_from(name));
	buf_addc(form, '=');
	buf_add_percent(form, value);
}

/* ---- queues ---- */

/* Calls that are asked have queues of their own, where no channel keeps them together: as long as none of them may be
 * marked, nothing else waits behind them. */
struct queue *api_queue_for(struct api *api, struct str channel, const char *method, bool is_asked)
{
	CLEANUP(buf_deinit) struct buf key;
	struct queue *queue;

	buf_init(&key, 0);
	buf_addz(&key, channel.len > 0 ? "#" : is_asked ? "?" : "");
	buf_add(&key, channel.len > 0 ? channel : str_from(method));
	queue = map_get(&api->queues, buf_str(&key));
	if (queue != NULL)
		return queue;
	queue = mem_zero(1, sizeof(*queue) + key.len + 1);
	queue->api = api;
	memcpy(queue->key, buf_str(&key).p, key.len);
	queue->is_channel = channel.len > 0;
	queue->is_for_reads = channel.len == 0 &&
			      method_named(str_from(method))->call == CALL_READS;
	list_init(&queue->waiting);
	list_init(&queue->held);
	list_init(&queue->ready_link);
	token_bucket_init(&queue->posts, api->post_every_ms, api->post_burst);
	loop_timer_init(&queue->timer, api_pump, queue);
	map_set(&api->queues, buf_str(&key), queue);
	return queue;
}

/* ---- sending ---- */

static void on_reply(void *owner, const struct http_reply *reply);

static void count_under_way(struct api_call *call, int by)
{
	call->api->n_under_way += (size_t)by;
	if (call->queue->is_for_reads)
		call->api->n_reads += (size_t)by;
}

static bool has_connection(const struct queue *queue)
{
	const struct api *api = queue->api;

	return api->n_under_way < MAX_UNDER_WAY &&
	       (!queue->is_for_reads || api->n_reads < MAX_READS);
}

/* For its first call, which may have to wait for its mark. */
static bool has_room(const struct queue *queue)
{
	const struct api_call *call = list_is_empty(&queue->waiting) ?
					      NULL :
					      list_first(&queue->waiting, struct api_call, link);

	return has_connection(queue) &&
	       (call == NULL || call->on_turn == NULL || queue->api->n_marked < MAX_MARKED);
}

/* A token of a whole organisation does not say which of its workspaces is meant. */
static void add_team(struct api_call *call)
{
	const struct api *api = call->api;

	if (api->sends_team && usage_lacks_team(call->usage, buf_str(&call->form)))
		api_arg(&call->form, "team_id", str_from(api->me->team_id));
}

static void call_post(struct api_call *call)
{
	CLEANUP(buf_deinit) struct buf url;
	struct api *api = call->api;
	struct http_request req = {
		.bearer = call->token,
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
	};

	add_team(call);
	req.body = buf_str(&call->form);
	buf_init(&url, 0);
	buf_addz(&url, api->base_url);
	buf_add_percent(&url, str_from(call->usage->name));
	buf_addc(&url, '\0');
	req.url = url.p;
	count_under_way(call, 1);
	call->http = http_post(api->http, &req, on_reply, call);
}

/* It holds its queue from now on. */
static void call_hold(struct api_call *call)
{
	const struct mono now = loop_now(call->api->loop);

	if (call->usage->is_resting || call->queue->is_resting)
		rest_end(call);
	token_bucket_take(&call->usage->pace, now);
	if (call->usage->method->call == CALL_POSTS)
		token_bucket_take(&call->queue->posts, now);
	list_remove(&call->link);
	list_append(&call->queue->held, &call->link);
	call->queue->n_held++;
}

static void call_drop(struct api_call *call)
{
	call->is_over = true;
	list_remove(&call->link);
	buf_deinit(&call->form);
	loop_bury(call->api->loop, call, free);
}

/* Its turn has come. */
static void call_send(struct api_call *call)
{
	enum api_turn turn = call->on_turn != NULL ? call->on_turn(call->owner, &call->form) :
						     API_TURN_GO;

	if (turn == API_TURN_OVER) {
		call_drop(call);
		return;
	}
	call_hold(call);
	call->is_waiting = turn == API_TURN_WAIT;
	call->api->n_marked += turn == API_TURN_WAIT;
	if (turn == API_TURN_GO)
		call_post(call);
}

static int64_t call_wait_ms(const struct api_call *call)
{
	struct mono now = loop_now(call->api->loop);
	int64_t ms = token_bucket_wait_ms(&call->usage->pace, now);
	int64_t post_ms = call->usage->method->call == CALL_POSTS ?
				  token_bucket_wait_ms(&call->queue->posts, now) :
				  0;

	return ms > post_ms ? ms : post_ms;
}

/* Queues without calls are forgotten when there is nothing to remember any more, of their pace and of what was told of
 * them. */
static void forget_idle(struct api *api)
{
	struct mono now = loop_now(api->loop);

	list_each (link, &api->idle) {
		struct queue *queue = list_entry(link, struct queue, ready_link);

		if (token_bucket_fresh_in_ms(&queue->posts, now) > 0 ||
		    telling_is_on(&queue->limited, now))
			continue;
		if (queue->is_resting)
			rest_forget(queue);
		map_remove(&api->queues, str_from(queue->key));
		list_remove(&queue->ready_link);
		loop_bury(api->loop, queue, free);
	}
}

/* Sends what may go, also when the queue's timer says that it may. The queue may be gone afterwards. */
void api_pump(void *owner)
{
	struct queue *queue = owner;
	struct api *api = queue->api;

	while (!list_is_empty(&queue->waiting)) {
		struct api_call *call = list_first(&queue->waiting, struct api_call, link);
		int64_t ms;

		if (queue->is_channel && queue->n_held > 0)
			return;
		ms = call_wait_ms(call);
		if (ms > 0) {
			loop_timer_start(api->loop, &queue->timer, ms);
			return;
		}
		if (!has_room(queue)) {
			if (list_is_empty(&queue->ready_link))
				list_append(&api->ready, &queue->ready_link);
			return;
		}
		call_send(call);
	}
	if (queue->n_held == 0) {
		loop_timer_stop(api->loop, &queue->timer);
		list_remove(&queue->ready_link);
		forget_idle(api);
		list_append(&api->idle, &queue->ready_link);
	}
}

static struct queue *first_with_room(const struct api *api)
{
	list_each (link, &api->ready) {
		struct queue *queue = list_entry(link, struct queue, ready_link);

		if (has_room(queue))
			return queue;
	}
	return NULL;
}

/* Gives free connections to the calls that were to wait, then to the queues that have waited for one the longest. */
static void pump_ready(struct api *api)
{
	struct queue *queue;

	list_each (link, &api->going) {
		struct api_call *call = list_entry(link, struct api_call, going_link);

		if (!has_connection(call->queue))
			continue;
		list_remove(&call->going_link);
		api->n_marked--;
		call_post(call);
	}
	while ((queue = first_with_room(api)) != NULL) {
		list_remove(&queue->ready_link);
		api_pump(queue);
	}
}

void api_go(struct api_call *call)
{
	call->is_waiting = false;
	list_append(&call->api->going, &call->going_link);
	pump_ready(call->api);
}

/* The call no longer holds its queue. */
static void call_release(struct api_call *call)
{
	list_remove(&call->link);
	call->queue->n_held--;
}

static void call_to_head(struct api_call *call)
{
	struct queue *queue = call->queue;

	call_release(call);
	list_prepend(&queue->waiting, &call->link);
	api_pump(queue);
}

static void on_again(void *owner)
{
	call_to_head(owner);
}

/* Out of everything; the queue goes on without it. */
static void call_end(struct api_call *call)
{
	struct api *api = call->api;
	struct queue *queue = call->queue;

	loop_timer_stop(api->loop, &call->again);
	buf_deinit(&call->form);
	loop_bury(api->loop, call, free);
	api_pump(queue);
	pump_ready(api);
}

/* ---- answers ---- */

static bool is_not_sent(const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_LATER && outcome->error.len == 0;
}

static void note_reach(struct api *api, const struct outcome *outcome)
{
	bool unreachable = is_not_sent(outcome);

	if (unreachable && !api->unreachable)
		log_warn("api", "Slack cannot be reached, trying on: %s", outcome->sentence);
	else if (api->unreachable && !unreachable)
		log_info("api", "Slack can be reached again");
	api->unreachable = unreachable;
}

/* The last that is done for a call: whatever its owner does now, nothing here is touched any more. */
static void call_finish(struct api_call *call, const struct outcome *outcome)
{
	outcome_fn *on_answer = call->on_answer;
	void *owner = call->owner;
	struct usage *usage = call->usage;

	if (outcome->kind == OUTCOME_DONE)
		usage_note_success(usage);
	if (str_is(outcome->error, "missing_scope") && !usage->scope_told) {
		usage->scope_told = true;
		log_warn("api", "%s", outcome->sentence);
	}
	call_release(call);
	call_end(call);
	on_answer(owner, outcome);
}

static void call_again_later(struct api_call *call, enum backoff_kind kind,
			     const struct outcome *outcome)
{
	int64_t ms = backoff_next(&call->backoff, kind);

	/* That nothing could be sent has been said by note_reach, for all methods. */
	if (!is_not_sent(outcome))
		usage_note_trouble(call->usage, loop_now(call->api->loop), outcome->sentence);
	log_debug("api", "again in %lld ms: %s", (long long)ms, outcome->sentence);
	loop_timer_start(call->api->loop, &call->again, ms);
	pump_ready(call->api);
}

static void call_limited(struct api_call *call, const struct outcome *outcome)
{
	struct api *api = call->api;

	rest_begin(call, outcome);
	call_to_head(call);
	pump_ready(api);
}

/* Repeats what is safe to repeat. A channel does not wait for ever behind one call that Slack chokes on. */
static bool may_repeat(struct api_call *call)
{
	if (call->usage->method->call == CALL_ONCE || call->usage->method->call == CALL_POSTS)
		return false;
	return ++call->n_unsure < MAX_UNSURE_IN_QUEUE || !call->queue->is_channel;
}

void api_send_team(struct api *api)
{
	if (api->sends_team || api->me == NULL || api->me->team_id == NULL)
		return;
	api->sends_team = true;
	log_info("api",
		 "the app is installed in a whole organisation: Slack is told by team_id=%s which "
		 "workspace is meant",
		 api->me->team_id);
}

/* Was it refused only because it did not say which workspace is meant? Then it says so from now on. */
static bool call_lacks_team(struct api_call *call, const struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_DONE || !api_error_wants_team(outcome) ||
	    !usage_lacks_team(call->usage, buf_str(&call->form)))
		return false;
	api_send_team(call->api);
	return call->api->sends_team;
}

static void on_reply(void *owner, const struct http_reply *reply)
{
	struct api_call *call = owner;
	CLEANUP(outcome_deinit) struct outcome outcome = { 0 };

	call->http = NULL;
	count_under_way(call, -1);
	api_error_read(&outcome, reply, call->usage->name);
	note_reach(call->api, &outcome);
	if (!call->once && outcome.kind == OUTCOME_LATER) {
		if (str_is(outcome.error, "ratelimited"))
			call_limited(call, &outcome);
		else
			call_again_later(call, is_not_sent(&outcome) ? BACKOFF_SOON : BACKOFF_SLOW,
					 &outcome);
	} else if (!call->once && outcome.kind == OUTCOME_UNKNOWN && may_repeat(call)) {
		call_again_later(call, BACKOFF_SOON, &outcome);
	} else if (call_lacks_team(call, &outcome)) {
		call_to_head(call);
		pump_ready(call->api);
	} else {
		call_finish(call, &outcome);
	}
}

/* ---- calling ---- */

struct api_call *api_queue(struct api *api, const char *method, const struct secret *token,
			   struct str channel, struct buf *take_form, api_turn_fn *on_turn,
			   outcome_fn *on_answer, void *owner)
{
	struct api_call *call = mem_zero(1, sizeof(*call));

	call->api = api;
	call->queue = api_queue_for(api, channel, method, on_turn != NULL);
	call->usage = usage_of(&api->usages, method, api->connect_every_ms);
	call->token = token;
	if (take_form != NULL)
		call->form = *take_form;
	call->on_turn = on_turn;
	call->on_answer = on_answer;
	call->owner = owner;
	backoff_init(&call->backoff, BACKOFF_FIRST_MS, BACKOFF_MAX_MS);
	loop_timer_init(&call->again, on_again, call);
	list_init(&call->link);
	if (list_is_empty(&call->queue->waiting) && call->queue->n_held == 0)
		list_remove(&call->queue->ready_link); /* it is idle no longer */
	list_init(&call->going_link);
	list_append(&call->queue->waiting, &call->link);
	api_pump(call->queue);
	return call->is_over ? NULL : call; /* the memory stays until the end of the turn */
}

struct api_call *api_call(struct api *api, const char *method, const struct secret *token,
			  struct str channel, struct buf *take_form, outcome_fn *on_answer,
			  void *owner)
{
	return api_queue(api, method, token, channel, take_form, NULL, on_answer, owner);
}

struct api_call *api_try(struct api *api, const char *method, const struct secret *token,
			 struct buf *take_form, outcome_fn *on_answer, void *owner)
{
	struct api_call *call = api_call(api, method, token, STR_EMPTY, take_form, on_answer,
					 owner);

	call->once = true; /* no answer comes before the next turn */
	return call;
}

static bool is_marked(const struct api_call *call)
{
	return call->is_waiting || !list_is_empty(&call->going_link);
}

static bool is_held(const struct api_call *call)
{
	return call->http != NULL || is_marked(call) || loop_timer_is_on(&call->again);
}

void api_cancel(struct api_call *call)
{
	if (call == NULL)
		return;
	if (call->http != NULL) {
		http_cancel(call->http);
		count_under_way(call, -1);
	}
	call->api->n_marked -= is_marked(call);
	if (is_held(call))
		call_release(call);
	else
		list_remove(&call->link);
	list_remove(&call->going_link);
	call_end(call);
}

bool api_may_have_acted(const struct api_call *call)
{
	return call->http != NULL || call->n_unsure > 0;
}

/* ---- life ---- */

int api_new(struct api **out, const struct api_setup *setup)
{
	struct api *api = mem_zero(1, sizeof(*api));

	api->loop = setup->loop;
	api->http = setup->http;
	api->base_url = mem_strdup(setup->base_url);
	api->post_every_ms = setup->post_every_ms > 0 ? setup->post_every_ms : POST_EVERY_MS;
	api->connect_every_ms = setup->connect_every_ms;
	api->me = setup->me;
	api->on_rest = setup->on_rest;
	api->n_waiting = setup->n_waiting;
	api->owner = setup->owner;
	api->post_burst = setup->post_burst > 0 ? setup->post_burst : POST_BURST;
	map_init(&api->usages);
	map_init(&api->queues);
	list_init(&api->ready);
	list_init(&api->idle);
	list_init(&api->going);
	*out = api;
	return 0;
}

static void drop_calls(struct api *api, struct list *calls)
{
	list_each (link, calls) {
		struct api_call *call = list_entry(link, struct api_call, link);

		http_cancel(call->http);
		loop_timer_stop(api->loop, &call->again);
		buf_deinit(&call->form);
		loop_bury(api->loop, call, free);
	}
}

static void drop_queue(void *object)
{
	struct queue *queue = object;

	drop_calls(queue->api, &queue->waiting);
	drop_calls(queue->api, &queue->held);
	loop_timer_stop(queue->api->loop, &queue->timer);
	loop_bury(queue->api->loop, queue, free);
}

void api_free(struct api *api)
{
	if (api == NULL)
		return;
	map_deinit(&api->queues, drop_queue);
	map_deinit(&api->usages, usage_free);
	free(api->base_url);
	free(api);
}
