/* SPDX-License-Identifier: MIT */
/* What the names in a rule's texts stand for when it fires: the event, what was caught, stored and answered. */
#pragma once

#include "base/map.h"
#include "model/workspace.h"
#include "rule/match.h"
#include "template/template.h"

/* What came to light since the rule fired. */
struct facts {
	struct map
		stored; /* from keys of the store to texts (char *, owned); an absent one is not asked yet */
	struct json *result; /* of the last webhook or call; owned; NULL = none */
	char *error;	     /* why an action failed; owned */
	int64_t count; /* how often the rule has fired, this time included; 0 = not counted yet */
};

void facts_init(struct facts *facts);
void facts_deinit(struct facts *facts);
void facts_store(struct facts *facts, struct str key, struct str value);

/* One look at everything; borrows all of it. What has to be put together lies in the arena. */
struct values {
	const struct rule *rule;
	const struct event *ev;
	const struct captures *captures;
	const struct facts *facts;
	struct arena *arena;
};

bool values_get(const struct values *v, const struct reference *ref, struct value *out);
enum tristate values_is_named(const struct values *v, const struct value *value, struct str name);
/* Where the store keeps what the reference stands for; for those that reference_is_stored. */
struct str values_store_key(const struct values *v, const struct reference *ref);
struct str values_count_key(struct arena *arena, const struct event *ev, const struct rule *rule);
struct str values_variable_key(const struct values *v, struct str name, const struct template *key);

/* A host that renders plain text, for others than Slack; borrows `v`. */
struct template_host values_host(const struct values *v);
/* Renders as a key of the store: people and channels by their ids, and never the same for other values. NULL gives
 * the empty text. */
struct str values_key(const struct values *v, const struct template *t);
/* What the template stands for: a value as it is, when it is one, else its plain text. */
void values_of(const struct values *v, const struct template *t, struct value *out);
/* The text under which a value is stored so that a person stays a person. */
struct str values_to_store(const struct values *v, const struct value *value);
