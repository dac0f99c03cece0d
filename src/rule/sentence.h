/* SPDX-License-Identifier: MIT */
/* The sentences of `limit`: `3 per channel per 10m`, `1 per user ever`. */
#pragma once

#include "rule/rule.h"

/* Reads one sentence; fills all but `text` and `at`. NULL, or why it is none (static). */
const char *sentence_read(struct str sentence, struct limit *out);
