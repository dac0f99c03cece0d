/* SPDX-License-Identifier: MIT */
/* The methods of Slack's Web API that `call METHOD` may name, and the arguments that they take. */
#pragma once

#include "base/diag.h"
#include "base/json.h"

/* What webapi_find says when it gives no row. */
enum { WEBAPI_UNKNOWN = 1, WEBAPI_FORBIDDEN };

/* Each list of names ends in NULL, or is NULL when empty. `token` is in none: it is the bot's. */
struct webapi {
	const char *name;
	const char *const *required;
	const char *const *optional;
	const char *const *one_of; /* at least one of these, which stand in `optional` too */
	bool any;		   /* takes whatever it is given */
	bool loose;		   /* may take more than is known here */
};

/* 0 with the row; WEBAPI_UNKNOWN; WEBAPI_FORBIDDEN with *why a static sentence. `why` may be NULL. */
int webapi_find(const struct webapi **out, struct str name, const char **why);
/* Is `args` right for the method? Unknown and missing arguments are told, and so are methods that a bot's token
 * cannot call or that would harm the bot. A method that nobody here knows is a mistake when its name is nearly a
 * known one; else it is only warned of, since Slack adds methods. */
bool webapi_check(struct str method, const struct json *args, struct place at, struct diag *diag);
const char *webapi_name_at(size_t i); /* in order of the alphabet; NULL at the end */
/* Does it look like chat.postMessage: words of letters joined by dots? */
bool webapi_is_name(struct str s);
