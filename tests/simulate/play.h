/* SPDX-License-Identifier: MIT */
/*
 * One seed's story: the whole engine with a journal that answers late, a Slack that may refuse, answer late or not at
 * all, time that jumps, rules that change, and a process that may die between any two steps. All of it follows from the
 * seed alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What the stories so far were made of, so that nobody takes an empty one for a proof. */
struct play_tally {
	uint64_t happenings, answers, commits_late, commits_failed, refused, unknown, given_back,
		held_back, looked_for, found, deaths, deaths_in_commits, power_cuts, reloads,
		told_again, cancelled;
};

/* Where the rows are that stand: in memory, or in the store of SQLite on a disk in memory. */
enum play_store { PLAY_JOURNAL, PLAY_SQLITE };

/* Plays it; false: something was wrong, and said on standard output. `steps` of them, or fewer when there is no more
 * room. */
bool play(uint64_t seed, enum play_store store, int steps, bool verbose, struct play_tally *tally);
