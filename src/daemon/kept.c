/* SPDX-License-Identifier: MIT */
/*
 * What a workspace keeps beside what its engine does. A row of STORE_SECRET: the key "receipt", and as value the secret
 * that receipts are made with (deliver/receipt.h), in hexadecimal; made at the first start, and never changed.
 *
 * A row of STORE_REST: the key "#C1" for a channel or "chat.postMessage" for a method, and as value
 * {"method":"chat.postMessage","until":…}, what was refused and the wall time until which Slack wants nothing more of it.
 */
#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "daemon/workspace_inner.h"
#include "net/crypto.h"

enum {
	SECRET_BYTES = 32,
	REST_MAX_MS = 3600000, /* Slack is never heeded for longer; a clock may have been set */
};

void workspace_on_kept(void *owner, enum store_table table, struct str key, struct str value)
{
	struct daemon_workspace *w = owner;

	if (table == STORE_SECRET && str_is(key, "receipt") && value.len > 0)
		secret_set(&w->receipt_key, value);
	if (table == STORE_REST)
		batch_put(&w->kept, table, key, value);
}

/* ---- rests ---- */

void workspace_on_rest(void *owner, const struct api_rest *rest)
{
	struct daemon_workspace *w = owner;
	CLEANUP(buf_deinit) struct buf key = { 0 };
	CLEANUP(buf_deinit) struct buf row = { 0 };

	if (rest->channel.len > 0)
		buf_addf(&key, "#%.*s", STR_ARG(rest->channel));
	else
		buf_addz(&key, rest->method);
	if (rest->ms > 0) {
		const long long until = loop_wall(w->loop).ms + rest->ms;

		buf_addz(&row, "{\"method\":");
		json_quote(str_from(rest->method), &row);
		buf_addf(&row, ",\"until\":%lld}", until);
	}
	if (w->state >= WORKSPACE_LISTENING) /* before, nothing is loaded, and nothing is posted */
		engine_keep(w->engine, STORE_REST, buf_str(&key),
			    rest->ms > 0 ? buf_str(&row) : (struct str){ 0 });
}

size_t workspace_n_waiting(void *owner, struct str channel)
{
	const struct daemon_workspace *w = owner;

	return engine_unsettled_in(w->engine, channel);
}

static void rest_again(struct daemon_workspace *w, struct str key, struct str value)
{
	CLEANUP(json_freep) struct json *row = NULL;
	CLEANUP(mem_freep) char *method = NULL;
	struct api_rest rest = { 0 };
	struct str channel = key;
	int64_t until;

	if (json_parse(&row, value, NULL) == 0 && json_get_int(row, "until", &until)) {
		method = str_dup(json_str(row, "method"));
		rest.method = method;
		rest.channel = str_skip(&channel, "#") ? channel : STR_EMPTY;
		rest.ms = until - loop_wall(w->loop).ms;
	}
	if (rest.ms > REST_MAX_MS)
		rest.ms = REST_MAX_MS;
	if (rest.ms > 0 && method[0] != '\0')
		api_rest(w->api, &rest);
	else
		engine_keep(w->engine, STORE_REST, key, (struct str){ 0 });
}

/* ---- the secret ---- */

static void make_receipt_key(struct daemon_workspace *w)
{
	unsigned char bytes[SECRET_BYTES];
	char text[2 * SECRET_BYTES + 1];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	secret_set(&w->receipt_key, str_from(text));
	engine_keep(w->engine, STORE_SECRET, STR("receipt"), str_from(text));
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(text, sizeof(text));
}

/* It stands before the first message leaves, because that the message is in flight stands later. */
void workspace_complete_kept(struct daemon_workspace *w)
{
	if (w->receipt_key.value == NULL)
		make_receipt_key(w);
	for (size_t i = 0; i < w->kept.n; i++)
		rest_again(w, w->kept.rows[i].key, w->kept.rows[i].value);
	batch_clear(&w->kept);
}
