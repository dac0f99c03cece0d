/* SPDX-License-Identifier: MIT */
/* A store in memory that answers only when told to: what a store behind a network does. */
#pragma once

#include "store/store.h"

struct store *slowstore_new(void);
/* Gives the oldest answer that is due; false when none is. */
bool slowstore_answer(struct store *s);
/* The next commits fail. */
void slowstore_break(struct store *s);
