/* SPDX-License-Identifier: MIT */
#include "net/retry.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* Twice as long each time. No chance in it: we are few who come back. */
enum { FIRST_WAIT_MS = 250 };

struct retry {
	struct http *http;
	struct loop *loop;
	struct http_request request;
	char *url;
	struct buf body;
	struct http_header *headers;
	struct http_call *call; /* NULL = waiting for the next try */
	struct loop_timer again;
	struct mono deadline;
	unsigned n_again;
	bool has_waited; /* because the server asked for it */
	bool told;	 /* on_end is running, or has run */
	retry_judge_fn *judge;
	const void *subject;
	outcome_fn *on_end;
	void *owner;
};

static void retry_free(void *object)
{
	struct retry *t = object;

	explicit_bzero(t->url, strlen(t->url)); /* many endpoints carry their secret in it */
	free(t->url);
	buf_deinit(&t->body);
	free(t->headers);
	free(t);
}

/* How long to wait before the next try; -1 = this was the last one. */
static int64_t wait_ms(const struct retry *t, const struct http_reply *reply)
{
	int64_t asked_s;

	if (reply->end == OUTCOME_LATER && t->n_again < RETRY_AGAIN)
		return (int64_t)FIRST_WAIT_MS << t->n_again;
	if (reply->end != OUTCOME_DONE || (reply->status != 429 && reply->status != 503) ||
	    t->has_waited || !str_int(reply->retry_after, &asked_s) || asked_s < 0 ||
	    asked_s > RETRY_MAX_WAIT_S)
		return -1;
	return asked_s * 1000;
}

/* True when there is time for another try, which is then on its way. */
static bool try_later(struct retry *t, const struct http_reply *reply)
{
	int64_t ms = wait_ms(t, reply);

	if (ms < 0)
		return false;
	if (reply->end == OUTCOME_DONE) {
		t->has_waited = true;
		t->deadline = mono_after(t->deadline, ms);
	} else {
		t->n_again++;
	}
	if (mono_ms_between(loop_now(t->loop), t->deadline) <= ms)
		return false;
	loop_timer_start(t->loop, &t->again, ms);
	return true;
}

static void on_reply(void *owner, const struct http_reply *reply)
{
	struct retry *t = owner;
	CLEANUP(outcome_deinit)
	struct outcome outcome = { .kind = reply->end, .status = reply->status };

	t->call = NULL;
	if (try_later(t, reply))
		return;
	if (reply->end == OUTCOME_LATER)
		outcome.kind = OUTCOME_REFUSED;
	if (reply->end == OUTCOME_DONE)
		(void)json_parse(&outcome.body, reply->body, NULL);
	buf_init(&outcome.text, 0);
	t->judge(&outcome, reply, t->url, t->subject);
	buf_addc(&outcome.text, '\0');
	outcome.sentence = outcome.text.p;
	/* Its owner may end the loop. */
	t->told = true;
	t->on_end(t->owner, &outcome);
	retry_free(t);
}

static void try_now(struct retry *t)
{
	int64_t left_ms = mono_ms_between(loop_now(t->loop), t->deadline);
	struct http_request req = t->request;

	if (req.total_ms > left_ms)
		req.total_ms = left_ms > 0 ? left_ms : 1; /* 0 would be for ever */
	t->call = http_post(t->http, &req, on_reply, t);
}

static void on_again(void *owner)
{
	try_now(owner);
}

struct retry *retry_start(struct http *http, const struct http_request *req, retry_judge_fn *judge,
			  const void *subject, outcome_fn *on_end, void *owner)
{
	struct retry *t = mem_zero(1, sizeof(*t));

	t->http = http;
	t->loop = http_loop(http);
	t->request = *req;
	t->request.url = t->url = mem_strdup(req->url);
	buf_init(&t->body, 0);
	buf_add(&t->body, req->body);
	t->request.body = buf_str(&t->body);
	t->headers = mem_zero(req->n_headers + 1, sizeof(t->headers[0]));
	for (size_t i = 0; i < req->n_headers; i++)
		t->headers[i] = req->headers[i];
	t->request.headers = t->headers;
	t->deadline = mono_after(loop_now(t->loop), RETRY_IN_ALL * req->total_ms);
	t->judge = judge;
	t->subject = subject;
	t->on_end = on_end;
	t->owner = owner;
	loop_timer_init(&t->again, on_again, t);
	try_now(t);
	return t;
}

void retry_cancel(struct retry *retry)
{
	if (retry == NULL || retry->told)
		return;
	http_cancel(retry->call);
	loop_timer_stop(retry->loop, &retry->again);
	loop_bury(retry->loop, retry, retry_free);
}

bool retry_may_have_acted(const struct retry *retry)
{
	return retry->call != NULL;
}
