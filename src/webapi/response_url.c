/* SPDX-License-Identifier: MIT */
#include "webapi/response_url.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "net/retry.h"
#include "net/url.h"
#include "webapi/slack_host.h"

enum { CONNECT_MS = 5000, TOTAL_MS = 10000, MAX_BODY = 64 << 10, SHOWN_MAX = 200 };

struct response_url_call {
	struct loop *loop;
	char *url;
	struct buf message;
	const char *refused; /* why it is not called at all */
	struct loop_call tell_refused;
	struct retry *tries;
	bool told; /* on_answer is running, or has run */
	void (*on_answer)(void *owner, const struct response_url_answer *answer);
	void *owner;
};

/* ---- where to ---- */

bool response_url_is_allowed(struct str url, const char *base_url, const char **why)
{
	struct url to, base;

	*why = NULL;
	if (!url_parse(url, &to) || !to.tls)
		*why = "the command came with an address for answers that is no https:// one";
	else if (!url_parse(str_from(base_url), &base))
		*why = "the address of the Web API makes no sense";
	else if (slack_host_is_slack(base.host) ? !slack_host_is_slack(to.host) :
						  !str_eq_nocase(base.host, to.host))
		*why = "the command came with an address for answers that is not Slack's; it was "
		       "not called";
	return *why == NULL;
}

/* ---- what ---- */

void response_url_message(struct buf *out, struct str text, const struct json *blocks,
			  bool in_channel)
{
	struct json *message = json_new_object();

	json_set_str(message, "response_type", in_channel ? STR("in_channel") : STR("ephemeral"));
	json_set_str(message, "text", text);
	json_set_bool(message, "replace_original", false);
	if (blocks != NULL)
		json_set(message, "blocks", json_copy(blocks));
	json_print(message, out);
	json_free(message);
}

/* ---- answers ---- */

static const struct {
	const char *code, *hint;
} hints[] = {
	{ "expired_url", "Slack takes answers to a command for 30 minutes" },
	{ "used_url", "Slack takes five answers to a command" },
	{ "no_text", "the message is empty" },
	{ "invalid_blocks", "Slack does not understand the blocks" },
	{ "channel_not_found", "the channel is gone" },
	{ "is_archived", "the channel is archived" },
};

static bool is_fine(int status)
{
	return status >= 200 && status < 300;
}

static enum response_url_outcome judge(const struct http_reply *reply, const struct json *body)
{
	bool ok = true;

	if (reply->end == OUTCOME_LATER)
		return RESPONSE_URL_REFUSED;
	if (reply->end == OUTCOME_UNKNOWN && !reply->too_large)
		return RESPONSE_URL_UNSURE;
	if (is_fine(reply->status))
		return json_get_bool(body, "ok", &ok) && !ok ? RESPONSE_URL_REFUSED :
							       RESPONSE_URL_OK;
	/* Something on the way had trouble, not Slack's application. */
	return reply->status >= 500 || reply->status == 408 ? RESPONSE_URL_UNSURE :
							      RESPONSE_URL_REFUSED;
}

/* Slack's code, which is JSON or plain text; some other text as far as it is fit to show. */
static void add_reason(struct buf *out, const struct response_url_call *call, struct str text)
{
	struct url url;

	text = str_trim(text);
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		if (str_is(text, hints[i].code))
			buf_addf(out, ": %s", hints[i].hint);
	}
	if (text.len == 0 || (url_parse(str_from(call->url), &url) && url.path.len > 1 &&
			      memmem(text.p, text.len, url.path.p, url.path.len) != NULL))
		return;
	buf_addz(out, ": ");
	log_redact(str_clip(str_sub(text, 0, utf8_valid_len(text)), SHOWN_MAX), out);
}

static void describe(struct buf *out, const struct response_url_call *call,
		     const struct http_reply *reply, const struct json *body)
{
	struct str code = json_str(body, "error");

	buf_addz(out, "the answer to a command: ");
	if (reply->end == OUTCOME_DONE || reply->too_large) {
		buf_addf(out, "Slack said %d", reply->status);
		add_reason(out, call, code.len > 0 ? code : reply->body);
		return;
	}
	buf_addz(out, reply->end == OUTCOME_LATER ? "Slack cannot be reached: " : "");
	log_redact(str_from(reply->why), out);
}

static void call_delete(void *object)
{
	struct response_url_call *call = object;

	if (call->url != NULL)
		explicit_bzero(call->url, strlen(call->url));
	free(call->url);
	buf_deinit(&call->message);
	free(call);
}

static void call_finish(struct response_url_call *call, enum response_url_outcome outcome,
			const char *sentence)
{
	const struct response_url_answer answer = { outcome, sentence };

	/* Its owner may end the loop. */
	call->told = true;
	call->on_answer(call->owner, &answer);
	call_delete(call);
}

static void on_end(void *owner, const struct http_reply *reply)
{
	struct response_url_call *call = owner;
	CLEANUP(buf_deinit) struct buf sentence;
	CLEANUP(json_freep) struct json *body = NULL;
	enum response_url_outcome outcome;

	call->tries = NULL;
	if (reply->end == OUTCOME_DONE)
		(void)json_parse(&body, reply->body, NULL);
	outcome = judge(reply, body);
	buf_init(&sentence, 0);
	if (outcome != RESPONSE_URL_OK)
		describe(&sentence, call, reply, body);
	buf_addc(&sentence, '\0');
	call_finish(call, outcome, sentence.p);
}

static void on_tell_refused(void *owner)
{
	struct response_url_call *call = owner;

	call_finish(call, RESPONSE_URL_REFUSED, call->refused);
}

/* ---- calls ---- */

struct response_url_call *response_url_send(
	struct http *http, struct loop *loop, const char *base_url, struct str url,
	struct str message,
	void (*on_answer)(void *owner, const struct response_url_answer *answer), void *owner)
{
	struct response_url_call *call = mem_zero(1, sizeof(*call));
	struct http_request req = {
		.content_type = "application/json; charset=utf-8",
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
		.max_body = MAX_BODY,
	};

	call->loop = loop;
	call->on_answer = on_answer;
	call->owner = owner;
	call->url = str_dup(url);
	buf_init(&call->message, 0);
	buf_add(&call->message, message);
	loop_call_init(&call->tell_refused, on_tell_refused, call);
	if (response_url_is_allowed(url, base_url, &call->refused)) {
		req.url = call->url;
		req.body = buf_str(&call->message);
		call->tries = retry_start(http, loop, &req, on_end, call);
	} else {
		loop_call_soon(loop, &call->tell_refused);
	}
	return call;
}

void response_url_cancel(struct response_url_call *call)
{
	if (call == NULL || call->told)
		return;
	retry_cancel(call->tries);
	loop_call_cancel(&call->tell_refused);
	loop_bury(call->loop, call, call_delete);
}

bool response_url_may_have_acted(const struct response_url_call *call)
{
	return call->tries != NULL && retry_may_have_acted(call->tries);
}
