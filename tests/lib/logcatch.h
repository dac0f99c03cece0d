/* SPDX-License-Identifier: MIT */
/* What is logged, and how often it says something. */
#pragma once

#include <stddef.h>

void logcatch_begin(void);
void logcatch_end(void);
/* Lines with this in them, between the last begin and its end. */
size_t logcatch_count(const char *text);
