/* SPDX-License-Identifier: MIT */
/*
 * What a run holds while it rests, in a `wait` or until its jobs have ended: of its event no more than it can still need,
 * and a share of the bytes of whoever caused it. What does not fit in the share is not begun: a `wait` is over at once, jobs
 * are not put.
 */
#pragma once

#include "engine/inner.h"

void run_init_shares(struct engine *e);
/* May it rest? False has been counted and told. */
bool run_may_rest(struct engine *e, struct run *run);
/* It rests. */
void run_hold_share(struct engine *e, struct run *run);
/* May an edit or deletion be kept for it until it rests? */
bool run_may_keep(struct engine *e, struct run *run, const struct event *followup);
/* Of an edit or deletion what the rule may look at again; the caller's. */
struct event *run_trim_followup(const struct run *run, const struct event *ev);
