/* SPDX-License-Identifier: MIT */
/* Ready-made groups within patterns: `{person:who}`, `{number:n}`. */
#pragma once

#include "base/buf.h"
#include "base/diag.h"

/* Writes the pattern with its building blocks spelled out. False when there is a mistake in one (said). A brace
 * behind a backslash is plain. */
bool named_group_expand(struct buf *out, struct str pattern, struct place at, struct diag *diag);
/* The i-th kind of block and what it stands for, in the order of the manual; NULL at the end. */
const char *named_group_at(size_t i);
