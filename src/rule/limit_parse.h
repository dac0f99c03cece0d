/* SPDX-License-Identifier: MIT */
/* The sentences of `limit`: `3 per channel per 10m`, `1 per user ever`, `1 per {ticket} per 1d`. */
#pragma once

#include "rule/rule.h"

/* Reads one sentence; fills all but `key`, `text` and `at`. *key is the placeholder that it counts by, or empty.
 * NULL, or why it is none (static). */
const char *limit_parse(struct str sentence, struct limit *out, struct str *key);
/* The i-th word that may stand behind `per`; NULL at the end. */
const char *limit_parse_word_at(size_t i);
