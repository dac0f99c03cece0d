/* SPDX-License-Identifier: MIT */
/* Words and phrases as patterns: `words` stand whole, `phrase` stands anywhere, `exact` and `like` are all of it. */
#pragma once

#include "rule/items.h"
#include "rule/pattern.h"

enum wording { WORDING_WHOLE, WORDING_ANYWHERE, WORDING_EXACT, WORDING_LIKE };

/* Appends one alternative: the item with every white space loosened and every sign made plain, but for the `*` and
 * `?` of WORDING_LIKE. */
void wording_escape(struct buf *out, struct str item, enum wording wording);
/* Finds the next sign in *rest that messages never have when they are matched, because they have a plain one
 * instead; moves *rest behind it. False at the end. */
bool wording_dressed(struct str *rest, struct str *sign, char *plain);
/* The pattern of alternatives joined by `|`. */
void wording_wrap(struct buf *out, struct str alternatives, enum wording wording);
