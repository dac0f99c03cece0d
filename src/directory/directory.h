/* SPDX-License-Identifier: MIT */
/*
 * Names and ids of people, channels and user groups, cached: loaded at start (loader.h), kept fresh by events, asked for
 * one by one (lookups.h) when an event names someone unknown (enrich.h), or when the lists are late (members.h).
 */
#pragma once

#include <stdbool.h>
#include "model/event.h"
#include "webapi/api.h"
#include "directory/bindings.h"
#include "directory/cache.h"
#include "directory/enrich.h"
#include "directory/join_dedup.h"
#include "model/workspace.h"
#include "slack/text.h"

/* Open for directory_complete and for whoever loads rules, who says their names to `bindings`; nobody else but directory.c
 * changes it. */
struct directory {
	struct loop *loop;
	struct cache roster;
	struct bindings bindings;
	struct text_names names;
	struct keep *keep; /* NULL = nothing is kept */
	struct loader *listing;
	struct lookups *lookups;
	struct members *members;
	uint64_t n_news; /* pages of lists */
	struct mono seek_again;
	struct enrich *completer;
	struct join_dedup moves;
	struct buf found; /* what directory_find_… gives */
	struct loop_timer groups;
	bool wants_groups;
	bool groups_soon;
};

int directory_new(struct directory **out, struct loop *loop, struct api *api,
		  const struct secret *token, const struct identity *me);
void directory_free(struct directory *d);
/* Takes back what an earlier start knew of this team, and keeps in the store what is learned from now on. False: nothing
 * was known. Once, before directory_load. */
struct store;
bool directory_restore(struct directory *d, struct store *store, struct str team);
/* Loads all pages; on_loaded comes once, also when Slack refuses (missing scope: said once in the log,
 * then only one-by-one look-ups remain). */
void directory_load(struct directory *d, void (*on_loaded)(void *owner), void *owner);
/* Asks anew which channels the bot is in, unless that is under way; on_listed comes at each end of that list, also of
 * the first, and also when Slack refuses. */
void directory_list_channels(struct directory *d);
void directory_on_listed(struct directory *d, void (*on_listed)(void *owner), void *owner);
bool directory_is_loaded(const struct directory *d);
/* May a name that is not known come with a list that is under way? */
bool directory_is_loading(const struct directory *d);
/* Which names make a difference to an event is asked here; without this call all do. */
void directory_ask(struct directory *d, enrich_wants_fn *on_wants, void *owner);

/* Rules name user groups: they and their members are loaded with the rest, or now when that has begun, and
 * again every half hour. Without this call Slack is never asked for them. Twice is fine. */
void directory_want_groups(struct directory *d);
bool directory_has_groups(const struct directory *d); /* have they come? */

/* Binds the names in rules (bindings.h) as far as the lists have come; of itself when more of them comes. */
void directory_bind_names(struct directory *d);

const struct text_names *directory_names(struct directory *d);
/* Names to ids: as they are bound; one that no rule says, by handle first, then display name. 1 = one found, 0 = none,
 * 2 = several (ids joined by ", " in *id then). Slices valid until the next loop turn. */
int directory_find_user(const struct directory *d, struct str name, struct str *id);
/* Can nobody who is not known yet have this name as well: is it bound, or a handle, which only one person has? */
bool directory_is_sure(const struct directory *d, struct str name);
int directory_find_channel(const struct directory *d, struct str name, struct str *id);
/* A channel is named that is not known: true = the list of channels is under way, or was asked for anew, because the bot
 * may have come into one unheard; false = it was not in the list not long ago. */
bool directory_seek_channels(struct directory *d);
/* Changes with every page of a list. */
uint64_t directory_news(const struct directory *d);
int directory_find_group(const struct directory *d, struct str handle, struct str *id);
/* Is this person the one of that name, or in the user group of that handle? */
enum tristate directory_is_user(const struct directory *d, struct str name,
				const struct person *person);
/* Is the user in that group? Nobody can tell while its members are not known. */
enum tristate directory_in_group(const struct directory *d, struct str handle_or_id,
				 struct str user);
/* The channels that the bot is in, as far as is known. */
typedef void directory_channel_fn(void *owner, struct str id, enum channel_kind kind);
void directory_each_channel(const struct directory *d, directory_channel_fn *on_channel,
			    void *owner);
/* Is the bot in that channel, as far as is known? */
bool directory_is_member(const struct directory *d, struct str channel_id);
/* Who has this id; what is not known, or not ours to see, is empty. False: nobody known. Valid until the next loop
 * turn. */
bool directory_person(const struct directory *d, struct str id, struct person *out);
/* Learns from member, channel, user and user group events, and gives one joining one key (join_dedup.h). */
void directory_learn(struct directory *d, struct event *ev);
/* Learns from the event, and completes it as enrich_take does: true when it is complete, else it is taken and
 * on_complete comes. `wants` are of enum enrich_want; what nobody wants anything of is only learned from. */
static inline bool directory_complete(struct directory *d, struct event *take, unsigned wants,
				      void (*on_complete)(void *owner, struct event *take,
							  void *tag),
				      void *owner, void *tag)
{
	if (take->kind != EVENT_MESSAGE) /* what people say tells of nobody's name or place */
		directory_learn(d, take);
	return wants == 0 || enrich_take(d->completer, take, wants, on_complete, owner, tag);
}
