/* SPDX-License-Identifier: MIT */
/* The lists of people and channels of a workspace, loaded page by page at start. */
#pragma once

#include <stdbool.h>
#include "slack/api.h"
#include "slack/roster.h"

struct listing;

/* All that is given outlives the listing. */
struct listing *listing_new(struct api *api, const struct secret *token, struct roster *roster);
void listing_free(struct listing *l); /* what is under way ends without callback */

/* Teaches the roster all pages; on_loaded comes once, also when Slack refuses (said once in the log). */
void listing_load(struct listing *l, void (*on_loaded)(void *owner), void *owner);
/* Have both lists come, to their last page? */
bool listing_is_complete(const struct listing *l);
