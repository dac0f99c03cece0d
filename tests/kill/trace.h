/* SPDX-License-Identifier: MIT */
/*
 * Runs a program under ptrace and kills it at one of its system calls: before that call happens, which is behind the one
 * before. Calls count from the first flock on, by which `run` takes its store; nothing before it can do harm.
 */
#pragma once

#include <stdbool.h>

/* Runs argv and kills it at the call of this number; 0 = at none. SIGTERM to ourselves kills it at once. Says on standard
 * error where it was killed, and gives the exit status: that of the program, or 128 + the signal that ended it. */
int trace_run(long at, char **argv);
/* May programs be watched here? Some places forbid it. */
bool trace_works(void);
