/* SPDX-License-Identifier: MIT */
/* What of a message a rule looks at: `look in` and `ignore`, made into the one text that its patterns search. */
#pragma once

#include "pattern/pattern.h"
#include "rule/rule.h"

enum { LOOK_DEFAULT = PART_TEXT | PART_CODE | PART_QUOTE };

/* Does the rule look at the plain text as it is? Then literals of its patterns stand in it. */
static inline bool look_is_plain(const struct look *look)
{
	return look->parts == LOOK_DEFAULT && !look->raw && look->field == NULL &&
	       look->n_ignore == 0;
}
/* What a plain look sees. `to_bot`: without a leading mention of the bot. */
static inline struct subject subject_whole(const struct event *ev, bool to_bot)
{
	return (struct subject){
		.text = to_bot ? ev->text_to_bot : ev->text,
		.pieces = ev->pieces,
		.n_pieces = ev->n_pieces,
	};
}
/* The text that this look sees of the event; what has to be made lies in the event's arena. Unknown when it could not be found out in time what is to be ignored. */
enum tristate subject_make(struct subject *out, struct event *ev, const struct look *look,
			   bool to_bot);
