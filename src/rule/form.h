/* SPDX-License-Identifier: MIT */
/*
 * JSON with inserts, for `blocks`, `call` and `webhook`: parsed when loaded, and rendered inside its strings, so
 * that no text can break out of one.
 */
#pragma once

#include "base/json.h"
#include "rule/template.h"

struct form;

/* Takes the JSON as jsonform_read gave it, also when it fails. `scope` says whether its strings are Slack's markup
 * or plain text for others. 0, or TEMPLATE_BAD (said). */
int form_compile(struct form **out, struct json *take, struct place at,
		 const struct template_scope *scope, struct pattern_kit *kit, struct diag *diag);
void form_free(struct form *f);
/* The JSON with everything inserted; the caller's. `plain` renders the strings that Slack takes for no markup
 * (those of plain_text objects, addresses, what nobody reads); it may be the same host. */
struct json *form_render(const struct form *f, const struct template_host *host,
			 const struct template_host *plain);
/* As template_each_reference and template_each_name. */
void form_each_reference(const struct form *f,
			 void (*on_reference)(void *owner, const struct reference *ref,
					      bool as_text),
			 void *owner);
void form_each_name(const struct form *f, void (*on_name)(void *owner, char sigil, struct str name),
		    void *owner);
