/* SPDX-License-Identifier: MIT */
/*
 * Every call stands in a lane. The lane of a channel sends one call at a time, so that what is posted there
 * keeps its order; calls without a channel share the lane of their method, which starts them in
 * order but waits for none. A lane's first call goes when the method's pace and, for posts, the
 * lane's own pace let it. What Slack held back (429) returns to the head of its lane; what failed on
 * the way waits for a timer of its own and returns there as well.
 */
#include "webapi/api.h"

#include <stdlib.h>
#include "base/map.h"
#include "base/mem.h"
#include "net/backoff.h"
#include "slack/method.h"
#include "net/token_bucket.h"
#include "webapi/api_error.h"

enum {
	CONNECT_MS = 5000,
	TOTAL_MS = 15000,
	BACKOFF_FIRST_MS = 1000,
	BACKOFF_MAX_MS = 60000,
	MAX_UNDER_WAY = 8,	/* as many connections as http keeps to one server */
	MAX_READS = 5,		/* of these: questions that hang must not keep answers waiting */
	MAX_UNSURE_IN_LANE = 8, /* then a channel goes on without this call */
	POST_EVERY_MS = 1000,
	POST_BURST = 4,
};

/* ---- what there is ---- */

/* What is known and remembered of a method. */
struct usage {
	char *name;
	struct method method;
	struct token_bucket pace;
	bool scope_told;
	bool trouble_told;
};

struct queue {
	struct api *api;
	char *key;
	bool is_channel; /* one call at a time */
	bool is_for_reads;
	size_t n_held;	     /* calls under way or waiting to be repeated */
	struct list waiting; /* calls, in order */
	struct list held;
	struct token_bucket posts;
	struct loop_timer timer; /* until the first one may go, or the lane may be forgotten */
	struct list ready_link;	 // api::ready
};

struct api {
	struct loop *loop;
	struct http *http;
	char *base_url;
	int64_t post_every_ms, post_burst, connect_every_ms;
	struct map usages; /* by method */
	struct map lanes;
	struct list ready; /* lanes that wait for a connection */
	size_t n_calls, n_under_way, n_reads;
	bool unreachable;
};

struct api_call {
	struct api *api;
	struct queue *lane;
	struct usage *usage; /* lives as long as the api */
	const struct secret *token;
	struct buf form;
	void (*on_answer)(void *owner, const struct api_answer *answer);
	void (*on_try)(void *owner, const struct api_try *result); /* set = tried once */
	void *owner;
	struct http_call *http; /* NULL = not under way */
	struct backoff backoff;
	unsigned n_unsure;
	struct loop_timer again;
	struct list link; // lane::waiting or lane::held
};

struct api_args {
	struct buf form;
};

/* ---- arguments ---- */

struct api_args *api_args_new(void)
{
	struct api_args *args = mem_zero(1, sizeof(*args));

	buf_init(&args->form, 0);
	return args;
}

void api_arg(struct api_args *args, const char *name, struct str value)
{
	if (args->form.len > 0)
		buf_addc(&args->form, '&');
	http_escape(&args->form, str_from(name));
	buf_addc(&args->form, '=');
	http_escape(&args->form, value);
}

void api_arg_bool(struct api_args *args, const char *name, bool value)
{
	api_arg(args, name, value ? STR("true") : STR("false"));
}

static struct buf take_form(struct api_args *args)
{
	struct buf form;

	buf_init(&form, 0);
	if (args != NULL)
		form = args->form;
	free(args);
	return form;
}

/* ---- lanes ---- */

static void lane_pump(struct queue *lane);

static void on_lane_due(void *owner)
{
	lane_pump(owner);
}

static struct queue *lane_new(struct api *api, struct str key, bool is_channel, bool is_for_reads)
{
	struct queue *lane = mem_zero(1, sizeof(*lane));

	lane->api = api;
	lane->key = str_dup(key);
	lane->is_channel = is_channel;
	lane->is_for_reads = is_for_reads;
	list_init(&lane->waiting);
	list_init(&lane->held);
	list_init(&lane->ready_link);
	token_bucket_init(&lane->posts, api->post_every_ms, api->post_burst);
	loop_timer_init(&lane->timer, on_lane_due, lane);
	map_set(&api->lanes, key, lane);
	return lane;
}

static struct queue *lane_for(struct api *api, struct str channel, const char *method)
{
	CLEANUP(buf_deinit) struct buf key;
	struct queue *lane;

	buf_init(&key, 0);
	buf_addz(&key, channel.len > 0 ? "#" : "");
	buf_add(&key, channel.len > 0 ? channel : str_from(method));
	lane = map_get(&api->lanes, buf_str(&key));
	if (lane != NULL)
		return lane;
	return lane_new(api, buf_str(&key), channel.len > 0,
			channel.len == 0 && method_named(method).reads);
}

static void lane_delete(void *object)
{
	struct queue *lane = object;

	free(lane->key);
	free(lane);
}

/* A lane without calls is forgotten as soon as its pace has nothing more to remember. */
static void lane_rest(struct queue *lane)
{
	struct api *api = lane->api;
	int64_t ms = token_bucket_fresh_in_ms(&lane->posts, loop_now(api->loop));

	if (ms > 0) {
		loop_timer_start(api->loop, &lane->timer, ms);
		return;
	}
	map_remove(&api->lanes, str_from(lane->key));
	list_remove(&lane->ready_link);
	loop_timer_stop(api->loop, &lane->timer);
	loop_bury(api->loop, lane, lane_delete);
}

/* ---- sending ---- */

static void on_reply(void *owner, const struct http_reply *reply);

static void count_under_way(struct api_call *call, int by)
{
	call->api->n_under_way += (size_t)by;
	if (call->lane->is_for_reads)
		call->api->n_reads += (size_t)by;
}

static bool has_room(const struct queue *lane)
{
	const struct api *api = lane->api;

	return api->n_under_way < MAX_UNDER_WAY &&
	       (!lane->is_for_reads || api->n_reads < MAX_READS);
}

static void call_send(struct api_call *call)
{
	CLEANUP(buf_deinit) struct buf url;
	struct api *api = call->api;
	struct http_request req = {
		.bearer = call->token,
		.body = buf_str(&call->form),
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
	};

	buf_init(&url, 0);
	buf_addz(&url, api->base_url);
	http_escape(&url, str_from(call->usage->name));
	buf_addc(&url, '\0');
	req.url = url.p;
	token_bucket_take(&call->usage->pace, loop_now(api->loop));
	if (call->usage->method.posts)
		token_bucket_take(&call->lane->posts, loop_now(api->loop));
	list_remove(&call->link);
	list_append(&call->lane->held, &call->link);
	call->lane->n_held++;
	count_under_way(call, 1);
	call->http = http_post(api->http, &req, on_reply, call);
}

static int64_t call_wait_ms(const struct api_call *call)
{
	struct mono now = loop_now(call->api->loop);
	int64_t ms = token_bucket_wait_ms(&call->usage->pace, now);
	int64_t post_ms = call->usage->method.posts ?
				  token_bucket_wait_ms(&call->lane->posts, now) :
				  0;

	return ms > post_ms ? ms : post_ms;
}

/* Sends what may go. The lane may be gone afterwards. */
static void lane_pump(struct queue *lane)
{
	struct api *api = lane->api;

	while (!list_is_empty(&lane->waiting)) {
		struct api_call *call = list_first(&lane->waiting, struct api_call, link);
		int64_t ms;

		if (lane->is_channel && lane->n_held > 0)
			return;
		ms = call_wait_ms(call);
		if (ms > 0) {
			loop_timer_start(api->loop, &lane->timer, ms);
			return;
		}
		if (!has_room(lane)) {
			if (list_is_empty(&lane->ready_link))
				list_append(&api->ready, &lane->ready_link);
			return;
		}
		call_send(call);
	}
	if (lane->n_held == 0)
		lane_rest(lane);
}

static struct queue *first_with_room(const struct api *api)
{
	list_each (link, &api->ready) {
		struct queue *lane = list_entry(link, struct queue, ready_link);

		if (has_room(lane))
			return lane;
	}
	return NULL;
}

/* Gives free connections to the lanes that have waited for one the longest. */
static void pump_ready(struct api *api)
{
	struct queue *lane;

	while ((lane = first_with_room(api)) != NULL) {
		list_remove(&lane->ready_link);
		lane_pump(lane);
	}
}

/* The call no longer holds its lane. */
static void call_release(struct api_call *call)
{
	list_remove(&call->link);
	call->lane->n_held--;
}

static void call_to_head(struct api_call *call)
{
	struct queue *lane = call->lane;

	call_release(call);
	list_prepend(&lane->waiting, &call->link);
	lane_pump(lane);
}

static void on_again(void *owner)
{
	call_to_head(owner);
}

static void call_delete(void *object)
{
	struct api_call *call = object;

	buf_deinit(&call->form);
	free(call);
}

/* Out of everything; the lane goes on without it. */
static void call_end(struct api_call *call)
{
	struct api *api = call->api;
	struct queue *lane = call->lane;

	loop_timer_stop(api->loop, &call->again);
	api->n_calls--;
	loop_bury(api->loop, call, call_delete);
	lane_pump(lane);
	pump_ready(api);
}

/* ---- answers ---- */

static enum api_outcome outcome_of(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_OK:
		return API_OK;
	case VERDICT_FATAL:
		return API_FATAL;
	case VERDICT_UNSURE:
		return API_UNSURE;
	case VERDICT_REFUSED:
	case VERDICT_LIMITED:
	case VERDICT_MOVING:
	case VERDICT_NOT_SENT:
		break;
	}
	return API_REFUSED;
}

static void give_answer(const struct api_call *call, const struct verdict *v, struct str scopes)
{
	const struct api_answer answer = {
		.outcome = outcome_of(v->kind),
		.error = v->error,
		.sentence = v->sentence,
		.body = v->body,
		.scopes = scopes,
	};

	call->on_answer(call->owner, &answer);
}

/* What will be no by the next attempt either is fatal for a connection. */
static void give_try(const struct api_call *call, const struct verdict *v, struct str retry_after)
{
	bool hopeless = v->kind == VERDICT_FATAL || (v->kind == VERDICT_REFUSED && v->body != NULL);
	const struct api_try result = {
		.outcome = v->kind == VERDICT_OK ? TRY_OK :
			   hopeless		 ? TRY_FATAL :
						   TRY_LATER,
		.error = v->error,
		.sentence = v->sentence,
		.retry_after_ms = v->kind == VERDICT_LIMITED ? v->wait_ms :
				  retry_after.len > 0	     ? verdict_retry_after_ms(retry_after) :
							       0,
		.body = v->body,
	};

	call->on_try(call->owner, &result);
}

/* Said once, or a bot that waits for Slack would look like one that does nothing. */
static void note_trouble(struct usage *usage, const struct verdict *v)
{
	/* That nothing could be sent has been said by note_reach, for all methods. */
	if (v->kind == VERDICT_NOT_SENT || usage->trouble_told)
		return;
	usage->trouble_told = true;
	log_warn("api", "trying on: %s", v->sentence);
}

static void note_success(const struct api_call *call)
{
	if (call->usage->trouble_told)
		log_info("api", "%s works again", call->usage->name);
	call->usage->trouble_told = false;
}

/* The last that is done for a call: whatever its owner does now, nothing here is touched any more. */
static void call_finish(struct api_call *call, const struct verdict *v,
			const struct http_reply *reply)
{
	const struct api_call done = *call;

	if (v->kind == VERDICT_OK)
		note_success(call);
	if (str_is(v->error, "missing_scope") && !call->usage->scope_told) {
		call->usage->scope_told = true;
		log_warn("api", "%s", v->sentence);
	}
	call_release(call);
	call_end(call);
	if (done.on_try != NULL)
		give_try(&done, v, reply->retry_after);
	else
		give_answer(&done, v, reply->scopes);
}

static void call_again_later(struct api_call *call, enum backoff_kind kind, const struct verdict *v)
{
	int64_t ms = backoff_next(&call->backoff, kind);

	note_trouble(call->usage, v);
	log_debug("api", "again in %lld ms: %s", (long long)ms, v->sentence);
	loop_timer_start(call->api->loop, &call->again, ms);
	pump_ready(call->api);
}

static void call_limited(struct api_call *call, const struct verdict *v)
{
	struct api *api = call->api;
	struct mono now = loop_now(api->loop);
	int64_t ms = backoff_at_least(-1, v->wait_ms);

	if (token_bucket_wait_ms(&call->usage->pace, now) < v->wait_ms)
		log_warn("api", "Slack wants fewer calls: %s rests for %lld s", call->usage->name,
			 (long long)(v->wait_ms / 1000));
	token_bucket_freeze(&call->usage->pace, now, ms);
	call_to_head(call);
	pump_ready(api);
}

/* Repeats what is safe to repeat. A channel does not wait for ever behind one call that Slack chokes on. */
static bool may_repeat(struct api_call *call)
{
	if (!call->usage->method.repeatable)
		return false;
	return ++call->n_unsure < MAX_UNSURE_IN_LANE || !call->lane->is_channel;
}

static void note_reach(struct api *api, const struct verdict *v)
{
	bool unreachable = v->kind == VERDICT_NOT_SENT;

	if (unreachable && !api->unreachable)
		log_warn("api", "Slack cannot be reached, trying on: %s", v->sentence);
	else if (api->unreachable && !unreachable)
		log_info("api", "Slack can be reached again");
	api->unreachable = unreachable;
}

static void call_judge(struct api_call *call, const struct verdict *v,
		       const struct http_reply *reply)
{
	bool once = call->on_try != NULL;

	switch (v->kind) {
	case VERDICT_LIMITED:
		if (!once) {
			call_limited(call, v);
			return;
		}
		break;
	case VERDICT_MOVING:
	case VERDICT_NOT_SENT:
		if (!once) {
			call_again_later(
				call, v->kind == VERDICT_MOVING ? BACKOFF_SLOW : BACKOFF_SOON, v);
			return;
		}
		break;
	case VERDICT_UNSURE:
		if (!once && may_repeat(call)) {
			call_again_later(call, BACKOFF_SOON, v);
			return;
		}
		break;
	case VERDICT_OK:
	case VERDICT_REFUSED:
	case VERDICT_FATAL:
		break;
	}
	call_finish(call, v, reply);
}

static void on_reply(void *owner, const struct http_reply *reply)
{
	struct api_call *call = owner;
	struct verdict v;

	call->http = NULL;
	count_under_way(call, -1);
	verdict_read(&v, reply, call->usage->name);
	note_reach(call->api, &v);
	call_judge(call, &v, reply);
	verdict_deinit(&v);
}

/* ---- calling ---- */

static struct usage *usage_of(struct api *api, const char *method)
{
	struct usage *usage = map_get(&api->usages, str_from(method));
	int64_t every_ms;

	if (usage != NULL)
		return usage;
	usage = mem_zero(1, sizeof(*usage));
	usage->name = mem_strdup(method);
	usage->method = method_named(method);
	every_ms = usage->method.connects && api->connect_every_ms > 0 ? api->connect_every_ms :
									 usage->method.every_ms;
	token_bucket_init(&usage->pace, every_ms, usage->method.burst);
	map_set(&api->usages, str_from(method), usage);
	return usage;
}

static void usage_free(void *object)
{
	struct usage *usage = object;

	free(usage->name);
	free(usage);
}

static struct api_call *call_new(struct api *api, const char *method, const struct secret *token,
				 struct str channel, struct api_args *take_args, void *owner)
{
	struct api_call *call = mem_zero(1, sizeof(*call));

	call->api = api;
	call->lane = lane_for(api, channel, method);
	call->usage = usage_of(api, method);
	call->token = token;
	call->form = take_form(take_args);
	call->owner = owner;
	backoff_init(&call->backoff, BACKOFF_FIRST_MS, BACKOFF_MAX_MS);
	loop_timer_init(&call->again, on_again, call);
	list_init(&call->link);
	list_append(&call->lane->waiting, &call->link);
	api->n_calls++;
	return call;
}

struct api_call *api_call(struct api *api, const char *method, const struct secret *token,
			  struct str channel, struct api_args *take_args,
			  void (*on_answer)(void *owner, const struct api_answer *answer),
			  void *owner)
{
	struct api_call *call = call_new(api, method, token, channel, take_args, owner);

	call->on_answer = on_answer;
	lane_pump(call->lane);
	return call;
}

struct api_call *api_try(struct api *api, const char *method, const struct secret *token,
			 struct api_args *take_args,
			 void (*on_try)(void *owner, const struct api_try *result), void *owner)
{
	struct api_call *call = call_new(api, method, token, STR_EMPTY, take_args, owner);

	call->on_try = on_try;
	lane_pump(call->lane);
	return call;
}

static bool is_held(const struct api_call *call)
{
	return call->http != NULL || loop_timer_is_on(&call->again);
}

void api_cancel(struct api_call *call)
{
	if (call->http != NULL) {
		http_cancel(call->http);
		count_under_way(call, -1);
	}
	if (is_held(call))
		call_release(call);
	else
		list_remove(&call->link);
	call_end(call);
}

bool api_may_have_acted(const struct api_call *call)
{
	return call->http != NULL || call->n_unsure > 0;
}

size_t api_waiting(const struct api *api)
{
	return api->n_calls;
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
	api->post_burst = setup->post_burst > 0 ? setup->post_burst : POST_BURST;
	map_init(&api->usages);
	map_init(&api->lanes);
	list_init(&api->ready);
	*out = api;
	return 0;
}

static void drop_calls(struct api *api, struct list *calls)
{
	list_each (link, calls) {
		struct api_call *call = list_entry(link, struct api_call, link);

		http_cancel(call->http);
		loop_timer_stop(api->loop, &call->again);
		loop_bury(api->loop, call, call_delete);
	}
}

static void drop_lane(void *object)
{
	struct queue *lane = object;

	drop_calls(lane->api, &lane->waiting);
	drop_calls(lane->api, &lane->held);
	loop_timer_stop(lane->api->loop, &lane->timer);
	loop_bury(lane->api->loop, lane, lane_delete);
}

void api_free(struct api *api)
{
	if (api == NULL)
		return;
	map_deinit(&api->lanes, drop_lane);
	map_deinit(&api->usages, usage_free);
	free(api->base_url);
	free(api);
}
