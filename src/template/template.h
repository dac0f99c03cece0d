/* SPDX-License-Identifier: MIT */
/*
 * Texts with placeholders, compiled when the file is loaded and rendered in one pass: inserted text is never read
 * again. Knows nothing of Slack's markup: its host puts values and literal text into it.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/diag.h"
#include "base/inifile.h"
#include "template/filter.h"
#include "template/reference.h"
#include "model/tristate.h"

struct pattern_kit;
struct template;

struct template_host {
	void *owner;
	/* What a reference stands for. False or empty text = no value; then `or` text is taken. */
	bool (*value)(void *owner, const struct reference *ref, struct value *out);
	/* Is the person or channel the one of this name, written with its sign or without? */
	enum tristate (*is_named)(void *owner, const struct value *value, struct str name);
	/* Puts a value into the text, inert; literal text, as the author wrote it. */
	void (*put)(void *owner, struct buf *out, const struct value *value);
	void (*literal)(void *owner, struct buf *out, struct str text);
	/* A new text begins; may be NULL. */
	void (*begin)(void *owner);
	/* A number below n, for {pick: …}. */
	size_t (*random)(void *owner, size_t n);
	struct filter_world filters;
	size_t *n_filtered; /* template_render's own */
};

enum { TEMPLATE_BAD = 1 }; /* said in the diag */

/* Bytes after which a text is not gone on with, whatever it has been given to insert: more than Slack takes in the
 * twenty messages that a long answer may be cut into. */
enum { TEMPLATE_TEXT_MAX = 20 * 3500 * 3 };

/* Lines as inifile gives them, so that a complaint names the very line. `kit`, for `matches`, may be NULL. */
int template_compile(struct template **out, const struct ini_line *lines, size_t n_lines,
		     const char *file, const struct template_scope *scope, struct pattern_kit *kit,
		     struct diag *diag);
/* A text of one place, without conditions that match patterns; it may have several lines. */
int template_compile_text(struct template **out, struct str text, struct place at,
			  const struct template_scope *scope, struct diag *diag);
void template_free(struct template *t);
/* At most one piece beyond TEMPLATE_TEXT_MAX. So many bytes are gone over by filters, too: what is filtered behind them
 * is left out. */
void template_render(const struct template *t, const struct template_host *host, struct buf *out);
/* Is it one placeholder and nothing else? Then what it stands for, as it is: a person stays a person. */
bool template_value(const struct template *t, const struct template_host *host, struct value *out);
/* Has it text of the author's alone? Then that. */
bool template_is_literal(const struct template *t, struct str *out);
/* In how many ways its {pick: …} can turn out, as far as anybody counts. */
enum { TEMPLATE_WAYS_MAX = 256 };
size_t template_ways(const struct template *t);
/* Calls back for every reference in it, those within brackets before those that need them. `as_text`: what it
 * stands for is taken as a text, not as the mention that it may be. */
void template_each_reference(const struct template *t,
			     void (*on_reference)(void *owner, const struct reference *ref,
						  bool as_text),
			     void *owner);
/* Calls back for every @name and #channel in its literal text. */
void template_each_name(const struct template *t,
			void (*on_name)(void *owner, char sigil, struct str name), void *owner);
