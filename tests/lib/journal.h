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
/* From now on its rows are kept by the store below, borrowed; after a death by the same one, opened anew. */
void journal_put_over(struct store *s, struct store *below);
/* A death in the middle of a commit: the store below gets the oldest one, and nobody hears of it (false = there is none);
 * when the store below is up again, its owner hears what it finds. */
bool journal_begin_answer(struct store *s);
void journal_end_answer(struct store *s);
/* How many rows of the table stand, and how many commits there were. */
size_t journal_n_rows(const struct store *s, enum store_table table);
size_t journal_n_commits(const struct store *s);
