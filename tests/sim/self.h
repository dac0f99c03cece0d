/* SPDX-License-Identifier: MIT */
/*
 * A client of our own, for scenarios that try out the local Slack itself: one HTTPS request at a time to its own port,
 * on the same loop.
 */
#pragma once

#include "sim/stage.h"

struct self;

void self_free(struct self *self);
/* Sends it with the bot's token and waits for the answer. False after stage_fail; no answer at all is none. */
bool self_post(struct stage *st, struct str path, struct str type, struct str body);
/* With further header lines, each with its CRLF, in place of the token. */
bool self_send(struct stage *st, struct str verb, struct str path, struct str head,
	       struct str body);
int self_status(const struct stage *st); /* of the newest answer; 0 = there was none */
struct str self_body(const struct stage *st);
/* A header of the newest answer, or the empty slice. */
struct str self_header(const struct stage *st, const char *name);
