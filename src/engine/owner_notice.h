/* SPDX-License-Identifier: MIT */
/* Tells the owners of a rule that it is broken: by a direct message, once an hour at most for each rule. */
#pragma once

#include "engine/inner.h"

/* `sentence` says what is the matter. Without owners nobody is told. */
void notice_tell(struct engine *e, const struct rule *rule, const char *sentence);
