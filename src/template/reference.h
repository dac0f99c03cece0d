/* SPDX-License-Identifier: MIT */
/*
 * A name within a placeholder or a condition, and what is picked out of what it stands for: `user.name`, `2`,
 * `karma[{who}]`, `owners[billing].1`, `event.item.ts`.
 */
#pragma once

#include <stdbool.h>
#include "base/diag.h"
#include "template/value.h"

struct hours;
struct name_list;
struct symbols;
struct table;

/* The names of the manual, in its order. */
enum reference_name {
	NAME_USER,
	NAME_AUTHOR,
	NAME_CHANNEL,
	NAME_BOT,
	NAME_TEAM,
	NAME_TEXT,
	NAME_MATCH,
	NAME_LINK,
	NAME_TS,
	NAME_THREAD,
	NAME_TIME,
	NAME_COUNT,
	NAME_EVENT,
	NAME_RESULT,
	NAME_ERROR,
	/* What the rules name themselves. */
	NAME_GROUP,
	NAME_VARIABLE,
	NAME_TABLE,
	NAME_LIST,
	NAME_HOURS,
};

enum reference_field {
	FIELD_NONE,
	FIELD_NAME,
	FIELD_ID,
	FIELD_EMAIL,
	FIELD_MENTION,
	FIELD_OPENS,
	FIELD_CLOSES,
	FIELD_OPEN,
};

struct reference {
	enum reference_name name;
	enum reference_field field;
	struct str shown; /* as written */
	struct str word;  /* of a group its name or number, of a variable its name */
	/* What stands in the brackets of a variable or table; of `event` and `result` the path. NULL = nothing. */
	struct template *key;
	size_t column; /* of a table, from 0 */
	const struct table *table;
	const struct name_list *list;
	const struct hours *hours;
};

/* Which names there are. */
struct template_scope {
	void *owner;
	bool (*has_group)(void *owner, struct str group); /* number or name */
	const char *(*group_at)(void *owner, size_t i);	  /* the i-th name; NULL at the end */
	const struct symbols *symbols;			  /* NULL = none */
	bool allow_broadcast;
	bool plain;	 /* its text is for others than Slack: no name in it is a mention */
	bool allow_raw;	 /* the filter `raw` may stand in it */
	bool literal;	 /* braces are plain: no placeholders */
	bool has_result; /* an action above asks somebody */
	bool has_error;	 /* it is what is done when one above fails */
	bool is_timed;	 /* of `every` and `cron`: no message, no person, no channel */
	unsigned depth;	 /* of brackets and tests that it stands within */
};

enum { SCOPE_DEPTH_MAX = 4 };

/* Where it stands, and who is told what is wrong. Texts lie in the arena. */
struct reference_site {
	const struct template_scope *scope;
	struct arena *arena;
	struct place at;
	struct diag *diag;
};

/* False when something is wrong (said); it is to be freed in any case. */
bool reference_read(struct reference *out, struct str text, const struct reference_site *site);
void reference_deinit(struct reference *ref);
/* Does it need the words that were written? */
bool reference_wants_text(const struct reference *ref);
/* A name that the directory must know first? `as_text`: it is not put as the mention that it is. */
bool reference_wants_names(const struct reference *ref, bool as_text);
/* The i-th name of the language itself; NULL at the end. */
const char *reference_name_at(size_t i);
bool reference_is_name(struct str word);
