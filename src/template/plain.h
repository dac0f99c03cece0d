/* SPDX-License-Identifier: MIT */
/* Takes formatting marks off a text: `*bold*` becomes `bold`, a quoted line a plain one. */
#pragma once

#include "base/buf.h"

void plain_text(struct buf *out, struct str in);
