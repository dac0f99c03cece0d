/* SPDX-License-Identifier: MIT */
#include "deliver/webhook.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "net/url.h"

enum {
	CONNECT_MS = 5000,
	/* A shorter word of a header, such as Bearer, is not what makes it secret. */
	TELLING_LEN = 8,
};

const char *const webhook_methods[] = { "POST", "PUT", "PATCH", "DELETE", "GET", NULL };

/* ---- what may be said ---- */

static bool has_text(struct str text, struct str needle)
{
	return needle.len > 0 && memmem(text.p, text.len, needle.p, needle.len) != NULL;
}

/* Many endpoints carry their secret in the path: a long word with digits in it. */
static bool is_telling(struct str word)
{
	size_t digits = 0;

	for (size_t i = 0; i < word.len; i++)
		digits += word.p[i] >= '0' && word.p[i] <= '9';
	return word.len >= TELLING_LEN && digits > 0;
}

static bool repeats_path(struct str path, struct str text)
{
	struct str word;

	while (str_cut(&path, '/', &word)) {
		if (is_telling(word) && has_text(text, word))
			return true;
	}
	return false;
}

/* Does an endpoint that shows people their own request give a secret of ours away? */
static bool repeats_secret(const struct webhook *hook, struct str text)
{
	struct url url;

	if (url_parse(str_from(hook->url), "http", &url) &&
	    (has_text(text, url.query) || repeats_path(url.path, text)))
		return true;
	for (size_t i = 0; i < hook->headers.n; i++) {
		struct str rest = str_from(hook->headers.at[i].value.value), word;

		if (has_text(text, rest))
			return true;
		while (str_word(&rest, &word)) {
			if (word.len >= TELLING_LEN && has_text(text, word))
				return true;
		}
	}
	return false;
}

/* The beginning of what it said, on one line. */
static void add_shown(struct buf *out, const struct webhook *hook, struct str text)
{
	struct str shown;

	text = str_trim(text);
	shown = str_clip(str_sub(text, 0, utf8_valid_len(text)), WEBHOOK_SHOWN_MAX);
	if (repeats_secret(hook, text)) {
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

static void describe(struct buf *out, const struct webhook *hook, const struct http_reply *reply)
{
	buf_addf(out, "the webhook %s ", hook->name);
	if (reply->end == OUTCOME_REFUSED) {
		buf_addz(out, "leads into a private network, which the configuration does not "
			      "allow (`allow private`)");
	} else if (reply->end == OUTCOME_DONE || reply->too_large) {
		buf_addf(out, "answered %d", reply->status);
		if (reply->status >= 300 && reply->status < 400)
			buf_addz(out, " (redirects are not followed)");
		add_shown(out, hook, reply->body);
	} else {
		buf_addz(out, reply->end == OUTCOME_LATER ? "cannot be reached: " :
							    "gave no whole answer: ");
		log_redact(str_from(reply->why), out);
	}
}

/* ---- answers ---- */

static void judge(struct outcome *out, const struct http_reply *reply, const char *url,
		  const void *subject)
{
	const struct webhook *hook = subject;

	(void)url;
	/* An answer that is too large was cut off, but its status says what became of the request. */
	if (reply->end == OUTCOME_DONE || reply->too_large)
		out->kind = is_fine(reply->status) ? OUTCOME_DONE : OUTCOME_REFUSED;
	if (reply->too_large)
		log_warn("webhook",
			 "the webhook %s answered with over %d KiB; its answer is left out",
			 hook->name, WEBHOOK_MAX_BODY >> 10);
	describe(&out->text, hook, reply);
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
