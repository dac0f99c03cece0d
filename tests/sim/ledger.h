/* SPDX-License-Identifier: MIT */
/*
 * Every call that the client made, in the order in which it came: what a failing scenario shows and what the
 * final checks count. Beside the methods of the Web API there are `rtm message`, `webhook NAME`, and `response_url`
 * and `acknowledgement` with answers to commands. Tokens never get in here.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/json.h"

struct entry {
	size_t number; /* from 1 */
	struct mono at;
	int64_t at_ms; /* since the start */
	char *method;
	struct json *args;
	int status;    /* HTTP; 0 = no answer was given */
	char *error;   /* Slack's code; NULL = ok */
	char *channel; /* id of the channel it acted in; NULL = none */
	char *ts;      /* of the message that it made or touched; NULL = none */
	char *before; /* the text of that message, when the call changed or deleted it; NULL = none */
	char *verb, *head, *body; /* as an endpoint of others got it: POST, header lines, body */
	size_t command;		  /* an answer to the command of this number; 0 = to none */
	bool acted;		  /* people could see it */
	bool wanted;		  /* an expectation was met by it */
};

struct ledger {
	struct entry **entries;
	size_t n, cap;
	size_t first_open; /* every entry before it is wanted or did not act */
	FILE *file;	   /* JSON lines; NULL = kept in memory only */
};

void ledger_init(struct ledger *l);
void ledger_deinit(struct ledger *l);
/* Takes the file; closed by ledger_deinit. */
void ledger_write_to(struct ledger *l, FILE *take);
/* The entry may be filled in until ledger_close_entry writes it down. */
struct entry *ledger_add(struct ledger *l, struct mono at, int64_t at_ms, const char *method,
			 const struct json *args);
void ledger_close_entry(struct ledger *l, const struct entry *e);
/* The first call that people could see and that nobody wanted so far; NULL = none. */
struct entry *ledger_unwanted(struct ledger *l);
void ledger_entry_json(const struct entry *e, struct buf *out);
/* The last `n` calls, one a line. */
void ledger_print(const struct ledger *l, size_t n, FILE *to);
