/* SPDX-License-Identifier: MIT */
/* The built-in answer to "@bot help": what the rules are good for, one line each. */
#pragma once

#include "base/list.h"
#include "rule/match.h"
#include "rule/ruleset.h"

/* Does it ask the bot for help, and for nothing else? */
bool help_is_asked(const struct event *ev);
/* Appends the `help` lines of the rules that listen to this person here, in the order of the files. Gives their
 * number. */
size_t help_write(const struct ruleset *set, struct event *ev, struct buf *out);
/* Appends the jobs that say so where it was asked (struct job by link). */
void help_jobs(const struct event *ev, struct str text, struct list *jobs);
