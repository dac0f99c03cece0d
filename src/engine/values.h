/* SPDX-License-Identifier: MIT */
/* What the names in a rule's texts stand for when it fires: the event, what was caught, stored and answered. */
#pragma once

#include "base/clock.h"
#include "engine/state.h"
#include "model/run.h"
#include "model/workspace.h"
#include "rule/rule.h"
#include "template/template.h"

/* Where a person or channel is kept as one, this stands around the id: a sign that no text of a message has. */
enum { VALUES_MARK = 1 };

/* One look at everything; borrows all of it. What has to be put together lies in the arena. */
struct values {
	const struct rule *rule;
	const struct event *ev;
	const struct run *run; /* what was caught, and what its actions brought so far */
	const struct state *state;
	const struct clock *clock;
	struct arena *arena;
};

bool values_get(const struct values *v, const struct reference *ref, struct value *out);
enum tristate values_is_named(const struct values *v, const struct value *value, struct str name);
/* Under which key a variable stands in the state. */
struct str values_variable_key(const struct values *v, struct str name, const struct template *key);

/* A host that renders plain text, for others than Slack; borrows `v`. */
struct template_host values_host(const struct values *v);
/* Renders as a key of the state: people and channels by their ids, and never the same for other values. NULL gives
 * the empty text. */
struct str values_key(const struct values *v, const struct template *t);
/* Renders as a path into JSON. */
struct str values_path(const struct values *v, const struct template *t);
/* What the template stands for: a value as it is, when it is one, else its plain text. */
void values_of(const struct values *v, const struct template *t, struct value *out);
/* The text as which a value is stored so that a person stays a person. */
struct str values_to_store(const struct values *v, const struct value *value);
