/* SPDX-License-Identifier: MIT */
/*
 * A workspace as rules and answers see it: who we are there, and whom to ask for names. Events, runs, jobs and
 * acknowledgements carry theirs; nothing knows "the" bot. The daemon's workspace and the simulator's begin with one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/clock.h"
#include "base/str.h"
#include "model/event.h"
#include "model/tristate.h"

struct workspace;

/* Who and what is there. Answers from memory, at once; texts are valid until the next turn of the loop. */
struct resolver {
	/* Is this person the one called @name, or one of the user group of that handle? */
	enum tristate (*is_user)(const struct workspace *w, struct str name,
				 const struct person *person);
	/* Is this person in the user group of this id? */
	enum tristate (*in_group)(const struct workspace *w, struct str id,
				  const struct person *person);
	/* The id of the one person (sigil '@'), channel ('#') or group of people ('&') of that name; false = none or
	 * several. */
	bool (*find)(const struct workspace *w, char sigil, struct str name, struct str *id);
	/* Who has this id: names and address, as far as they are known; false = nobody known. */
	bool (*person)(const struct workspace *w, struct str id, struct person *out);
	bool (*channel)(const struct workspace *w, struct str id, struct str *name);
	/* A number below n; n is never 0. */
	size_t (*random)(const struct workspace *w, size_t n);
};

/* Who we are, as auth.test (or rtm.connect) says. Plain owned texts; NULL = not told. */
struct identity {
	char *team_id;
	char *enterprise_id; /* of the organisation that the team is in; NULL = it is in none */
	char *team_name;
	char *team_url; /* https://NAME.slack.com/, for permalinks */
	char *user_id;	/* the bot's own user */
	char *user_name;
	char *bot_id; /* may be NULL for classic tokens */
	char *app_id; /* may be NULL until the hello frame tells */
};

struct workspace {
	/* As the configuration names it; "" = it has but one, without a name; NULL = any name is its. */
	const char *name;
	struct identity me;
	const struct resolver *resolver;
};

void identity_deinit(struct identity *me);
/* Is it the workspace of that name: the configuration's, that of its address, or its id? */
bool workspace_is(const struct workspace *w, struct str name);
