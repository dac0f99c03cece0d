/* SPDX-License-Identifier: MIT */
/*
 * A store that keeps its rows as long as the test wants, and answers when the test says: late, in order, or that nothing
 * stands. Killed, it forgets what does not stand, as a program does that dies; then another engine may load from it.
 */
#pragma once

#include "store/store.h"

struct store *journal_new(void);
/* Answers the oldest commit; false = there is none. */
bool journal_answer(struct store *s);
/* From now on commits do not stand, or do again. */
void journal_break(struct store *s, bool broken);
void journal_kill(struct store *s);
/* How many rows of the table stand, and how many commits there were. */
size_t journal_n_rows(const struct store *s, enum store_table table);
size_t journal_n_commits(const struct store *s);
