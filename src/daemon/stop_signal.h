/* SPDX-License-Identifier: MIT */
/*
 * SIGTERM and SIGINT, and the end that comes for sure. The loop is told of a signal like of anything else; but a disk that
 * does not answer holds up the loop itself, in a commit or in the wait for one. So the signal's handler sets a timer, and
 * when that has run out the process ends, whatever it is at. Nothing is lost by that but marks of what was under way,
 * which is looked for at the next start. One in a process.
 */
#pragma once

#include "net/loop.h"

/* What the process ends with then. */
enum { STOP_SIGNAL_STATUS = 70 };

/* on_signal comes from the loop, once for each signal that was seen; `within_ms` is from the first one to the end, the
 * second one leaves little of it. < 0 fatal. */
int stop_signal_watch(struct loop *loop, int64_t within_ms, loop_fn *on_signal, void *owner);
/* The end has begun without a signal. */
void stop_signal_begin(void);
/* The signals do what they did before, and no timer is set any more. */
void stop_signal_unwatch(void);
