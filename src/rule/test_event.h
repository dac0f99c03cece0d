/* SPDX-License-Identifier: MIT */
/*
 * The event of a test, as complete as if Slack had sent it and the directory had filled it in. Ids are made of names,
 * so that the same name is the same person in every test.
 */
#pragma once

#include "base/diag.h"
#include "model/event.h"

/* Fills in what the test at this place left open; `thread_ts` may hold anything where it is a reply. What has to be
 * made lies in the event's arena. */
void test_event_complete(struct event *ev, struct wall when, struct place at);
/* The id that a person ('U'), bot ('B') or channel ('C') of that name has in tests. */
struct str test_event_id(struct arena *arena, char kind, struct str name);
