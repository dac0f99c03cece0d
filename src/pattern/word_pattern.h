/* SPDX-License-Identifier: MIT */
/* Words and phrases as patterns: `words` stand whole, `phrase` stands anywhere, `exact` and `like` are all of it. */
#pragma once

#include "base/buf.h"
#include "pattern/pattern.h"

enum word_kind { WORD_WHOLE, WORD_ANYWHERE, WORD_EXACT, WORD_LIKE };

/* Appends one alternative: the item with every white space loosened and every sign made plain, but for the `*` and
 * `?` of WORD_LIKE. */
void word_pattern_escape(struct buf *out, struct str item, enum word_kind wording);
/* Finds the next sign in *rest that messages never have when they are matched, because they have a plain one
 * instead; moves *rest behind it. False at the end. */
bool word_pattern_dressed(struct str *rest, struct str *sign, char *plain);
/* The pattern of alternatives joined by `|`. */
void word_pattern_wrap(struct buf *out, struct str alternatives, enum word_kind wording);
