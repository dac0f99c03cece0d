/* SPDX-License-Identifier: MIT */
/*
 * The mark by which a message of ours is known again: it is posted as the message's metadata, and Slack's history gives
 * it back. It follows from what is answered and the token alone, so that it can be told even when all else is
 * forgotten; nobody without the token can tell what it says, or make one.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "model/job.h"
#include "model/workspace.h"

enum { RECEIPT_SIZE = 33 };

void receipt_of(char out[RECEIPT_SIZE], const struct secret *token, const struct job *job);
/* Appends the `metadata` argument of chat.postMessage. */
void receipt_metadata(const char *receipt, struct buf *out);
/* Is this the message, posted by us? Anybody may copy a receipt. */
bool receipt_is_on(const struct json *message, const char *receipt, const struct identity *me);
