/* SPDX-License-Identifier: MIT */
/* Many messages at once, or at a rate, and the proof that each was answered exactly as it should. */
#pragma once

#include "sim/sim.h"

struct load;

struct load_plan {
	int64_t messages;
	int64_t matching; /* per cent */
	int64_t channels;
	int64_t people;
	int64_t rate;	 /* a second; 0 = as fast as they are taken */
	char *text;	 /* what the matching ones say; taken */
	int64_t padding; /* bytes behind that */
};

struct load *load_start(struct sim *sim, const struct load_plan *plan);
void load_free(struct load *load);
/* A disconnect frame every so often, of the kind `reason` or ("any") of each announced kind in turn. */
void load_refresh(struct load *load, int64_t every_ms, int64_t times, struct str reason);
bool load_refreshed(const struct load *load);
int64_t load_sent(const struct load *load); /* messages so far; NULL = none */
/* Everything has been sent and taken, and there are as many answers as matching messages. */
bool load_done(const struct load *load);
/* Everything has been sent and taken. */
bool load_taken(const struct load *load);
/* So many answers there are so far; nobody else needs to ask for them. */
int64_t load_answers(struct load *load);
/* Counts in the ledger: each matching message has one answer, `text` with {user} replaced, the others none. One
 * line of report; false when an answer is missing, doubled or wrong. */
bool load_check(struct load *load, struct str text, struct buf *report);
