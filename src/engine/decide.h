/* SPDX-License-Identifier: MIT */
/*
 * One event, and all that the rules make of it at once. In this order:
 *
 *	seen before? then nothing at all
 *	what waited for this not to happen, ends
 *	an edit or deletion is followed by what was answered; a rule that follows it is not asked about it
 *	every rule that may match, in the order of the set, is asked the same: is it shut out by one before it? do its
 *	own questions, its `if`, its chance and its limits all say yes? then it fires
 *	the built-in help comes before the fallbacks, or last
 *
 * Nothing in it waits: it is over when the call is.
 */
#pragma once

#include "engine/inner.h"

void decide(struct engine *e, struct event *ev);
