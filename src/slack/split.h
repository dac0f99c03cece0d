/* SPDX-License-Identifier: MIT */
/* Cuts markup that is too long for one message, pure. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"

/* Cuts a message that is too long for Slack (3,500 UTF-16 units) at a line end, else a blank, else a
 * letter, never inside an entity or a <…>; an open ``` is closed and opened again. Takes the first part
 * off *rest; false when nothing is left. The part is written to `part`. */
bool split_next(struct str *rest, bool *in_code, struct buf *part);
