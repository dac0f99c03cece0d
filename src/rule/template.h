/* SPDX-License-Identifier: MIT */
/*
 * Answer templates, compiled when the file is loaded and rendered in one pass: inserted text is never read
 * again. Knows nothing of Slack's markup: its host puts values and literal text into it.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/diag.h"
#include "base/inifile.h"

struct template;

/* The names of the manual. */
enum template_name { NAME_USER, NAME_CHANNEL, NAME_TEXT, NAME_LINK, NAME_MATCH, NAME_GROUP };
enum template_field { FIELD_NONE, FIELD_NAME, FIELD_ID, FIELD_EMAIL };

enum value_kind { VALUE_TEXT, VALUE_USER, VALUE_CHANNEL, VALUE_LINK, VALUE_CODE };

struct value {
	enum value_kind kind;
	struct str text; /* plain text of it: "@ana", "#general", the URL, what was caught */
	struct str id;	 /* users and channels */
};

struct template_host {
	void *owner;
	/* The value of a name, or of a capture group (NAME_GROUP: `group` is a number or a name). False or
	 * empty text = no value; then `or` text is taken. */
	bool (*value)(void *owner, enum template_name name, enum template_field field,
		      struct str group, struct value *out);
	/* Puts a value into the answer, inert; literal text, as the author wrote it. */
	void (*put)(void *owner, struct buf *out, const struct value *value);
	void (*literal)(void *owner, struct buf *out, struct str text);
};

/* Which capture groups exist. */
struct template_scope {
	void *owner;
	bool (*has_group)(void *owner, struct str group); /* number or name */
	const char *(*group_at)(void *owner, size_t i);	  /* the i-th name; NULL at the end */
	bool allow_broadcast;
};

enum { TEMPLATE_BAD = 1 }; /* said in the diag */

/* Lines as inifile gives them, so that a complaint names the very line. */
int template_compile(struct template **out, const struct ini_entry *entry, const char *file,
		     const struct template_scope *scope, struct diag *diag);
void template_free(struct template *t);
void template_render(const struct template *t, const struct template_host *host, struct buf *out);
/* Does it insert a name of a person or channel (then the directory must know it first)? The message text? */
bool template_wants_names(const struct template *t);
bool template_wants_text(const struct template *t);
/* Calls back for every @name and #channel in its literal text. */
void template_each_name(const struct template *t,
			void (*on_name)(void *owner, char sigil, struct str name), void *owner);
