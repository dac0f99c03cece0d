/* SPDX-License-Identifier: MIT */
/* What a placeholder of a template stands for when a rule fires. */
#pragma once

#include "base/clock.h"
#include "base/str.h"

struct template;
struct zone;

enum value_kind {
	VALUE_TEXT,    /* what was written, or found out: inert wherever it is put */
	VALUE_USER,    /* a person; `id` */
	VALUE_CHANNEL, /* a channel; `id` */
	VALUE_LINK,    /* an address of our own making, or what is made fit for one */
	VALUE_LITERAL, /* the author's own text, from a table or a list; `literal` */
	VALUE_TIME,    /* a moment; `time` and `zone` */
	VALUE_CODE,    /* text to be shown as code */
	VALUE_QUOTE,   /* text to be shown as a quote */
	VALUE_RAW,     /* text that may hold Slack's markup, where the operator lets it */
};

/* Borrowed until the host that gave it is asked again for another rendering. */
struct value {
	enum value_kind kind;
	struct str text; /* plain text of it: "@ana", "#general", the address, what was caught */
	struct str
		linked; /* the same with the addresses behind its labels, to be inserted; empty = as `text` */
	struct str id;	  /* of a person or channel */
	bool notifies;	  /* the person is mentioned, the channel linked; else it is but a name */
	struct str items; /* of a list: each ends in VALUE_ITEM_END; p == NULL: it is no list */
	const struct template *literal;
	struct wall time;
	const struct zone *zone;
};

enum { VALUE_ITEM_END = 0x1F }; /* a sign that no text of a message has */
