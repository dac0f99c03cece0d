/* SPDX-License-Identifier: MIT */
/* The lists of people, channels and, where asked for, user groups of a workspace, loaded page by page. */
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
/* Have the lists of people and channels come, to their last page? */
bool listing_is_complete(const struct listing *l);

/* From now on user groups matter: they are loaded with the rest, or now when that has begun. */
void listing_want_groups(struct listing *l);
void listing_load_groups(struct listing *l); /* anew, unless it is under way */
bool listing_has_groups(const struct listing *l);
bool listing_is_loading_groups(const struct listing *l);
