/* SPDX-License-Identifier: MIT */
/* What this program and the file of its store take, and whether that has grown within days. */
#pragma once

#include <stdbool.h>

struct measure {
	long memory_kb, files, store_kb;
};

struct measure growth_measure(const char *folder); /* of the store */
/* One at the end of each day, at least DAYS_MIN of them. False: something grows, which is said on standard output. */
bool growth_judge(const struct measure *days, int n_days);
