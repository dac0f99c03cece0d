/* SPDX-License-Identifier: MIT */
/*
 * The world in which a case of the rule language is played: a workspace, a clock that is set, and the bot's own way
 * from Slack's JSON to the arguments of its calls. What the bot wants done is done to the workspace and written down.
 */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "engine/engine.h"
#include "lib/fakeclock.h"
#include "sim/pattern.h"
#include "sim/workspace.h"
#include "model/workspace.h"
#include "directory/cache.h"
#include "directory/enrich.h"
#include "slack/text.h"

enum { WEBHOOKS_MAX = 8, LUCK_MAX = 16 };

/* Something that came of what happened: a call with its arguments, or a complaint about the rules. */
struct seen {
	char *method;
	struct json *args;
	struct channel *channel; /* a message was posted; NULL = none */
	struct message *message;
};

/* How a webhook or a method shall answer. */
struct answer_plan {
	struct str method;  /* "webhook NAME" or a method */
	struct str failure; /* a code of Slack's, or a sentence; empty = it goes well */
	struct str body;
	int64_t times; /* how often still */
};

/* A message by its name. */
struct named {
	struct channel *channel;
	struct message *message;
};

struct world {
	struct fakeclock clock;
	struct arena arena; /* of the whole case */
	struct sim_workspace workspace;
	struct cache roster;
	struct text_names names;
	struct workspace ours; /* the same as the bot knows it */
	const struct zone *zone;
	struct zones *zones;
	/* The configuration. */
	struct str zone_name;
	const char *webhooks[WEBHOOKS_MAX + 1];
	const char *markup_webhooks[WEBHOOKS_MAX + 1];
	size_t n_webhooks, n_markup;
	bool webhooks_known;
	bool allow_broadcast;
	const char *calls;  /* NULL = the default */
	bool hides_reacted; /* the text of what was reacted to cannot be had */
	size_t luck[LUCK_MAX], n_luck, next_luck;
	/* The bot. */
	const char *folder; /* of the rules; borrowed */
	struct diag diag;
	struct ruleset *set; /* NULL = the rules have mistakes */
	struct store *store;
	struct engine *engine; /* NULL until something happens */
	struct json **echoes;  /* events of what the bot did itself, not yet told */
	size_t n_echoes;
	size_t n_commands;
	struct answer_plan *plans;
	size_t n_plans;
	/* What people did and what came of it. */
	struct user *actor;
	struct map named; /* struct named */
	struct seen *seen;
	size_t n_seen, n_met; /* those before n_met were expected */
	struct buf complaint; /* why a line failed */
	struct buf reasons;   /* what the rules answered to which question */
	bool wants_reasons;
};

void world_init(struct world *w);
void world_deinit(struct world *w);
/* Reads the rules of a folder; what is wrong with them stands in the diag. */
void world_load(struct world *w, const char *folder);
/* What was complained about is something that can be expected. */
void world_tell_complaints(struct world *w);
/* The bot begins, or begins again with what it has stored. */
void world_start(struct world *w);
/* Sets the clock: before the start at will, later only forward, doing what becomes due. */
bool world_set_time(struct world *w, int64_t wall_ms);
void world_pass(struct world *w, int64_t ms);

/* Tells the bot of an inner event, taken, and does what it wants. */
void world_event(struct world *w, struct json *take_inner);
/* Tells it that somebody typed a command. */
void world_command(struct world *w, const struct user *by, struct channel *in, struct str line);
/* For later: the bot hears of it after what it does now. */
void world_echo(struct world *w, struct json *take_inner);
/* Does one job: what it would be in Slack, and what becomes of it. */
void world_do(struct world *w, struct job *job);

struct seen *world_note(struct world *w, const char *method, struct json *take_args);
void world_name(struct world *w, struct str name, struct channel *c, struct message *m);
const struct named *world_named(const struct world *w, struct str name); /* NULL = nobody */
/* Notes what is wrong and gives false. */
bool world_fail(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* <@ana> and <#general> as Slack has them, {@ana}, {#general}, {dm @ana}, {ts NAME} as ids, {folder} as the folder of the
 * rules, {wj} as the sign that breaks a mention. In the arena. */
struct str world_wire(struct world *w, struct str text);
/* The other way, for people to read. */
void world_shown(const struct world *w, struct str text, struct buf *out);

/* A line of the language: what it looks like, what it says, and what it does. */
struct command {
	const char *pattern;
	const char *help;
	bool (*run)(struct world *w, const struct match *m);
};

/* Tables, each ended by a row without a pattern. */
extern const struct command setting_commands[];
extern const struct command happening_commands[];
extern const struct command outcome_commands[];
