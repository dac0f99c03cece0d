/* SPDX-License-Identifier: MIT */
#include "deliver/webhook.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "deliver/webhook_secret.h"

enum { CONNECT_MS = 5000 };

const char *const webhook_methods[] = { "POST", "PUT", "PATCH", "DELETE", "GET", NULL };

/* ---- what may be said ---- */

/* The beginning of what it said, on one line. */
static void add_shown(struct buf *out, struct str text, bool is_secret)
{
	struct str shown;

	text = str_trim(text);
	shown = str_clip(str_sub(text, 0, utf8_valid_len(text)), WEBHOOK_SHOWN_MAX);
	if (is_secret) {
		buf_addz(out, ": (not shown: it repeats what the request keeps secret)");
		return;
	}
	if (shown.len == 0)
		return;
	buf_addz(out, ": ");
	log_redact(shown, out);
	if (shown.len < text.len)
		buf_addz(out, "…");
}

static bool is_fine(int status)
{
	return status >= 200 && status < 300;
}

static void describe(struct buf *out, const struct webhook *hook, const struct http_reply *reply,
		     bool is_secret)
{
	buf_addf(out, "the webhook %s ", hook->name);
	if (reply->end == OUTCOME_REFUSED) {
		buf_addz(out, "leads into a private network, which the configuration does not "
			      "allow (`allow private`)");
	} else if (reply->end == OUTCOME_DONE || reply->too_large) {
		buf_addf(out, "answered %d", reply->status);
		if (reply->status >= 300 && reply->status < 400)
			buf_addz(out, " (redirects are not followed)");
		add_shown(out, reply->body, is_secret);
	} else {
		buf_addz(out, reply->end == OUTCOME_LATER ? "cannot be reached: " :
							    "gave no whole answer: ");
		log_redact(webhook_repeats_secret(hook, str_from(reply->why)) ?
				   STR("the reason repeats what the request keeps secret") :
				   str_from(reply->why),
			   out);
	}
}

/* ---- answers ---- */

static void judge(struct outcome *out, const struct http_reply *reply, const char *url,
		  const void *subject)
{
	const struct webhook *hook = subject;
	bool is_secret = webhook_hide_secrets(hook, &out->body);

	(void)url;
	/* An answer that is too large was cut off, but its status says what became of the request. */
	if (reply->end == OUTCOME_DONE || reply->too_large)
		out->kind = is_fine(reply->status) ? OUTCOME_DONE : OUTCOME_REFUSED;
	if (reply->too_large)
		log_warn("webhook",
			 "the webhook %s answered with over %d KiB; its answer is left out",
			 hook->name, WEBHOOK_MAX_BODY >> 10);
	describe(&out->text, hook, reply, is_secret || webhook_repeats_secret(hook, reply->body));
}

/* ---- requests ---- */

static bool has_header(const struct webhook *hook, struct str name)
{
	for (size_t i = 0; i < hook->headers.n; i++) {
		if (str_eq_nocase(str_from(hook->headers.at[i].name), name))
			return true;
	}
	return false;
}

struct retry *webhook_send(struct http *http, const struct webhook *hook, struct str json_body,
			   outcome_fn *on_answer, void *owner)
{
	const char *method = webhook_methods[hook->method];
	struct str body = strcmp(method, "GET") != 0 ? json_body : STR_EMPTY;
	CLEANUP(mem_freep)
	struct http_header *headers = mem_zero(hook->headers.n + 1, sizeof(headers[0]));
	const struct http_request req = {
		.url = hook->url,
		.method = method,
		.body = body,
		.content_type = body.len > 0 && !has_header(hook, STR("Content-Type")) ?
					"application/json; charset=utf-8" :
					NULL,
		.headers = headers,
		.n_headers = hook->headers.n,
		.connect_ms = hook->timeout_ms < CONNECT_MS ? hook->timeout_ms : CONNECT_MS,
		.total_ms = hook->timeout_ms,
		.max_body = WEBHOOK_MAX_BODY,
		.allow_http = hook->allow_http,
		.public_only = !hook->allow_private,
	};

	for (size_t i = 0; i < hook->headers.n; i++)
		headers[i] = (struct http_header){ hook->headers.at[i].name,
						   &hook->headers.at[i].value };
	return retry_start(http, &req, judge, hook, on_answer, owner);
}
