/* SPDX-License-Identifier: MIT */
/* The bot from its start to its end: its files, its environment, its death. */
#pragma once

#include "kill/story.h"
#include "lib/tmpdir.h"
#include "sim/process.h"
#include "sim/sim.h"

struct life {
	struct process *process;
	bool is_traced;
};

/* Writes configuration and rules into the folder, where its store will be too. */
void life_prepare(const struct story_setup *setup, struct tmpdir *folder);
/* `at`: the system call at which it is killed, or 0 to count only; < 0 = it is not traced. */
bool life_start(struct life *life, const struct story_setup *setup, struct sim *sim,
		struct tmpdir *folder, long at);
/* Kills it, if that has not happened, and waits until it is gone. */
void life_end(struct life *life);
bool life_ended(const struct life *life);
/* The system calls that it made, once it has ended; 0 = it was not traced. */
long life_calls(const struct life *life);
/* How many answers and rules under way its store holds; -1 = it cannot be asked. */
int life_unfinished(struct tmpdir *folder);
