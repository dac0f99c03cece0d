/* SPDX-License-Identifier: MIT */
/*
 * The world that rules ask, made up: @ana (U1ANA), @raj (U9RAJ), #general (C1GENERAL), #incidents (C2INC) and the bot
 * (UBOT) in the workspace Acme (T1). And one rule's view of one event in it.
 */
#pragma once

#include "base/arena.h"
#include "lib/fakeclock.h"
#include "model/workspace.h"
#include "rule/ruleset.h"
#include "engine/run.h"

struct world {
	struct fakeclock clock;
	struct workspace workspace;
	size_t dice; /* what `random` gives next, modulo its n */
};

void world_init(struct world *w); /* it must not move afterwards */

/* Rules without mistakes, where the webhooks `tickets` and `lab` are declared; the caller's. */
struct ruleset *world_rules(const char *text);

/* All that the first rule knows of an event that it fits. */
struct view {
	struct ruleset *set;
	struct event *ev;
	struct run *run;
	struct state state;
	struct arena arena;
	struct values values;
};

/* The rules must load, and the first one fit. Takes the event. */
void view_init(struct view *v, struct world *w, const char *rules, struct event *take);
void view_deinit(struct view *v);
