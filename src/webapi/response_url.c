/* SPDX-License-Identifier: MIT */
#include "webapi/response_url.h"

#include <string.h>
#include "base/mem.h"
#include "net/url.h"
#include "webapi/slack_host.h"

enum { CONNECT_MS = 5000, TOTAL_MS = 10000, MAX_BODY = 64 << 10, SHOWN_MAX = 200 };

/* ---- where to ---- */

bool response_url_is_allowed(struct str url, const char *base_url, const char **why)
{
	struct url to, base;

	*why = NULL;
	if (!url_parse(url, "http", &to) || !to.tls)
		*why = "the command came with an address for answers that is no https:// one";
	else if (!url_parse(str_from(base_url), "http", &base))
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

/* Slack's code, which is JSON or plain text; some other text as far as it is fit to show. */
static void add_reason(struct buf *out, const char *address, struct str text)
{
	struct url url;

	text = str_trim(text);
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		if (str_is(text, hints[i].code))
			buf_addf(out, ": %s", hints[i].hint);
	}
	if (text.len == 0 || (url_parse(str_from(address), "http", &url) && url.path.len > 1 &&
			      memmem(text.p, text.len, url.path.p, url.path.len) != NULL))
		return;
	buf_addz(out, ": ");
	log_redact(str_clip(str_sub(text, 0, utf8_valid_len(text)), SHOWN_MAX), out);
}

static void describe(struct buf *out, const struct http_reply *reply, const char *url,
		     struct str code)
{
	buf_addz(out, "the answer to a command: ");
	if (reply->end == OUTCOME_DONE || reply->too_large) {
		buf_addf(out, "Slack said %d", reply->status);
		add_reason(out, url, code.len > 0 ? code : reply->body);
		return;
	}
	buf_addz(out, reply->end == OUTCOME_LATER ? "Slack cannot be reached: " : "");
	log_redact(str_from(reply->why), out);
}

static void judge(struct outcome *out, const struct http_reply *reply, const char *url,
		  const void *subject)
{
	bool ok = true;

	(void)subject;
	out->error = json_str(out->body, "error");
	(void)json_get_bool(out->body, "ok", &ok);
	if (reply->end == OUTCOME_DONE || reply->too_large) {
		if (is_fine(reply->status))
			out->kind = ok ? OUTCOME_DONE : OUTCOME_REFUSED;
		else if (reply->status >= 500 || reply->status == 408)
			out->kind =
				OUTCOME_UNKNOWN; /* trouble on the way, not in Slack's application */
		else
			out->kind = OUTCOME_REFUSED;
	}
	if (out->kind != OUTCOME_DONE)
		describe(&out->text, reply, url, out->error);
}

struct retry *response_url_send(struct http *http, const char *base_url, const char *url,
				struct str message, outcome_fn *on_answer, void *owner,
				const char **why)
{
	const struct http_request req = {
		.url = url,
		.body = message,
		.content_type = "application/json; charset=utf-8",
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
		.max_body = MAX_BODY,
	};

	if (!response_url_is_allowed(str_from(url), base_url, why))
		return NULL;
	return retry_start(http, &req, judge, NULL, on_answer, owner);
}
