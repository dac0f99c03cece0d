/* SPDX-License-Identifier: MIT */
/*
 * Whether blocks are what Slack's Block Kit takes in a message. Lenient where Slack's own word is not known: a
 * mistake that is missed comes back from Slack, but one that is none could not be got round.
 */
#pragma once

#include "base/diag.h"
#include "base/json.h"

enum { BLOCKKIT_MAX_BLOCKS = 50 };

/* The array of blocks: `[…]` itself, or that of `{"blocks": […]}`, as the Block Kit Builder gives it. NULL when
 * it is neither. */
const struct json *blockkit_blocks(const struct json *j);
/* Checks an array of blocks that json_lines_read gave. Every mistake is told at `at`, with its path
 * ("blocks[2].text.type"), what was seen and what was wanted. False when there was one. */
bool blockkit_check(const struct json *blocks, struct place at, struct diag *diag);
