/* SPDX-License-Identifier: MIT */
/* Cuts markup that is too long for one message, pure. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"

enum {
	SPLIT_UNITS = 3500,
	SPLIT_FENCE = 3, /* what opens or closes code: ``` */
};

bool split_long(struct str *rest, bool *in_code, struct buf *part);
/* Cuts a message that is too long for Slack (3,500 UTF-16 units) at a line end, else a blank, else a
 * letter, never inside an entity or a <…>; an open ``` is closed and opened again. Takes the first part
 * off *rest; false when nothing is left. The part is written to `part`. */
static inline bool split_next(struct str *rest, bool *in_code, struct buf *part)
{
	/* Most are a part as they are: no text has more units than bytes. */
	if (rest->len > 0 && rest->len + 2 * SPLIT_FENCE <= SPLIT_UNITS && !*in_code &&
	    !str_is_blank(rest->p[0]) && !str_is_blank(rest->p[rest->len - 1])) {
		buf_clear(part);
		buf_add(part, *rest);
		*rest = STR_EMPTY;
		return true;
	}
	return rest->len > 0 && split_long(rest, in_code, part);
}
