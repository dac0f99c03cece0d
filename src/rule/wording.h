/* SPDX-License-Identifier: MIT */
/* Words and phrases as patterns: `words` stand whole, `phrase` stands anywhere. */
#pragma once

#include "rule/items.h"
#include "rule/pattern.h"

enum wording { WORDING_WHOLE, WORDING_ANYWHERE };

/* Appends one alternative: the item with every white space loosened and every sign made plain. */
void wording_escape(struct buf *out, struct str item);
/* The pattern of alternatives joined by `|`. */
void wording_wrap(struct buf *out, struct str alternatives, enum wording wording);
