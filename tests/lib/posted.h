/* SPDX-License-Identifier: MIT */
/*
 * Reads a posted text as Slack does: every mention, link and other control sequence in it, and whatever in it could
 * notify, hide or break. It is the judge of what the bot says, and shares no code with it.
 */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/* Adds a line for each: "user U1", "channel C1", "special here", "group S1", "date …", "link ADDRESS|LABEL",
 * "other …", and "angle" for a `>` that neither closes anything nor begins a line. Gives the first fault, NULL = it is sound. */
const char *posted_read(struct str text, struct buf *tokens);
/* The fault of a text that Slack shows as it is: only what hides or breaks counts. */
const char *posted_plain_fault(struct str text);
/* Do the tokens fit? `*` in `wanted` stands for what people wrote: in an address for coded signs alone, in a label
 * for anything. */
bool posted_tokens_fit(struct str wanted, struct str seen);
/* Does the text fit? `*` stands for anything, also for nothing. */
bool posted_fits(struct str wanted, struct str seen);
/* What a person reads: entities decoded once, joiners left out. */
void posted_shown(struct str text, struct buf *out);
