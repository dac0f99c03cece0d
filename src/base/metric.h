/* SPDX-License-Identifier: MIT */
/*
 * What an operator may want to count. Each counter stands once in the list below, with its name and its sentence, in the
 * order in which a reader would want them; it is counted where it happens and printed from the list.
 */
#pragma once

#include <stdint.h>
#include "base/buf.h"

/* clang-format off */
#define METRICS(ROW) \
	ROW(EVENTS_RECEIVED,   "events_received",   "Events that Slack sent, repeated ones included.") \
	ROW(EVENTS_REPEATED,   "events_repeated",   "Events that had been handled before and were left alone.") \
	ROW(EVENTS_CAUGHT_UP,  "events_caught_up",  "Messages that were read back from history after a gap.") \
	ROW(EVENTS_LEFT,       "events_left",       "Events that were left for Slack to send again, because they could not be kept.") \
	ROW(EVENTS_OWN,        "events_own",        "Events that the bot caused itself.") \
	ROW(RULES_FIRED,       "rules_fired",       "Rules that fired and act.") \
	ROW(RULES_SHADOWED,    "rules_shadowed",    "Rules in shadow mode that would have fired.") \
	ROW(RULES_LIMITED,     "rules_limited",     "Rules that were kept silent by their limit.") \
	ROW(RULES_UNLUCKY,     "rules_unlucky",     "Rules that were kept silent by their chance.") \
	ROW(RULES_UNSURE,      "rules_unsure",      "Rules that could not tell whether they fire.") \
	ROW(BOT_TURNS,         "bot_turns",         "Events of bots, or of nobody, that answered what the bot did too often.") \
	ROW(HELP_ANSWERED,     "help_answered",     "Times that the built-in help answered.") \
	ROW(ACTIONS_FAILED,    "actions_failed",    "Actions of rules that failed.") \
	ROW(JOBS_DROPPED,      "jobs_dropped",      "Answers that were lost because too many waited to be sent.") \
	ROW(SHARES_REFUSED,    "shares_refused",    "Waits, values and answers of one person or channel that held too much.") \
	ROW(JOBS_DONE,         "jobs_done",         "Answers and calls that Slack or a webhook took.") \
	ROW(JOBS_REFUSED,      "jobs_refused",      "Answers and calls that were refused for good.") \
	ROW(JOBS_LATE,         "jobs_late",         "Answers that were dropped because they came too late.") \
	ROW(JOBS_UNKNOWN,      "jobs_unknown",      "Answers and calls that may have got through.") \
	ROW(JOBS_FOUND,        "jobs_found",        "Those of them that had got through, as the channel showed.") \
	ROW(CALLS_LIMITED,     "calls_limited",     "Calls that Slack held back because there were too many.") \
	ROW(COMMITS,           "commits",           "Turns whose changes the store has taken, or refused.") \
	ROW(COMMIT_US,         "commit_us",         "Microseconds that they took in all.") \
	ROW(COMMITS_SLOW,      "commits_slow",      "Those of them that took over 20 ms.") \
	ROW(STORES_DAMAGED,    "stores_damaged",    "Files of the store that were found damaged and moved aside.") \
	ROW(DISKS_FULL,        "disks_full",        "Times that the disk became full.") \
	ROW(COMMITS_FAILED,    "commits_failed",    "Turns that the store could not take; they were tried again.") \
	ROW(CONNECTIONS_LOST,  "connections_lost",  "Sockets to Slack that ended without notice.") \
	ROW(DESCRIPTORS_SHORT, "descriptors_short", "Times that no file descriptor was left for a new connection.") \
	ROW(FRAMES_GARBLED, "frames_garbled", "Frames of Slack that were no JSON; with an id they were acknowledged.") \
	ROW(LOG_LINES_LOST,    "log_lines_lost",    "Lines of the log that nobody took: a full pipe or disk.") \
	ROW(LOOP_TURNS_SLOW,   "loop_turns_slow",   "Turns of the loop that took over 10 ms.")
/* clang-format on */

enum metric {
#define METRIC_ENUM(name, text, sentence) METRIC_##name,
	METRICS(METRIC_ENUM)
#undef METRIC_ENUM
		N_METRICS
};

/* One process, one thread, one count each. Written by the two functions below alone. */
extern uint64_t metric_counts[N_METRICS];

static inline void metric_count(enum metric metric)
{
	metric_counts[metric]++;
}

static inline void metric_add(enum metric metric, uint64_t n)
{
	metric_counts[metric] += n;
}

const char *metric_name(enum metric metric);
const char *metric_sentence(enum metric metric);
/* A line for each: its name, its count and its sentence. */
void metric_print(struct buf *out);
