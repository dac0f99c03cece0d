/* SPDX-License-Identifier: MIT */
/*
 * JSON with placeholders, for `blocks`, `call` and `webhook`: parsed when loaded, and rendered inside its strings, so
 * that no text can break out of one.
 */
#pragma once

#include "base/json.h"
#include "template/json_place.h"
#include "template/template.h"

struct json_template;

/* Takes the JSON as json_lines_read gave it, also when it fails; `ground` says what it is to Slack. 0, or TEMPLATE_BAD
 * (said). */
int json_template_compile(struct json_template **out, struct json *take, enum json_ground ground,
			  struct place at, const struct template_scope *scope,
			  struct pattern_kit *kit, struct diag *diag);
void json_template_free(struct json_template *f);
/* The JSON with everything inserted; the caller's. What a string is to Slack, enum json_place, says which host renders
 * it; several may be the same. */
struct json *json_template_render(const struct json_template *f,
				  const struct template_host hosts[N_PLACES]);
/* As template_each_reference and template_each_name. */
void json_template_each_reference(const struct json_template *f,
				  void (*on_reference)(void *owner, const struct reference *ref,
						       bool as_text),
				  void *owner);
void json_template_each_name(const struct json_template *f,
			     void (*on_name)(void *owner, char sigil, struct str name),
			     void *owner);
