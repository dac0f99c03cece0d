/* SPDX-License-Identifier: MIT */
/* What `call METHOD` of a rule may name, and the arguments that it may give. */
#pragma once

#include "base/diag.h"
#include "base/json.h"

/* Is `args` right for the method? Unknown and missing arguments are told, and so are methods that a bot's token
 * cannot call or that would harm the bot. A method that nobody here knows is a mistake when its name is nearly a
 * known one; else it is only warned of, since Slack adds methods. */
bool method_check(struct str method, const struct json *args, struct place at, struct diag *diag);
/* Does it look like chat.postMessage: words of letters joined by dots? */
bool method_is_name(struct str s);
