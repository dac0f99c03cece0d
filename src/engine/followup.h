/* SPDX-License-Identifier: MIT */
/*
 * `follow`: what a rule answered is edited or removed when the question is, and what it still waits to do is done
 * about the new question, or not at all. While the rule still answers nobody knows what there will be to change: then the
 * edit or deletion waits at its run (run::followups), and is followed when the run rests or ends.
 */
#pragma once

#include "engine/inner.h"

/* Does what follows from the event for this rule. Gives whether the rule had answered, or is about to: then it is not
 * asked about the event itself. */
bool follow(struct engine *e, const struct rule *rule, struct event *ev);
/* The run rests in a wait, or is over: what came meanwhile is followed. It may be gone afterwards, if it waits. */
void follow_what_came(struct engine *e, struct run *run);
