/* SPDX-License-Identifier: MIT */
/*
 * `follow`: what a rule answered is edited or removed when the question is, and what it still waits to do is done
 * about the new question, or not at all.
 */
#pragma once

#include "engine/wait.h"

/* The engine, as far as following concerns it. */
struct follow_house {
	const struct firing_house *firings;
	struct waits *waits;
	void *owner;
	uint64_t (*new_id)(void *owner);
	/* The firing is now the engine's, which tells it of its jobs and frees it when it is over. */
	void (*adopt)(void *owner, struct firing *take);
	bool (*put)(void *owner, struct job *take); /* into the outbox */
};

/* Does the rule follow such an event? */
bool follow_concerns(const struct rule *rule, const struct event *ev);
/* Does what follows from the edit or deletion. `answers` is what the store has under answers_key. Gives whether the
 * rule had answered, or was about to: then it is not asked about the event itself. on_followed comes once, within the
 * call or later, when the first jobs are put. */
bool follow_event(const struct follow_house *house, struct ruleset *set, const struct rule *rule,
		  struct event *ev, struct str answers, void (*on_followed)(void *owner),
		  void *owner);
