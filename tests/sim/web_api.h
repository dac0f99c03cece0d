/* SPDX-License-Identifier: MIT */
/*
 * The Web API: one table row a method; token, scope, rate limit, faults and the ledger are looked after in one
 * place, so that a method says only what it does.
 */
#pragma once

#include "sim/server.h"

/* One call under way. */
struct call {
	struct sim *sim;
	const struct method *method;
	struct json *args;
	struct json *answer; /* what stands beside `ok` */
	const char *error;   /* Slack's code; NULL = ok; lives as long as the call */
	const char *needed;  /* missing_scope: which */
	bool limited;	     /* answered with 429 and this Retry-After */
	int64_t limited_ms;
	struct entry *entry;
	/* The echo of what the call did, by Socket Mode or RTM. */
	struct message *echo_message; /* NULL = none */
	struct json *echo_event;      /* NULL = none; owned */
	struct channel *echo_channel;
};

enum token_kind { TOKEN_NONE, TOKEN_BOT, TOKEN_CLASSIC, TOKEN_APP };

struct method {
	const char *name;
	bool reads_json; /* a JSON body is read, else it is as if nothing had been sent */
	enum token_kind token;
	/* Needed; NULL = none. "a|b": any of them. "*:read" = of the channel's kind, checked by the method. */
	const char *scope;
	int per_minute; /* 0 = no limit of its own */
	void (*run)(struct call *call);
};

/* Rows of each family, ended by a row without a name. */
extern const struct method chat_methods[];
extern const struct method reaction_methods[];
extern const struct method conversation_methods[];
extern const struct method people_methods[];
extern const struct method group_methods[];
extern const struct method pin_methods[];
extern const struct method connection_methods[];

/* Answered by the workspace whose token it brings. */
void web_api_handle(struct sim *any, struct conn *conn, const struct request *r, struct str method);
/* Slack's limit for a method, until it is set by hand. every_ms 0 = none. */
void web_api_limit(struct sim *sim, struct str method, int64_t every_ms, int64_t burst);
/* From now on the method does nothing and answers this object, taken; also one that is not known here, which then
 * counts as something that people could see. */
void web_api_answer(struct sim *sim, struct str method, struct json *take_answer);

/* For the methods. All give the empty slice, NULL or false when it is not there. */
struct str call_arg(const struct call *call, const char *name);
bool call_flag(const struct call *call, const char *name);
/* An argument that is JSON: as such, or as text in a form field. The caller's to free. */
struct json *call_json(const struct call *call, const char *name);
void call_fail(struct call *call, const char *error);
/* Fails with missing_scope and says which. */
void call_need(struct call *call, const char *scope);
bool call_has_scope(const struct call *call, const char *scope);
/* The channel named by `channel`, seen by the bot; NULL after call_fail(channel_not_found). */
struct channel *call_channel(struct call *call);
/* Is the family's scope for this kind of channel granted? Fails with missing_scope. */
bool call_may(struct call *call, const char *family, const struct channel *c);
/* Gives one page of `items` (taken) as `key`, and the cursor of the next. */
void call_page(struct call *call, const char *key, struct json *take_items);
void call_echo(struct call *call, struct channel *c, struct json *take_event);
/* The rate limit's word: 0 = go on, else 429 with so long to wait. */
void call_limit(struct call *call, int64_t wait_ms);
/* Notes in the ledger what the message said before the call changed it. */
void call_was(struct call *call, const struct message *m);
/* Notes in the ledger that people could see it; `ts` is of the message that it made or touched, or NULL. */
void call_acted(struct call *call, const struct channel *c, const char *ts);
