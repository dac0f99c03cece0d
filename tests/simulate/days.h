/* SPDX-License-Identifier: MIT */
/*
 * Days of an even life, by a clock that passes as it is told to: twice the same things happen, once undisturbed, once to a
 * bot that dies several times a day, in the middle of everything. Both must say the same, and in neither may memory,
 * descriptors or the file of the store grow once each thing has been kept for as long as it is kept.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* At least DAYS_MIN. Prints what it measured; false: something is wrong, and said on standard output. */
enum { DAYS_MIN = 15 };
bool days_play(uint64_t seed, int n_days);
