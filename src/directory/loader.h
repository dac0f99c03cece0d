/* SPDX-License-Identifier: MIT */
/* The lists of people, channels and, where asked for, user groups of a workspace, loaded page by page. */
#pragma once

#include <stdbool.h>
#include "webapi/api.h"
#include "directory/cache.h"

struct loader;

/* All that is given outlives the listing. */
struct loader *loader_new(struct api *api, const struct secret *token, struct cache *roster);
void loader_free(struct loader *l); /* what is under way ends without callback */

/* Teaches the roster all pages; on_loaded comes once, also when Slack refuses (said once in the log). */
void loader_load(struct loader *l, void (*on_loaded)(void *owner), void *owner);
/* Told of each page, and of each end, of a list: what was not known may be. */
void loader_on_news(struct loader *l, void (*on_news)(void *owner), void *owner);
/* Told of each end of the list of channels, also when Slack refuses. */
void loader_on_channels(struct loader *l, void (*on_channels)(void *owner), void *owner);
void loader_load_channels(struct loader *l); /* anew, unless it is under way */
/* Is a list under way that has not come before? */
bool loader_is_loading(const struct loader *l);
/* Have the lists of people and channels come, to their last page? */
bool loader_is_complete(const struct loader *l);

bool loader_has_people(const struct loader *l);
bool loader_is_loading_people(const struct loader *l);
bool loader_is_loading_channels(const struct loader *l);

/* From now on user groups matter: they are loaded with the rest, or now when that has begun. */
void loader_want_groups(struct loader *l);
void loader_load_groups(struct loader *l); /* anew, unless it is under way */
bool loader_has_groups(const struct loader *l);
bool loader_lacks_groups(
	const struct loader *l); /* Slack has refused them, or could not be asked */
bool loader_is_loading_groups(const struct loader *l);
