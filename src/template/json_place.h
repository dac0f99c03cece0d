/* SPDX-License-Identifier: MIT */
/*
 * What the strings in JSON for Slack are to it, told by where they stand and not by what their surroundings call
 * themselves: an object of the type `text` is plain within rich text and nowhere else.
 */
#pragma once

#include "base/json.h"

/* What an object is part of. */
enum json_ground {
	GROUND_OTHERS, /* JSON for others than Slack */
	GROUND_ARGS,   /* the arguments of a method */
	GROUND_NESTED, /* JSON within one of them, such as attachments */
	GROUND_DATA,   /* JSON within one of them in which nothing is markup */
	GROUND_BLOCKS,
	GROUND_RICH, /* rich text within blocks */
	GROUND_TEXT, /* where Slack takes a text: it shows whatever is there instead */
};

enum json_place {
	PLACE_MARKUP,
	PLACE_MARKDOWN,
	PLACE_PLAIN, /* shown as it is, an address, or seen by nobody */
	N_PLACES
};

/* Of the strings in the member of this name: itself, or those of the list that it is. */
enum json_place json_place_of(enum json_ground ground, const struct json *object, struct str name);
/* What the objects in the member of this name stand on. */
enum json_ground json_place_inner(enum json_ground ground, const struct json *object,
				  struct str name);
/* Does Slack take the argument of this name as JSON? */
static inline bool json_place_is_json(struct str name)
{
	return json_place_inner(GROUND_ARGS, NULL, name) != GROUND_TEXT;
}
/* What in the object itself, apart from its texts, notifies everyone, for a complaint; NULL = nothing does. */
const char *json_place_notifies(enum json_ground ground, const struct json *object);
