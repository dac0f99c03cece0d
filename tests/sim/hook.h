/* SPDX-License-Identifier: MIT */
/*
 * The endpoints of others that the client's webhooks speak to, played by the same HTTPS server at /hooks/NAME. Every
 * request stands in the ledger as `webhook NAME`.
 */
#pragma once

#include "sim/server.h"

enum hook_kind {
	HOOK_ANSWERS,
	HOOK_BREAKS_OFF, /* takes the request, then resets the connection */
	HOOK_SILENT,	 /* takes the request and never says a word */
	HOOK_CUT,	 /* its answer breaks off after `cut` bytes */
};

struct hook {
	enum hook_kind kind;
	int64_t status;
	char *body;
	char *location; /* NULL = no such header */
	int64_t delay_ms;
	int64_t cut;
	int64_t times;	   /* how often still; 0 = for ever */
	struct hook *then; /* what it does after those; NULL = 404 */
};

/* Takes what it points to. What the endpoint did before comes back when this has been done `times` times. */
void hook_set(struct sim *sim, struct str name, const struct hook *take);
void hook_free(void *hook);
void hook_url(const struct sim *sim, struct str name, struct buf *out);
void hook_handle(struct sim *sim, struct conn *conn, const struct request *r, struct str name);

/* A request to somebody else than the Web API, noted: its body is `args` when it is a JSON object, else args.body. A
 * token of Slack's in it is a complaint. */
struct entry *hook_note(struct sim *sim, const struct request *r, const char *method);
